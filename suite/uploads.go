package suite

import "github.com/corsproof/corsproof/suite/fetch"

// What a script sends with more than a form could: a token, JSON, a file.
var uploads = Chapter{
	Name:  "uploads",
	Title: "Uploads",
	Scenarios: []Scenario{
		{
			ID:     "uploads.authorization",
			Title:  "A POST of a multipart form must be let through with Authorization where it is listed",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"CR-08", "SR-11"},
			APIs:   byFetch,
			Steps:  []Step{multipart(Want{Preflight: Yes, Leaves: Yes})},
			When:   all(implements("POST"), allowsHeader("Authorization")),
			Needs:  []string{"headers.authorization", "preflight.safelisted-method"},
		},
		{
			ID:     "uploads.authorization.shared",
			Title:  "A page of an allowed origin can read the response to a POST of a multipart form with Authorization",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"CR-08", "SR-11", "PV-11"},
			APIs:   byFetch,
			Steps:  []Step{multipart(Want{Shared: Yes})},
			When:   all(implements("POST"), allowsHeader("Authorization")),
			Needs:  []string{"uploads.authorization", "simple.post.multipart", "headers.listed.shared"},
		},
		{
			ID:     "uploads.json.shared",
			Title:  "A page of an allowed origin can read the response to a POST of JSON",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"SH-05", "PV-11"},
			APIs:   byFetch,
			Steps: []Step{{
				Method:  "POST",
				Headers: fetch.HeaderList{{Name: "Content-Type", Value: "application/json"}},
				Body:    `{"from":"corsproof"}`,
				Want:    Want{Shared: Yes},
			}},
			When:  all(implements("POST"), allowsHeader("Content-Type")),
			Needs: []string{"headers.json", "simple.post.text", "headers.listed.shared"},
		},
		{
			ID:     "uploads.file",
			Title:  "A PUT of a file must be let through where PUT and Content-Type are listed",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"PV-01", "PV-02", "SH-05"},
			APIs:   byFetch,
			Steps:  []Step{file(Want{Preflight: Yes, Leaves: Yes})},
			When:   all(implements("PUT"), allowsHeader("Content-Type")),
			Needs:  []string{"headers.listed", "headers.method", "methods.listed"},
		},
		{
			ID:     "uploads.file.shared",
			Title:  "A page of an allowed origin can read the response to a PUT of a file",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"PV-11"},
			APIs:   byFetch,
			Steps:  []Step{file(Want{Shared: Yes})},
			When:   all(implements("PUT"), allowsHeader("Content-Type")),
			Needs:  []string{"uploads.file", "methods.listed.shared", "headers.listed.shared"},
		},
	},
}

func multipart(want Want) Step {
	return Step{
		Method: "POST",
		Headers: fetch.HeaderList{
			{Name: "Content-Type", Value: "multipart/form-data; boundary=corsproof"},
			{Name: "Authorization", Value: "Bearer corsproof"},
		},
		Body: "--corsproof\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\ncorsproof\r\n--corsproof--\r\n",
		Want: want,
	}
}

func file(want Want) Step {
	return Step{
		Method:  "PUT",
		Headers: fetch.HeaderList{{Name: "Content-Type", Value: "application/octet-stream"}},
		Body:    "corsproof",
		Want:    want,
	}
}
