package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/useragent"
)

// Deviations writes a table in Markdown of what browsers were seen to do otherwise than
// the Standard: a row for each thing, and in it the scenarios that show it, by browser.
func Deviations(w io.Writer, all []*useragent.Report) error {
	var m markdown
	cells := []string{"otherwise than the Standard"}
	for _, r := range all {
		cells = append(cells, userAgent(r.Browser))
	}
	m.row(append(cells, "known from"))
	m.line("|%s", strings.Repeat(" --- |", len(cells)+1))
	for _, d := range deviationsIn(all) {
		cells := []string{d.instead}
		for i := range all {
			cells = append(cells, strings.Join(d.scenarios[i], "<br>"))
		}
		m.row(append(cells, strings.Join(d.evidence, "; ")))
	}
	_, err := io.WriteString(w, m.String())
	return err
}

func (m *markdown) row(cells []string) { m.line("| %s |", strings.Join(cells, " | ")) }

// A deviation is what some browsers do instead.
type deviation struct {
	instead   string
	first     int        // of its scenarios, in their table
	scenarios [][]string // in code, by browser
	evidence  []string
}

// deviationsIn gathers what was seen, in the order of the scenarios.
func deviationsIn(all []*useragent.Report) []*deviation {
	place := map[string]int{}
	for i, s := range useragent.Scenarios() {
		place[s.ID] = i
	}
	var found []*deviation
	for i, r := range all {
		for _, result := range r.Results {
			if result.Verdict != useragent.Deviates {
				continue
			}
			at := slices.IndexFunc(found, func(d *deviation) bool { return d.instead == result.Deviation.Instead })
			if at < 0 {
				at = len(found)
				found = append(found, &deviation{instead: result.Deviation.Instead, first: place[result.ID], scenarios: make([][]string, len(all))})
			}
			d := found[at]
			d.first = min(d.first, place[result.ID])
			d.scenarios[i] = addOnce(d.scenarios[i], "`"+strings.TrimPrefix(result.ID, "browser.")+"`")
			d.evidence = addOnce(d.evidence, known(result.Deviation))
		}
	}
	for _, d := range found {
		slices.Sort(d.evidence)
		for _, ids := range d.scenarios {
			slices.Sort(ids)
		}
	}
	slices.SortFunc(found, func(a, b *deviation) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.instead, b.instead))
	})
	return found
}

func addOnce(all []string, one string) []string {
	if slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}

// known says where a deviation is known from.
func known(d *useragent.Deviation) string {
	if d.Link == "" {
		return d.Evidence
	}
	return fmt.Sprintf("[%s](%s)", d.Evidence, d.Link)
}
