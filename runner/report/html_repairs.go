package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite"
)

// Limits of what is told among the repairs of a page. What is left over is in the matrix.
const (
	mostRepairs  = 50
	repairBudget = 300_000 // bytes of markup
)

// A repairItem is a failure, with all that its owner needs to repair it.
type repairItem struct {
	ID, Title    string
	Level        suite.Level
	Severity     suite.Severity
	SeverityText string
	Intermittent bool
	Cases        []repairCase
	FurtherCases int
	Step         string // of the Standard, and its link
	Spec         string
	Reason       string
	Fixes        []string
	Servers      []serverLines
	Further      []string
	Replay       string
}

// A repairCase is one way in which the failure shows.
type repairCase struct {
	Where    string // by which means, and for which values
	Expected string
	Observed string
	Browsers string // in which it showed
}

func (c repairCase) same(other repairCase) bool {
	return c.Where == other.Where && c.Expected == other.Expected && c.Observed == other.Observed
}

// mostCases is how many cases are told of one failure.
const mostCases = 4

// serverLines are what to change in one kind of server.
type serverLines struct {
	Server string
	Why    []string
	Lines  string
	Left   int  // how many lines are left out
	First  bool // to be seen unasked
	SameAs int  // the number of an item that has the same lines; 0 if none before it has
}

// severityOrder is that in which to repair. What has none comes first: something that is
// promised does not work.
var severityOrder = []suite.Severity{suite.Critical, "", suite.High, suite.Medium, suite.Low, suite.Info}

var levelOrder = []suite.Level{suite.Required, suite.Recommended, suite.Informative}

// inRepairOrder are the failed groups, what matters most in front.
func inRepairOrder(r *suite.Report) []group {
	var all []group
	for _, c := range chapters(r) {
		for _, s := range c.scenarios {
			for _, g := range s.groups(false) {
				if g.verdict == suite.Fail {
					all = append(all, g)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b group) int {
		x, y := a.first(), b.first()
		return cmp.Or(
			cmp.Compare(slices.Index(levelOrder, x.Level), slices.Index(levelOrder, y.Level)),
			cmp.Compare(slices.Index(severityOrder, x.Severity), slices.Index(severityOrder, y.Severity)))
	})
	return all
}

// repaired are the failures of a report that are repaired in one go: those of one
// scenario with the same reason and the same advice.
func repaired(r *suite.Report) [][]group {
	var all [][]group
	index := map[string]int{}
	for _, g := range inRepairOrder(r) {
		f := g.first()
		kind := fmt.Sprintf("%q %q %q %t %q", f.ID, f.Reason, f.Severity, f.Intermittent, f.Fixes)
		i, seen := index[kind]
		if !seen {
			i = len(all)
			index[kind] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], g)
	}
	return all
}

func repairItems(r *suite.Report) []repairItem {
	failures := repaired(r)
	var all []repairItem
	left := repairBudget
	first := map[string]int{} // the item in which lines come first
	for i, groups := range failures[:min(len(failures), mostRepairs)] {
		item := newRepairItem(groups)
		for j := range item.Servers {
			s := &item.Servers[j]
			if s.SameAs = first[s.Server+s.Lines]; s.SameAs == 0 {
				first[s.Server+s.Lines] = i + 1
				s.First = len(item.Servers) == 1
			}
		}
		if left -= len(template.HTMLEscapeString(fmt.Sprint(item))); left < 0 && len(all) > 0 {
			break
		}
		all = append(all, item)
	}
	return all
}

func newRepairItem(groups []group) repairItem {
	r := groups[0].first()
	item := repairItem{
		ID:           visible(r.ID, valueLimit),
		Title:        visible(r.Title, sentenceLimit),
		Level:        suite.Level(visible(string(r.Level), valueLimit)),
		Severity:     suite.Severity(visible(string(r.Severity), valueLimit)),
		Intermittent: r.Intermittent,
		Step:         visible(cmp.Or(r.Step, "The Standard"), valueLimit),
		Spec:         visible(r.Spec, sentenceLimit),
		Reason:       visible(reasonInBrowsers(r), sentenceLimit),
		Fixes:        shownLines(r.Fixes, sentenceLimit),
		Further:      shownLines(further(r), sentenceLimit),
		Replay:       strings.Join(verbatim(r.Replay), "\n"),
	}
	for _, g := range groups {
		f := g.first()
		c := repairCase{Where: g.detail(false), Expected: visible(f.Expected, sentenceLimit), Observed: visible(f.Observed, sentenceLimit)}
		browser := visible(f.Browser, valueLimit)
		if i := slices.IndexFunc(item.Cases, c.same); i >= 0 {
			item.Cases[i].Browsers += ", " + browser
			continue
		}
		c.Browsers = browser
		item.Cases = append(item.Cases, c)
	}
	item.FurtherCases = max(0, len(item.Cases)-mostCases)
	item.Cases = item.Cases[:len(item.Cases)-item.FurtherCases]
	if r.Severity != "" {
		item.SeverityText = inWords(string(r.Severity))
	}
	for _, repair := range r.Repairs {
		lines := repair.Lines[:min(len(repair.Lines), mostRepaired)]
		item.Servers = append(item.Servers, serverLines{
			Server: visible(repair.Server, valueLimit),
			Why:    shownLines(repair.Why, sentenceLimit),
			Lines:  strings.Join(verbatim(lines), "\n"),
			Left:   len(repair.Lines) - len(lines),
		})
	}
	return item
}

// A configuration is the whole of what to change in one kind of server.
type configuration struct {
	Title string
	About string
	Notes []string
	Parts []configurationPart
}

type configurationPart struct{ Where, Lines string }

// Limits of configurations, which are long in no honest report.
const (
	mostConfigurations = 40
	mostConfigured     = 400 // lines of a part
	mostRepaired       = 60  // lines of an excerpt
)

func configurations(r *suite.Report) []configuration {
	if r.Summary[suite.Fail] == 0 {
		return nil
	}
	var all []configuration
	for _, c := range r.Repairs[:min(len(r.Repairs), mostConfigurations)] {
		shown := configuration{Title: visible(c.Title, valueLimit), About: aboutConfiguration(c), Notes: shownLines(c.Notes, sentenceLimit)}
		for _, b := range c.Blocks {
			lines := verbatim(b.Lines[:min(len(b.Lines), mostConfigured)])
			if left := len(b.Lines) - len(lines); left > 0 {
				lines = append(lines, fmt.Sprintf("… %d lines more", left))
			}
			shown.Parts = append(shown.Parts, configurationPart{sentenceCase(visible(b.Where, sentenceLimit)), strings.Join(lines, "\n")})
		}
		all = append(all, shown)
	}
	return all
}
