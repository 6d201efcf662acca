package report

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/runner/pages"
	"github.com/corsproof/corsproof/suite"
)

// The rules of the HTML report:
//
//   - It is one file that asks nobody for anything. Its Content Security Policy allows
//     its own script and style, by their hashes, and nothing else.
//   - It reads without its script: the judgement, what to repair, what was not judged
//     and the matrix are in the markup. The script opens the scenarios and filters.
//   - What comes from a target is text, visible and cut. In the data of the script it is
//     JSON in which no markup can begin.
//   - It has limits, whatever a target sends: see dataBudget and mostRepairs.

//go:embed html/report.html
var htmlMarkup string

//go:embed html/report.css
var htmlStyle string

//go:embed html/report.js
var htmlScript string

var htmlTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"counted": counted,
	"mark":    func(v suite.Verdict) string { return cmp.Or(marks[v], "?") },
}).Parse(htmlMarkup))

// HTML writes the report as one HTML file for people.
func HTML(w io.Writer, r *suite.Report) error {
	rows := matrixRows(r)
	data, err := htmlData(r, rows)
	if err != nil {
		return err
	}
	style, script := pages.BaseCSS+htmlStyle, pages.SequenceJS+htmlScript
	var b bytes.Buffer // not a part of a file, if something is wrong
	err = htmlTemplate.Execute(&b, htmlPage{
		Policy: "default-src 'none'; style-src " + pages.Hash(style) + "; script-src " + pages.Hash(script) +
			"; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
		// These are ours; escaping them would change their hashes.
		Style:  template.HTML("<style>" + style + "</style>"),
		Script: template.HTML("<script>" + script + "</script>"),
		// JSON in which <, > and & are escaped cannot end its element.
		Data: template.HTML(`<script type="application/json" id="data">` + string(data) + "</script>"),

		Report:         r,
		Target:         visible(r.Target.URL, valueLimit),
		Judgement:      Judgement(r),
		Verdict:        judgementVerdict(r),
		Partial:        visible(r.Partial, sentenceLimit),
		About:          about(r),
		Promise:        promise(r),
		Counts:         verdictCounts(r),
		Repairs:        repairItems(r),
		Configurations: configurations(r),
		Behind:         behindTexts(r),
		NotJudged:      notJudgedItems(r),
		Held:           heldItems(r),
		Advice:         shownLines(r.Advice, sentenceLimit),
		Columns:        newColumns(r),
		Chapters:       matrixChapters(r, rows),
		Scenarios:      len(rows),
	})
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// htmlPage is what the template shows. Every text in it is visible.
type htmlPage struct {
	Policy              string
	Style, Script, Data template.HTML

	Report         *suite.Report // for its numbers alone
	Target         string
	Judgement      string
	Verdict        suite.Verdict // as which the judgement is shown
	Partial        string
	About, Promise []labelled
	Counts         []verdictCount
	Repairs        []repairItem
	Configurations []configuration
	Behind         []string
	NotJudged      []notJudgedItem
	Held           []labelled
	Advice         []string
	Columns        columns
	Chapters       []matrixChapter
	Scenarios      int
}

// FurtherRepairs is how many failures have no room among the repairs.
func (p htmlPage) FurtherRepairs() int { return max(0, len(repaired(p.Report))-len(p.Repairs)) }

func (p htmlPage) SeveralBrowsers() bool { return len(p.Columns.Browsers) > 1 }

func (p htmlPage) UnknownServer() string { return unknownServer }
func (p htmlPage) BehindIntro() string   { return behindIntro }
func (p htmlPage) HeldIntro() string     { return heldIntro }

// judgementVerdict is the verdict that the judgement on the whole is most like.
func judgementVerdict(r *suite.Report) suite.Verdict {
	switch r.ExitCode() {
	case suite.ExitConforms:
		return suite.Pass
	case suite.ExitFails:
		return suite.Fail
	}
	return suite.Broken
}

type labelled struct{ Label, Text string }

// about says who judged, and within which limits.
func about(r *suite.Report) []labelled {
	var all []labelled
	for _, b := range r.Browsers {
		all = append(all, labelled{"Judged by", userAgent(b)})
		if b.Remote != "" {
			all = append(all, labelled{"Driven", visible(b.Remote, sentenceLimit)})
		}
		if len(b.Flags) > 0 {
			all = append(all, labelled{"Its flags", visible(strings.Join(b.Flags, " "), 10*sentenceLimit)})
		}
	}
	if limits := r.Limits.String(); limits != "" {
		all = append(all, labelled{"Sent", fmt.Sprintf("%s (%s)", counted(r.Sent, "request"), limits)})
	}
	return append(all, labelled{"Report by", visible(r.Tool.Name+" "+r.Tool.Version, valueLimit)})
}

// promise is the policy that was judged.
func promise(r *suite.Report) []labelled {
	p := r.Target.Policy
	list := func(values []string) string {
		if len(values) == 0 {
			return "none"
		}
		return visible(strings.Join(values, ", "), sentenceLimit)
	}
	maxAge := "not promised"
	if p.MaxAge != nil {
		maxAge = counted(*p.MaxAge, "second")
	}
	var paths []string
	own := 0
	for _, res := range r.Target.Resources {
		paths = append(paths, res.Path)
		if res.Policy != nil {
			own++
		}
	}
	resources := list(paths)
	if own > 0 {
		resources += fmt.Sprintf("; %d of them with a policy of its own", own)
	}
	return []labelled{
		{"allowOrigins", list(p.AllowOrigins)}, {"allowMethods", list(p.AllowMethods)},
		{"allowHeaders", list(p.AllowHeaders)}, {"exposeHeaders", list(p.ExposeHeaders)},
		{"allowCredentials", fmt.Sprint(p.AllowCredentials)}, {"maxAge", maxAge}, {"resources", resources},
	}
}

// verdictOrder is that of pages: what is to be repaired, what was not judged, and what
// passed.
var verdictOrder = []suite.Verdict{suite.Fail, suite.Broken, suite.Blocked, suite.Unjudged, suite.Unclaimed, suite.Pass}

// A verdictCount is how many results have a verdict, and where its part of a bar of
// barWidth begins and how long it is.
type verdictCount struct {
	Verdict     suite.Verdict
	Count       int
	What        string
	From, Width int
}

const barWidth = 1000

func verdictCounts(r *suite.Report) []verdictCount {
	var all []verdictCount
	total, before := 0, 0
	for _, v := range verdictOrder {
		total += r.Summary[v]
	}
	for _, v := range verdictOrder {
		c := verdictCount{Verdict: v, Count: r.Summary[v], What: inWords(string(v))}
		if total > 0 {
			c.From = before * barWidth / total
			before += c.Count
			c.Width = before*barWidth/total - c.From
		}
		all = append(all, c)
	}
	return all
}

type notJudgedItem struct {
	Verdict suite.Verdict
	Count   int
	Heading string
	Text    string
	IDs     string
}

func notJudgedItems(r *suite.Report) []notJudgedItem {
	var all []notJudgedItem
	for _, t := range tallies(r) {
		item := notJudgedItem{Verdict: t.verdict, Count: t.count, Heading: t.heading(), Text: t.text()}
		if t.names() {
			item.IDs = listed(t.ids, valueLimit)
		}
		all = append(all, item)
		if len(all) == mostListed {
			break
		}
	}
	return all
}

// mostListed is how many lines a list of a page has.
const mostListed = 100

func heldItems(r *suite.Report) []labelled {
	var all []labelled
	for _, row := range heldRows(r) {
		if item := (labelled{row.id, row.text()}); !slices.Contains(all, item) && len(all) < mostListed {
			all = append(all, item)
		}
	}
	return all
}

func behindTexts(r *suite.Report) []string {
	var all []string
	for i, b := range behindRows(r) {
		if i == 2*mostFurther {
			break
		}
		all = append(all, b.text())
	}
	return all
}

// shownLines makes lines visible, as many as a list has.
func shownLines(lines []string, limit int) []string {
	var shown []string
	for _, l := range lines[:min(len(lines), mostListed)] {
		shown = append(shown, visible(l, limit))
	}
	return shown
}
