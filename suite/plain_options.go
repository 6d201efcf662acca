package suite

import "github.com/corsproof/corsproof/suite/fetch"

// A CORS-preflight request is OPTIONS with both Origin and
// Access-Control-Request-Method. Any other OPTIONS is the application's. No script
// can send one to another origin without a preflight of its own, so corsproof asks.
var plainOptions = Chapter{
	Name:  "options",
	Title: "OPTIONS that is no CORS-preflight request",
	Scenarios: []Scenario{
		plainOption("options.plain", "OPTIONS without Origin should be answered as the application answers it", nil),
		plainOption("options.origin", "OPTIONS with Origin, as a same-origin script sends it, should be answered as the application answers it",
			fetch.HeaderList{{Name: "Origin", Value: AllowedOrigin}}, "SR-18"),
		plainOption("options.request-method", "OPTIONS with Access-Control-Request-Method but no Origin should be answered as the application answers it",
			fetch.HeaderList{{Name: "Access-Control-Request-Method", Value: "GET"}}),
	},
}

func plainOption(id, title string, headers fetch.HeaderList, covers ...string) Scenario {
	return Scenario{
		ID:               id,
		Title:            title,
		Spec:             "cors-preflight-request",
		Level:            Recommended,
		Covers:           covers,
		AskedByCorsproof: true,
		Steps:            []Step{{Method: "OPTIONS", Headers: headers, Want: Want{Answered: true}}},
	}
}
