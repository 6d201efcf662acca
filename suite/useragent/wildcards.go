package useragent

import "github.com/corsproof/corsproof/suite/fetch"

// "*" stands for anything without credentials, and for itself with them.
var wildcards = Chapter{
	Name:  "wildcards",
	Title: "Wildcards",
	Scenarios: append(permissions("wildcards", "cors-preflight-fetch", []permission{
		{"method", "Access-Control-Allow-Methods: * must let every method through without credentials", "WI-01",
			ask("SUPER", "X-Test: 1"), asks("SUPER", "x-test"), []string{anyOrigin, allowMethods + "*", allowHeaders + "x-test"}, ""},
		{"both", "* in both lists must let every method and header through without credentials", "WI-02",
			ask("SUPER", "X-Test: 1"), asks("SUPER", "x-test"), []string{anyOrigin, allowMethods + "*", allowHeaders + "*"}, ""},
		{"method.credentials", "Access-Control-Allow-Methods: * must not let a method through with credentials", "WI-03",
			trusting(ask("PUT")), asks("PUT", ""), []string{thisOrigin, trusted, allowMethods + "*"}, fetch.MethodDisallowedByPreflightResponse},
		{"header.credentials", "Access-Control-Allow-Headers: * must not let a header through with credentials", "WI-03",
			trusting(ask("GET", "X-Test: 1")), asks("GET", "x-test"), []string{thisOrigin, trusted, allowHeaders + "*"}, fetch.HeaderDisallowedByPreflightResponse},
		{"both.credentials", "* in both lists must let nothing through with credentials", "WI-03",
			trusting(ask("SUPER", "X-Test: 1")), asks("SUPER", "x-test"), []string{thisOrigin, trusted, allowMethods + "*", allowHeaders + "*"}, fetch.MethodDisallowedByPreflightResponse},
		{"method-listed.credentials", "Access-Control-Allow-Headers: * must not let a header through with credentials though the method is listed", "WI-03",
			trusting(ask("SUPER", "X-Test: 1")), asks("SUPER", "x-test"), []string{thisOrigin, trusted, allowMethods + "SUPER", allowHeaders + "*"}, fetch.HeaderDisallowedByPreflightResponse},
		{"literal", "A method and a header that are called * must be let through with credentials by * in both lists", "WI-04",
			trusting(ask("*", "*: 1")), asks("*", "*"), []string{thisOrigin, trusted, allowMethods + "*", allowHeaders + "*"}, ""},
		{"authorization", "Access-Control-Allow-Headers: * must not let Authorization through", "WI-05",
			ask("GET", "Authorization: Bearer corsproof"), asks("GET", "authorization"), []string{anyOrigin, allowHeaders + "*"}, fetch.AuthorizationNotCoveredByWildcard},
		{"authorization.listed", "Authorization must be let through if it is listed next to *", "WI-06",
			ask("GET", "Authorization: Bearer corsproof"), asks("GET", "authorization"), []string{anyOrigin, allowHeaders + "*, Authorization"}, ""},
		{"authorization.alone", "Authorization must be let through if it is listed", "WI-06",
			ask("GET", "Authorization: Bearer corsproof"), asks("GET", "authorization"), []string{anyOrigin, allowHeaders + "authorization"}, ""},
		{"header.pattern", "Access-Control-Allow-Headers: x-* must not let x-test through", "WI-12",
			ask("GET", "X-Test: 1"), asks("GET", "x-test"), []string{anyOrigin, allowHeaders + "x-*"}, fetch.HeaderDisallowedByPreflightResponse},
	}),
		Scenario{
			ID:     "browser.wildcards.origin.credentials",
			Title:  "Access-Control-Allow-Origin: * must not share a response with credentials",
			Spec:   "cors-check",
			Covers: []string{"WI-07"},
			Stub:   answers(ok(anyOrigin, trusted)),
			Steps:  once(trusting(ask("GET")), refused(fetch.WildcardOriginNotAllowed, sends("GET"))),
		},
		Scenario{
			ID:     "browser.wildcards.origin.ignored",
			Title:  "Access-Control-Allow-Credentials next to * must not matter to a request without credentials",
			Spec:   "cors-check",
			Covers: []string{"WI-08"},
			Stub:   answers(ok(anyOrigin, trusted)),
			Steps:  once(ask("GET"), shared(sends("GET"))),
		},
		Scenario{
			ID:     "browser.wildcards.origin.omit",
			Title:  "Access-Control-Allow-Origin: * must share the response to a request that omits credentials",
			Spec:   "cors-check",
			Covers: []string{"WI-08"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin, trusted)),
			Steps:  once(fetch.Request{Credentials: fetch.Omit}, shared(sends("GET"))),
		},
	),
}
