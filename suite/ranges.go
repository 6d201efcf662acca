package suite

import "github.com/corsproof/corsproof/suite/fetch"

// Players and viewers ask for a part of a file. A simple range is CORS-safelisted, so
// that nothing but the answer, 206 or 416, can go wrong.
var ranges = Chapter{
	Name:  "range",
	Title: "Range requests",
	Scenarios: []Scenario{
		{
			ID:     "range.unsatisfiable",
			Title:  "A page of an allowed origin can read the answer to a range that there is not",
			Spec:   "concept-cors-check",
			Level:  Recommended,
			Covers: []string{"SH-08", "ST-02"},
			APIs:   byFetch,
			Steps:  []Step{ranged("bytes=1000000000000-", Want{Shared: Yes, Preflight: No})},
			Needs:  []string{"simple.range"},
		},
		{
			ID:     "range.several",
			Title:  "A page of an allowed origin can read the answer to several ranges where Range is listed",
			Spec:   "simple-range-header-value",
			Level:  Recommended,
			Covers: []string{"SH-08", "PV-11"},
			APIs:   byFetch,
			Steps:  []Step{ranged("bytes=0-0,2-2", Want{Preflight: Yes, Shared: Yes})},
			When:   allowsHeader("Range"),
			Needs:  []string{"simple.range", "headers.listed.shared"},
		},
		{
			ID:     "range.credentials",
			Title:  "A page of an allowed origin can read the response to a range request with credentials",
			Spec:   "concept-cors-check",
			Level:  Recommended,
			Covers: []string{"SH-08", "CR-04"},
			APIs:   byFetch,
			Steps: []Step{{
				Method:      "GET",
				Headers:     fetch.HeaderList{{Name: "Range", Value: "bytes=0-0"}},
				Credentials: fetch.Include,
				Want:        Want{Shared: Yes},
			}},
			When:  withCredentials,
			Needs: []string{"simple.range", "credentials.include"},
		},
		{
			ID:     "range.exposed",
			Title:  "A script can read Content-Range of the response to a range request where it is exposed",
			Spec:   "http-access-control-expose-headers",
			Level:  Recommended,
			Covers: []string{"EX-03", "SH-08"},
			APIs:   byFetch,
			Steps: []Step{{
				// With a query of its own: a browser may make a part of what it has
				// stored, and then the headers of the whole say what is exposed.
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: "Range", Value: "bytes=0-0"}},
				Query:   "corsproof=part",
				Want:    Want{Readable: "Content-Range"},
			}},
			When:  exposesHeader("Content-Range"),
			Needs: []string{"simple.range", "simple.query", "exposed.listed", "wildcards.exposed"},
		},
		{
			ID:     "range.refused",
			Title:  "A page of an unrelated origin cannot read the response to a range request",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"SR-02", "SH-08"},
			Origin: UnrelatedOrigin,
			APIs:   byFetch,
			Steps:  []Step{ranged("bytes=0-0", Want{Shared: No})},
			Needs:  []string{"origins.refused"},
		},
	},
}

func ranged(value string, want Want) Step {
	return Step{Method: "GET", Headers: fetch.HeaderList{{Name: "Range", Value: value}}, Want: want}
}
