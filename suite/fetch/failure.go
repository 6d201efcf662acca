package fetch

import (
	"cmp"
	"fmt"
)

// A Reason names the kind of a failure. The codes are Chromium's where it has
// one; ours are marked.
//
// https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-CorsError
type Reason string

const (
	// The CORS check of an actual response.
	MissingAllowOriginHeader  Reason = "MissingAllowOriginHeader"  // no Access-Control-Allow-Origin
	WildcardOriginNotAllowed  Reason = "WildcardOriginNotAllowed"  // "*", but the request has credentials
	MultipleAllowOriginValues Reason = "MultipleAllowOriginValues" // two headers, or a list
	InvalidAllowOriginValue   Reason = "InvalidAllowOriginValue"   // no origin at all
	AllowOriginMismatch       Reason = "AllowOriginMismatch"       // another origin, or another spelling
	InvalidAllowCredentials   Reason = "InvalidAllowCredentials"   // absent, or not exactly "true"

	// The same of a response to a CORS-preflight request.
	PreflightMissingAllowOriginHeader  Reason = "PreflightMissingAllowOriginHeader"
	PreflightWildcardOriginNotAllowed  Reason = "PreflightWildcardOriginNotAllowed"
	PreflightMultipleAllowOriginValues Reason = "PreflightMultipleAllowOriginValues"
	PreflightInvalidAllowOriginValue   Reason = "PreflightInvalidAllowOriginValue"
	PreflightAllowOriginMismatch       Reason = "PreflightAllowOriginMismatch"
	PreflightInvalidAllowCredentials   Reason = "PreflightInvalidAllowCredentials"

	// The rest of the CORS-preflight fetch.
	PreflightDisallowedRedirect          Reason = "PreflightDisallowedRedirect"          // a redirect, which is never followed
	PreflightInvalidStatus               Reason = "PreflightInvalidStatus"               // not an ok status
	InvalidAllowMethodsPreflightResponse Reason = "InvalidAllowMethodsPreflightResponse" // no list of tokens
	InvalidAllowHeadersPreflightResponse Reason = "InvalidAllowHeadersPreflightResponse" // no list of tokens
	MethodDisallowedByPreflightResponse  Reason = "MethodDisallowedByPreflightResponse"  // not listed
	HeaderDisallowedByPreflightResponse  Reason = "HeaderDisallowedByPreflightResponse"  // not listed
	AuthorizationNotCoveredByWildcard    Reason = "AuthorizationNotCoveredByWildcard"    // "*" does not list it; ours

	// A redirect.
	RedirectContainsCredentials Reason = "RedirectContainsCredentials" // a user name or a password in Location
	CorsDisabledScheme          Reason = "CorsDisabledScheme"          // a URL that is neither http nor https
	InvalidRedirect             Reason = "InvalidRedirect"             // a Location that does not parse; ours
	TooManyRedirects            Reason = "TooManyRedirects"            // more than 20; ours
	DisallowedRedirect          Reason = "DisallowedRedirect"          // the script asked for none; ours

	// The request itself, which is no failure of the server.
	DisallowedByMode Reason = "DisallowedByMode" // another origin in mode same-origin
)

// OfPreflight reports whether the failure lies in the response to a
// CORS-preflight request.
func (r Reason) OfPreflight() bool {
	switch r {
	case PreflightMissingAllowOriginHeader, PreflightWildcardOriginNotAllowed,
		PreflightMultipleAllowOriginValues, PreflightInvalidAllowOriginValue,
		PreflightAllowOriginMismatch, PreflightInvalidAllowCredentials,
		PreflightDisallowedRedirect, PreflightInvalidStatus,
		InvalidAllowMethodsPreflightResponse, InvalidAllowHeadersPreflightResponse,
		MethodDisallowedByPreflightResponse, HeaderDisallowedByPreflightResponse,
		AuthorizationNotCoveredByWildcard:
		return true
	}
	return false
}

// OfLists reports whether the failure lies in what a response to a CORS-preflight
// request lists, and neither in the CORS check nor in the status.
func (r Reason) OfLists() bool {
	switch r {
	case InvalidAllowMethodsPreflightResponse, InvalidAllowHeadersPreflightResponse,
		MethodDisallowedByPreflightResponse, HeaderDisallowedByPreflightResponse,
		AuthorizationNotCoveredByWildcard:
		return true
	}
	return false
}

// A Failure is one step of the Standard at which a response fails. It is the
// server's, and the server's owner can repair it.
type Failure struct {
	Algorithm string `json:"algorithm"` // its name in the Standard, such as "CORS check"
	Step      string `json:"step"`      // its number there, such as "4" or "7.3"
	Spec      string `json:"spec"`      // the URL of the algorithm
	Reason    Reason `json:"reason"`

	// Header is the name of the header concerned. It is empty when it is the
	// status.
	Header string `json:"header,omitempty"`

	// Given and Expected say what the server sent and what would do. Values
	// stand in quotes, so that "missing" is no value.
	Given    string `json:"given"`
	Expected string `json:"expected"`

	// Parameter is the method or the name of the request header that a response
	// to a CORS-preflight request does not allow, as it was asked for.
	Parameter string `json:"parameter,omitempty"`

	// URL is that of the response, where it is known. After a redirect it is not
	// the one that the script asked for.
	URL string `json:"url,omitempty"`

	// Kind and By are those of the exchange, where it is known: By says "corsproof"
	// of a response that the user agent did not ask for.
	Kind ExchangeKind `json:"kind,omitempty"`
	By   string       `json:"by,omitempty"`
}

// Error says in one sentence which step fails and why.
func (f *Failure) Error() string {
	algorithm := f.Algorithm
	if f.Reason.OfPreflight() && algorithm == corsCheck {
		algorithm += " of the preflight"
	}
	return fmt.Sprintf("%s, step %s: %s", algorithm, f.Step, f.finding())
}

// finding says what is found at the step.
func (f *Failure) finding() string {
	return fmt.Sprintf("%s is %s, expected %s", cmp.Or(f.Header, "the status"), f.Given, f.Expected)
}

// The algorithms that can fail or be walked through, as the Standard calls them.
const (
	corsCheck      = "CORS check"
	preflightFetch = "CORS-preflight fetch"
	redirectFetch  = "HTTP-redirect fetch"
	httpFetch      = "HTTP fetch"
	mainFetch      = "main fetch"
)

var specs = map[string]string{
	corsCheck:      "https://fetch.spec.whatwg.org/#concept-cors-check",
	preflightFetch: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
	redirectFetch:  "https://fetch.spec.whatwg.org/#concept-http-redirect-fetch",
	httpFetch:      "https://fetch.spec.whatwg.org/#concept-http-fetch",
	mainFetch:      "https://fetch.spec.whatwg.org/#concept-main-fetch",
}

// fail makes a failure of one of the algorithms above.
func fail(algorithm, step string, reason Reason, header, given, expected string) *Failure {
	return &Failure{
		Algorithm: algorithm,
		Step:      step,
		Spec:      specs[algorithm],
		Reason:    reason,
		Header:    header,
		Given:     given,
		Expected:  expected,
	}
}

// given words what a response has under a header's name.
func given(response HeaderList, name string) string {
	value, ok := get(response, name)
	if !ok {
		return "missing"
	}
	return fmt.Sprintf("%q", value)
}
