package suite

import "github.com/corsproof/corsproof/suite/fetch"

// The browser compares the method byte by byte with Access-Control-Allow-Methods.
// GET, HEAD and POST need not be listed.
var methods = Chapter{
	Name:  "methods",
	Title: "Methods",
	Scenarios: []Scenario{
		{
			ID:     "methods.listed",
			Title:  "The CORS-preflight request for a listed method must be answered so that the request leaves",
			Spec:   "http-access-control-allow-methods",
			Level:  Required,
			Covers: []string{"PV-01", "ME-02", "PR-10"},
			Each:   ListedMethod,
			Steps:  []Step{{Method: ListedMethod, Want: Want{Preflight: Yes, Leaves: Yes}}},
			Needs:  []string{"preflight.answered", "preflight.no-request-headers"},
		},
		{
			ID:     "methods.listed.shared",
			Title:  "A page of an allowed origin can read the response to a listed method",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"PV-11"},
			Each:   ListedMethod,
			Steps:  []Step{{Method: ListedMethod, Want: Want{Preflight: Yes, Shared: Yes}}},
			Needs:  []string{"simple.get", "methods.listed"},
		},
		{
			ID:     "methods.case",
			Title:  "The method \"patch\" is not PATCH, and should not be let through where PATCH is listed",
			Spec:   "concept-method-normalize",
			Level:  Informative,
			Covers: []string{"ME-03"},
			Steps:  []Step{{Method: "patch", Want: Want{Preflight: Yes, Leaves: No}}},
			When:   func(c Claim) bool { return c.lists("PATCH") && !c.lists("patch") && !c.lists("*") },
			Needs:  []string{"methods.listed", "methods.unlisted"},
		},
		{
			ID:     "methods.unlisted",
			Title:  "A method that is not listed must not leave the browser",
			Spec:   "http-access-control-allow-methods",
			Level:  Required,
			Covers: []string{"PV-01", "ME-04"},
			Each:   UnlistedMethod,
			Steps:  []Step{{Method: UnlistedMethod, Want: Want{Preflight: Yes, Leaves: No}}},
		},
		{
			ID:     "methods.unlisted.header",
			Title:  "A method that is not listed must not leave the browser in company of a listed header",
			Spec:   "http-access-control-allow-methods",
			Level:  Required,
			Covers: []string{"PV-01"},
			Steps: []Step{{
				Method:  UnlistedMethod,
				Headers: fetch.HeaderList{{Name: ListedHeader}},
				Want:    Want{Preflight: Yes, Leaves: No},
			}},
			Needs: []string{"methods.unlisted"},
		},
	},
}
