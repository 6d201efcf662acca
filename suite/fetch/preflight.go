package fetch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NeedsPreflight reports whether the request needs a CORS-preflight request if
// it goes to another origin than the page's and no cache knows the answer.
//
// https://fetch.spec.whatwg.org/#main-fetch
func NeedsPreflight(r Request) bool { return newRequest("", r).needsPreflight() }

// needsPreflight is the condition of main fetch, step 12.
func (req *request) needsPreflight() bool {
	return req.mode == CORSMode && (req.useCORSPreflight || !IsSafelistedMethod(req.method) ||
		len(UnsafeRequestHeaderNames(req.headers)) > 0)
}

// PreflightRequest returns the CORS-preflight request for a script's request.
// User agents add headers that CORS does not know, such as User-Agent, but
// neither cookies nor what the script sets.
//
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
func PreflightRequest(origin string, r Request) WireRequest {
	return newRequest(origin, r).preflight()
}

func (req *request) preflight() WireRequest {
	headers := HeaderList{ // steps 2 and 3
		{"Accept", "*/*"},
		{"Access-Control-Request-Method", req.method},
	}
	if names := UnsafeRequestHeaderNames(req.headers); len(names) > 0 { // steps 4 and 5
		// No space after the comma: the Standard says that it means it.
		headers = headers.With("Access-Control-Request-Headers", strings.Join(names, ","))
	}
	w := WireRequest{Method: "OPTIONS", Headers: headers.With("Origin", req.serializedOrigin())}
	if len(req.urls) > 0 {
		w.URL = wireURL(req.currentURL())
	}
	return w
}

// A Permission is what a response to a CORS-preflight request allows: the
// entries that it makes in the CORS-preflight cache.
type Permission struct {
	Methods []string      // as listed; may hold "*"
	Headers []string      // header names as listed; may hold "*"
	MaxAge  time.Duration // as the server asks, before the user agent's limit
}

// CheckPreflight judges the response to a CORS-preflight request that went out
// for a script's request. It returns every failure, in the order in which a user
// agent meets them; it stops at the first. The permission is the zero value
// unless there is none.
//
// Where the Standard and engines differ, this is the Standard: "*" in
// Access-Control-Allow-Headers does not cover Authorization, though Chromium,
// Firefox and WebKit all let it pass (https://github.com/whatwg/fetch/issues/1919).
//
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
func CheckPreflight(origin string, r Request, response WireResponse) (Permission, []*Failure) {
	return newRequest(origin, r).checkPreflight(origin, response)
}

func (req *request) checkPreflight(origin string, response WireResponse) (Permission, []*Failure) {
	var failures []*Failure

	// Step 7 wants a successful CORS check and an ok status, in this order. A
	// redirect comes first all the same: user agents give up on it at once.
	redirected := isRedirectStatus(response.Status) && response.Headers.Contains("Location")
	if redirected {
		failures = append(failures, statusFailure(PreflightDisallowedRedirect, response))
	}
	for _, f := range corsFailures(origin, req.credentials, response.Headers) {
		f.Reason = ofPreflight(f.Reason)
		failures = append(failures, f)
	}
	if !redirected && (response.Status < 200 || response.Status > 299) {
		failures = append(failures, statusFailure(PreflightInvalidStatus, response))
	}

	permission, listFailures := req.checkLists(response.Headers)
	failures = append(failures, listFailures...)
	if len(failures) > 0 {
		return Permission{}, failures
	}
	return permission, nil
}

func statusFailure(reason Reason, response WireResponse) *Failure {
	return fail(preflightFetch, "7", reason, "", strconv.Itoa(response.Status), "200 to 299")
}

// ofPreflight returns the reason that a failed CORS check of the response to a
// CORS-preflight request has.
func ofPreflight(r Reason) Reason { return "Preflight" + r }

// checkLists takes steps 7.1 to 7.9.
func (req *request) checkLists(response HeaderList) (Permission, []*Failure) {
	const allowMethods, allowHeaders = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"
	var failures []*Failure

	methods, ok, err := ExtractTokens(response, allowMethods) // step 7.1
	if err != nil {                                           // step 7.3
		failures = append(failures, fail(preflightFetch, "7.3", InvalidAllowMethodsPreflightResponse,
			allowMethods, given(response, allowMethods), "methods separated by commas"))
	}
	if !ok && req.useCORSPreflight { // step 7.4
		methods = []string{req.method}
	}
	headerNames, _, headersErr := ExtractTokens(response, allowHeaders) // step 7.2
	if headersErr != nil {                                              // step 7.3
		failures = append(failures, fail(preflightFetch, "7.3", InvalidAllowHeadersPreflightResponse,
			allowHeaders, given(response, allowHeaders), "header names separated by commas"))
	}

	// A list that does not parse allows nothing, and says so once.
	if err == nil && !req.allowsMethod(methods) { // step 7.5
		f := fail(preflightFetch, "7.5", MethodDisallowedByPreflightResponse,
			allowMethods, given(response, allowMethods), req.expected(req.method, methods))
		if containsFold(methods, req.method) {
			f.Expected += ", in this case"
		}
		f.Parameter = req.method
		failures = append(failures, f)
	}
	if headersErr == nil {
		for _, f := range req.headerFailures(headerNames) {
			f.Header, f.Given = allowHeaders, given(response, allowHeaders)
			failures = append(failures, f)
		}
	}
	return Permission{methods, headerNames, MaxAge(response)}, failures // steps 7.8 and 7.9
}

// allowsMethod takes step 7.5. Methods compare by exact bytes.
func (req *request) allowsMethod(methods []string) bool {
	return slices.Contains(methods, req.method) || IsSafelistedMethod(req.method) ||
		req.credentials != Include && slices.Contains(methods, "*")
}

// headerFailures takes steps 7.6 and 7.7.
func (req *request) headerFailures(headerNames []string) []*Failure {
	var failures []*Failure
	refuse := func(step string, reason Reason, name string) {
		f := fail(preflightFetch, step, reason, "", "", req.expected(name, headerNames))
		f.Parameter = name
		failures = append(failures, f)
	}
	wildcard := req.credentials != Include && slices.Contains(headerNames, "*")
	for _, name := range UnsafeRequestHeaderNames(req.headers) {
		if !IsNonWildcardRequestHeaderName(name) || containsFold(headerNames, name) {
			continue
		}
		reason := HeaderDisallowedByPreflightResponse
		if wildcard {
			reason = AuthorizationNotCoveredByWildcard
		}
		refuse("7.6", reason, name)
	}
	for _, name := range UnsafeRequestHeaderNames(req.headers) {
		// Step 7.6 has refused what is no wildcard's business.
		if !IsNonWildcardRequestHeaderName(name) && !containsFold(headerNames, name) && !wildcard {
			refuse("7.7", HeaderDisallowedByPreflightResponse, name)
		}
	}
	return failures
}

// expected words what a list must hold, and why the wildcard in it does not do.
func (req *request) expected(name string, list []string) string {
	words := fmt.Sprintf("%q in the list", name)
	if !slices.Contains(list, "*") {
		return words
	}
	if req.credentials == Include {
		return words + `, as "*" covers nothing with credentials`
	}
	return words + `, as "*" does not cover it`
}
