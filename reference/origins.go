package reference

import (
	"strings"
)

// maxOrigin is the length of the longest origin that is matched against a
// wildcard: a scheme of 64 bytes, a host of 253, and a port.
const maxOrigin = 64 + len("://") + 253 + len(":65535")

// origins is the policy's list of origins, made ready to match.
type origins struct {
	any      bool
	exact    map[string]bool
	patterns []pattern
}

// newOrigins makes a list ready to match.
//
// Precondition: the values are well-formed.
func newOrigins(values []string) origins {
	list := origins{exact: make(map[string]bool)}
	for _, value := range values {
		switch before, after, _ := strings.Cut(value, "*"); {
		case value == "*":
			list.any = true
		case after != "":
			list.patterns = append(list.patterns, pattern{before, after})
		default:
			list.exact[value] = true
		}
	}
	return list
}

// allow reports whether the policy allows an origin. Both are in serialized
// form, in which equal origins are equal byte for byte; so nothing is parsed,
// and nothing is done about case.
//
// https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
func (l origins) allow(origin string) bool {
	if l.exact[origin] {
		return true
	}
	if len(origin) > maxOrigin {
		return false
	}
	if l.any {
		return true
	}
	for _, p := range l.patterns {
		if p.matches(origin) {
			return true
		}
	}
	return false
}

// A pattern is what stands before and after the wildcard:
// "https://" and ".example.org:8443".
type pattern struct {
	before, after string
}

// matches reports whether one label or more fill the place of the wildcard. That
// they are labels is what keeps out "https://evil.example/.example.org".
func (p pattern) matches(origin string) bool {
	rest, hasBefore := strings.CutPrefix(origin, p.before)
	labels, hasAfter := strings.CutSuffix(rest, p.after)
	if !hasBefore || !hasAfter {
		return false
	}
	for label := range strings.SplitSeq(labels, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
}

// isLabel reports whether s is a label of a domain, as user agents send it.
func isLabel(s string) bool {
	for i := range len(s) {
		switch b := s[i]; {
		case 'a' <= b && b <= 'z', '0' <= b && b <= '9', b == '-', b == '_':
		default:
			return false
		}
	}
	return s != ""
}
