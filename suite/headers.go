package suite

import "github.com/corsproof/corsproof/suite/fetch"

// The browser sends the names of all headers that are not CORS-safelisted, in lower
// case, sorted, joined by commas without a space.
var headers = Chapter{
	Name:  "headers",
	Title: "Request headers",
	Scenarios: []Scenario{
		{
			ID:     "headers.listed",
			Title:  "The CORS-preflight request for a listed header must be answered so that the request leaves",
			Spec:   "http-access-control-allow-headers",
			Level:  Required,
			Covers: []string{"PV-02", "PR-02"},
			Each:   ListedHeader,
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: ListedHeader}},
				Want:    Want{Preflight: Yes, Leaves: Yes},
			}},
			Needs: []string{"preflight.answered"},
		},
		{
			ID:     "headers.listed.shared",
			Title:  "A page of an allowed origin can read the response to a request with a listed header",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"PV-11"},
			Each:   ListedHeader,
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: ListedHeader}},
				Want:    Want{Preflight: Yes, Shared: Yes},
			}},
			Needs: []string{"simple.get", "headers.listed"},
		},
		{
			ID:     "headers.method",
			Title:  "A listed header must be let through together with a listed method",
			Spec:   "http-access-control-allow-headers",
			Level:  Required,
			Covers: []string{"PV-01", "PV-02"},
			Steps: []Step{{
				Method:  ListedMethod,
				Headers: fetch.HeaderList{{Name: ListedHeader}},
				Want:    Want{Preflight: Yes, Leaves: Yes},
			}},
			Needs: []string{"headers.listed", "methods.listed"},
		},
		{
			ID:     "headers.json",
			Title:  "A POST of JSON must be let through where Content-Type is listed",
			Spec:   "cors-safelisted-request-header",
			Level:  Required,
			Covers: []string{"SH-05"},
			Steps: []Step{{
				Method:  "POST",
				Headers: fetch.HeaderList{{Name: "Content-Type", Value: "application/json"}},
				Body:    `{"from":"corsproof"}`,
				Want:    Want{Preflight: Yes, Leaves: Yes},
			}},
			When:  all(implements("POST"), allowsHeader("Content-Type")),
			Needs: []string{"headers.listed", "preflight.safelisted-method"},
		},
		{
			ID:     "headers.json.unlisted",
			Title:  "A POST of JSON must not leave the browser where Content-Type is not listed",
			Spec:   "cors-safelisted-request-header",
			Level:  Required,
			Covers: []string{"SH-05"},
			Steps: []Step{{
				Method:  "POST",
				Headers: fetch.HeaderList{{Name: "Content-Type", Value: "application/json"}},
				Body:    `{"from":"corsproof"}`,
				Want:    Want{Preflight: Yes, Leaves: No},
			}},
			When:  all(implements("POST"), refusesHeader("Content-Type")),
			Needs: []string{"headers.unlisted"},
		},
		{
			ID:     "headers.authorization",
			Title:  "Authorization must be let through where it is listed",
			Spec:   "cors-non-wildcard-request-header-name",
			Level:  Required,
			Covers: []string{"CR-08", "SH-12"},
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: "Authorization", Value: "Bearer corsproof"}},
				Want:    Want{Preflight: Yes, Leaves: Yes},
			}},
			When:  allowsHeader("Authorization"),
			Needs: []string{"preflight.answered"},
		},
		{
			ID:     "headers.authorization.unlisted",
			Title:  "Authorization must not leave the browser where it is not listed",
			Spec:   "cors-non-wildcard-request-header-name",
			Level:  Required,
			Covers: []string{"CR-09"},
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: "Authorization", Value: "Bearer corsproof"}},
				Want:    Want{Preflight: Yes, Leaves: No},
			}},
			When:  refusesHeader("Authorization"),
			Needs: []string{"headers.unlisted"},
		},
		{
			ID:     "headers.unlisted",
			Title:  "A request with a header that is not listed must not leave the browser",
			Spec:   "http-access-control-allow-headers",
			Level:  Required,
			Covers: []string{"PV-02"},
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: UnlistedHeader}},
				Want:    Want{Preflight: Yes, Leaves: No},
			}},
		},
		{
			ID:     "headers.mixed",
			Title:  "A request with a listed and an unlisted header must not leave the browser",
			Spec:   "http-access-control-allow-headers",
			Level:  Required,
			Covers: []string{"PV-03"},
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: ListedHeader}, {Name: UnlistedHeader}},
				Want:    Want{Preflight: Yes, Leaves: No},
			}},
			Needs: []string{"headers.unlisted"},
		},
	},
}
