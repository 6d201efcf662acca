package useragent

import (
	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Before anything that a form could not do, the user agent asks: OPTIONS, without
// credentials, with the method and the header names that the script wants.
var preflights = Chapter{
	Name:  "preflight",
	Title: "The CORS-preflight request",
	Scenarios: append(referrers(), []Scenario{
		{
			ID:     "browser.preflight.shape",
			Title:  "A CORS-preflight request must be OPTIONS with Origin, Accept: */*, and the method",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"PR-01", "SH-15"},
			Stub:   preflight(ok(anyOrigin, allowMethods+"PUT"), ok(anyOrigin)),
			Steps: once(ask("PUT"), shared(
				Sent{
					Method: "OPTIONS",
					Headers: fetch.HeaderList{
						{Name: "Accept", Value: "*/*"}, {Name: "Origin", Value: Page},
						{Name: "Access-Control-Request-Method", Value: "PUT"},
					},
					Without: []string{"Access-Control-Request-Headers", "Content-Type", "Cookie"},
				},
				sends("PUT").without("Access-Control-Request-Method"))),
		},
		{
			ID:     "browser.preflight.headers",
			Title:  "The header names must be asked for in lower case, sorted, and joined by commas without spaces",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"PR-02"},
			Stub: preflight(
				ok(anyOrigin, allowHeaders+"content-type, x-test-a, x-test-b, x-test-c, x-test1, x-test10, x-test2"),
				ok(anyOrigin)),
			Steps: once(
				ask("POST", "X-Test-C: 1", "x-test2: 2", "X-Test10: 3", "Content-Type: application/json",
					"X-TEST-A: 4", "x-test1: 5", "x-tesT-b: 6"),
				shared(
					asks("POST", "content-type,x-test-a,x-test-b,x-test-c,x-test1,x-test10,x-test2"),
					sends("POST", "X-Test-A: 4", "Content-Type: application/json"))),
		},
		{
			ID:     "browser.preflight.headers.safelisted",
			Title:  "Safelisted headers must not be asked for",
			Spec:   "cors-unsafe-request-header-names",
			Covers: []string{"PR-02"},
			Stub:   preflight(ok(anyOrigin, allowHeaders+"x-test"), ok(anyOrigin)),
			Steps: once(ask("GET", "Accept: text/html", "Accept-Language: fr", "X-Test: 1"),
				shared(asks("GET", "x-test"), sends("GET", "Accept-Language: fr", "X-Test: 1"))),
		},
		{
			ID:     "browser.preflight.headers.none",
			Title:  "A CORS-preflight request for nothing but a method must have no Access-Control-Request-Headers",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"SH-15"},
			Stub:   preflight(ok(anyOrigin, allowMethods+"PUT"), ok(anyOrigin)),
			Steps: once(ask("PUT", "Accept: text/html", "Accept-Language: fr"),
				shared(asks("PUT", ""), sends("PUT", "Accept-Language: fr"))),
		},
		{
			ID:     "browser.preflight.values",
			Title:  "A CORS-preflight request must not carry what the script sets",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"PR-05", "PR-06"},
			Stub:   preflight(ok(anyOrigin, allowHeaders+"authorization, x-test"), ok(anyOrigin)),
			Steps: once(ask("GET", "X-Test: 1", "Authorization: Bearer corsproof"), shared(
				asks("GET", "authorization,x-test").without("X-Test", "Authorization"),
				sends("GET", "X-Test: 1", "Authorization: Bearer corsproof"))),
		},
		{
			ID:     "browser.preflight.cookies",
			Title:  "A CORS-preflight request must carry no cookie, though the request with credentials does",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"PR-04", "CR-06"},
			Stub: preflight(
				ok(thisOrigin, trusted, allowMethods+"PUT"),
				ok(thisOrigin, trusted, "Set-Cookie: sid=7; Path=/{id}")),
			Steps: []Step{
				{Request: trusting(ask("GET")), Want: shared(sends("GET").without("Cookie"))},
				{Request: trusting(ask("PUT")), Want: shared(asks("PUT", "").without("Cookie"), sends("PUT", "Cookie: sid=7"))},
			},
		},
		{
			ID:     "browser.preflight.same-sender",
			Title:  "A CORS-preflight request must have the User-Agent and the Referer of the actual request",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"PR-07", "PR-08"},
			Stub:   preflight(ok(anyOrigin, allowMethods+"PUT"), ok(anyOrigin)),
			Steps: once(ask("PUT"), Want{
				Type: fetch.CORS, Status: 200,
				Sent:  []Sent{asks("PUT", ""), sends("PUT")},
				Alike: []string{"User-Agent", "Referer"},
			}),
		},
		{
			ID:     "browser.preflight.upload",
			Title:  "A POST whose upload a script watches must be preflighted, for that alone",
			Spec:   "use-cors-preflight-flag",
			Covers: []string{"PR-11", "CO-25"},
			APIs:   byXHR,
			Stub:   preflight(ok(anyOrigin), ok(anyOrigin)),
			Steps: once(fetch.Request{Method: "POST", Body: "corsproof", UploadListener: true},
				shared(asks("POST", ""), sends("POST"))),
		},
		{
			ID:     "browser.preflight.upload.refused",
			Title:  "A POST whose upload a script watches must not be sent when its CORS-preflight request is refused",
			Spec:   "use-cors-preflight-flag",
			Covers: []string{"PR-11"},
			APIs:   byXHR,
			Stub:   preflight(ok(), ok(anyOrigin)),
			Steps: once(fetch.Request{Method: "POST", Body: "corsproof", UploadListener: true},
				refused(fetch.PreflightMissingAllowOriginHeader, asks("POST", ""))),
		},
		{
			ID:     "browser.preflight.body",
			Title:  "The body of the response to a CORS-preflight request must not come to the script",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"PR-13"},
			Stub: preflight(
				stub.Answer{Lines: []string{anyOrigin, allowMethods + "PUT"}, Body: "a body of the preflight's own"},
				ok(anyOrigin)),
			Steps: once(ask("PUT"), Want{
				Type: fetch.CORS, Status: 200, Body: new(len("corsproof")),
				Sent: []Sent{asks("PUT", ""), sends("PUT")},
			}),
		},
		{
			ID:     "browser.preflight.endless",
			Title:  "A response to a CORS-preflight request whose body never ends must not hold up the actual request",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"PR-14"},
			Stub: preflight(
				stub.Answer{Lines: []string{anyOrigin, allowMethods + "PUT"}, Endless: true},
				ok(anyOrigin)),
			Steps: once(ask("PUT"), shared(asks("PUT", ""), sends("PUT"))),
		},
	}...),
}

// referrers are the referrer policies, which hold for the CORS-preflight request as
// for the actual one.
func referrers() []Scenario {
	var all []Scenario
	for _, policy := range []string{
		"no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin", "strict-origin", "unsafe-url",
	} {
		all = append(all, Scenario{
			ID:     "browser.preflight.referrer." + policy,
			Title:  "A CORS-preflight request must have the Referer of the actual request under the referrer policy " + policy,
			Spec:   "cors-preflight-fetch",
			Covers: []string{"PR-07"},
			APIs:   byFetch,
			Stub:   preflight(ok(anyOrigin, allowMethods+"PUT"), ok(anyOrigin)),
			Steps: once(fetch.Request{Method: "PUT", ReferrerPolicy: policy}, Want{
				Type: fetch.CORS, Status: 200, Sent: []Sent{asks("PUT", ""), sends("PUT")}, Alike: []string{"Referer"},
			}),
		})
	}
	return all
}
