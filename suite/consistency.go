package suite

import "github.com/corsproof/corsproof/suite/fetch"

// A policy is one, but servers keep it in many places: a handler for each method, a
// branch for those who are logged in, several machines behind one name. Each of them
// owes the same.
var consistency = Chapter{
	Name:  "consistency",
	Title: "The same policy everywhere",
	Scenarios: []Scenario{
		{
			ID:     "consistency.head.credentials",
			Title:  "A page of an allowed origin can read the response to HEAD with credentials",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"CR-04"},
			APIs:   byFetch,
			Steps:  []Step{{Method: "HEAD", Credentials: fetch.Include, Want: Want{Shared: Yes}}},
			When:   all(implements("HEAD"), withCredentials),
			Needs:  []string{"simple.head", "credentials.include"},
		},
		{
			ID:     "consistency.head.exposed",
			Title:  "A script can read an exposed header of the response to HEAD",
			Spec:   "http-access-control-expose-headers",
			Level:  Required,
			Covers: []string{"EX-03"},
			APIs:   byFetch,
			Steps:  []Step{{Method: "HEAD", Want: Want{Readable: ExposedHeader}}},
			When:   implements("HEAD"),
			Needs:  []string{"simple.head", "exposed.listed"},
		},
		{
			ID:     "consistency.post.credentials",
			Title:  "A page of an allowed origin can read the response to POST with credentials",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"CR-04"},
			APIs:   byFetch,
			Steps:  []Step{{Method: "POST", Body: "corsproof", Credentials: fetch.Include, Want: Want{Shared: Yes}}},
			When:   all(implements("POST"), withCredentials),
			Needs:  []string{"simple.post.text", "credentials.include"},
		},
		{
			ID:     "consistency.post.exposed",
			Title:  "A script can read an exposed header of the response to POST",
			Spec:   "http-access-control-expose-headers",
			Level:  Required,
			Covers: []string{"EX-03"},
			APIs:   byFetch,
			Steps:  []Step{{Method: "POST", Body: "corsproof", Want: Want{Readable: ExposedHeader}}},
			When:   implements("POST"),
			Needs:  []string{"simple.post.text", "exposed.listed"},
		},
		{
			ID:     "consistency.method.credentials",
			Title:  "A page of an allowed origin can read the response to a listed method with credentials",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"CR-04", "PV-11"},
			Each:   ListedMethod,
			APIs:   byFetch,
			Steps:  []Step{{Method: ListedMethod, Credentials: fetch.Include, Want: Want{Shared: Yes}}},
			When:   withCredentials,
			Needs:  []string{"methods.listed.shared", "credentials.method", "credentials.include"},
		},
		{
			ID:     "consistency.method.exposed",
			Title:  "A script can read an exposed header of the response to a listed method",
			Spec:   "http-access-control-expose-headers",
			Level:  Required,
			Covers: []string{"EX-03"},
			Each:   ListedMethod,
			APIs:   byFetch,
			Steps:  []Step{{Method: ListedMethod, Want: Want{Readable: ExposedHeader}}},
			Needs:  []string{"methods.listed.shared", "exposed.listed"},
		},
		{
			ID:     "consistency.header.credentials",
			Title:  "A page of an allowed origin can read the response to a listed header with credentials",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"CR-04", "PV-11"},
			Each:   ListedHeader,
			APIs:   byFetch,
			Steps: []Step{{
				Method:      "GET",
				Headers:     fetch.HeaderList{{Name: ListedHeader}},
				Credentials: fetch.Include,
				Want:        Want{Shared: Yes},
			}},
			When:  withCredentials,
			Needs: []string{"headers.listed.shared", "credentials.header", "credentials.include"},
		},
		{
			ID:     "consistency.origins.credentials",
			Title:  "A page of each allowed origin can read the response to a request with credentials",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"SR-04", "CR-04"},
			Each:   AllowedOrigin,
			APIs:   byFetch,
			Steps:  []Step{{Method: "GET", Credentials: fetch.Include, Want: Want{Shared: Yes}}},
			When:   withCredentials,
			Needs:  []string{"origins.allowed", "credentials.include"},
		},
		{
			ID:     "consistency.origins.method",
			Title:  "A listed method must be let through for each allowed origin",
			Spec:   "http-access-control-allow-methods",
			Level:  Required,
			Covers: []string{"PV-01"},
			Each:   AllowedOrigin,
			APIs:   byFetch,
			Steps:  []Step{{Method: ListedMethod, Want: Want{Preflight: Yes, Leaves: Yes}}},
			Needs:  []string{"origins.allowed.preflight", "methods.listed"},
		},
		{
			ID:     "consistency.origins.headers",
			Title:  "All listed headers must be let through for each allowed origin",
			Spec:   "http-access-control-allow-headers",
			Level:  Required,
			Covers: []string{"PV-02", "PV-03"},
			Each:   AllowedOrigin,
			APIs:   byFetch,
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: AllListedHeaders}},
				Want:    Want{Preflight: Yes, Leaves: Yes},
			}},
			Needs: []string{"origins.allowed.preflight", "preflight.all-headers"},
		},
		{
			ID:     "consistency.origins.exposed",
			Title:  "A script of each allowed origin can read an exposed header",
			Spec:   "http-access-control-expose-headers",
			Level:  Required,
			Covers: []string{"EX-03"},
			Each:   AllowedOrigin,
			APIs:   byFetch,
			Steps:  []Step{{Method: "GET", Want: Want{Readable: ExposedHeader}}},
			Needs:  []string{"origins.allowed", "exposed.listed"},
		},
		{
			ID:     "consistency.origins.post",
			Title:  "A page of each allowed origin can read the response to POST",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"SR-04"},
			Each:   AllowedOrigin,
			APIs:   byFetch,
			Steps:  []Step{{Method: "POST", Body: "corsproof", Want: Want{Shared: Yes}}},
			When:   implements("POST"),
			Needs:  []string{"origins.allowed", "simple.post.text"},
		},
		refusedToo("consistency.refused.head", "A page of an unrelated origin cannot read the response to HEAD", implements("HEAD"),
			Step{Method: "HEAD"}),
		refusedToo("consistency.refused.post", "A page of an unrelated origin cannot read the response to POST", implements("POST"),
			Step{Method: "POST", Body: "corsproof"}),
		refusedToo("consistency.refused.query", "A page of an unrelated origin cannot read the response of a URL with a query", nil,
			Step{Method: "GET", Query: "corsproof=1"}),
		refusedToo("consistency.refused.accept", "A page of an unrelated origin that accepts JSON alone cannot read the response", nil,
			Step{Method: "GET", Headers: fetch.HeaderList{{Name: "Accept", Value: "application/json"}}}),
		refusedWith("consistency.refused.cookie", "A page of an unrelated origin cannot read the response to who sends a cookie",
			fetch.Header{Name: "Cookie", Value: "corsproof=1"}),
		refusedWith("consistency.refused.authorization", "A page of an unrelated origin cannot read the response to who sends Authorization",
			fetch.Header{Name: "Authorization", Value: "Bearer corsproof"}),
		{
			ID:     "consistency.repeated",
			Title:  "A page of an allowed origin can read the response each time, whichever machine answers",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"SR-04"},
			APIs:   byFetch,
			Steps:  repeated(Step{Method: "GET", Query: "corsproof=again", Want: Want{Shared: Yes}}),
			Needs:  []string{"simple.get", "simple.query"},
		},
		{
			ID:               "consistency.repeated.preflight",
			Title:            "A CORS-preflight request must be answered each time, whichever machine answers",
			Spec:             "cors-preflight-fetch",
			Level:            Required,
			Covers:           []string{"PR-01", "PV-09"},
			AskedByCorsproof: true,
			Steps: repeated(Step{
				Method:  PreflightMethod,
				Headers: fetch.HeaderList{{Name: PreflightHeader}},
				Query:   "corsproof=again",
				ByHand:  asBrowsersDo,
				Want:    Want{Permitted: Yes},
			}),
			Needs: []string{"preflight.answered", "preflight.query"},
		},
	},
}

// repetitions are as many as find one bad machine of four nine times in ten. They have
// a query of their own, so that no cache knows the answer from before.
const repetitions = 8

func repeated(s Step) []Step {
	var steps []Step
	for range repetitions {
		steps = append(steps, s)
	}
	return steps
}

// refusedToo is the scenario of another request that an unrelated origin makes.
func refusedToo(id, title string, when func(Claim) bool, step Step) Scenario {
	step.Want = Want{Shared: No}
	return Scenario{
		ID:     id,
		Title:  title,
		Spec:   "concept-cors-check",
		Level:  Required,
		Covers: []string{"SR-02"},
		Origin: UnrelatedOrigin,
		APIs:   byFetch,
		Steps:  []Step{step},
		When:   when,
		Needs:  []string{"origins.refused"},
	}
}

// refusedWith is the scenario of an unrelated origin whose visitor has credentials.
// Corsproof asks: it has no session of the target's to give to a browser.
func refusedWith(id, title string, credentials fetch.Header) Scenario {
	return Scenario{
		ID:               id,
		Title:            title,
		Spec:             "concept-cors-check",
		Level:            Required,
		Covers:           []string{"SR-02", "WI-07"},
		AskedByCorsproof: true,
		Steps: []Step{{
			Method:      "GET",
			Headers:     fetch.HeaderList{{Name: "Origin", Value: UnrelatedOrigin}, credentials},
			Credentials: fetch.Include,
			Want:        Want{Shared: No},
		}},
		Needs: []string{"origins.refused"},
	}
}
