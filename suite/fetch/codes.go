package fetch

import "slices"

// A Code is one of Chromium's reasons for a refusal by its CORS code, and what else
// it is called.
type Code struct {
	Chromium string // the DevTools protocol's CorsError
	Firefox  string // the nearest reason in Firefox's console; empty if it has none
	Reason   Reason // ours; empty if no response of a server can cause it
	Fault    string // what causes it
}

// Codes returns all of Chromium's reasons, whether or not a server can cause them.
//
// https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-CorsError
// https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS/Errors
func Codes() []Code { return slices.Clone(codes) }

var codes = []Code{
	{"DisallowedByMode", "", "", `the script asked in mode "same-origin"`},
	{"InvalidResponse", "CORSDidNotSucceed", "", "the answer was unusable"},
	{"WildcardOriginNotAllowed", "CORSNotSupportingCredentials", WildcardOriginNotAllowed, `"*" in answer to a request with credentials`},
	{"MissingAllowOriginHeader", "CORSMissingAllowOrigin", MissingAllowOriginHeader, "no Access-Control-Allow-Origin, on an error page or a redirect too"},
	{"MultipleAllowOriginValues", "CORSMultipleAllowOriginNotAllowed", MultipleAllowOriginValues, "two headers, or a list by commas or blanks"},
	{"InvalidAllowOriginValue", "CORSAllowOriginNotMatchingOrigin", InvalidAllowOriginValue, "no origin, or an empty value"},
	{"AllowOriginMismatch", "CORSAllowOriginNotMatchingOrigin", AllowOriginMismatch, "another origin, or another spelling of it"},
	{"InvalidAllowCredentials", "CORSMissingAllowCredentials", InvalidAllowCredentials, `no Access-Control-Allow-Credentials, or not exactly "true"`},
	{"CorsDisabledScheme", "CORSRequestNotHttp", CorsDisabledScheme, "a URL that is neither http nor https"},
	{"PreflightInvalidStatus", "CORSPreflightDidNotSucceed", PreflightInvalidStatus, "a status outside of 200 to 299, where the origin is right"},
	{"PreflightDisallowedRedirect", "CORSExternalRedirectNotAllowed", PreflightDisallowedRedirect, "a redirect"},
	{"PreflightWildcardOriginNotAllowed", "CORSNotSupportingCredentials", PreflightWildcardOriginNotAllowed, `"*" where the request will have credentials`},
	{"PreflightMissingAllowOriginHeader", "CORSMissingAllowOrigin", PreflightMissingAllowOriginHeader, "no Access-Control-Allow-Origin, whatever the status"},
	{"PreflightMultipleAllowOriginValues", "CORSMultipleAllowOriginNotAllowed", PreflightMultipleAllowOriginValues, "two headers, or a list by commas or blanks"},
	{"PreflightInvalidAllowOriginValue", "CORSAllowOriginNotMatchingOrigin", PreflightInvalidAllowOriginValue, "no origin, or an empty value"},
	{"PreflightAllowOriginMismatch", "CORSAllowOriginNotMatchingOrigin", PreflightAllowOriginMismatch, "another origin, or another spelling of it"},
	{"PreflightInvalidAllowCredentials", "CORSMissingAllowCredentials", PreflightInvalidAllowCredentials, `no Access-Control-Allow-Credentials, or not exactly "true"`},
	{"PreflightMissingAllowExternal", "", "", "private network access, as it was once"},
	{"PreflightInvalidAllowExternal", "", "", "private network access, as it was once"},
	{"InvalidAllowMethodsPreflightResponse", "CORSInvalidAllowMethod", InvalidAllowMethodsPreflightResponse, "no list of methods by commas"},
	{"InvalidAllowHeadersPreflightResponse", "CORSInvalidAllowHeader", InvalidAllowHeadersPreflightResponse, "no list of names by commas"},
	{"MethodDisallowedByPreflightResponse", "CORSMethodNotFound", MethodDisallowedByPreflightResponse, `the method is not listed in this case, or only by "*" with credentials`},
	{"HeaderDisallowedByPreflightResponse", "CORSMissingAllowHeaderFromPreflight", HeaderDisallowedByPreflightResponse, `the header is not listed, or only by "*" with credentials`},
	{"RedirectContainsCredentials", "CORSExternalRedirectNotAllowed", RedirectContainsCredentials, "a redirect to a URL with a user name or a password"},
	{"InsecureLocalNetwork", "", "", "local network access, by a page that is not secure"},
	{"InvalidLocalNetworkAccess", "", "", "local network access"},
	{"NoCorsRedirectModeNotFollow", "", "", `the script asked in mode "no-cors" without following redirects`},
	{"LocalNetworkAccessPermissionDenied", "", "", "local network access, which the user did not permit"},
}

// Chromium returns Chromium's code for the reason, or the empty string if it has none.
func (r Reason) Chromium() string { return r.code().Chromium }

// Firefox returns the name of the reason in Firefox's console, or the empty string if
// it has none.
func (r Reason) Firefox() string { return r.code().Firefox }

func (r Reason) code() Code {
	i := slices.IndexFunc(codes, func(c Code) bool { return r != "" && c.Reason == r })
	if i < 0 {
		return Code{}
	}
	return codes[i]
}
