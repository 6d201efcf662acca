package fetch

import (
	"slices"
	"strings"
)

// IsUnsafeRequestHeaderByte reports whether a byte is a CORS-unsafe
// request-header byte. One of them in Accept or Content-Type is enough for a
// CORS-preflight request: a multipart boundary with parentheses, for instance.
//
// https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte
func IsUnsafeRequestHeaderByte(b byte) bool {
	return b < 0x20 && b != '\t' || strings.IndexByte("\"():<>?@[\\]{}\x7F", b) >= 0
}

// IsSafelistedRequestHeader reports whether a header, of any case, is a
// CORS-safelisted request-header. Engines add to the Standard's five names:
// Chromium also lets some client hints through.
//
// https://fetch.spec.whatwg.org/#cors-safelisted-request-header
func IsSafelistedRequestHeader(name, value string) bool {
	if len(value) > 128 { // step 1
		return false
	}
	switch lower(name) { // step 2
	case "accept":
		return !containsUnsafeByte(value)
	case "accept-language", "content-language":
		return !containsOther(value, func(b byte) bool {
			return isDigit(b) || isLetter(b) || strings.IndexByte(" *,-.;=", b) >= 0
		})
	case "content-type":
		if containsUnsafeByte(value) {
			return false
		}
		switch essence(value) {
		case "application/x-www-form-urlencoded", "multipart/form-data", "text/plain":
			return true
		}
	case "range":
		return isSingleRangeWithStart(value)
	}
	return false
}

func containsUnsafeByte(value string) bool {
	return containsOther(value, func(b byte) bool { return !IsUnsafeRequestHeaderByte(b) })
}

// essence returns the essence of a MIME type, or "" if it does not parse. The
// parser is the strict one: with "extract a MIME type", a browser and a naive
// server could take the same header for different types. Parameters never make
// it fail, so they are not looked at.
//
// https://mimesniff.spec.whatwg.org/#parse-a-mime-type
func essence(value string) string {
	value, _, _ = strings.Cut(value, ";")
	kind, subtype, _ := strings.Cut(strings.Trim(value, whitespace), "/")
	if !isToken(kind) || !isToken(subtype) {
		return ""
	}
	return lower(kind + "/" + subtype)
}

// isSingleRangeWithStart reports whether a Range value is "bytes=", a start, a
// hyphen and perhaps an end that is not before the start, and nothing else.
//
// https://fetch.spec.whatwg.org/#simple-range-header-value
func isSingleRangeWithStart(value string) bool {
	set, found := strings.CutPrefix(value, "bytes=") // steps 2 and 5
	start, end, hyphen := strings.Cut(set, "-")      // step 11
	if !found || !hyphen || !isDigits(start) {       // a start of null is not safelisted
		return false
	}
	return end == "" || isDigits(end) && compareDecimals(start, end) <= 0 // steps 16 and 18
}

func isDigits(s string) bool { return s != "" && !containsOther(s, isDigit) }

// compareDecimals compares two numbers of any length.
func compareDecimals(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// UnsafeRequestHeaderNames returns the CORS-unsafe request-header names of a
// header list: in lower case, sorted, each once. These are what a
// CORS-preflight request asks for.
//
// https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names
func UnsafeRequestHeaderNames(headers HeaderList) []string {
	var unsafe, potentiallyUnsafe []string
	size := 0
	for _, h := range headers { // step 4
		if IsSafelistedRequestHeader(h.Name, h.Value) {
			potentiallyUnsafe = append(potentiallyUnsafe, lower(h.Name))
			size += len(h.Value)
		} else {
			unsafe = append(unsafe, lower(h.Name))
		}
	}
	if size > 1024 { // step 5
		unsafe = append(unsafe, potentiallyUnsafe...)
	}
	slices.Sort(unsafe) // step 6
	return slices.Compact(unsafe)
}

// IsNonWildcardRequestHeaderName reports whether a name, of any case, is a CORS
// non-wildcard request-header name, which "*" does not cover.
//
// https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
func IsNonWildcardRequestHeaderName(name string) bool {
	return equalFold(name, "Authorization")
}

// IsForbiddenRequestHeader reports whether a header is a forbidden
// request-header: one that scripts cannot set. User agents drop it and say
// nothing.
//
// https://fetch.spec.whatwg.org/#forbidden-request-header
func IsForbiddenRequestHeader(name, value string) bool {
	name = lower(name)
	switch name { // step 1
	case "accept-charset", "accept-encoding", "access-control-request-headers",
		"access-control-request-method", "connection", "content-length", "cookie", "cookie2",
		"date", "dnt", "expect", "host", "keep-alive", "origin", "referer", "set-cookie", "te",
		"trailer", "transfer-encoding", "upgrade", "via":
		return true
	}
	if strings.HasPrefix(name, "proxy-") || strings.HasPrefix(name, "sec-") { // step 2
		return true
	}
	switch name { // step 3
	case "x-http-method", "x-http-method-override", "x-method-override":
		return slices.ContainsFunc(splitValue(value), IsForbiddenMethod)
	}
	return false
}

// IsForbiddenResponseHeaderName reports whether a name, of any case, is a
// forbidden response-header name, which no script can read.
//
// https://fetch.spec.whatwg.org/#forbidden-response-header-name
func IsForbiddenResponseHeaderName(name string) bool {
	name = lower(name)
	return name == "set-cookie" || name == "set-cookie2"
}

// IsSafelistedResponseHeaderName reports whether a name, of any case, is a
// CORS-safelisted response-header name, given a CORS-exposed header-name list.
// That list is taken as it is; what "*" in it means is settled before. See
// FilterCORS.
//
// https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
func IsSafelistedResponseHeaderName(name string, exposed []string) bool {
	switch lower(name) {
	case "cache-control", "content-language", "content-length", "content-type", "expires",
		"last-modified", "pragma":
		return true
	}
	return !IsForbiddenResponseHeaderName(name) && containsFold(exposed, name)
}

func containsFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return equalFold(n, name) })
}
