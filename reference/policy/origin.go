package policy

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// An Origin is one of a policy's origins, taken apart: an exact one, a pattern
// for the subdomains of a host, any at all, or the opaque one.
//
// https://fetch.spec.whatwg.org/#origin-header
type Origin struct {
	Scheme     string // "https"
	Host       string // a domain, an IPv4 address, or an IPv6 address in its brackets
	Port       int    // 0 is the scheme's default
	AnyPort    bool   // ":*"; the default too
	Subdomains bool   // hosts with one label or more in front of Host, and not Host itself
	Any        bool   // "*"; all else is zero
	Opaque     bool   // "null"; all else is zero
}

// String returns the origin as it is spelled in a policy.
func (o Origin) String() string {
	switch {
	case o.Any:
		return "*"
	case o.Opaque:
		return "null"
	}
	var wildcard, port string
	if o.Subdomains {
		wildcard = "*."
	}
	switch {
	case o.AnyPort:
		port = ":*"
	case o.Port != 0:
		port = ":" + strconv.Itoa(o.Port)
	}
	return o.Scheme + "://" + wildcard + o.Host + port
}

// ParseOrigin takes an origin apart. It accepts what user agents send, byte for
// byte, since that is what it will be compared with; the patterns
// "https://*.example.org" and "http://localhost:*", and both in one; and "*". What it
// accepts, [Origin.String] gives back unchanged. Any error is an [*Error] without a
// Field.
func ParseOrigin(s string) (Origin, error) {
	o, reason := parseOrigin(s)
	if reason != "" {
		return Origin{}, &Error{Index: -1, Value: s, Reason: reason, Expected: expectedOrigin(s, reason)}
	}
	return o, nil
}

// parseOrigin returns an empty reason if s is well-formed.
func parseOrigin(s string) (o Origin, _ Reason) {
	switch {
	case s == "":
		return o, Empty
	case s == "*":
		return Origin{Any: true}, ""
	case s == "null":
		return Origin{Opaque: true}, ""
	case strings.EqualFold(s, "null"):
		return o, UpperCase
	case strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 }):
		return o, NotASCII
	}

	scheme, rest, ok := strings.Cut(s, "://")
	switch lower := strings.ToLower(scheme); {
	case !ok || scheme == "":
		return o, MissingScheme
	case strings.Contains(scheme, "*"):
		return o, MisplacedWildcard
	case !isScheme(lower):
		return o, InvalidScheme
	case scheme != lower:
		return o, UpperCase
	case scheme == "file":
		return o, FileScheme
	}
	o.Scheme = scheme

	// A URL with more than an origin in it. User agents take a backslash for a
	// slash.
	if i := strings.IndexAny(rest, `/\?#`); i >= 0 {
		switch rest[i] {
		case '?':
			return o, HasQuery
		case '#':
			return o, HasFragment
		default:
			return o, HasPath
		}
	}
	if strings.Contains(rest, "@") {
		return o, HasUserinfo
	}

	host, port, hasPort := cutPort(rest)
	o.Host, o.Subdomains = strings.CutPrefix(host, "*.")
	switch {
	case host == "":
		return o, MissingHost
	case host != strings.ToLower(host):
		return o, UpperCase
	case strings.Contains(o.Host, "*"), strings.Contains(port, "*") && port != "*":
		return o, MisplacedWildcard
	case o.Subdomains && isAddress(o.Host):
		return o, MisplacedWildcard
	case !isDomain(o.Host) && !isAddress(o.Host):
		return o, InvalidHost
	case o.Subdomains && len(o.Host) > maxDomain-len("a."):
		return o, InvalidHost // with a label in front it would be too long
	}

	if o.AnyPort = port == "*"; hasPort && !o.AnyPort {
		if o.Port, ok = parsePort(port); !ok {
			return o, InvalidPort
		}
		if o.Port == defaultPort(scheme) {
			return o, DefaultPort
		}
	}
	return o, ""
}

// cutPort cuts the port off an authority. The colons inside an IPv6 address's
// brackets are no port's.
func cutPort(authority string) (host, port string, ok bool) {
	i := strings.LastIndexByte(authority, ':')
	if i < 0 || i < strings.LastIndexByte(authority, ']') {
		return authority, "", false
	}
	return authority[:i], authority[i+1:], true
}

func parsePort(s string) (int, bool) {
	port, err := strconv.ParseUint(s, 10, 16)
	return int(port), err == nil && s[0] != '0'
}

// defaultPort returns the port that user agents leave out, or 0.
//
// https://url.spec.whatwg.org/#default-port
func defaultPort(scheme string) int {
	switch scheme {
	case "http":
		return 80
	case "https":
		return 443
	}
	return 0
}

// maxScheme is longer than any scheme that there is.
const maxScheme = 64

// maxDomain is how long a name of the DNS can be.
//
// https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4
const maxDomain = 253

// isScheme reports whether s is a scheme in lower case.
func isScheme(s string) bool {
	if s[0] < 'a' || 'z' < s[0] || len(s) > maxScheme {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !isLowerAlphanumeric(r) && r != '+' && r != '-' && r != '.'
	})
}

// isDomain reports whether s is a domain in lower case. The Standard's grammar
// has neither underscores nor hyphens at the ends of labels, but user agents
// load pages from such hosts and send them as they are. So they do with a dot at the
// end, which makes it another host.
func isDomain(s string) bool {
	if len(s) > maxDomain {
		return false
	}
	s = strings.TrimSuffix(s, ".")
	if endsInNumber(s) {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool {
			return !isLowerAlphanumeric(r) && r != '-' && r != '_'
		}) {
			return false
		}
	}
	return true
}

// endsInNumber reports whether user agents take s for an IPv4 address, if only a
// malformed one.
//
// https://url.spec.whatwg.org/#ends-in-a-number-checker
func endsInNumber(s string) bool {
	last := s[strings.LastIndexByte(s, '.')+1:]
	digits, isHex := strings.CutPrefix(last, "0x")
	return last != "" && !strings.ContainsFunc(digits, func(r rune) bool {
		return !('0' <= r && r <= '9' || isHex && 'a' <= r && r <= 'f')
	})
}

// isAddress reports whether s is an IPv4 address, or an IPv6 address in
// brackets, in the one spelling that user agents send.
func isAddress(s string) bool {
	address, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return err == nil && serializeAddress(address) == s
}

// serializeAddress spells an address as user agents do. [netip.Addr.String] ends
// some IPv6 addresses in an IPv4 address, which user agents never do.
//
// https://url.spec.whatwg.org/#concept-ipv6-serializer
func serializeAddress(address netip.Addr) string {
	switch b := address.As16(); {
	case address.Is4():
		return address.String()
	case address.Is4In6():
		return fmt.Sprintf("[::ffff:%x:%x]", int(b[12])<<8|int(b[13]), int(b[14])<<8|int(b[15]))
	default:
		return "[" + address.WithZone("").String() + "]"
	}
}

func isLowerAlphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
}

// expectedOrigin returns what to say that an origin should have been: the very
// value, if it can be told.
func expectedOrigin(s string, reason Reason) string {
	if repaired, ok := repair(s); ok {
		return strconv.Quote(repaired)
	}
	switch reason {
	case NotASCII:
		return `the host's ASCII form, whose labels begin with "xn--"`
	case MisplacedWildcard:
		return `"*" alone, "*." in front of a domain, such as "https://*.example.org", or ":*" for any port`
	case InvalidHost:
		return `a domain of letters, digits, "-", "_" and ".", an IPv4 address, or an IPv6 address in brackets`
	case InvalidPort:
		return `a number from 1 to 65535, or "*"`
	case FileScheme:
		return "the origin of a server from which to load the page"
	default:
		return `scheme://host or scheme://host:port, such as "https://app.example.com"`
	}
}

// repair returns the origin that is left of s without all that user agents do
// not send, and reports whether it is well-formed.
func repair(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		if i := strings.IndexAny(rest, `/\?#`); i >= 0 {
			rest = rest[:i]
		}
		host, port, hasPort := cutPort(rest[strings.LastIndexByte(rest, '@')+1:])
		if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
			host = serializeAddress(address)
		}
		if n, ok := parsePort(port); hasPort && !(ok && n == defaultPort(scheme)) {
			host += ":" + port
		}
		s = scheme + "://" + host
	}
	_, reason := parseOrigin(s)
	return s, reason == ""
}
