package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite"
)

// A chapter is the part of a report that is about one subject.
type chapter struct {
	name      string
	title     string
	scenarios []scenario
}

// A scenario is its results in one browser.
type scenario struct {
	id, title string
	level     suite.Level
	results   []suite.Result
}

// chapters takes a report apart, in the order of the suite. What a report has of
// chapters that this version does not know comes last.
func chapters(r *suite.Report) []chapter {
	var all []chapter
	for _, c := range suite.Chapters() {
		all = append(all, chapter{name: c.Name, title: c.Title})
	}
	for _, result := range r.Results {
		name, _, _ := strings.Cut(result.ID, ".")
		i := slices.IndexFunc(all, func(c chapter) bool { return c.name == name })
		if i < 0 {
			i = len(all)
			all = append(all, chapter{name: name, title: visible(name, valueLimit)})
		}
		all[i].add(result)
	}
	return slices.DeleteFunc(all, func(c chapter) bool { return len(c.scenarios) == 0 })
}

func (c *chapter) add(r suite.Result) {
	i := slices.IndexFunc(c.scenarios, func(s scenario) bool {
		return s.id == r.ID && s.results[0].Browser == r.Browser
	})
	if i < 0 {
		i = len(c.scenarios)
		c.scenarios = append(c.scenarios, scenario{id: r.ID, title: r.Title, level: r.Level})
	}
	c.scenarios[i].results = append(c.scenarios[i].results, r)
}

// A group is those results of a scenario that a reader takes in as one: all that
// pass, or all that differ from each other in nothing that would be shown.
type group struct {
	scenario scenario
	verdict  suite.Verdict
	results  []suite.Result
}

// A likeness is what results have in common that are shown as one.
type likeness struct {
	verdict                           suite.Verdict
	reason, expected, observed, fixes string
	intermittent                      bool
	n                                 int // a number of its own for what is shown apart
}

// groups takes the scenario apart, each result by itself if apart is set.
func (s scenario) groups(apart bool) []group {
	var all []group
	index := map[likeness]int{}
	for n, r := range s.results {
		same := likeness{verdict: r.Verdict}
		switch r.Verdict {
		case suite.Pass:
		case suite.Fail, suite.Broken:
			same.reason, same.expected, same.observed = r.Reason, r.Expected, r.Observed
			same.fixes, same.intermittent = strings.Join(r.Fixes, "\n"), r.Intermittent
		case suite.Unjudged:
			same.reason, same.observed = r.Reason, why(r)
		default:
			same.reason = r.Reason
		}
		if apart {
			same.n = n
		}
		i, seen := index[same]
		if !seen {
			i = len(all)
			index[same] = i
			all = append(all, group{scenario: s, verdict: r.Verdict})
		}
		all[i].results = append(all[i].results, r)
	}
	return all
}

// A row is a group that is the same in several browsers.
type row struct {
	group
	browsers []string
}

// rows are the groups of the chapter's scenarios, in order; what browsers agree on is one
// row of all of them.
func (c chapter) rows(apart bool) []row {
	var all []row
	for _, s := range c.scenarios {
		for _, g := range s.groups(apart) {
			browser := g.first().Browser
			i := slices.IndexFunc(all, func(r row) bool {
				return r.scenario.id == s.id && !slices.Contains(r.browsers, browser) && r.group.saysAs(g, apart)
			})
			if i < 0 {
				at := len(all)
				for j, r := range all {
					if r.scenario.id == s.id {
						at = j + 1
					}
				}
				all = slices.Insert(all, at, row{g, []string{browser}})
				continue
			}
			all[i].browsers = append(all[i].browsers, browser)
		}
	}
	return all
}

// saysAs reports whether a group of another browser says the same.
func (g group) saysAs(other group, apart bool) bool {
	a, b := g.first(), other.first()
	return !apart && g.verdict == other.verdict && (g.verdict == suite.Pass || a.Reason == b.Reason && a.Observed == b.Observed) &&
		a.Intermittent == b.Intermittent && g.detail(apart) == other.detail(apart)
}

// first is the result that stands for all.
func (g group) first() suite.Result { return g.results[0] }

// detail says by which means and for which values: "fetch, xhr · PUT, DELETE".
func (g group) detail(apart bool) string {
	var parts []string
	add := func(values []string) {
		values = slices.DeleteFunc(values, func(v string) bool { return v == "" })
		if len(values) > 0 {
			parts = append(parts, listed(values, valueLimit/2))
		}
	}
	if g.scenario.askedByCorsproof() {
		add([]string{"asked by corsproof"})
	}
	add(g.distinct(func(r suite.Result) string { return visible(string(r.API), valueLimit) }))
	for _, role := range g.scenario.telling(apart) {
		add(g.distinct(func(r suite.Result) string { return visible(r.Bindings[role], valueLimit) }))
	}
	if apart && g.first().Seconds > 0 {
		add([]string{fmt.Sprintf("%.3f s", g.first().Seconds)})
	}
	return strings.Join(parts, " · ")
}

// distinct returns what the results have, without repeats.
func (g group) distinct(of func(suite.Result) string) []string {
	var values []string
	for _, r := range g.results {
		if v := of(r); !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values
}

// telling returns the roles whose values tell the scenario's results apart, and the
// one that it takes in turn; or all of them. They are in alphabetical order.
func (s scenario) telling(all bool) []string {
	values := map[string][]string{}
	for _, r := range s.results {
		for role, v := range r.Bindings {
			if !slices.Contains(values[role], v) {
				values[role] = append(values[role], v)
			}
		}
	}
	each := ""
	if known, ok := s.known(); ok {
		each = strings.ReplaceAll(strings.Trim(string(known.Each), "‹›"), " ", "-")
	}
	var roles []string
	for role, v := range values {
		if all || len(v) > 1 || role == each {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return roles
}

// known returns the scenario as this version has it, if it does.
func (s scenario) known() (suite.Scenario, bool) {
	known := suite.Scenarios()
	i := slices.IndexFunc(known, func(k suite.Scenario) bool { return k.ID == s.id })
	if i < 0 {
		return suite.Scenario{}, false
	}
	return known[i], true
}

func (s scenario) askedByCorsproof() bool {
	known, ok := s.known()
	return ok && known.AskedByCorsproof
}
