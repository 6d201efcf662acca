package suite

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// Browsers write a CORS-preflight request in one way; proxies, gateways and older
// browsers in others, which mean the same. No browser of today sends these, so
// corsproof asks.
var rewrittenPreflights = Chapter{
	Name:  "rewritten",
	Title: "CORS-preflight requests as intermediaries rewrite them",
	Scenarios: []Scenario{
		rewritten("rewritten.spaced", "A space after each comma of Access-Control-Request-Headers should not matter", joinedBy(", ")),
		informative(rewritten("rewritten.unsorted", "The order of the names in Access-Control-Request-Headers should not matter",
			respelled(func(names []string) []string {
				backwards := slices.Clone(names)
				slices.Reverse(backwards)
				return []string{strings.Join(backwards, ",")}
			}))),
		informative(rewritten("rewritten.cased", "The case of the names in Access-Control-Request-Headers should not matter",
			respelled(func(names []string) []string {
				var others []string
				for _, name := range names {
					others = append(others, titled(name))
				}
				return []string{strings.Join(others, ",")}
			}))),
		rewritten("rewritten.lines", "Several Access-Control-Request-Headers should count as one list", respelled(slices.Clone[[]string])),
		rewritten("rewritten.empty-elements", "Empty elements of Access-Control-Request-Headers should not matter",
			respelled(func(names []string) []string { return []string{"," + strings.Join(names, ",,") + ","} })),
		rewritten("rewritten.no-accept", "A CORS-preflight request should be answered without Accept", without("Accept")),
		{
			ID:               "rewritten.empty",
			Title:            "An empty Access-Control-Request-Headers should count as none",
			Spec:             "http-access-control-request-headers",
			Level:            Recommended,
			Covers:           []string{"SH-15"},
			AskedByCorsproof: true,
			Steps: []Step{{
				Method: ListedMethod,
				ByHand: respelled(func([]string) []string { return []string{""} }),
				Want:   Want{Permitted: Yes},
			}},
			Needs: []string{"methods.listed"},
		},
		{
			ID:               "rewritten.long",
			Title:            "A CORS-preflight request that names many headers should be answered without an error of the server",
			Spec:             "http-access-control-request-headers",
			Level:            Informative,
			Covers:           []string{"PR-02"},
			AskedByCorsproof: true,
			Steps: []Step{{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: UnlistedHeader}},
				ByHand: respelled(func([]string) []string {
					return []string{strings.Repeat("x-corsproof-unlisted,", 48) + "x-corsproof-unlisted"}
				}),
				Want: Want{Answered: true},
			}},
			Needs: []string{"preflight.answered"},
		},
	},
}

// informative is for what the Standard has every browser do, and what nothing between
// may undo: it sorts the names and puts them in lower case, so that servers may, and
// careful ones do, count on it.
func informative(s Scenario) Scenario {
	s.Level = Informative
	return s
}

// rewritten is the scenario of a spelling of a CORS-preflight request for all listed
// headers.
func rewritten(id, title string, spelled Spelling) Scenario {
	return Scenario{
		ID:               id,
		Title:            title,
		Spec:             "http-access-control-request-headers",
		Level:            Recommended,
		Covers:           []string{"PR-01", "PR-02"},
		AskedByCorsproof: true,
		Steps: []Step{{
			Method:  "GET",
			Headers: fetch.HeaderList{{Name: AllListedHeaders}},
			ByHand:  spelled,
			Want:    Want{Permitted: Yes},
		}},
		Needs: []string{"preflight.all-headers"},
	}
}
