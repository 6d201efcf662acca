package fetch

import (
	"fmt"
	"net/url"
	"strings"
)

// CORSCheck performs the CORS check for a request from an origin, with a
// credentials mode, and a response. Nil is success: the response may be shared.
// The origin is the one that the request carries, which a redirect may have
// turned into "null".
//
// https://fetch.spec.whatwg.org/#cors-check
func CORSCheck(origin string, credentials CredentialsMode, response HeaderList) *Failure {
	if failures := corsFailures(origin, credentials, response); len(failures) > 0 {
		return failures[0]
	}
	return nil
}

// corsFailures performs the CORS check to its end, so that one who repairs the
// first failure does not come back with the second.
func corsFailures(origin string, credentials CredentialsMode, response HeaderList) []*Failure {
	var failures []*Failure
	if f := allowOriginFailure(origin, credentials, response); f != nil {
		failures = append(failures, f)
	}
	if f := allowCredentialsFailure(credentials, response); f != nil {
		failures = append(failures, f)
	}
	return failures
}

// allowOriginFailure takes steps 1 to 4. The reasons of step 4 are told apart
// as Chromium tells them.
func allowOriginFailure(origin string, credentials CredentialsMode, response HeaderList) *Failure {
	const name = "Access-Control-Allow-Origin"
	expected := fmt.Sprintf("%q", origin)
	if credentials != Include {
		expected += ` or "*"`
	}
	failure := func(step string, reason Reason) *Failure {
		return fail(corsCheck, step, reason, name, given(response, name), expected)
	}

	// Step 1 joins all lines with ", ": two of them never match, not even when
	// they are equal.
	value, ok := get(response, name)
	switch {
	case !ok:
		return failure("2", MissingAllowOriginHeader)
	case value == "*" && credentials != Include: // step 3
		return nil
	case value == origin: // step 4
		return nil
	case value == "*":
		return failure("4", WildcardOriginNotAllowed)
	case strings.ContainsAny(value, " ,"):
		return failure("4", MultipleAllowOriginValues)
	case value != "null" && !isAbsolute(value):
		return failure("4", InvalidAllowOriginValue)
	}
	return failure("4", AllowOriginMismatch)
}

// isAbsolute reports whether a value is an absolute URL: not necessarily an
// origin, but meant as one. After http and the like, slashes may be missing.
//
// https://url.spec.whatwg.org/#special-authority-ignore-slashes-state
func isAbsolute(value string) bool {
	scheme, rest, _ := strings.Cut(value, ":")
	switch lower(scheme) {
	case "http", "https", "ftp", "ws", "wss":
		value = scheme + "://" + strings.TrimLeft(rest, `/\`)
	}
	u, err := url.Parse(value)
	return err == nil && u.Scheme != "" && u.Hostname() != ""
}

// allowCredentialsFailure takes steps 5 to 8.
func allowCredentialsFailure(credentials CredentialsMode, response HeaderList) *Failure {
	const name = "Access-Control-Allow-Credentials"
	if credentials != Include { // step 5
		return nil
	}
	if value, _ := get(response, name); value == "true" { // step 7
		return nil
	}
	return fail(corsCheck, "8", InvalidAllowCredentials, name, given(response, name), `"true"`)
}
