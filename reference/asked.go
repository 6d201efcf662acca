package reference

import (
	"iter"
	"strings"

	"github.com/corsproof/corsproof/reference/policy"
)

// What is read of a CORS-preflight request is bounded, so that nobody can make it
// costly.
const (
	// maxAsked is how many bytes are read of the method, and of the headers. It is more
	// than a script has reason to ask for.
	maxAsked = 2048

	// maxEmpty is how many empty elements a list of headers may have. A user agent
	// sends none, but what it passes through may change that.
	maxEmpty = 16
)

// requestedHeaders returns an iterator over the elements of
// Access-Control-Request-Headers, as they are spelled, whether or not they are header
// names. It yields false and ends where there are too many.
//
// A user agent sends one line of names in lower case, without white space and without
// empty elements, but what it passes through may change that; and other clients send
// what they like.
//
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2
func requestedHeaders(lines []string) iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		bytes, empty := 0, 0
		for _, line := range lines {
			if bytes += len(line); bytes > maxAsked {
				yield("", false)
				return
			}
			for more := true; more; {
				var element string
				element, line, more = strings.Cut(line, ",")
				element = trimSpace(element)
				if element == "" {
					if empty++; empty > maxEmpty {
						yield("", false)
						return
					}
				} else if !yield(element, true) {
					return
				}
			}
		}
	}
}

// joinRequestedHeaders returns the elements of Access-Control-Request-Headers in one
// line, or the empty string if they are not well-formed.
func joinRequestedHeaders(lines []string) string {
	var elements []string
	for name, ok := range requestedHeaders(lines) {
		if !ok || !policy.IsToken(name) {
			return ""
		}
		elements = append(elements, name)
	}
	return strings.Join(elements, ", ")
}

// trimSpace cuts optional white space off both ends.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3
func trimSpace(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' }
