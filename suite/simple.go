package suite

import "github.com/corsproof/corsproof/suite/fetch"

// A request that a form could make needs no CORS-preflight request. The server
// receives it in any case; CORS decides whether the script may read the answer.
var simpleRequests = Chapter{
	Name:  "simple",
	Title: "Simple requests",
	Scenarios: []Scenario{
		{
			ID:     "simple.get",
			Title:  "A page of an allowed origin can read the response to GET",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"SR-01", "SR-02", "SR-04", "SR-05", "OR-01", "OR-02", "OR-03", "OR-04", "OR-05"},
			Steps:  []Step{{Method: "GET", Want: Want{Shared: Yes, Preflight: No}}},
		},
		{
			ID:     "simple.head",
			Title:  "A page of an allowed origin can read the response to HEAD",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"SR-04"},
			Steps:  []Step{{Method: "HEAD", Want: Want{Shared: Yes, Preflight: No}}},
			When:   implements("HEAD"),
			Needs:  []string{"simple.get"},
		},
		{
			ID:     "simple.post.text",
			Title:  "A page of an allowed origin can read the response to a POST of text",
			Spec:   "cors-safelisted-request-header",
			Level:  Required,
			Covers: []string{"SR-04", "SR-09"},
			Steps:  []Step{{Method: "POST", Body: "corsproof", Want: Want{Shared: Yes, Preflight: No}}},
			When:   implements("POST"),
			Needs:  []string{"simple.get"},
		},
		{
			ID:     "simple.post.parameters",
			Title:  "Parameters of a safelisted Content-Type do not keep the response from the script",
			Spec:   "cors-safelisted-request-header",
			Level:  Required,
			Covers: []string{"SR-09", "SH-02"},
			Steps: []Step{{
				Method:  "POST",
				Headers: fetch.HeaderList{{Name: "Content-Type", Value: "text/plain; charset=utf-8; from=corsproof"}},
				Body:    "corsproof",
				Want:    Want{Shared: Yes, Preflight: No},
			}},
			When:  implements("POST"),
			Needs: []string{"simple.post.text"},
		},
		{
			ID:     "simple.post.form",
			Title:  "A page of an allowed origin can read the response to a POST of a URL-encoded form",
			Spec:   "cors-safelisted-request-header",
			Level:  Required,
			Covers: []string{"SR-09", "SH-02"},
			Steps: []Step{{
				Method:  "POST",
				Headers: fetch.HeaderList{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}},
				Body:    "from=corsproof",
				Want:    Want{Shared: Yes, Preflight: No},
			}},
			When:  implements("POST"),
			Needs: []string{"simple.get"},
		},
		{
			ID:     "simple.post.multipart",
			Title:  "A page of an allowed origin can read the response to a POST of a multipart form",
			Spec:   "cors-safelisted-request-header",
			Level:  Required,
			Covers: []string{"SR-10"},
			Steps: []Step{{
				Method:  "POST",
				Headers: fetch.HeaderList{{Name: "Content-Type", Value: "multipart/form-data; boundary=corsproof"}},
				Body:    "--corsproof\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\ncorsproof\r\n--corsproof--\r\n",
				Want:    Want{Shared: Yes, Preflight: No},
			}},
			When:  implements("POST"),
			Needs: []string{"simple.get"},
		},
		{
			ID:     "simple.headers",
			Title:  "CORS-safelisted request-headers do not keep the response from the script",
			Spec:   "cors-safelisted-request-header",
			Level:  Required,
			Covers: []string{"SH-01"},
			Steps: []Step{{
				Method: "GET",
				Headers: fetch.HeaderList{
					{Name: "Accept", Value: "application/json"},
					{Name: "Accept-Language", Value: "fr-CH, fr;q=0.9"},
					{Name: "Content-Language", Value: "de"},
				},
				Want: Want{Shared: Yes, Preflight: No},
			}},
			Needs: []string{"simple.get"},
		},
		{
			ID:     "simple.range",
			Title:  "A page of an allowed origin can read the response to a simple range request",
			Spec:   "cors-safelisted-request-header",
			Level:  Recommended,
			Covers: []string{"SH-08"},
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: "Range", Value: "bytes=0-0"}},
				Want:    Want{Shared: Yes, Preflight: No},
			}},
			Needs: []string{"simple.get"},
		},
		{
			ID:     "simple.worker",
			Title:  "A worker of an allowed origin can read the response to GET",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"SR-01"},
			Steps:  []Step{{Method: "GET", Global: fetch.Worker, Want: Want{Shared: Yes, Preflight: No}}},
			Needs:  []string{"simple.get"},

			BrowserOnly: "a worker is like a page to the model, which sends no Referer either; see the fault simple.referer",
		},
	},
}
