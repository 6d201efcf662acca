package suite

import "github.com/corsproof/corsproof/suite/fetch"

// A script can read the CORS-safelisted response-headers, and those that
// Access-Control-Expose-Headers names on the response itself.
var exposedHeaders = Chapter{
	Name:  "exposed",
	Title: "Exposed response headers",
	Scenarios: []Scenario{
		{
			ID:     "exposed.listed",
			Title:  "A script can read an exposed header",
			Spec:   "http-access-control-expose-headers",
			Level:  Required,
			Covers: []string{"EX-03", "EX-07", "EX-09"},
			Each:   ExposedHeader,
			Steps:  []Step{{Method: "GET", Want: Want{Readable: ExposedHeader}}},
			Needs:  []string{"simple.get"},
		},
		{
			ID:     "exposed.preflighted",
			Title:  "A script can read an exposed header of the response to a preflighted request",
			Spec:   "http-access-control-expose-headers",
			Level:  Required,
			Covers: []string{"EX-03", "EX-09"},
			Each:   ExposedHeader,
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: ListedHeader}},
				Want:    Want{Readable: ExposedHeader},
			}},
			Needs: []string{"exposed.listed", "headers.listed.shared"},
		},
		{
			ID:     "exposed.credentials",
			Title:  "A script can read an exposed header of the response to a request with credentials",
			Spec:   "http-access-control-expose-headers",
			Level:  Required,
			Covers: []string{"WI-10"},
			Each:   ExposedHeader,
			Steps:  []Step{{Method: "GET", Credentials: fetch.Include, Want: Want{Readable: ExposedHeader}}},
			When:   withCredentials,
			Needs:  []string{"exposed.listed", "credentials.include"},
		},
		{
			ID:     "exposed.unlisted",
			Title:  "A script cannot read a header that is not exposed",
			Spec:   "concept-filtered-response-cors",
			Level:  Required,
			Covers: []string{"EX-02", "EX-03"},
			Steps:  []Step{{Method: "GET", Want: Want{Hidden: UnexposedHeader}}},
			Needs:  []string{"simple.get"},
		},
	},
}
