package suite

import "github.com/corsproof/corsproof/suite/fetch"

// Before anything that a form could not do, the browser asks: OPTIONS, without
// credentials, with the method and the header names that the script wants.
var preflights = Chapter{
	Name:  "preflight",
	Title: "CORS-preflight requests",
	Scenarios: []Scenario{
		{
			ID:     "preflight.answered",
			Title:  "A CORS-preflight request for something that the policy allows must be answered so that the browser goes on",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"PR-01", "PR-04", "PR-06", "SR-06", "PV-06", "PV-07", "PV-09", "PV-12", "RD-09", "SH-12", "ST-01"},
			Steps: []Step{{
				Method:  PreflightMethod,
				Headers: fetch.HeaderList{{Name: PreflightHeader}},
				Want:    Want{Preflight: Yes, Leaves: Yes},
			}},
		},
		{
			ID:     "preflight.safelisted-method",
			Title:  "A CORS-preflight request for a CORS-safelisted method with a listed header must be answered",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"PV-08"},
			Each:   SafelistedMethod,
			Steps: []Step{{
				Method:  SafelistedMethod,
				Headers: fetch.HeaderList{{Name: ListedHeader}},
				Want:    Want{Preflight: Yes, Leaves: Yes},
			}},
			Needs: []string{"preflight.answered"},
		},
		{
			ID:     "preflight.no-request-headers",
			Title:  "A CORS-preflight request without Access-Control-Request-Headers must be answered",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"SH-15"},
			Steps:  []Step{{Method: ListedMethod, Want: Want{Preflight: Yes, Accepted: true}}},
			Needs:  []string{"preflight.answered"},
		},
		{
			ID:     "preflight.all-headers",
			Title:  "A CORS-preflight request that names all listed headers at once must be answered",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"PR-02", "PV-03"},
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: AllListedHeaders}},
				Want:    Want{Preflight: Yes, Leaves: Yes},
			}},
			Needs: []string{"preflight.answered", "headers.listed"},
		},
		{
			ID:     "preflight.upload-listener",
			Title:  "A POST whose upload a script watches must be let through, though it is preflighted for that alone",
			Spec:   "use-cors-preflight-flag",
			Level:  Required,
			Covers: []string{"PR-11"},
			APIs:   []fetch.API{fetch.XHR},
			Steps: []Step{{
				Method:         "POST",
				Body:           "corsproof",
				UploadListener: true,
				Want:           Want{Preflight: Yes, Leaves: Yes},
			}},
			When:  implements("POST"),
			Needs: []string{"preflight.answered", "preflight.no-request-headers", "preflight.safelisted-method"},
		},
		{
			ID:     "preflight.query",
			Title:  "A CORS-preflight request for a URL with a query must be answered",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"PR-01"},
			APIs:   byFetch,
			Steps: []Step{{
				Method:  PreflightMethod,
				Headers: fetch.HeaderList{{Name: PreflightHeader}},
				Query:   "corsproof=1",
				Want:    Want{Preflight: Yes, Leaves: Yes},
			}},
			Needs: []string{"preflight.answered"},
		},
		{
			ID:     "preflight.all-headers.method",
			Title:  "A CORS-preflight request for a listed method with all listed headers must be answered",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"PV-01", "PV-03"},
			Each:   ListedMethod,
			APIs:   byFetch,
			Steps: []Step{{
				Method:  ListedMethod,
				Headers: fetch.HeaderList{{Name: AllListedHeaders}},
				Want:    Want{Preflight: Yes, Leaves: Yes},
			}},
			Needs: []string{"preflight.all-headers", "methods.listed", "headers.method"},
		},
		{
			ID:     "preflight.all-headers.unlisted",
			Title:  "An unlisted header must not leave the browser in company of all listed ones",
			Spec:   "http-access-control-allow-headers",
			Level:  Required,
			Covers: []string{"PV-03"},
			APIs:   byFetch,
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: AllListedHeaders}, {Name: UnlistedHeader}},
				Want:    Want{Preflight: Yes, Leaves: No},
			}},
			Needs: []string{"headers.unlisted", "headers.mixed"},
		},
	},
}
