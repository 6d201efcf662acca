package fetch

// IsSafelistedMethod reports whether a method is a CORS-safelisted method. It
// compares exact bytes: normalize a script's spelling first.
//
// https://fetch.spec.whatwg.org/#cors-safelisted-method
func IsSafelistedMethod(method string) bool {
	return method == "GET" || method == "HEAD" || method == "POST"
}

// IsForbiddenMethod reports whether a method is a forbidden method, in any
// case. A script that asks for one gets an exception, and nothing is sent.
//
// https://fetch.spec.whatwg.org/#forbidden-method
func IsForbiddenMethod(method string) bool {
	switch upper(method) {
	case "CONNECT", "TRACE", "TRACK":
		return true
	}
	return false
}

// NormalizeMethod returns the method as it goes over the wire. Only the six
// oldest methods are upper-cased; PATCH is not one of them, so that "patch"
// stays "patch" and needs a server that lists "patch".
//
// https://fetch.spec.whatwg.org/#concept-method-normalize
func NormalizeMethod(method string) string {
	switch upper := upper(method); upper {
	case "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT":
		return upper
	}
	return method
}
