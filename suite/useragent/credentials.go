package useragent

import (
	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Cookies go with a request that says so, and the response must then allow it in so
// many words.
var credentials = Chapter{
	Name:  "credentials",
	Title: "Credentials",
	Scenarios: append(allowCredentialsValues(),
		Scenario{
			ID:     "browser.credentials.cookies",
			Title:  "A cookie must go with requests with credentials, and with no other",
			Spec:   "concept-request-credentials-mode",
			Covers: []string{"CR-01", "CR-03", "CR-05"},
			Stub:   answers(ok(thisOrigin, trusted, "Set-Cookie: sid=7; Path=/{id}"), ok(thisOrigin, trusted)),
			Steps: []Step{
				{Request: trusting(ask("GET")), Want: shared(sends("GET").without("Cookie"))},
				{Request: ask("GET"), Want: shared(sends("GET").without("Cookie"))},
				{Request: trusting(ask("GET")), Want: shared(sends("GET", "Cookie: sid=7"))},
			},
		},
		Scenario{
			ID:     "browser.credentials.cookies.ignored",
			Title:  "A cookie must not be stored that comes with the response to a request without credentials",
			Spec:   "concept-request-credentials-mode",
			Covers: []string{"CR-01", "CR-02"},
			Stub:   answers(ok(thisOrigin, trusted, "Set-Cookie: sid=7; Path=/{id}"), ok(thisOrigin, trusted)),
			Steps: []Step{
				{Request: ask("GET"), Want: shared(sends("GET"))},
				{Request: trusting(ask("GET")), Want: shared(sends("GET").without("Cookie"))},
			},
		},
		Scenario{
			ID:     "browser.credentials.cookies.refused",
			Title:  "A cookie must be stored though the response that it comes with is not shared",
			Spec:   "concept-http-network-fetch",
			Covers: []string{"CR-05"},
			Stub:   answers(ok("Set-Cookie: sid=7; Path=/{id}"), ok(thisOrigin, trusted)),
			Steps: []Step{
				{Request: trusting(ask("GET")), Want: refused(fetch.MissingAllowOriginHeader, sends("GET"))},
				{Request: trusting(ask("GET")), Want: shared(sends("GET", "Cookie: sid=7"))},
			},
		},
		Scenario{
			ID:     "browser.credentials.cookies.hidden",
			Title:  "A script must not read Set-Cookie, with credentials and exposed",
			Spec:   "forbidden-response-header-name",
			Covers: []string{"CR-05", "EX-04"},
			Stub:   answers(ok(thisOrigin, trusted, exposeHeaders+"Set-Cookie", "Set-Cookie: sid=7; Path=/{id}")),
			Steps: once(trusting(ask("GET")), Want{
				Type: fetch.CORS, Status: 200, Hidden: []string{"Set-Cookie"}, Sent: []Sent{sends("GET")},
			}),
		},
		Scenario{
			ID:     "browser.credentials.cookies.omit",
			Title:  "A request that omits credentials must carry no cookie, to the page's own origin neither",
			Spec:   "concept-request-credentials-mode",
			Covers: []string{"CR-05"},
			APIs:   byFetch,
			Stub:   own(ok("Set-Cookie: sid=7; Path=/{id}")),
			Steps: []Step{
				{Request: at(Page+"/{id}", ask("GET")), Want: Want{Type: fetch.Basic, Status: 200,
					Sent: []Sent{sends("GET").to(Page+"/{id}", Absent)}}},
				{Request: at(Page+"/{id}", fetch.Request{Credentials: fetch.Omit}), Want: Want{Type: fetch.Basic, Status: 200,
					Sent: []Sent{sends("GET").to(Page+"/{id}", Absent).without("Cookie")}}},
			},
		},
		Scenario{
			ID:     "browser.credentials.cookies.same-origin",
			Title:  "A cookie of the page's own origin must go with requests to it, unasked",
			Spec:   "concept-request-credentials-mode",
			Covers: []string{"CR-05"},
			Stub:   own(ok("Set-Cookie: sid=7; Path=/{id}")),
			Steps: []Step{
				{Request: at(Page+"/{id}", ask("GET")), Want: Want{Type: fetch.Basic, Status: 200,
					Sent: []Sent{sends("GET").to(Page+"/{id}", Absent).without("Cookie")}}},
				{Request: at(Page+"/{id}", ask("GET")), Want: Want{Type: fetch.Basic, Status: 200,
					Sent: []Sent{sends("GET", "Cookie: sid=7").to(Page+"/{id}", Absent)}}},
			},
		},
		Scenario{
			ID:     "browser.credentials.authorization",
			Title:  "Authorization must be sent without credentials, if it is listed",
			Spec:   "cors-non-wildcard-request-header-name",
			Covers: []string{"CR-08"},
			Stub:   preflight(ok(anyOrigin, allowHeaders+"Authorization"), ok(anyOrigin)),
			Steps: once(ask("GET", "Authorization: Basic YTpi"),
				shared(asks("GET", "authorization"), sends("GET", "Authorization: Basic YTpi"))),
		},
		Scenario{
			ID:     "browser.credentials.authorization.unlisted",
			Title:  "Authorization must not be sent if it is not listed",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"CR-09"},
			Stub:   preflight(ok(anyOrigin, allowHeaders+"X-Test"), ok(anyOrigin)),
			Steps: once(ask("GET", "Authorization: Basic YTpi"),
				refused(fetch.HeaderDisallowedByPreflightResponse, asks("GET", "authorization"))),
		},
		Scenario{
			ID:     "browser.credentials.401",
			Title:  "A 401 that allows the origin and credentials must be shown to the script",
			Spec:   "cors-check",
			Covers: []string{"CR-10"},
			Stub:   answers(status(401, thisOrigin, trusted)),
			Steps:  once(trusting(ask("GET")), Want{Type: fetch.CORS, Status: 401, Sent: []Sent{sends("GET")}}),
		},
		Scenario{
			ID:     "browser.credentials.401.refused",
			Title:  "A 401 without headers of CORS must not be shown to the script",
			Spec:   "cors-check",
			Covers: []string{"CR-10"},
			Stub:   answers(status(401)),
			Steps:  once(trusting(ask("GET")), refused(fetch.MissingAllowOriginHeader, sends("GET"))),
		},
	),
}

func allowCredentialsValues() []Scenario {
	var all []Scenario
	for _, v := range []struct {
		slug, what string
		lines      []string
		shared     bool
	}{
		{"true", "true", []string{trusted}, true},
		{"spaces", "spaces around true", []string{allowCredentials + " true "}, true},
		{"tabs", "tabs around true", []string{allowCredentials + "\ttrue\t"}, true},
		{"none", "no value", nil, false},
		{"upper-case", "TRUE", []string{allowCredentials + "TRUE"}, false},
		{"title-case", "True", []string{allowCredentials + "True"}, false},
		{"quoted", "true in quotes", []string{allowCredentials + `"true"`}, false},
		{"false", "false", []string{allowCredentials + "false"}, false},
		{"one", "1", []string{allowCredentials + "1"}, false},
		{"zero", "0", []string{allowCredentials + "0"}, false},
		{"yes", "yes", []string{allowCredentials + "yes"}, false},
		{"star", "*", []string{allowCredentials + "*"}, false},
		{"empty", "nothing", []string{allowCredentials}, false},
		{"list", "true twice", []string{allowCredentials + "true, true"}, false},
		{"lines", "true in two lines", []string{trusted, trusted}, false},
		{"comma", "true and a comma", []string{allowCredentials + "true,"}, false},
	} {
		s := Scenario{
			ID:     "browser.credentials.allow." + v.slug,
			Title:  "Access-Control-Allow-Credentials with " + v.what + " must share a response with credentials",
			Spec:   "cors-check",
			Covers: []string{"CR-04"},
			Stub:   []stub.Resource{{Answers: []stub.Answer{ok(append([]string{thisOrigin}, v.lines...)...)}}},
			Steps:  once(trusting(ask("GET")), shared(sends("GET"))),
		}
		if !v.shared {
			s.Title = "Access-Control-Allow-Credentials with " + v.what + " must not share a response with credentials"
			s.Steps = once(trusting(ask("GET")), refused(fetch.InvalidAllowCredentials, sends("GET")))
		}
		all = append(all, s)
	}
	return all
}
