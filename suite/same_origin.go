package suite

import "github.com/corsproof/corsproof/suite/fetch"

// CORS says who may read, and leaves it to browsers. A server that refuses requests by
// Origin breaks what is no cross-origin request at all: browsers send Origin with POST
// to their own origin too, and other clients send none.
var sameOrigin = Chapter{
	Name:  "same-origin",
	Title: "Requests that are not cross-origin",
	Scenarios: []Scenario{
		alike("same-origin.post", "POST with the target's own origin, as a browser sends it, should be answered like POST without Origin", "POST", nil, ownOrigin),
		alike("same-origin.method", "A listed method with the target's own origin should be answered like one without Origin", ListedMethod, nil, ownOrigin),
		alike("same-origin.none", "GET without Origin should be answered like GET with an allowed one", "GET", someOrigin, nil),
		alike("same-origin.none.head", "HEAD without Origin should be answered like HEAD with an allowed origin", "HEAD", someOrigin, nil),
		alike("same-origin.none.post", "POST without Origin should be answered like POST with an allowed origin", "POST", someOrigin, nil),
	},
}

var (
	ownOrigin  = fetch.HeaderList{{Name: "Origin", Value: TargetOrigin}}
	someOrigin = fetch.HeaderList{{Name: "Origin", Value: AllowedOrigin}}
)

// alike is the scenario of a request that is not refused where the first is not. It
// matters less than what scripts can see: no page of another origin meets it.
func alike(id, title, method string, first, second fetch.HeaderList) Scenario {
	s := Scenario{
		ID:               id,
		Title:            title,
		Spec:             "origin-header",
		Level:            Recommended,
		Covers:           []string{"SR-18"},
		AskedByCorsproof: true,
		Steps: []Step{
			{Method: method, Headers: first, Want: Want{Unrefused: true}},
			{Method: method, Headers: second, Want: Want{Unrefused: true}},
		},
	}
	if !Role(method).isRole() {
		s.When = implements(method)
	}
	return s
}
