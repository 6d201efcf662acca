package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// The rules of the console:
//
//   - One line for a scenario that passed; only a failure takes more room, and says
//     everything that is needed to repair it.
//   - A mark and a word say each verdict; colour only repeats them.
//   - The end says first what was not judged, then the counts, and last the judgement.

// ConsoleOptions says how a console report looks. The zero value is plain text of any
// width.
type ConsoleOptions struct {
	// Color paints by ANSI escape sequences.
	Color bool

	// Width is that of the terminal, in columns. 0 breaks no lines.
	Width int

	// Verbose shows every result by itself, all headers on the wire, and the flags
	// of the browser.
	Verbose bool
}

// Console writes the report for people.
func Console(w io.Writer, r *suite.Report, o ConsoleOptions) error {
	c := console{out: bufio.NewWriter(w), report: r, options: o, palette: newPalette(o.Color)}
	c.heading()
	if o.Verbose || !nothingTried(r) {
		for _, chapter := range chapters(r) {
			c.chapter(chapter)
		}
	}
	c.summary()
	return c.out.Flush()
}

// nothingTried reports whether the run ended before the first request: then each
// scenario would say the same as the summary.
func nothingTried(r *suite.Report) bool {
	for _, result := range r.Results {
		if len(result.Attempts) > 0 {
			return false
		}
	}
	return r.Partial != ""
}

// A console is one report that is being written.
type console struct {
	out     *bufio.Writer
	report  *suite.Report
	options ConsoleOptions
	palette palette
}

func (c *console) line(format string, a ...any) {
	fmt.Fprintf(c.out, format+"\n", a...)
}

// hanging writes text behind a label, with all further lines below its beginning. The
// label is length columns wide, paint included or not.
func (c *console) hanging(label string, length int, text string) {
	for i, line := range wrap(text, c.room(length)) {
		if i > 0 {
			label = strings.Repeat(" ", length)
		}
		c.line("%s", label+line)
	}
}

// room is what is left of the width after an indent, within reason.
func (c *console) room(indent int) int {
	if c.options.Width <= 0 {
		return 0
	}
	return max(c.options.Width-indent, 24)
}

func (c *console) target() string { return visible(c.report.Target.URL, valueLimit) }

func (c *console) heading() {
	var by []string
	for _, b := range c.report.Browsers {
		by = append(by, userAgent(b))
	}
	c.line("%s", c.palette.strong(c.target())+", judged by "+strings.Join(by, ", "))
	if len(by) > 1 {
		c.line("There is a column for each of them, in this order.")
	}
}

// userAgent names a browser and its version, or says that there was none.
func userAgent(b fetch.About) string {
	name, version := visible(b.Name, valueLimit), visible(b.Version, valueLimit)
	if b.Name == (fetch.Model{}).About().Name {
		return "the " + version + " as a model, without a browser"
	}
	return name + " " + version
}

// chapter writes a chapter, its ids in a column of their own.
func (c *console) chapter(chapter chapter) {
	var rows []row
	column := 0
	for _, r := range chapter.rows(c.options.Verbose) {
		if !c.toldOnce(r.group) {
			rows = append(rows, r)
			column = max(column, utf8.RuneCountInString(visible(r.scenario.id, valueLimit)))
		}
	}
	if len(rows) == 0 {
		return
	}
	c.line("")
	c.line("%s", c.palette.strong(chapter.title))
	for _, r := range rows {
		c.row(r, column)
	}
}

// toldOnce reports whether the end of the report says all that there is to say of the
// group.
func (c *console) toldOnce(g group) bool {
	if c.options.Verbose {
		return false
	}
	r := g.first()
	switch g.verdict {
	case suite.Unclaimed:
		return true
	case suite.Unjudged:
		return r.Reason == suite.Held || r.Reason == suite.MixedContent || r.Observed == ""
	}
	return false
}

// row writes a line, and below it what a reader must know of anything but pass.
func (c *console) row(row row, column int) {
	g := row.group
	r := g.first()
	title := visible(r.Title, sentenceLimit)
	if r.Level != suite.Required {
		title += fmt.Sprintf(" (%s)", visible(string(r.Level), valueLimit))
	}
	id := fmt.Sprintf("%-*s", column, visible(r.ID, valueLimit))
	if g.verdict == suite.Fail {
		id = c.palette.bad(id)
	}
	indent := 2 + len(c.report.Browsers) + 1 + column + 2
	lines := paragraph{width: c.room(indent)}
	lines.add(title, "", fmt.Sprint)
	lines.add(said(g), " – ", c.paint(g.verdict))
	lines.add(g.detail(c.options.Verbose), " · ", c.palette.faint)
	for i, line := range lines.painted {
		if i == 0 {
			c.line("  %s %s  %s", c.columns(row), id, line)
		} else {
			c.line("%s%s", strings.Repeat(" ", indent), line)
		}
	}
	switch g.verdict {
	case suite.Fail:
		c.fields(explain(r, c.report.Target.URL, c.options.Verbose))
	case suite.Broken:
		if r.Reason != "interrupted" { // which the end of the report says for all
			fields := []field{{label: "cause", lines: []string{inWords(r.Reason)}}, {label: "observed", lines: []string{visible(r.Observed, sentenceLimit)}}}
			if how := adviceOn(r.Reason); how != "" {
				fields = append(fields, field{label: "advice", lines: []string{how}})
			}
			c.fields(fields)
		}
	}
}

// said is the verdict in a few words, where the mark does not suffice.
func said(g group) string {
	r := g.first()
	switch g.verdict {
	case suite.Pass:
		return ""
	case suite.Fail:
		if r.Intermittent {
			return "fail, intermittent"
		}
		return "fail"
	case suite.Blocked:
		return "blocked by " + visible(r.Reason, valueLimit)
	}
	text := string(g.verdict)
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	if g.verdict == suite.Unjudged {
		text += ", " + why(r)
	}
	return visible(text, sentenceLimit)
}

// why says in words why a promise was not judged: by what was seen of it, unless that is
// the same for all of a kind.
func why(r suite.Result) string {
	if r.Observed != "" && r.Reason != suite.Held && r.Reason != suite.MixedContent {
		return r.Observed
	}
	return inWords(r.Reason)
}

// marks stand for verdicts where there is no room for words.
var marks = map[suite.Verdict]string{
	suite.Pass: "✓", suite.Fail: "✗", suite.Broken: "!", suite.Blocked: "–", suite.Unjudged: "·", suite.Unclaimed: "·",
}

func (c *console) mark(v suite.Verdict) string {
	mark, known := marks[v]
	if !known {
		mark = "?"
	}
	return c.paint(v)(mark)
}

// columns are the mark in the column of each browser that the row is about.
func (c *console) columns(r row) string {
	if len(c.report.Browsers) < 2 {
		return c.mark(r.verdict)
	}
	text := ""
	for _, b := range c.report.Browsers {
		if slices.Contains(r.browsers, b.Name) {
			text += c.mark(r.verdict)
		} else {
			text += " "
		}
	}
	return text
}

// paint returns the colour of a verdict.
func (c *console) paint(v suite.Verdict) func(...any) string {
	switch v {
	case suite.Pass:
		return c.palette.good
	case suite.Fail:
		return c.palette.bad
	case suite.Unclaimed:
		return c.palette.faint
	}
	return c.palette.doubt
}

const (
	fieldIndent = 6
	labelWidth  = 10
)

// fields writes what is known of a failure, labels in a column.
func (c *console) fields(fields []field) {
	for _, f := range fields {
		label := f.label
		for _, line := range f.lines {
			text := strings.TrimLeft(line, " ")
			indent := fieldIndent + labelWidth + len(line) - len(text)
			padded := strings.Repeat(" ", fieldIndent) + c.palette.faint(fmt.Sprintf("%-*s", labelWidth, label)) + strings.Repeat(" ", len(line)-len(text))
			switch {
			case text == "":
			case f.verbatim:
				c.line("%s", padded+text)
			default:
				c.hanging(padded, indent, text)
			}
			label = ""
		}
	}
	c.line("")
}
