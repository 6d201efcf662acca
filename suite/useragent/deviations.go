package useragent

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A Deviation is what a browser does otherwise than the Standard says, and how we know.
type Deviation struct {
	Browser  string `json:"browser"`
	Scenario string `json:"scenario"`

	// API is the one by which it does so; empty is any.
	API fetch.API `json:"api,omitempty"`

	// Instead says what it does, in a sentence.
	Instead string `json:"instead"`

	// Evidence is where that is known from: an id of the notes on behaviours, an
	// issue, the version in which it was seen.
	Evidence string `json:"evidence"`
	Link     string `json:"link,omitempty"`

	// Wants are what is seen in place of the scenario's, step by step.
	Wants []Want `json:"-"`
}

// Deviations returns the known ones.
func Deviations() []Deviation { return slices.Clone(deviations) }

// deviation returns the known one of a browser.
func deviation(browser, scenario string, api fetch.API) *Deviation {
	for i, d := range deviations {
		if d.Browser == browser && d.Scenario == scenario && (d.API == "" || d.API == api) {
			return &deviations[i]
		}
	}
	return nil
}

// filled returns what is seen in place of the scenario's wants, for a path.
func (d Deviation) filled(path, origin string) []Want {
	var wants []Want
	for _, w := range d.Wants {
		wants = append(wants, w.filled(func(text string) string {
			return strings.ReplaceAll(text, "{id}", strings.TrimPrefix(path, "/"))
		}, origin))
	}
	return wants
}

// The words of the table.
const chromium = "chromium"

var deviations = slices.Concat([]Deviation{
	{
		Browser:  chromium,
		Scenario: "browser.wildcards.authorization",
		Instead:  "It lets Authorization through under *, as all engines do.",
		Evidence: "D-01",
		Link:     "https://github.com/whatwg/fetch/issues/1919",
		Wants:    []Want{shared(asks("GET", "authorization"), sends("GET", "Authorization: Bearer corsproof"))},
	},
	{
		Browser:  chromium,
		Scenario: "browser.cache.star.authorization",
		Instead:  "It asks for Authorization, as it must, but lets it through under *.",
		Evidence: "D-01",
		Link:     "https://github.com/whatwg/fetch/issues/1919",
		Wants: []Want{
			shared(asks("GET", "x-a"), sends("GET")),
			shared(asks("GET", "authorization"), sends("GET", "Authorization: Bearer corsproof")),
		},
	},
	{
		Browser:  chromium,
		Scenario: "browser.cache.max-age.negative",
		Instead:  "It does not remember the answer: all engines, and web-platform-tests, take a negative number for 0.",
		Evidence: "CA-04",
		Link:     "https://github.com/web-platform-tests/wpt/blob/master/cors/preflight-cache.htm",
		Wants:    []Want{putAnew(0).Want, putAnew(0).Want},
	},
	{
		Browser:  chromium,
		Scenario: "browser.cache.max-age.plus",
		Instead:  "It takes +0 for 0.",
		Evidence: "seen in Chromium 156",
		Wants:    []Want{putAnew(0).Want, putAnew(0).Want},
	},
	{
		Browser:  chromium,
		Scenario: "browser.cache.kept",
		Instead:  "It keeps one answer for an origin and a URL, the last.",
		Evidence: "seen in Chromium 156",
		Wants: []Want{
			putAnew(0).Want,
			shared(asks("GET", "x-test"), sends("GET")),
			putAnew(0).Want,
		},
	},
	{
		Browser:  chromium,
		Scenario: "browser.cache.cleared",
		Instead:  "It remembers what was allowed, though the actual response was not shared.",
		Evidence: "D-07",
		Wants: []Want{
			refused(fetch.MissingAllowOriginHeader, asks("PUT", ""), sends("PUT")),
			putAgain(0).Want,
		},
	},
	{
		Browser:  chromium,
		Scenario: "browser.opaque.origin.no-referrer",
		Instead:  "It says the page's origin, whatever the referrer policy.",
		Evidence: "D-11",
		Link:     "https://crbug.com/1066422",
		Wants:    []Want{unseen(sends("POST"))},
	},
	{
		Browser:  chromium,
		Scenario: "browser.opaque.origin.same-origin",
		Instead:  "It says the page's origin, whatever the referrer policy.",
		Evidence: "D-11",
		Link:     "https://crbug.com/1066422",
		Wants:    []Want{unseen(sends("POST"))},
	},
	{
		Browser:  chromium,
		Scenario: "browser.safelist.unsafe.user-agent",
		Instead:  "It drops a User-Agent that a script sets.",
		Evidence: "D-15",
		Link:     "https://crbug.com/571722",
		Wants:    []Want{shared(sends("GET"))},
	},
}, clientHints(), firefoxDeviations(), webKitDeviations())

// clientHints are headers that Chromium takes for safelisted, and no other engine does.
func clientHints() []Deviation {
	var all []Deviation
	for _, h := range []struct{ slug, line string }{
		{"dpr", "DPR: 2"}, {"save-data", "Save-Data: on"}, {"device-memory", "Device-Memory: 1"}, {"width", "Width: 100"},
		{"viewport-width", "Viewport-Width: 100"}, {"downlink", "Downlink: 1"}, {"ect", "ECT: 4g"}, {"rtt", "RTT: 100"},
	} {
		all = append(all, Deviation{
			Browser:  chromium,
			Scenario: "browser.safelist.unsafe." + h.slug,
			Instead:  "It sends client hints of a script without a CORS-preflight request.",
			Evidence: "D-02",
			Link:     "https://github.com/web-platform-tests/wpt/blob/master/cors/client-hint-request-headers-2.tentative.htm",
			Wants:    []Want{shared(sends("GET", h.line))},
		})
	}
	return all
}
