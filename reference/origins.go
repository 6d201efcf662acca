package reference

import (
	"strings"

	"github.com/corsproof/corsproof/reference/policy"
)

// maxOrigin is the length of the longest origin that is looked at: a scheme of 64
// bytes, a host of 253, and a port.
const (
	maxHost   = 253
	maxOrigin = 64 + len("://") + maxHost + len(":65535")
)

// origins is the policy's list of origins, made ready to match in a time that does not
// grow with the list.
//
// An origin is compared in serialized form, in which equal origins are equal byte for
// byte; so nothing is done about case, and those that are listed themselves are not
// even parsed.
//
// https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
type origins struct {
	any      bool
	exact    map[string]struct{}
	patterns map[pattern]struct{}
	lengths  [maxHost + 1]bool // of the hosts of the patterns
}

// A pattern is an origin in parts, some of which stand for more.
type pattern struct {
	scheme string
	host   string // ".example.org" stands for all hosts that end so
	port   string // "*" stands for every port, and for none; empty is the default
}

// newOrigins makes a list ready to match.
//
// Precondition: the values are well-formed.
func newOrigins(values []string) *origins {
	list := &origins{exact: make(map[string]struct{}), patterns: make(map[pattern]struct{})}
	for _, value := range values {
		switch o, _ := policy.ParseOrigin(value); {
		case o.Any:
			list.any = true
		case o.Subdomains || o.AnyPort:
			p, _ := split(strings.Replace(value, "*.", ".", 1))
			list.patterns[p] = struct{}{}
			list.lengths[len(p.host)] = true
		default:
			list.exact[value] = struct{}{}
		}
	}
	return list
}

func (l *origins) empty() bool { return !l.any && len(l.exact)+len(l.patterns) == 0 }

// allow reports whether the list has an origin, or a pattern for it.
func (l *origins) allow(origin string) bool {
	if len(origin) > maxOrigin {
		return false
	}
	if _, ok := l.exact[origin]; ok {
		return true
	}
	switch {
	case l.any:
		return isOrigin(origin)
	case len(l.patterns) > 0:
		o, ok := split(origin)
		return ok && isPort(o) && l.match(o)
	}
	return false
}

// match reports whether there is a pattern for an origin: for its host, or for what is
// left of its host without one label or more. Nothing but labels is left out, which is
// what keeps out "https://evil.example/.example.org".
func (l *origins) match(o pattern) bool {
	if o.host == "" || o.host[0] == '.' || len(o.host) > maxHost {
		return false
	}
	if l.has(o) {
		return true
	}
	label := 0 // how much there is of the one that is being read
	for i := range len(o.host) {
		switch {
		case isLabelByte(o.host[i]):
			label++
		case o.host[i] == '.' && label > 0:
			if l.has(pattern{o.scheme, o.host[i:], o.port}) {
				return true
			}
			label = 0
		default:
			return false
		}
	}
	return false
}

// has reports whether the list has this very pattern, or it with any port. No pattern
// has a host of most lengths; so a host of a hundred labels is not looked up a hundred
// times.
func (l *origins) has(p pattern) bool {
	if !l.lengths[len(p.host)] {
		return false
	}
	_, ok := l.patterns[p]
	if !ok {
		p.port = "*"
		_, ok = l.patterns[p]
	}
	return ok
}

// split takes an origin apart at "://" and at the port's colon, without a look at the
// parts. The colons inside an IPv6 address's brackets are no port's.
func split(origin string) (_ pattern, ok bool) {
	scheme, host, ok := strings.Cut(origin, "://")
	if !ok {
		return pattern{}, false
	}
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		return pattern{scheme, host[:i], host[i+1:]}, host[i+1:] != ""
	}
	return pattern{scheme, host, ""}, true
}

// isPort reports whether the origin's port is one that user agents send: a number from
// 1 to 65535, and not the scheme's default.
func isPort(o pattern) bool {
	switch {
	case o.port == "":
		return true
	case len(o.port) > 5 || o.port[0] == '0':
		return false
	case o.port == "80" && o.scheme == "http", o.port == "443" && o.scheme == "https":
		return false
	}
	n := 0
	for i := range len(o.port) {
		digit := o.port[i] - '0'
		if digit > 9 {
			return false
		}
		n = 10*n + int(digit)
	}
	return n <= 65535
}

// isOrigin reports whether s may be what a user agent sends, for those who allow it
// without having it listed: "null", or a scheme, a host and perhaps a port, where
// nothing stands that would end them.
//
// https://fetch.spec.whatwg.org/#origin-header
func isOrigin(s string) bool {
	if len(s) > maxOrigin {
		return false
	}
	o, ok := split(s)
	if !ok {
		return s == "null"
	}
	for i := range len(o.scheme) {
		if b := o.scheme[i]; !isLowerAlphanumeric(b) && b != '+' && b != '-' && b != '.' {
			return false
		}
	}
	for i := range len(o.host) {
		if b := o.host[i]; b <= ' ' || b >= 0x7f || 'A' <= b && b <= 'Z' || strings.IndexByte(`/\?#@,"`, b) >= 0 {
			return false
		}
	}
	return o.scheme != "" && o.host != "" && len(o.host) <= maxHost && isPort(o)
}

// isLabelByte reports whether b may stand in a label of a domain, as user agents send
// it.
func isLabelByte(b byte) bool { return isLowerAlphanumeric(b) || b == '-' || b == '_' }

func isLowerAlphanumeric(b byte) bool { return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' }
