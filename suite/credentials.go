package suite

import "github.com/corsproof/corsproof/suite/fetch"

// With credentials the server must name the origin and say
// "Access-Control-Allow-Credentials: true", in these bytes, on the preflight and on
// the response; "*" is then a name like any other. Whether a cookie really went
// along is another question: cross-site cookies are blocked by browsers, whatever
// the server says.
var credentials = Chapter{
	Name:  "credentials",
	Title: "Credentials",
	Scenarios: []Scenario{
		{
			ID:     "credentials.omit",
			Title:  "A page of an allowed origin can read the response to a request without credentials",
			Spec:   "concept-request-credentials-mode",
			Level:  Required,
			Covers: []string{"WI-08"},
			APIs:   []fetch.API{fetch.Fetch},
			Steps:  []Step{{Method: "GET", Credentials: fetch.Omit, Want: Want{Shared: Yes}}},
		},
		{
			ID:     "credentials.same-origin",
			Title:  "A page of an allowed origin can read the response in credentials mode same-origin",
			Spec:   "concept-request-credentials-mode",
			Level:  Required,
			Covers: []string{"WI-08"},
			Steps:  []Step{{Method: "GET", Credentials: fetch.SameOrigin, Want: Want{Shared: Yes}}},
		},
		{
			ID:     "credentials.include",
			Title:  "A page of an allowed origin can read the response to a request with credentials",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"CR-04", "SR-07", "WI-07"},
			Steps:  []Step{{Method: "GET", Credentials: fetch.Include, Want: Want{Shared: Yes}}},
			When:   withCredentials,
			Needs:  []string{"simple.get"},
		},
		{
			ID:     "credentials.method",
			Title:  "A listed method must be let through with credentials",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"WI-03", "PV-13"},
			Steps:  []Step{{Method: ListedMethod, Credentials: fetch.Include, Want: Want{Preflight: Yes, Leaves: Yes}}},
			When:   withCredentials,
			Needs:  []string{"credentials.include", "methods.listed"},
		},
		{
			ID:     "credentials.header",
			Title:  "A listed header must be let through with credentials",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"WI-03", "PV-13"},
			Steps: []Step{{
				Method:      "GET",
				Headers:     fetch.HeaderList{{Name: ListedHeader}},
				Credentials: fetch.Include,
				Want:        Want{Preflight: Yes, Leaves: Yes},
			}},
			When:  withCredentials,
			Needs: []string{"credentials.include", "headers.listed"},
		},
		{
			ID:     "credentials.refused",
			Title:  "The response to a request with credentials must not be shared where the policy has none",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"WI-07", "CR-04"},
			Steps:  []Step{{Method: "GET", Credentials: fetch.Include, Want: Want{Shared: No}}},
			When:   withoutCredentials,
		},
		{
			ID:     "credentials.refused.preflight",
			Title:  "A preflighted request with credentials must not leave the browser where the policy has none",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"PV-13"},
			Steps: []Step{{
				Method:      PreflightMethod,
				Headers:     fetch.HeaderList{{Name: PreflightHeader}},
				Credentials: fetch.Include,
				Want:        Want{Preflight: Yes, Leaves: No},
			}},
			When:  withoutCredentials,
			Needs: []string{"credentials.refused"},
		},
		{
			ID:         "credentials.authorized",
			Title:      "A page of an allowed origin can read what the declared credentials open",
			Spec:       "concept-cors-check",
			Level:      Required,
			Covers:     []string{"CR-08"},
			Authorized: true,
			Apart:      CookiesApart,
			When:       func(c Claim) bool { return len(c.unsendable()) == 0 },
			Steps:      []Step{{Method: "GET", Want: Want{Shared: Yes, Opened: true}}},
			Needs:      []string{"simple.get", "credentials.include", "credentials.header", "headers.listed.shared"},
		},
	},
}
