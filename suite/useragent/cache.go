package useragent

import (
	"time"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// What a server allowed may be remembered, for as long as it says: for the origin, the
// URL, the method or the header, and for requests with as many credentials at most.
var cache = Chapter{
	Name:      "cache",
	Title:     "The CORS-preflight cache",
	Scenarios: append(maxAges(), remembered()...),
}

// putAgain is a second PUT that is not asked for.
func putAgain(after time.Duration) Step {
	return Step{Request: ask("PUT"), After: after, Want: shared(sends("PUT"))}
}

// putAnew is a PUT that is asked for.
func putAnew(after time.Duration) Step {
	return Step{Request: ask("PUT"), After: after, Want: shared(asks("PUT", ""), sends("PUT"))}
}

func maxAges() []Scenario {
	var all []Scenario
	for _, v := range []struct {
		slug, title string
		lines       []string
		again       Step
		covers      string
	}{
		{"none", "An answer without Access-Control-Max-Age must be remembered for a while", nil, putAgain(0), "CA-01"},
		{"empty", "An empty Access-Control-Max-Age must count as none", []string{maxAge}, putAgain(0), "CA-02"},
		{"zero", "Access-Control-Max-Age: 0 must not be remembered", []string{maxAge + "0"}, putAnew(0), "CA-03"},
		{"negative", "Access-Control-Max-Age: -1 must count as none", []string{maxAge + "-1"}, putAgain(0), "CA-04"},
		{"ten", "Access-Control-Max-Age: 10 must be remembered", []string{maxAge + "10"}, putAgain(0), "CA-06"},
		{"huge", "An Access-Control-Max-Age that no number can hold must be remembered", []string{maxAge + "99999999999999999999"}, putAgain(0), "CA-06"},
		{"zeros", "Access-Control-Max-Age with leading zeros must be remembered", []string{maxAge + "0010"}, putAgain(0), "CA-06"},
		{"expired", "Access-Control-Max-Age: 1 must be forgotten after that second", []string{maxAge + "1"}, putAnew(1500 * time.Millisecond), "CA-05"},
		{"word", "An Access-Control-Max-Age that is a word must count as none", []string{maxAge + "abc"}, putAgain(0), "CA-02"},
		{"fraction", "An Access-Control-Max-Age with a fraction must count as none", []string{maxAge + "0.5"}, putAgain(0), "CA-02"},
		{"plus", "An Access-Control-Max-Age with a plus sign must count as none", []string{maxAge + "+0"}, putAgain(0), "CA-02"},
		{"list", "Access-Control-Max-Age of two numbers must count as none", []string{maxAge + "0,0"}, putAgain(0), "CA-02"},
		{"lines", "Two lines of Access-Control-Max-Age must count as none", []string{maxAge + "0", maxAge + "0"}, putAgain(0), "CA-02"},
		{"quoted", "An Access-Control-Max-Age in quotes must count as none", []string{maxAge + `"0"`}, putAgain(0), "CA-02"},
		{"unit", "An Access-Control-Max-Age with a unit must count as none", []string{maxAge + "0s"}, putAgain(0), "CA-02"},
	} {
		all = append(all, Scenario{
			ID:     "browser.cache.max-age." + v.slug,
			Title:  v.title,
			Spec:   "http-access-control-max-age",
			Covers: []string{v.covers},
			Stub:   preflight(ok(append([]string{anyOrigin, allowMethods + "PUT"}, v.lines...)...), ok(anyOrigin)),
			Steps:  []Step{putAnew(0), v.again},
		})
	}
	return all
}

func remembered() []Scenario {
	generous := ok(anyOrigin, allowMethods+"PUT, DELETE", allowHeaders+"x-a, x-b", maxAge+"60")
	both := ok(thisOrigin, trusted, allowMethods+"PUT", maxAge+"60")
	return []Scenario{
		{
			ID:     "browser.cache.header",
			Title:  "A header that was not allowed before must be asked for, though the method is remembered",
			Spec:   "concept-cache-match-header",
			Covers: []string{"CA-07"},
			Stub: []stub.Resource{{
				Preflights: []stub.Answer{
					ok(anyOrigin, allowMethods+"PUT", maxAge+"60"),
					ok(anyOrigin, allowMethods+"PUT", allowHeaders+"x-test", maxAge+"60"),
				},
				Answers: []stub.Answer{ok(anyOrigin)},
			}},
			Steps: []Step{
				putAnew(0),
				{Request: ask("PUT", "X-Test: 1"), Want: shared(asks("PUT", "x-test"), sends("PUT"))},
				{Request: ask("PUT", "X-Test: 1"), Want: shared(sends("PUT"))},
			},
		},
		{
			ID:     "browser.cache.method",
			Title:  "A method that was not allowed before must be asked for",
			Spec:   "concept-cache-match-method",
			Covers: []string{"CA-08"},
			Stub: []stub.Resource{{
				Preflights: []stub.Answer{
					ok(anyOrigin, allowMethods+"PUT", maxAge+"60"),
					ok(anyOrigin, allowMethods+"XMETHOD", maxAge+"60"),
				},
				Answers: []stub.Answer{ok(anyOrigin)},
			}},
			Steps: []Step{
				putAnew(0),
				{Request: ask("XMETHOD"), Want: shared(asks("XMETHOD", ""), sends("XMETHOD"))},
			},
		},
		{
			ID:     "browser.cache.kept",
			Title:  "What was allowed must be remembered when something else is allowed after it",
			Spec:   "concept-cache-create-entry",
			Covers: []string{"CA-12"},
			Stub: []stub.Resource{{
				Preflights: []stub.Answer{
					ok(anyOrigin, allowMethods+"PUT", maxAge+"60"),
					ok(anyOrigin, allowHeaders+"x-test", maxAge+"60"),
					ok(anyOrigin, allowMethods+"PUT", maxAge+"60"),
				},
				Answers: []stub.Answer{ok(anyOrigin)},
			}},
			Steps: []Step{
				putAnew(0),
				{Request: ask("GET", "X-Test: 1"), Want: shared(asks("GET", "x-test"), sends("GET"))},
				putAgain(0),
			},
		},
		{
			ID:     "browser.cache.entries",
			Title:  "All methods and headers of an answer must be remembered, each by itself",
			Spec:   "concept-cache-create-entry",
			Covers: []string{"CA-12"},
			Stub:   preflight(generous, ok(anyOrigin)),
			Steps: []Step{
				{Request: ask("PUT", "X-A: 1"), Want: shared(asks("PUT", "x-a"), sends("PUT"))},
				{Request: ask("DELETE", "X-B: 1"), Want: shared(sends("DELETE"))},
				{Request: ask("POST", "X-B: 1"), Want: shared(sends("POST"))},
			},
		},
		{
			ID:     "browser.cache.star",
			Title:  "* must be remembered as a wildcard for requests without credentials",
			Spec:   "concept-cache-match-method",
			Covers: []string{"CA-12"},
			Stub:   preflight(ok(anyOrigin, allowMethods+"*", allowHeaders+"*", maxAge+"60"), ok(anyOrigin)),
			Steps: []Step{
				{Request: ask("PUT", "X-A: 1"), Want: shared(asks("PUT", "x-a"), sends("PUT"))},
				{Request: ask("DELETE", "X-B: 1"), Want: shared(sends("DELETE"))},
			},
		},
		{
			ID:     "browser.cache.star.authorization",
			Title:  "* that is remembered must not let Authorization through",
			Spec:   "concept-cache-match-header",
			Covers: []string{"CA-11"},
			Stub:   preflight(ok(anyOrigin, allowHeaders+"*", maxAge+"60"), ok(anyOrigin)),
			Steps: []Step{
				{Request: ask("GET", "X-A: 1"), Want: shared(asks("GET", "x-a"), sends("GET"))},
				{Request: ask("GET", "Authorization: Bearer corsproof"),
					Want: refused(fetch.AuthorizationNotCoveredByWildcard, asks("GET", "authorization"))},
			},
		},
		{
			ID:     "browser.cache.query",
			Title:  "What was allowed must be remembered for its URL alone, its query included",
			Spec:   "concept-cache-match",
			Covers: []string{"CA-12"},
			Stub:   preflight(generous, ok(anyOrigin)),
			Steps: []Step{
				putAnew(0),
				{Request: at(Target+"?b", ask("PUT")), Want: shared(asks("PUT", "").to(Target+"?b", ""), sends("PUT").to(Target+"?b", ""))},
			},
		},
		{
			ID:     "browser.cache.path",
			Title:  "What was allowed must not be remembered for a path below",
			Spec:   "concept-cache-match",
			Covers: []string{"CA-12"},
			Stub: append(preflight(generous, ok(anyOrigin)),
				withURL(Target+"/below", preflight(generous, ok(anyOrigin)))...),
			Steps: []Step{
				putAnew(0),
				{Request: at(Target+"/below", ask("PUT")), Want: shared(asks("PUT", "").to(Target+"/below", ""), sends("PUT").to(Target+"/below", ""))},
			},
		},
		{
			ID:     "browser.cache.refused",
			Title:  "A refusal must not be remembered",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"CA-14"},
			Stub: []stub.Resource{{
				Preflights: []stub.Answer{ok(anyOrigin, allowMethods+"DELETE", maxAge+"60"), generous},
				Answers:    []stub.Answer{ok(anyOrigin)},
			}},
			Steps: []Step{
				{Request: ask("PUT"), Want: refused(fetch.MethodDisallowedByPreflightResponse, asks("PUT", ""))},
				putAnew(0),
			},
		},
		{
			ID:     "browser.cache.credentials",
			Title:  "What was allowed with credentials must be remembered for requests without",
			Spec:   "concept-cache-match",
			Covers: []string{"CA-13"},
			Stub:   preflight(both, ok(thisOrigin, trusted)),
			Steps: []Step{
				{Request: trusting(ask("PUT")), Want: shared(asks("PUT", ""), sends("PUT"))},
				putAgain(0),
			},
		},
		{
			ID:     "browser.cache.credentials.none",
			Title:  "What was allowed without credentials must not be remembered for requests with",
			Spec:   "concept-cache-match",
			Covers: []string{"CA-13"},
			Stub:   preflight(both, ok(thisOrigin, trusted)),
			Steps: []Step{
				putAnew(0),
				{Request: trusting(ask("PUT")), Want: shared(asks("PUT", ""), sends("PUT"))},
			},
		},
		{
			ID:     "browser.cache.cleared",
			Title:  "What was allowed must be forgotten when the actual response is not shared",
			Spec:   "concept-cache-clear",
			Covers: []string{"CA-14"},
			Stub: []stub.Resource{{
				Preflights: []stub.Answer{generous},
				Answers:    []stub.Answer{ok(), ok(anyOrigin)},
			}},
			Steps: []Step{
				{Request: ask("PUT"), Want: refused(fetch.MissingAllowOriginHeader, asks("PUT", ""), sends("PUT"))},
				putAnew(0),
			},
		},
		{
			ID:     "browser.cache.tainted",
			Title:  "What was allowed to null after a redirect must not be remembered for the page's origin",
			Spec:   "concept-cache-match",
			Covers: []string{"CA-10"},
			Stub: append(
				withURL(Other+"/{id}", preflight(
					ok(anyOrigin, allowMethods+"PUT", maxAge+"60"),
					bare(307, anyOrigin, "Location: "+Target))),
				preflight(generous, ok(anyOrigin))...),
			Steps: []Step{
				{Request: at(Other+"/{id}", ask("PUT")), Want: shared(
					asks("PUT", "").to(Other+"/{id}", ""), sends("PUT").to(Other+"/{id}", ""),
					asks("PUT", "").to(Target, "null"), sends("PUT").to(Target, "null"))},
				putAnew(0),
			},
		},
	}
}
