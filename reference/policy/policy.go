// Package policy holds what a server promises about cross-origin requests, as
// data: the fields, how they are spelled, and whether they are well-formed. It
// matches nothing; see package reference for the server's half and package
// suite for the judge's.
package policy

// A Policy says which cross-origin requests a resource allows. The fields are
// those of the Gateway API's HTTPCORSFilter, so that a policy can be pasted
// from an HTTPRoute.
//
// https://gateway-api.sigs.k8s.io/reference/spec/#httpcorsfilter
type Policy struct {
	// AllowOrigins are the origins whose scripts may read responses:
	// "https://app.example.com"; patterns such as "https://*.example.org" (one
	// label or more in front) and "http://localhost:*" (any port, which the Gateway
	// API does not know); or "*" for any.
	AllowOrigins []string `json:"allowOrigins,omitempty" yaml:"allowOrigins,omitempty"`

	// AllowMethods are the methods that scripts may use, by exact case, or "*".
	// The Fetch Standard lets GET, HEAD and POST through unlisted.
	AllowMethods []string `json:"allowMethods,omitempty" yaml:"allowMethods,omitempty"`

	// AllowHeaders are the request headers that scripts may set, in any case,
	// or "*".
	AllowHeaders []string `json:"allowHeaders,omitempty" yaml:"allowHeaders,omitempty"`

	// ExposeHeaders are the response headers that scripts may read besides the
	// CORS-safelisted ones, in any case, or "*".
	ExposeHeaders []string `json:"exposeHeaders,omitempty" yaml:"exposeHeaders,omitempty"`

	// AllowCredentials says whether responses to requests with credentials are
	// shared.
	AllowCredentials bool `json:"allowCredentials,omitempty" yaml:"allowCredentials,omitempty"`

	// MaxAge is how many seconds a user agent may remember the answer to a
	// CORS-preflight request. Nil makes no promise, and user agents then take
	// 5 s; 0 promises that it is never remembered.
	MaxAge *int `json:"maxAge,omitempty" yaml:"maxAge,omitempty"`
}
