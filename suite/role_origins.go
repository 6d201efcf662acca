package suite

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// originValues returns the origins that play a role, without those that no page
// can have here. A refused role never holds an origin that the policy allows.
func (c Claim) originValues(role Role) ([]string, *gap) {
	var values []string
	if role == AnyOrigin || role == AnyOpaqueOrigin {
		if !slices.Contains(c.Policy.AllowOrigins, "*") {
			return nil, unclaimed("the policy does not allow every origin")
		}
		values = c.candidates(role)
	} else if role == AllowedOrigin {
		for _, o := range c.allowedOrigins() {
			if !slices.Contains(values, o) {
				values = append(values, o)
			}
		}
		if len(values) == 0 {
			return nil, unclaimed("the policy allows no origin")
		}
	} else {
		if slices.Contains(c.Policy.AllowOrigins, "*") {
			return nil, unclaimed("the policy allows every origin")
		}
		for _, o := range c.candidates(role) {
			if !c.allows(o) && !slices.Contains(values, o) {
				values = append(values, o)
			}
		}
		if len(values) == 0 {
			return nil, unclaimed("no such origin is refused")
		}
	}
	// Where some can be judged, those that cannot are left out of the first place,
	// since most scenarios take the first alone.
	slices.SortStableFunc(values, func(a, b string) int {
		return strings.Compare(c.obstacle(a), c.obstacle(b))
	})
	return values, nil
}

// obstacle returns why no page of that origin can ask the target, or nothing.
func (c Claim) obstacle(origin string) string {
	switch {
	case origin == "null":
		return ""
	case fetch.MixedContent(origin, c.Target.URL):
		return MixedContent
	case address(origin) == address(c.Target.URL):
		return OriginImpossible
	}
	return ""
}

// address returns the host and port of an origin.
func address(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return origin
	}
	return net.JoinHostPort(u.Hostname(), portOf(u))
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// allowedOrigins are the exact origins of the policy, two for each pattern, one more
// for each that is allowed on any port, and one for "*".
func (c Claim) allowedOrigins() []string {
	var values []string
	for _, allowed := range c.Policy.AllowOrigins {
		allowed, anyPort := strings.CutSuffix(allowed, ":*")
		scheme, host, isPattern := pattern(allowed)
		first := len(values)
		switch {
		case allowed == "*":
			values = append(values, c.anyScheme()+"://anyone.corsproof.test")
		case isPattern:
			values = append(values, scheme+"://one."+host, scheme+"://two.one."+host)
		default:
			values = append(values, allowed)
		}
		if anyPort {
			values = append(values, values[first]+":8443")
		}
	}
	return values
}

// pattern takes a pattern such as https://*.example.org apart; the host keeps its
// port.
func pattern(allowed string) (scheme, host string, ok bool) {
	scheme, host, ok = strings.Cut(allowed, "://*.")
	return scheme, host, ok
}

// allows is the obvious matcher: it says what the policy means, in as few words as
// there are. The reference handler has a matcher of its own.
func (c Claim) allows(origin string) bool {
	for _, allowed := range c.Policy.AllowOrigins {
		origin := origin
		allowed, anyPort := strings.CutSuffix(allowed, ":*")
		if anyPort {
			origin = portAtEnd.ReplaceAllString(origin, "")
		}
		scheme, host, isPattern := pattern(allowed)
		switch {
		case allowed == "*", allowed == origin:
			return true
		case isPattern && strings.HasPrefix(origin, scheme+"://") && strings.HasSuffix(origin, "."+host):
			// The asterisk is one label or more, and a label is not empty.
			if !strings.HasPrefix(origin, scheme+"://.") {
				return true
			}
		}
	}
	return false
}

var portAtEnd = regexp.MustCompile(`:[0-9]+$`)

// anyScheme is that of pages which may call the target, where nothing else decides.
func (c Claim) anyScheme() string {
	if fetch.MixedContent("https://anyone.corsproof.test", c.Target.URL) {
		return "http"
	}
	return "https"
}

// unrelatedHost stands for any site.
const unrelatedHost = "unrelated.corsproof.test"

// candidates are the origins that would play a refused role.
func (c Claim) candidates(role Role) []string {
	switch role {
	case UnrelatedOrigin:
		return []string{c.anyScheme() + "://" + unrelatedHost}
	case OpaqueOrigin, AnyOpaqueOrigin:
		return []string{"null"}
	case AnyOrigin:
		return []string{"http://localhost:3000", "http://[2001:db8::1]:8080", "http://xn--bcher-kva.example", "http://anyone.corsproof.test:65535"}
	case LookAlike:
		return c.allLookAlikes()
	case AppOrigin:
		return appOrigins
	case UserinfoOrigin, OriginList:
		return c.unsent(role)
	}
	if likes := c.lookAlikesOf(role); likes != nil {
		return likes
	}
	var values []string
	for _, allowed := range c.Policy.AllowOrigins {
		if o := resembling(role, allowed); o != "" {
			values = append(values, o)
		}
	}
	return values
}

// resembling returns the origin that plays the role towards an allowed one, or
// nothing. For a pattern it takes the pattern's first name.
func resembling(role Role, allowed string) string {
	allowed = strings.TrimSuffix(allowed, ":*")
	scheme, domain, isPattern := pattern(allowed)
	if isPattern {
		allowed = scheme + "://one." + domain
	}
	u, err := url.Parse(allowed)
	if err != nil || u.Hostname() == "" {
		return "" // "null", or a scheme without hosts
	}
	host := withoutDot(u.Hostname())
	port := ""
	if u.Port() != "" {
		port = ":" + u.Port()
	}
	isName := net.ParseIP(host) == nil
	switch role {
	case OtherPort:
		return u.Scheme + "://" + bracketed(host) + ":" + otherPort(u)
	case OtherScheme:
		other := map[string]string{"http": "https", "https": "http"}[u.Scheme]
		if other == "" || port == ":80" || port == ":443" {
			return ""
		}
		return other + "://" + bracketed(host) + port
	}
	if !isName {
		return ""
	}
	switch role {
	case PrefixedOrigin:
		if isPattern {
			return "" // that is PatternLookAlike's, or allowed
		}
		return u.Scheme + "://evil" + host + port
	case SuffixedOrigin:
		return u.Scheme + "://" + host + ".evil.example" + port
	case UndottedOrigin:
		if isPattern || !strings.Contains(host, ".") {
			return ""
		}
		return u.Scheme + "://" + strings.Replace(host, ".", "x", 1) + port
	case SubdomainOrigin:
		return u.Scheme + "://sub." + host + port
	case ApexOrigin:
		if isPattern {
			return scheme + "://" + domain
		}
	case PatternLookAlike:
		if isPattern {
			return scheme + "://evil" + domain
		}
	}
	return ""
}

// withoutDot returns a host without the dot at its end, which makes it another host that
// names the same machine. What resembles the one resembles the other.
func withoutDot(host string) string { return strings.TrimSuffix(host, ".") }

func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// otherPort is the next port up, which for a default port is not to be had without
// special rights by anyone else on the machine; so there it is a common one.
func otherPort(u *url.URL) string {
	port, err := strconv.Atoi(u.Port())
	switch {
	case err != nil:
		return "8443"
	case port == 65535:
		return "65534"
	}
	return strconv.Itoa(port + 1)
}
