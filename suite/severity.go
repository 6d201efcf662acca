package suite

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A Severity says how bad it is that an origin is let in which the policy refuses. It
// is worked out from what a page there could do, and from who can have one.
type Severity string

// There are no others than these.
const (
	Critical Severity = "critical" // any site reads what its visitor may read
	High     Severity = "high"     // so does whoever goes to some length
	Medium   Severity = "medium"   // so does a neighbour, or what no stranger can reach is read
	Low      Severity = "low"      // what is read, anybody could ask for
	Info     Severity = "info"     // nobody can have such a page
)

// An occupant is who can have a page on an origin.
type occupant int

const (
	anybody     occupant = iota
	registrant           // of a name that is free
	framer               // of an opaque origin: any page, by a sandboxed frame
	local                // a program on the user's machine or network
	network              // who sits on the network between, since the page comes by plain http
	neighbour            // under the same domain, or on the same host
	uncertified          // of a name that no authority certifies, so that no https page opens there
	nobody
)

// severities are by what could be read: with credentials; without them, from a target
// that everybody can reach; without them, from one that the user's machine can.
var severities = map[occupant]struct{ credentialed, public, private Severity }{
	anybody:     {Critical, Low, Medium},
	registrant:  {High, Low, Medium},
	framer:      {High, Low, Medium},
	local:       {Medium, Low, Low},
	network:     {Medium, Low, Medium},
	neighbour:   {Medium, Low, Low},
	uncertified: {Low, Info, Info},
	nobody:      {Info, Info, Info},
}

// rank is the order of severities, the worst first.
var rank = []Severity{Critical, High, Medium, Low, Info}

// Severity is the worst that a failure of the scenario can mean: that an origin is let in
// with credentials, towards a target and a policy like most. It is empty where none is.
func (s Scenario) Severity() Severity {
	if !slices.ContainsFunc(s.Steps, func(step Step) bool { return step.Want.Shared == No || step.Want.Leaves == No }) {
		return ""
	}
	usual := claims(Target{URL: "https://api.example.com", Policy: policy.Policy{
		AllowOrigins: []string{"https://app.example.org", "https://dev.example.org:8443", "https://*.example.net"},
	}})[0]
	role := s.origin()
	if s.AskedByCorsproof {
		role = Role(s.Steps[0].Headers[0].Value)
	}
	if !slices.Contains(refusedRoles(), role) {
		return ""
	}
	worst := Info
	for _, origin := range usual.candidates(role) {
		p := play{scenario: s, claim: usual, origin: origin, bindings: map[Role]string{role: origin}}
		if bad := severities[p.occupant()].credentialed; slices.Index(rank, bad) < slices.Index(rank, worst) {
			worst = bad
		}
	}
	return worst
}

// refusedRoles are those of an origin that is not to be let in.
func refusedRoles() []Role {
	roles := []Role{UnrelatedOrigin, OpaqueOrigin, LookAlike, AppOrigin, UserinfoOrigin, OriginList}
	for _, older := range olderLikenesses {
		roles = append(roles, older.role)
	}
	for _, l := range lookAlikes {
		roles = append(roles, l.role())
	}
	return roles
}

// weigh says of an outcome that let an origin in what could be read there, over all
// steps of the attempt, and how bad that is.
func (o *outcome) weigh(p play, a Attempt) {
	if o.reason != reasonOriginNotRefused {
		return
	}
	var did []string
	var credentialed bool
	var quotes []string
	for i, seen := range a.Steps {
		j := judgement{play: p, step: i, bound: p.steps[i], observation: seen, before: a.Steps[:i]}
		what := j.letIn()
		if what == "" {
			continue
		}
		if p.steps[i].request.Credentials == fetch.Include {
			what += " with credentials"
			credentialed = true
		} else {
			what += " without credentials"
		}
		did = append(did, what)
		for _, quote := range j.grants() {
			if !slices.Contains(quotes, quote) {
				quotes = append(quotes, quote)
			}
		}
	}
	s := severities[p.occupant()]
	switch {
	case credentialed:
		o.severity = s.credentialed
	case isPrivate(p.claim.Target.URL):
		o.severity = s.private
	default:
		o.severity = s.public
	}
	o.observed = fmt.Sprintf("a page of %s %s (%s): %s", p.visitor(), joined(did), p.meaning(credentialed),
		cmp.Or(strings.Join(quotes, "; "), "no Access-Control-Allow-* header was seen"))
}

// letIn says what the step let happen that it should not have, or nothing.
func (j judgement) letIn() string {
	o, w := j.observation, j.bound.want
	switch {
	case w.Shared == No && j.play.scenario.AskedByCorsproof && j.sharedOnWire(No) != nil:
		return "could read the response"
	case w.Shared == No && o.Shared():
		what := fmt.Sprintf("read the response, status %d", o.Response.Status)
		if o.Response.BodyBytes > 0 {
			what += fmt.Sprintf(" and %d bytes,", o.Response.BodyBytes)
		}
		return what
	case w.Leaves == No && o.Actual() != nil && o.Actual().Held:
		return fmt.Sprintf("would have sent %s; it was held back", j.bound.request.Method)
	case w.Leaves == No && o.Actual() != nil:
		return fmt.Sprintf("sent %s", j.bound.request.Method)
	}
	return ""
}

// visitor is the origin that should have been refused.
func (p *play) visitor() string {
	if p.origin == "" {
		origin, _ := p.steps[0].request.Headers.Get("Origin")
		return origin
	}
	if p.origin == "null" {
		return "an opaque origin"
	}
	return p.origin
}

// meaning says who gets what.
func (p *play) meaning(credentialed bool) string {
	who := map[occupant]string{
		anybody:     "any site",
		registrant:  "whoever registers the name",
		framer:      "any site, by a sandboxed frame,",
		local:       "whatever runs on the user's machine or network",
		network:     "whoever sits on the network between",
		neighbour:   "whoever has a page under the same domain",
		uncertified: "nobody whose certificate a browser takes",
		nobody:      "nobody as the DNS is, but the comparison is wrong,",
	}[p.occupant()]
	switch {
	case credentialed:
		return who + " gets at the data of the logged-in user"
	case isPrivate(p.claim.Target.URL):
		return who + " gets at what a stranger cannot reach"
	}
	return who + " gets at what anybody could ask for without a browser"
}

// occupant says who can have a page on the play's origin.
func (p *play) occupant() occupant {
	origin := p.visitor()
	if p.origin == "null" || origin == "null" {
		return framer
	}
	o, ok := parseOriginal(strange.Replace(origin))
	if !ok || p.bindings[AppOrigin] != "" || p.bindings[UserinfoOrigin] != "" || p.bindings[OriginList] != "" {
		return nobody
	}
	host := strings.TrimSuffix(o.host, ".")
	if host == unrelatedHost {
		return anybody
	}
	if o.isAddress() || host == "localhost" || strings.HasSuffix(host, ".localhost") && !strings.HasSuffix(p.claim.Target.URL, ".localhost") {
		return local
	}
	familiar, topLevel := false, []string{"example", "test"} // those of our stand-ins for any domain
	for _, trusted := range p.claim.trusted() {
		if trusted.host+"." == o.host && trusted.scheme == o.scheme && trusted.port == o.port {
			return nobody // it is the same host in the DNS
		}
		if site(trusted.host) == site(host) {
			familiar = true
			if trusted.scheme == "https" && o.scheme == "http" {
				return network
			}
		}
		topLevel = append(topLevel, topLevelOf(trusted.host))
	}
	suffix, managed := publicsuffix.PublicSuffix(host)
	switch {
	case strings.HasPrefix(host, "."), suffix == host, !managed && !strings.Contains(suffix, ".") && !slices.Contains(topLevel, suffix):
		return nobody
	case familiar:
		return neighbour
	case o.scheme == "https" && strings.ContainsAny(origin[len("https://"):], strangeCharacters[1:]+"_`%"):
		return uncertified
	}
	return registrant
}

// trusted are the origins that the policy allows, patterns by their domain, and the
// target's own.
func (c Claim) trusted() []original {
	var all []original
	for _, origin := range append(slices.Clone(c.Policy.AllowOrigins), c.Target.URL) {
		if o, ok := parseOriginal(strings.TrimSuffix(strings.Replace(origin, "://*.", "://", 1), ":*")); ok {
			all = append(all, o)
		}
	}
	return all
}

// strange replaces the characters that net/url refuses in a domain.
var strange = strings.NewReplacer("`", "x", "{", "x", "}", "x", "%2A", "x")

// site is the registrable domain of a host, or the host where it has none.
//
// https://url.spec.whatwg.org/#host-registrable-domain
func site(host string) string {
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return host
	}
	return domain
}

func topLevelOf(host string) string { return host[strings.LastIndex(host, ".")+1:] }

// isPrivate reports whether a stranger cannot reach the target, by its name or address.
func isPrivate(target string) bool {
	u, err := url.Parse(target)
	if err != nil {
		return false
	}
	host := u.Hostname()
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast()
	}
	return net.ParseIP(host) == nil && slices.Contains([]string{"localhost", "local", "internal", "lan", "home", "corp"}, topLevelOf(host)) ||
		!strings.Contains(host, ".")
}

// hosted says of each pattern of the policy whose sub-domains strangers can have that
// they can: a public suffix, such as github.io.
func (c Claim) hosted() []string {
	var advice []string
	for _, allowed := range c.Policy.AllowOrigins {
		_, host, isPattern := pattern(strings.TrimSuffix(allowed, ":*"))
		o, ok := parseOriginal("https://" + host)
		if !isPattern || !ok {
			continue
		}
		if suffix, managed := publicsuffix.PublicSuffix(o.host); suffix == o.host && (managed || strings.Contains(suffix, ".")) {
			advice = append(advice, fmt.Sprintf("allowOrigins lists %q, and anybody can have a page under %s: list the very origins that need to.", allowed, suffix))
		}
	}
	return advice
}
