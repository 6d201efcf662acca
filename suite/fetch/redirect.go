package fetch

import (
	"fmt"
	"slices"
	"strconv"
)

// maxRedirects is how many redirects are followed.
const maxRedirects = 20

// follow takes the steps of HTTP-redirect fetch up to its recursion: it turns
// the request into the one that goes to the new location. It reports false when
// the response names no location, and is then the final one. A failure leaves
// the request as it is.
//
// https://fetch.spec.whatwg.org/#http-redirect-fetch
func (req *request) follow(response WireResponse) (bool, *Failure) {
	const name = "Location"
	here := req.currentURL()
	lines := response.Headers.Values(name)
	if len(lines) == 0 { // step 4
		return false, nil
	}
	refuse := func(step string, reason Reason, given, expected string) (bool, *Failure) {
		return false, fail(redirectFetch, step, reason, name, given, expected)
	}
	if len(lines) > 1 { // step 5, by extract header list values
		return refuse("5", InvalidRedirect, strconv.Itoa(len(lines))+" lines", "one")
	}
	there, err := here.Parse(lines[0])
	if err != nil || isHTTP(there) && there.Hostname() == "" { // step 5
		return refuse("5", InvalidRedirect, fmt.Sprintf("%q", lines[0]), "a URL")
	}
	if there.Fragment == "" {
		there.Fragment = here.Fragment // location URL, step 4
	}
	if !isHTTP(there) { // step 6
		return refuse("6", CorsDisabledScheme, fmt.Sprintf("%q", lines[0]), "an http or https URL")
	}
	if req.redirects == maxRedirects { // step 7
		return refuse("7", TooManyRedirects, fmt.Sprintf("%q", lines[0]), fmt.Sprintf("no more than %d redirects", maxRedirects))
	}
	sameOrigin := originOf(here) == originOf(there)
	if includesCredentials(there) {
		step := ""
		switch {
		case req.mode == CORSMode && req.origin != originOf(there):
			step = "9"
		case req.cors:
			step = "10"
		}
		if step != "" {
			return refuse(step, RedirectContainsCredentials,
				fmt.Sprintf("%q", there.Redacted()), "a URL without user name and password")
		}
	}

	req.redirects++ // step 8
	if becomesGET(response.Status, req.method) {
		req.method, req.body = "GET", "" // step 12
		req.deleteHeaders(isRequestBodyHeaderName)
	}
	if !sameOrigin { // step 13
		req.deleteHeaders(IsNonWildcardRequestHeaderName)
	}
	req.urls = append(slices.Clone(req.urls), there) // step 18
	return true, nil
}

// becomesGET is the condition of HTTP-redirect fetch, step 12.
func becomesGET(status int, method string) bool {
	switch status {
	case 301, 302:
		return method == "POST"
	case 303:
		return method != "GET" && method != "HEAD"
	}
	return false
}

// redirectRefused is the failure of a redirect when the script asked for none.
func redirectRefused(response WireResponse) *Failure {
	return fail(httpFetch, "6.3", DisallowedRedirect, "", strconv.Itoa(response.Status),
		`no redirect status, as the redirect mode is "error"`)
}
