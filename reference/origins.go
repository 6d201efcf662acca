package reference

import (
	"slices"
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
	any     bool
	exact   map[string]struct{}
	hosts   hosts // of patterns, with the port if there is one: ".example.org:8443"
	anyPort hosts // of patterns for any port
}

// newOrigins makes a list ready to match.
//
// Precondition: the values are well-formed.
func newOrigins(values []string) *origins {
	list := &origins{
		exact:   make(map[string]struct{}),
		hosts:   hosts{schemes: make(map[string][]string)},
		anyPort: hosts{schemes: make(map[string][]string)},
	}
	for _, value := range values {
		o, _ := policy.ParseOrigin(value)
		host := strings.TrimPrefix(value, o.Scheme+"://")
		switch {
		case o.Any:
			list.any = true
		case o.AnyPort:
			list.anyPort.add(o.Scheme, strings.TrimSuffix(host, ":*"))
		case o.Subdomains:
			list.hosts.add(o.Scheme, host)
		default:
			list.exact[value] = struct{}{}
		}
	}
	return list
}

func (l *origins) empty() bool {
	return !l.any && len(l.exact)+len(l.hosts.lengths)+len(l.anyPort.lengths) == 0
}

// allow reports whether the list has an origin, or a pattern for it.
func (l *origins) allow(origin string) bool {
	if len(origin) > maxOrigin {
		return false
	}
	if _, ok := l.exact[origin]; ok {
		return true
	}
	if l.any {
		return isOrigin(origin)
	}
	if len(l.hosts.lengths)+len(l.anyPort.lengths) == 0 {
		return false
	}
	scheme, host, ok := cutScheme(origin)
	if !ok {
		return false
	}
	if l.hosts.match(scheme, host) {
		return true
	}
	if len(l.anyPort.lengths) == 0 {
		return false
	}
	host, ok = cutPort(scheme, host)
	return ok && l.anyPort.match(scheme, host)
}

// hosts are the hosts of patterns. One that begins with a dot stands for all that end
// so, with one label or more in front.
type hosts struct {
	schemes map[string][]string // that each has
	lengths []int               // that there are of hosts, each once
}

// add adds the host of a pattern, such as "*.example.org".
func (h *hosts) add(scheme, host string) {
	host = strings.TrimPrefix(host, "*")
	h.schemes[host] = append(h.schemes[host], scheme)
	if !slices.Contains(h.lengths, len(host)) {
		h.lengths = append(h.lengths, len(host))
	}
}

// match reports whether there is a pattern for a host: for its end at a dot, with labels
// in front, or for all of it. It looks up as many ends as patterns have lengths, however
// many labels the host has.
func (h *hosts) match(scheme, host string) bool {
	for _, length := range h.lengths {
		front := len(host) - length
		if front < 0 || (host[front] == '.') != (front > 0) {
			continue
		}
		if slices.Contains(h.schemes[host[front:]], scheme) && areLabels(host[:front]) {
			return true
		}
	}
	return false
}

// areLabels reports whether s is nothing but labels with a dot between, as user agents
// send them, or nothing. That is what keeps out "https://evil.example/.example.org".
func areLabels(s string) bool {
	for i := range len(s) {
		if !isLabelByte(s[i]) && (s[i] != '.' || i == 0 || s[i-1] == '.') {
			return false
		}
	}
	return s == "" || s[len(s)-1] != '.'
}

// cutScheme cuts the scheme off an origin.
func cutScheme(origin string) (scheme, host string, ok bool) {
	i := strings.IndexByte(origin, ':')
	if i < 0 || !strings.HasPrefix(origin[i:], "://") {
		return "", "", false
	}
	return origin[:i], origin[i+len("://"):], true
}

// cutPort cuts the port off a host, if it has one, and reports whether it is one that
// user agents send: a number from 1 to 65535, and not the scheme's default. The colons
// inside an IPv6 address's brackets are no port's.
func cutPort(scheme, host string) (_ string, ok bool) {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || i < strings.LastIndexByte(host, ']') {
		return host, true
	}
	host, port := host[:i], host[i+1:]
	if port == "" || len(port) > 5 || port[0] == '0' {
		return host, false
	}
	n := 0
	for j := range len(port) {
		digit := port[j] - '0'
		if digit > 9 {
			return host, false
		}
		n = 10*n + int(digit)
	}
	isDefault := n == 80 && scheme == "http" || n == 443 && scheme == "https"
	return host, n <= 65535 && !isDefault
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
	scheme, host, ok := cutScheme(s)
	if !ok {
		return s == "null"
	}
	host, ok = cutPort(scheme, host)
	if !ok || scheme == "" || host == "" || len(host) > maxHost {
		return false
	}
	for i := range len(scheme) {
		if b := scheme[i]; !isLowerAlphanumeric(b) && b != '+' && b != '-' && b != '.' {
			return false
		}
	}
	for i := range len(host) {
		if b := host[i]; !isLabelByte(b) && (b <= ' ' || b >= 0x7f || 'A' <= b && b <= 'Z' || strings.IndexByte(`/\?#@,"`, b) >= 0) {
			return false
		}
	}
	return true
}

// isLabelByte reports whether b may stand in a label of a domain, as user agents send
// it.
func isLabelByte(b byte) bool { return isLowerAlphanumeric(b) || b == '-' || b == '_' }

func isLowerAlphanumeric(b byte) bool { return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' }
