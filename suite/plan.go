package suite

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A play is a scenario bound to values: one line of a report.
type play struct {
	scenario Scenario
	claim    Claim
	bindings map[Role]string
	api      fetch.API
	origin   string // of the page; empty when corsproof asks
	resource string // path of what the scenario is about
	steps    []boundStep
	lane     int  // which of the shared contexts it comes to
	gap      *gap // why it cannot be run; nil if it can
}

// A boundStep is a step with every role replaced.
type boundStep struct {
	request  fetch.Request
	intended fetch.Request // what the request asks leave for; see Step.ByHand
	resource Resource
	origin   string        // of the page, if it is not the play's
	after    time.Duration // after the step before it
	verified bool          // see Step.Integrity
	want     Want
}

// maxAgeCap is the longest that any engine keeps a CORS-preflight cache entry, so
// that a longer promise is no reason to wait longer.
const maxAgeCap = 2 * time.Hour

// expirySlack is how much later than max age an entry has gone for sure.
const expirySlack = 500 * time.Millisecond

// plan binds the scenarios to the target, in the order of reports. It says what
// cannot be run, and why.
func plan(t Target, filter Filter, maxWait time.Duration) []play {
	all := claims(t)
	var plays []play
	for _, s := range Scenarios() {
		if !filter.Keeps(s) {
			continue
		}
		var bound, gaps []play
		for _, c := range all {
			for _, p := range bind(s, c, maxWait) {
				if p.gap != nil && p.gap.verdict == Unclaimed || p.gap != nil && p.gap.reason == NoResource {
					gaps = append(gaps, p)
				} else {
					bound = append(bound, p)
				}
			}
		}
		// What no part of the target promises is said once.
		if len(bound) == 0 {
			bound = gaps[:1]
		}
		plays = append(plays, bound...)
	}
	return plays
}

// A Planned request is one that a run will make, if nothing before it fails.
type Planned struct {
	ID      string // of the scenario
	Origin  string // of the page; empty for what corsproof asks for itself
	Request fetch.Request
}

// Requests returns the requests that Run makes of a target, in the order of the
// table, those that it repeats to confirm a failure left out.
func Requests(t Target, filter Filter, maxWait time.Duration) []Planned {
	var all []Planned
	for _, p := range plan(t, filter, maxWait) {
		if p.gap != nil {
			continue
		}
		for i, s := range p.steps {
			all = append(all, Planned{p.scenario.ID, p.at(i).origin, s.request})
		}
	}
	return all
}

// bind returns the plays of a scenario for one policy.
func bind(s Scenario, c Claim, maxWait time.Duration) []play {
	base := play{scenario: s, claim: c, bindings: map[Role]string{}}
	if s.Authorized && len(c.Target.Request.Headers)+len(c.Target.Request.Cookies) == 0 {
		base.gap = noResource()
		return []play{base}
	}
	if s.When != nil && !s.When(c) {
		base.gap = unclaimed("the policy makes no such promise")
		return []play{base}
	}
	alternatives := []string{""}
	for _, role := range s.roles() {
		values, g := c.values(role)
		if g != nil {
			base.gap = g
			return []play{base}
		}
		if role == s.Each {
			alternatives = values
			continue
		}
		base.bindings[role] = values[0]
	}
	var plays []play
	for _, value := range alternatives {
		for _, api := range s.apis() {
			p := base
			p.api = api
			p.bindings = maps.Clone(base.bindings)
			if s.Each != "" {
				p.bindings[s.Each] = value
			}
			p.fill(maxWait)
			plays = append(plays, p)
		}
	}
	return plays
}

// fill writes the steps with the values of the bindings.
func (p *play) fill(maxWait time.Duration) {
	if !p.scenario.AskedByCorsproof {
		p.origin = p.bindings[p.scenario.origin()]
		if obstacle := p.claim.obstacle(p.origin); obstacle != "" {
			p.gap = noOrigin(obstacle)
		}
	}
	p.resource = p.bindings[p.scenario.resource(Step{})]
	for _, s := range p.scenario.Steps {
		r := p.claim.resourceAt(p.bindings[p.scenario.resource(s)])
		if p.resource == "" {
			p.resource = r.Path
		}
		step := boundStep{
			resource: r,
			origin:   p.bindings[s.Origin],
			want:     s.Want,
			verified: s.Integrity,
			request: fetch.Request{
				API:            p.api,
				Global:         s.Global,
				Consumer:       s.Consumer,
				CrossOrigin:    s.CrossOrigin,
				URL:            p.claim.Target.URL + withQuery(r.Path, s.Query),
				Method:         p.value(s.Method),
				Headers:        p.headers(s.Headers),
				Body:           s.Body,
				Credentials:    s.Credentials,
				Mode:           s.Mode,
				Cache:          s.Cache,
				Redirect:       s.Redirect,
				UploadListener: s.UploadListener,
			},
		}
		if p.scenario.Authorized {
			p.authorize(&step.request)
		}
		if method := step.request.Method; r.RedirectsTo != "" && !p.claim.implementsAt(r, method) {
			p.gap = unclaimed("the resource does not implement " + method)
		}
		if s.ByHand != nil {
			step.byHand(p.bindings[p.scenario.origin()], s.ByHand)
		}
		if s.After == AfterMaxAge {
			step.after = min(time.Duration(*p.claim.Policy.MaxAge)*time.Second, maxAgeCap) + expirySlack
			if step.after-expirySlack > maxWait {
				p.gap = &gap{Unjudged, WouldWait}
			}
		}
		p.steps = append(p.steps, step)
	}
	if p.gap == nil && (!p.scenario.AskedByCorsproof || p.scenario.Apart == HTTPCacheApart) {
		// A resource may implement less than the policy allows.
		first := p.steps[0]
		method := first.request.Method
		lacks := method == "GET" && !p.claim.implementsAt(first.resource, method) ||
			p.claim.lists(method) && len(first.resource.Methods) > 0 && !slices.Contains(first.resource.Methods, method)
		if lacks && p.scenario.Resource != WriteOnlyResource {
			p.gap = unclaimed("the resource does not implement " + method)
		}
	}
}

// at returns the play as it is in one of its steps.
func (p play) at(step int) play {
	if step < len(p.steps) && p.steps[step].origin != "" {
		p.origin = p.steps[step].origin
	}
	return p
}

// withQuery adds a query to a path, which may have one.
func withQuery(path, query string) string {
	switch {
	case query == "":
		return path
	case strings.Contains(path, "?"):
		return path + "&" + query
	}
	return path + "?" + query
}

// value replaces a role by what it is bound to.
func (p *play) value(v string) string {
	if Role(v).isRole() {
		return p.bindings[Role(v)]
	}
	return v
}

// headers replaces the roles of a header list. A role bound to several names
// becomes several headers, and one bound to none goes.
func (p *play) headers(list fetch.HeaderList) fetch.HeaderList {
	var l fetch.HeaderList
	for _, h := range list {
		if !Role(h.Name).isRole() {
			l = append(l, fetch.Header{Name: h.Name, Value: p.value(h.Value)})
			continue
		}
		for name := range strings.SplitSeq(p.bindings[Role(h.Name)], ",") {
			if name != "" {
				l = append(l, fetch.Header{Name: name, Value: legalValue(name)})
			}
		}
	}
	return l
}

// authorize adds what the target's owner gave.
func (p *play) authorize(r *fetch.Request) {
	r.Headers = append(r.Headers, p.claim.Target.Request.Headers...)
	if p.claim.Policy.AllowCredentials {
		r.Credentials = fetch.Include
	}
	if p.scenario.AskedByCorsproof {
		// No browser adds them.
		var pairs []string
		for _, c := range p.claim.Target.Request.Cookies {
			pairs = append(pairs, c.Name+"="+c.Value)
		}
		if len(pairs) > 0 {
			r.Headers = append(r.Headers, fetch.Header{Name: "Cookie", Value: strings.Join(pairs, "; ")})
		}
	}
}

// key names the result from run to run.
func (p *play) key(browser string) string {
	var parts []string
	for role, value := range p.bindings {
		if !slices.Contains([]Role{PlainResource, UnexposedHeader}, role) && value != "" {
			parts = append(parts, fmt.Sprintf("%s=%s", role.slug(), value))
		}
	}
	slices.Sort(parts)
	if p.api != "" {
		parts = append(parts, "api="+string(p.api))
	}
	if p.resource != "" {
		parts = append(parts, "resource="+p.resource)
	}
	return strings.Join(append(append([]string{p.scenario.ID}, parts...), "browser="+browser), " ")
}

// shown returns the bindings as a report has them.
func (p *play) shown() map[string]string {
	m := map[string]string{}
	for role, value := range p.bindings {
		if value != "" {
			m[role.slug()] = value
		}
	}
	return m
}
