package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite"
)

// A matrixRow is a scenario, with its results in all browsers.
type matrixRow struct {
	N       int // of the row
	ID      string
	Title   string
	Level   suite.Level
	Verdict suite.Verdict // the one that matters most
	Counts  string        // of its results
	Cells   []matrixCell
	id      string // as it stands in results
	results []suite.Result
}

// A matrixCell is what came of a scenario in one column, or a gap of several.
type matrixCell struct {
	Span    int
	Verdict suite.Verdict // empty in a gap
	Counts  string
	Several bool // results
}

type matrixChapter struct {
	Title string
	Rows  []matrixRow
}

// Columns are those of the matrix: for each browser its resources, or where these are
// too many for a page, the browser alone.
type columns struct {
	Browsers  []column
	Resources []string // of each browser; none if they are too many
}

type column struct {
	Name string
	Span int
}

// Count is how many columns there are.
func (c columns) Count() int { return len(c.Browsers) * max(1, len(c.Resources)) }

// mostColumns is how many columns have room on a page.
const mostColumns = 18

// newColumns takes the resources in the order in which they are declared.
func newColumns(r *suite.Report) columns {
	var c columns
	for _, name := range distinct(r.Results, func(r suite.Result) string { return r.Browser }) {
		c.Browsers = append(c.Browsers, column{Name: visible(name, valueLimit)})
	}
	asked := distinct(r.Results, func(r suite.Result) string { return r.Resource })
	declared := distinct(r.Target.Resources, func(r suite.Resource) string { return r.Path })
	position := func(path string) int {
		if i := slices.Index(declared, path); i >= 0 {
			return i
		}
		return len(declared)
	}
	slices.SortStableFunc(asked, func(a, b string) int { return position(a) - position(b) })
	asked = slices.DeleteFunc(asked, func(path string) bool { return path == "" })
	if len(asked)*len(c.Browsers) <= mostColumns {
		for _, path := range asked {
			c.Resources = append(c.Resources, visible(path, valueLimit))
		}
	}
	for i := range c.Browsers {
		c.Browsers[i].Span = max(1, len(c.Resources))
	}
	return c
}

// matrixRows are the scenarios of a report, in its order.
func matrixRows(r *suite.Report) []matrixRow {
	var rows []matrixRow
	index := map[string]int{}
	for _, c := range chapters(r) {
		for _, s := range c.scenarios {
			i, seen := index[s.id]
			if !seen {
				i = len(rows)
				index[s.id] = i
				rows = append(rows, matrixRow{N: i, id: s.id, ID: visible(s.id, valueLimit), Title: visible(s.title, sentenceLimit), Level: suite.Level(visible(string(s.level), valueLimit))})
			}
			rows[i].results = append(rows[i].results, s.results...)
		}
	}
	columns := newColumns(r)
	for i := range rows {
		rows[i].fill(columns)
	}
	return rows
}

func (m *matrixRow) fill(c columns) {
	m.Verdict, m.Counts = summed(m.results)
	cells := make([][]suite.Result, c.Count())
	for _, r := range m.results {
		at := slices.IndexFunc(c.Browsers, func(b column) bool { return b.Name == visible(r.Browser, valueLimit) })
		if len(c.Resources) > 0 {
			resource := slices.Index(c.Resources, visible(r.Resource, valueLimit))
			if resource < 0 {
				continue // it is about none
			}
			at = at*len(c.Resources) + resource
		}
		cells[at] = append(cells[at], r)
	}
	for _, results := range cells {
		last := len(m.Cells) - 1
		switch {
		case len(results) > 0:
			cell := matrixCell{Span: 1, Several: len(results) > 1}
			cell.Verdict, cell.Counts = summed(results)
			m.Cells = append(m.Cells, cell)
		case last >= 0 && m.Cells[last].Verdict == "" && len(c.Resources) > 0:
			m.Cells[last].Span++
		default:
			m.Cells = append(m.Cells, matrixCell{Span: 1})
		}
	}
}

// summed returns the verdict of several results that matters most, and counts them all.
func summed(results []suite.Result) (suite.Verdict, string) {
	counts := map[suite.Verdict]int{}
	for _, r := range results {
		counts[r.Verdict]++
	}
	var parts []string
	for _, v := range verdictOrder {
		if counts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	for _, v := range []suite.Verdict{suite.Fail, suite.Broken, suite.Blocked, suite.Unjudged, suite.Pass} {
		if counts[v] > 0 {
			return v, strings.Join(parts, ", ")
		}
	}
	return suite.Unclaimed, strings.Join(parts, ", ")
}

// matrixChapters puts the rows under their chapters' titles.
func matrixChapters(r *suite.Report, rows []matrixRow) []matrixChapter {
	var all []matrixChapter
	next := 0
	for _, c := range chapters(r) {
		n := len(distinct(c.scenarios, func(s scenario) string { return s.id }))
		all = append(all, matrixChapter{c.title, rows[next : next+n]})
		next += n
	}
	return all
}

// Span is how many columns a row of the matrix has in all.
func (p htmlPage) Span() int { return 1 + p.Columns.Count() }
