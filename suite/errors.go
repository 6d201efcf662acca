package suite

import "github.com/corsproof/corsproof/suite/fetch"

// An error answer owes its CORS headers like any other: without them the script
// learns nothing, not even that it was an error.
var errorAnswers = Chapter{
	Name:  "errors",
	Title: "Error answers",
	Scenarios: []Scenario{
		errorAnswer("errors.not-found", "A page of an allowed origin can read an answer 404 or 410", NotFoundResource, "ST-02", "ST-03"),
		errorAnswer("errors.unauthorized", "A page of an allowed origin can read an answer 401 or 403", UnauthorizedResource, "ST-02", "ST-03", "CR-10"),
		errorAnswer("errors.client", "A page of an allowed origin can read any other 4xx answer", ClientErrorResource, "ST-02", "ST-03"),
		errorAnswer("errors.server", "A page of an allowed origin can read a 5xx answer", ServerErrorResource, "ST-02", "ST-03"),
		{
			ID:       "errors.credentials",
			Title:    "A page of an allowed origin can read an error answer to a request with credentials",
			Spec:     "concept-cors-check",
			Level:    Required,
			Covers:   []string{"ST-02", "CR-10"},
			Resource: ErrorResource,
			Each:     ErrorResource,
			Steps:    []Step{{Method: "GET", Credentials: fetch.Include, Want: Want{Shared: Yes, Status: true}}},
			When:     withCredentials,
			Needs: []string{"simple.get", "credentials.include",
				"errors.not-found", "errors.unauthorized", "errors.client", "errors.server"},
		},
		{
			ID:       "errors.preflight",
			Title:    "A CORS-preflight request for a resource that answers with an error must be answered with success",
			Spec:     "cors-preflight-fetch",
			Level:    Required,
			Covers:   []string{"ST-01", "ST-05"},
			Resource: ErrorResource,
			Each:     ErrorResource,
			Steps:    []Step{preflighted(Yes)},
			Needs:    []string{"preflight.answered"},
		},
		{
			ID:       "errors.refused",
			Title:    "A page of an unrelated origin cannot read an error answer",
			Spec:     "concept-cors-check",
			Level:    Required,
			Covers:   []string{"SR-02"},
			Origin:   UnrelatedOrigin,
			Resource: ErrorResource,
			Each:     ErrorResource,
			Steps:    []Step{{Method: "GET", Want: Want{Shared: No}}},
			Needs:    []string{"origins.refused"},
		},
	},
}

// errorAnswer is the scenario of an error that an allowed origin can read.
func errorAnswer(id, title string, resource Role, covers ...string) Scenario {
	return Scenario{
		ID:       id,
		Title:    title,
		Spec:     "concept-cors-check",
		Level:    Required,
		Covers:   covers,
		Resource: resource,
		Each:     resource,
		Steps:    []Step{{Method: "GET", Want: Want{Shared: Yes, Status: true}}},
		Needs:    []string{"simple.get"},
	}
}
