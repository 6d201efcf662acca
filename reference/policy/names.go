package policy

import (
	"slices"
	"strings"
)

// IsToken reports whether s is a token, which is how methods and header names
// are spelled.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
func IsToken(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte("!#$%&'*+-.^_`|~", s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

func isAlphanumeric(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// isForbiddenMethod reports whether user agents refuse to send a method for a
// script.
//
// https://fetch.spec.whatwg.org/#forbidden-method
func isForbiddenMethod(method string) bool {
	return isOneOf(method, []string{"CONNECT", "TRACE", "TRACK"})
}

// NormalizeMethod returns a method as user agents send it.
//
// https://fetch.spec.whatwg.org/#concept-method-normalize
func NormalizeMethod(method string) string {
	if upper := strings.ToUpper(method); slices.Contains(normalizedMethods, upper) {
		return upper
	}
	return method
}

// normalizedMethods are those that user agents send in upper case, however a
// script spells them. PATCH is not among them.
var normalizedMethods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}

// isForbiddenRequestHeader reports whether user agents refuse to let a script
// set a header, whatever its value.
//
// https://fetch.spec.whatwg.org/#forbidden-request-header
func isForbiddenRequestHeader(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "proxy-") || strings.HasPrefix(name, "sec-") ||
		isOneOf(name, forbiddenRequestHeaders)
}

var forbiddenRequestHeaders = []string{
	"Accept-Charset",
	"Accept-Encoding",
	"Access-Control-Request-Headers",
	"Access-Control-Request-Method",
	"Connection",
	"Content-Length",
	"Cookie",
	"Cookie2",
	"Date",
	"DNT",
	"Expect",
	"Host",
	"Keep-Alive",
	"Origin",
	"Referer",
	"Set-Cookie",
	"TE",
	"Trailer",
	"Transfer-Encoding",
	"Upgrade",
	"Via",
}

// isForbiddenResponseHeader reports whether user agents keep a response header
// from scripts even when it is exposed.
//
// https://fetch.spec.whatwg.org/#forbidden-response-header-name
func isForbiddenResponseHeader(name string) bool {
	return isOneOf(name, []string{"Set-Cookie", "Set-Cookie2"})
}

// isOneOf reports whether s is one of the names, without regard to case.
func isOneOf(s string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(s, name) })
}
