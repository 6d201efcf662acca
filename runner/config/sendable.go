package config

import (
	"slices"
	"strings"
)

// What a script or a browser would refuse to send, or would silently leave out,
// is a mistake in the file: the target would otherwise be blamed for not having
// seen it.

// headerValueProblem says why a script cannot set a header to this value.
//
// https://fetch.spec.whatwg.org/#header-value
func headerValueProblem(name, value string) (problem, expected string) {
	switch {
	case strings.Trim(value, "\t\n\r ") != value:
		return "begins or ends with a blank, which is not sent", "expected it without"
	case strings.ContainsAny(value, "\x00\r\n"):
		return "has a line break or a NUL", "expected one line"
	case strings.ContainsFunc(value, func(c rune) bool { return c > 0xFF }):
		return "has a character that is no byte", "expected characters up to U+00FF"
	case slices.Contains(methodOverrides, strings.ToLower(name)) && namesForbiddenMethod(value):
		return "makes the header forbidden to scripts", "expected another method than CONNECT, TRACE or TRACK"
	}
	return "", ""
}

// methodOverrides are the headers that are forbidden for some values.
var methodOverrides = []string{"x-http-method", "x-http-method-override", "x-method-override"}

func namesForbiddenMethod(value string) bool {
	for m := range strings.SplitSeq(value, ",") {
		switch strings.ToUpper(strings.Trim(m, "\t ")) {
		case "CONNECT", "TRACE", "TRACK":
			return true
		}
	}
	return false
}

// cookieNameProblem says why a browser cannot store a cookie of this name. It
// asks for less than a token, as browsers do.
//
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-5.7
func cookieNameProblem(name string) (problem, expected string) {
	switch {
	case name == "":
		return "is empty", "expected the name of the cookie"
	case strings.ContainsAny(name, "=;") || strings.ContainsFunc(name, isControl) || strings.TrimSpace(name) != name:
		return "has a character that no cookie name has", "expected no =, no semicolon, no control character, and no blank around it"
	}
	return "", ""
}

func cookieValueProblem(value string) (problem, expected string) {
	if strings.Contains(value, ";") || strings.ContainsFunc(value, isControl) || strings.TrimSpace(value) != value {
		return "has a character that no cookie value has", "expected no semicolon, no control character, and no blank around it"
	}
	return "", ""
}

func isControl(c rune) bool { return c < ' ' || c == 0x7F }
