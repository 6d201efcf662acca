package suite

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A lookAlike is a way in which an origin that the policy refuses resembles one that
// it allows, or the target's own. Each is the mistake of a matcher that somebody wrote.
//
// Each is derived from the first exact origin, the first pattern or the target alone:
// a matcher that is wrong is wrong for all of them, and every origin costs a page.
type lookAlike struct {
	id     string // behind "origins.refused."
	title  string // of its scenario
	level  Level
	needs  []string // ids behind "origins.refused." of what makes it no news
	of     source
	origin func(o original) []string // none where the original has no such look-alike
}

func (l lookAlike) role() Role {
	return Role("‹" + strings.ReplaceAll(l.id, "-", " ") + " look-alike›")
}

// A source says what a look-alike looks like.
type source int

const (
	anExactOrigin source = iota // or, without one, a name that the first pattern allows
	aPattern
	theTarget
	anUnrelatedOrigin
)

// Characters that a host may have, by the URL Standard and in Chromium 156, where no
// name of the DNS has them. A matcher may take them for the end of a host.
//
// Those that it may not have never come in an Origin header: "^" and "|", white space
// and controls are rejected in a URL, "%" begins an escape, and "#/:<>?@[\]" end the
// host. Letters in upper case come as lower ones.
const strangeCharacters = "-\"{}+!~;&'(),$="

// lookAlikes is the table of what is tried besides the roles that are older than it.
// What nobody can register is informative.
var lookAlikes = []lookAlike{
	{"unrelated-scheme", "A page of an unrelated origin under the other scheme cannot read the response", Required, nil,
		anUnrelatedOrigin, func(o original) []string { return o.otherScheme().at(o.host) }},
	{"sibling", "A page of another name under the domain of an allowed origin cannot read the response", Required, nil,
		anExactOrigin, func(o original) []string { return o.inDomain(func(domain string) string { return "other." + domain }) }},
	{"parent", "A page of the domain above an allowed origin's host cannot read the response", Required, []string{"apex"},
		anExactOrigin, original.parent},
	{"prefix-domain", "A page of a domain whose name ends in an allowed origin's, without a dot between, cannot read the response", Required, []string{"pattern"},
		anExactOrigin, func(o original) []string { return o.inDomain(func(domain string) string { return "evil" + domain }) }},
	{"prefix-scheme", "A page of such a domain under the other scheme cannot read the response", Required, []string{"prefix-domain"},
		anExactOrigin, func(o original) []string {
			return o.otherScheme().inDomain(func(domain string) string { return "x" + domain })
		}},
	{"subdomain-scheme", "A page on a sub-domain of an allowed origin under the other scheme cannot read the response", Required, nil,
		anExactOrigin, func(o original) []string { return o.otherScheme().at("sub." + o.host) }},
	{"middle", "A page with an allowed host in the middle of its own cannot read the response", Required, []string{"suffix"},
		anExactOrigin, func(o original) []string { return o.at("evil-" + o.host + evil) }},
	{"suffix-undotted", "A page whose last label begins with an allowed one's cannot read the response", Informative, []string{"suffix"},
		anExactOrigin, func(o original) []string { return o.at(o.host + "evil") }},
	{"last-dot", "A page whose host has another character for the last dot of an allowed one cannot read the response", Informative, []string{"dot", "pattern-dot"},
		anExactOrigin, func(o original) []string {
			i := strings.LastIndex(o.host, ".")
			if i < 0 {
				return nil
			}
			return o.at(o.host[:i] + "x" + o.host[i+1:])
		}},
	{"every-dot", "A page whose host has another character for each dot of an allowed one cannot read the response", Informative, []string{"dot"},
		anExactOrigin, func(o original) []string { return o.dots("x") }},
	{"no-dots", "A page whose host is an allowed one without its dots cannot read the response", Informative, nil,
		anExactOrigin, func(o original) []string { return o.dots("") }},
	{"first-letter-dropped", "A page whose host lacks the first letter of an allowed one cannot read the response", Required, []string{"sibling"},
		anExactOrigin, func(o original) []string { return o.at(o.host[1:]) }},
	{"first-letter-replaced", "A page whose host differs from an allowed one in its first letter cannot read the response", Required, []string{"sibling"},
		anExactOrigin, func(o original) []string { return o.at(replaced(o.host[:1]) + o.host[1:]) }},
	{"last-letter-dropped", "A page whose host lacks the last letter of an allowed one cannot read the response", Recommended, nil,
		anExactOrigin, func(o original) []string { return o.at(o.host[:len(o.host)-1]) }},
	{"homograph", "A page whose host looks like an allowed one in another script cannot read the response", Required, nil,
		anExactOrigin, original.homograph},
	{"trailing-dot", "A page of an allowed host with a dot at its end, which is another origin, cannot read the response", Recommended, []string{"suffix"},
		anExactOrigin, func(o original) []string { return o.at(o.host + ".") }},
	{"underscore", "A page whose host goes on after an allowed one with an underscore cannot read the response", Required, []string{"suffix"},
		anExactOrigin, func(o original) []string { return o.at(o.host + "_" + evil) }},
	{"backtick", "A page whose host goes on after an allowed one with a backtick cannot read the response", Required, []string{"suffix"},
		anExactOrigin, func(o original) []string { return o.at(o.host + "`" + evil) }},
	{"character", "A page whose host goes on after an allowed one with a character that no name has cannot read the response", Required, []string{"suffix"},
		anExactOrigin, func(o original) []string { return o.each(strangeCharacters, "%s%s"+evil) }},
	{"character-label", "A page whose host goes on after an allowed one with a label of such a character cannot read the response", Required, []string{"suffix"},
		anExactOrigin, func(o original) []string { return o.each(strangeCharacters, "%s.%s"+evil) }},
	{"asterisk", "A page whose host goes on after an allowed one with an asterisk, which is sent as %2A, cannot read the response", Required, []string{"suffix"},
		anExactOrigin, func(o original) []string { return slices.Concat(o.at(o.host+"%2A"+evil), o.at(o.host+".%2A"+evil)) }},
	{"long", "A page of the longest host there can be, which begins with an allowed one, cannot read the response", Required, []string{"suffix"},
		anExactOrigin, original.longest},
	{"port-longer", "A page on a port that begins with an allowed origin's cannot read the response", Required, []string{"port"},
		anExactOrigin, original.longerPort},
	{"port-shorter", "A page on a port with which an allowed origin's begins cannot read the response", Required, []string{"port"},
		anExactOrigin, original.shorterPort},
	{"port-missing", "A page on the default port, where an allowed origin has another, cannot read the response", Required, []string{"port"},
		anExactOrigin, func(o original) []string {
			if o.port == "" {
				return nil
			}
			o.port = ""
			return o.at(o.host)
		}},

	{"pattern-dot", "A page whose host has another character for a dot of a sub-domain pattern cannot read the response", Required, nil,
		aPattern, func(o original) []string {
			if !strings.Contains(o.host, ".") {
				return nil
			}
			return o.at("one." + strings.Replace(o.host, ".", "x", 1))
		}},
	{"pattern-empty", "A page whose host begins with the dot of a sub-domain pattern cannot read the response", Informative, []string{"pattern"},
		aPattern, func(o original) []string { return []string{o.scheme + "://." + o.host + o.port} }},

	{"localhost", "A page on localhost cannot read the response", Required, nil,
		anExactOrigin, func(o original) []string {
			return []string{"http://localhost" + o.port, "http://localhost:3000"}
		}},
	{"loopback", "A page on 127.0.0.1 cannot read the response", Required, nil,
		anExactOrigin, func(o original) []string { return []string{"http://127.0.0.1" + o.port} }},
	{"loopback-v6", "A page on [::1] cannot read the response", Required, nil,
		anExactOrigin, func(o original) []string { return []string{"http://[::1]" + o.port} }},
	{"localhost-name", "A page whose host begins with localhost cannot read the response", Required, nil,
		anExactOrigin, func(o original) []string {
			return []string{"http://localhost" + evil + o.port, "https://localhost" + evil + o.port}
		}},
	{"private", "A page on a private address cannot read the response", Required, nil,
		anExactOrigin, func(o original) []string {
			return []string{"http://10.0.0.1" + o.port, "http://192.168.0.1" + o.port}
		}},
	{"private-name", "A page whose host begins with a private address cannot read the response", Required, nil,
		anExactOrigin, func(o original) []string {
			return []string{"http://10.0.0.1" + evil + o.port, "http://192.168.0.1" + evil + o.port}
		}},

	{"target-scheme", "A page of the target's own host under the other scheme cannot read the response", Required, nil,
		theTarget, func(o original) []string {
			other := o.otherScheme()
			other.port = "" // with the same one it would be the target's own address
			return other.at(o.host)
		}},
	{"target-port", "A page on another port of the target's own host cannot read the response", Required, nil,
		theTarget, func(o original) []string { return []string{o.scheme + "://" + bracketed(o.host) + ":" + o.nextPort()} }},
	{"target-subdomain", "A page on a sub-domain of the target's own host cannot read the response", Required, nil,
		theTarget, func(o original) []string { return o.at("sub." + o.host) }},
	{"target-subdomain-scheme", "A page on a sub-domain of the target's own host under the other scheme cannot read the response", Required, nil,
		theTarget, func(o original) []string { return o.otherScheme().at("sub." + o.host) }},
	{"target-suffix", "A page whose host begins with the target's own cannot read the response", Required, nil,
		theTarget, func(o original) []string { return o.at(o.host + evil) }},
	{"target-prefix", "A page of a domain whose name ends in the target's own, without a dot between, cannot read the response", Required, nil,
		theTarget, func(o original) []string { return o.inDomain(func(domain string) string { return "evil" + domain }) }},
	{"target-parent", "A page of the domain above the target's own host cannot read the response", Required, nil,
		theTarget, original.parent},
}

// evil is the end of a host that an attacker has.
const evil = ".evil.example"

// lookAlikesOf returns the origins that play the role, or nothing.
func (c Claim) lookAlikesOf(role Role) []string {
	i := slices.IndexFunc(lookAlikes, func(l lookAlike) bool { return l.role() == role })
	if i < 0 {
		return nil
	}
	l := lookAlikes[i]
	o, ok := c.original(l.of)
	if !ok {
		return nil
	}
	return l.origin(o)
}

// olderLikenesses are the ways in which origins look alike that are tried for each
// allowed one.
var olderLikenesses = []struct {
	id   string
	role Role
}{
	{"port", OtherPort}, {"scheme", OtherScheme}, {"prefix", PrefixedOrigin}, {"suffix", SuffixedOrigin}, {"dot", UndottedOrigin},
	{"subdomain", SubdomainOrigin}, {"apex", ApexOrigin}, {"pattern", PatternLookAlike},
}

// allLookAlikes returns the first look-alike of each kind that matters and that the
// policy refuses.
func (c Claim) allLookAlikes() []string {
	var origins []string
	add := func(role Role) {
		if values, g := c.originValues(role); g == nil {
			origins = append(origins, values[0])
		}
	}
	for _, older := range olderLikenesses {
		add(older.role)
	}
	for _, l := range lookAlikes {
		if l.level == Required {
			add(l.role())
		}
	}
	return origins
}

// An original is what look-alikes look like.
type original struct {
	scheme string
	host   string // without brackets
	port   string // with its colon; empty for the scheme's default
}

// original returns the first one of a source.
func (c Claim) original(s source) (original, bool) {
	switch s {
	case theTarget:
		return parseOriginal(c.Target.URL)
	case anUnrelatedOrigin:
		return parseOriginal(c.candidates(UnrelatedOrigin)[0])
	}
	var exact, fromPattern, patterns []string
	for _, allowed := range c.Policy.AllowOrigins {
		allowed = strings.TrimSuffix(allowed, ":*")
		scheme, host, isPattern := pattern(allowed)
		if isPattern {
			patterns = append(patterns, scheme+"://"+host)
			fromPattern = append(fromPattern, scheme+"://one."+host)
		} else {
			exact = append(exact, allowed)
		}
	}
	if s == aPattern {
		return firstOriginal(patterns)
	}
	return firstOriginal(append(exact, fromPattern...))
}

func firstOriginal(origins []string) (original, bool) {
	for _, origin := range origins {
		if o, ok := parseOriginal(origin); ok {
			o.host = withoutDot(o.host)
			return o, true
		}
	}
	return original{}, false
}

// parseOriginal takes an origin apart on which a page can live.
func parseOriginal(origin string) (original, bool) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return original{}, false
	}
	o := original{scheme: u.Scheme, host: u.Hostname()}
	if u.Port() != "" {
		o.port = ":" + u.Port()
	}
	return o, true
}

// at returns the origin of another host, with the original's scheme and port. An
// address has no names that look like it, and no label of a name is empty but the last.
func (o original) at(host string) []string {
	if o.isAddress() || host == "" || host[0] == '.' || strings.Contains(host, "..") || len(host) > longestHost {
		return nil
	}
	return []string{o.scheme + "://" + host + o.port}
}

// longestHost is how long a name of the DNS can be.
//
// https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4
const longestHost = 253

func (o original) isAddress() bool { return net.ParseIP(o.host) != nil }

// otherScheme keeps the port, unless it is a default one.
func (o original) otherScheme() original {
	o.scheme = map[string]string{"http": "https", "https": "http"}[o.scheme]
	if o.port == ":80" || o.port == ":443" {
		o.port = ""
	}
	return o
}

// inDomain returns the origin of a host that is made of the original's registrable
// domain.
func (o original) inDomain(host func(domain string) string) []string {
	domain := site(o.host)
	if !strings.Contains(domain, ".") {
		return nil // localhost and the like
	}
	return o.at(host(domain))
}

func (o original) parent() []string {
	_, above, _ := strings.Cut(o.host, ".")
	if !strings.Contains(above, ".") {
		return nil // a top-level domain has no pages
	}
	return o.at(above)
}

// dots puts something else in the place of every dot.
func (o original) dots(by string) []string {
	if strings.Count(o.host, ".") < 1 {
		return nil
	}
	return o.at(strings.ReplaceAll(o.host, ".", by))
}

// each returns an origin for each character: format has the host first and then the
// character.
func (o original) each(characters, format string) []string {
	var origins []string
	before, after, _ := strings.Cut(strings.TrimPrefix(format, "%s"), "%s")
	for _, c := range characters {
		origins = append(origins, o.at(o.host+before+string(c)+after)...)
	}
	return origins
}

// replaced returns another letter.
func replaced(letter string) string {
	if letter == "x" {
		return "y"
	}
	return "x"
}

// homographs are letters of the Cyrillic script that look like Latin ones.
var homographs = map[rune]rune{'a': 'а', 'c': 'с', 'e': 'е', 'i': 'і', 'o': 'о', 'p': 'р', 's': 'ѕ', 'x': 'х', 'y': 'у'}

// homograph replaces every letter of the registrable name that it can, as whoever
// registers one would.
func (o original) homograph() []string {
	return o.inDomain(func(domain string) string {
		name, rest, _ := strings.Cut(domain, ".")
		like := strings.Map(func(r rune) rune {
			if h, ok := homographs[r]; ok {
				return h
			}
			return r
		}, name)
		ascii, err := idna.Punycode.ToASCII(like)
		if like == name || err != nil {
			return ""
		}
		return strings.TrimSuffix(o.host, domain) + ascii + "." + rest
	})
}

// longest fills the host up with labels of the longest kind.
func (o original) longest() []string {
	host := o.host
	for room := longestHost - len(host) - len(evil); room > 1; room = longestHost - len(host) - len(evil) {
		host += "." + strings.Repeat("e", min(room-1, 63))
	}
	return o.at(host + evil)
}

// longerPort adds a digit, where that is a port that browsers call.
func (o original) longerPort() []string {
	if o.port == "" {
		return nil
	}
	for digit := range 10 {
		port := o.port[1:] + strconv.Itoa(digit)
		if n, _ := strconv.Atoi(port); n <= 65535 && !fetch.IsBadPort(port) {
			return []string{o.scheme + "://" + bracketed(o.host) + ":" + port}
		}
	}
	return nil
}

// shorterPort drops the last digit.
func (o original) shorterPort() []string {
	if len(o.port) < 3 {
		return nil
	}
	port := o.port[1 : len(o.port)-1]
	if port == "80" || port == "443" || fetch.IsBadPort(port) {
		return nil
	}
	return []string{o.scheme + "://" + bracketed(o.host) + ":" + port}
}

func (o original) nextPort() string {
	u, _ := url.Parse(o.scheme + "://" + bracketed(o.host) + o.port)
	return otherPort(u)
}

// appOrigins are those of programs that are no web pages. CORS does not bind them: an
// app or an extension asks as its user lets it.
var appOrigins = []string{
	"capacitor://localhost", "ionic://localhost", "tauri://localhost", "file://",
	"chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
}

// unsent returns a value of the Origin header that no browser sends.
func (c Claim) unsent(role Role) []string {
	o, ok := c.original(anExactOrigin)
	if !ok {
		return nil
	}
	allowed := o.scheme + "://" + bracketed(o.host) + o.port
	if role == UserinfoOrigin {
		return []string{allowed + "@unrelated.corsproof.test"}
	}
	return []string{allowed + ", " + c.candidates(UnrelatedOrigin)[0]}
}
