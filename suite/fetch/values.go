package fetch

import (
	"fmt"
	"strings"
	"time"
)

// A TokenError reports a header whose value does not match #token.
type TokenError struct {
	Header  string // the header's name
	Element string // the first element that is no token
}

func (e *TokenError) Error() string {
	return fmt.Sprintf("%s has the element %q, which is not a token", e.Header, e.Element)
}

// ExtractTokens extracts header list values from the headers called name, whose
// ABNF is #token: #method or #field-name. It reports whether there is such a
// header. Empty elements are fine; one element that is no token is failure for
// all of them, which is a *TokenError.
//
// https://fetch.spec.whatwg.org/#extract-header-list-values
func ExtractTokens(list HeaderList, name string) (values []string, ok bool, err error) {
	for _, line := range list.Values(name) { // step 4
		ok = true
		for element := range strings.SplitSeq(line, ",") {
			// RFC 9110, section 5.6.1.2: a recipient takes empty elements and
			// optional whitespace. Other control bytes are not whitespace.
			element = strings.Trim(element, tabOrSpace)
			switch {
			case element == "":
			case isToken(element):
				values = append(values, element)
			default:
				return nil, true, &TokenError{name, element}
			}
		}
	}
	return values, ok, nil
}

// DeltaSeconds parses a value as delta-seconds, which are digits alone, and
// reports whether it is. Numbers that are too great are the greatest one.
//
// https://www.rfc-editor.org/rfc/rfc9111#section-1.2.2
func DeltaSeconds(value string) (time.Duration, bool) {
	if !isDigits(value) {
		return 0, false
	}
	const greatest = 1 << 31 // the RFC's stand-in for infinity
	seconds := 0
	for i := range len(value) {
		seconds = min(10*seconds+int(value[i]-'0'), greatest)
	}
	return time.Duration(seconds) * time.Second, true
}

// DefaultMaxAge is how long a user agent remembers the answer to a
// CORS-preflight request that names no usable Access-Control-Max-Age.
//
// https://fetch.spec.whatwg.org/#http-access-control-max-age
const DefaultMaxAge = 5 * time.Second

// MaxAge returns what Access-Control-Max-Age asks for, before a user agent's
// own limit. A header that is absent, repeated or no delta-seconds counts as
// DefaultMaxAge.
//
// That goes for "-1" too, by the letter of the Standard. Engines and
// web-platform-tests take a negative number as a reason not to remember at all,
// and Firefox takes any other letter so; write 0 for that.
//
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
func MaxAge(response HeaderList) time.Duration {
	values := response.Values("Access-Control-Max-Age")
	if len(values) != 1 { // extract header list values, steps 1 and 2
		return DefaultMaxAge
	}
	age, ok := DeltaSeconds(strings.Trim(values[0], tabOrSpace))
	if !ok {
		return DefaultMaxAge
	}
	return age
}

// get returns a header's combined value as a user agent reads it, and whether
// there is one. By definition a header value has no tab or space at its ends;
// recordings may have kept them.
func get(list HeaderList, name string) (value string, ok bool) {
	values := list.Values(name)
	for i := range values {
		values[i] = strings.Trim(values[i], tabOrSpace)
	}
	return strings.Join(values, ", "), len(values) > 0
}

// splitValue gets, decodes and splits a value: at commas, but not inside a
// quoted string.
//
// https://fetch.spec.whatwg.org/#header-value-get-decode-and-split
func splitValue(value string) []string {
	var values []string
	quoted, start := false, 0
	for i := 0; i < len(value); i++ {
		switch {
		case quoted && value[i] == '\\':
			i++
		case value[i] == '"':
			quoted = !quoted
		case value[i] == ',' && !quoted:
			values = append(values, strings.Trim(value[start:i], tabOrSpace))
			start = i + 1
		}
	}
	return append(values, strings.Trim(value[start:], tabOrSpace))
}
