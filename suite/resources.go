package suite

// Most scenarios ask one resource. The others of a target are asked the three
// questions that tell whether its policy reaches them at all.
var resources = Chapter{
	Name:  "resources",
	Title: "Further resources",
	Scenarios: []Scenario{
		{
			ID:       "resources.get",
			Title:    "A page of an allowed origin can read the response of each further resource",
			Spec:     "concept-cors-check",
			Level:    Required,
			Covers:   []string{"SR-04"},
			Resource: OtherResource,
			Each:     OtherResource,
			Steps:    []Step{{Method: "GET", Want: Want{Shared: Yes}}},
			Needs:    []string{"simple.get"},
		},
		{
			ID:       "resources.preflight",
			Title:    "The CORS-preflight request for each further resource must be answered",
			Spec:     "cors-preflight-fetch",
			Level:    Required,
			Covers:   []string{"PR-01"},
			Resource: OtherResource,
			Each:     OtherResource,
			Steps:    []Step{preflighted(Yes)},
			Needs:    []string{"preflight.answered"},
		},
		{
			ID:       "resources.refused",
			Title:    "A page of an unrelated origin cannot read the response of a further resource",
			Spec:     "concept-cors-check",
			Level:    Required,
			Covers:   []string{"SR-02"},
			Origin:   UnrelatedOrigin,
			Resource: OtherResource,
			Each:     OtherResource,
			Steps:    []Step{{Method: "GET", Want: Want{Shared: No}}},
			Needs:    []string{"origins.refused"},
		},
	},
}
