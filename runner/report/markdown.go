package report

import (
	"bufio"
	"cmp"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/suite"
)

// The rules of the Markdown report, which GitHub shows as a job summary or a comment:
//
//   - It fits into a comment, whatever a target sends. What has no room is counted.
//   - What comes from a target stands in code, fenced by more backticks than it has, or
//     in a <code> element: neither markup nor a mention begins there.

// markdownLimit is how many bytes a report has. GitHub takes 65,536 characters.
const markdownLimit = 60_000

// Markdown writes the report as GitHub Flavored Markdown.
//
// https://github.github.com/gfm/
func Markdown(w io.Writer, r *suite.Report) error {
	var m markdown
	m.head(r)
	rest := m.foot(r)
	m.repairs(r, markdownLimit-len(rest))
	m.WriteString(rest)
	_, err := io.WriteString(w, m.String())
	return err
}

// A markdown is one report that is being written.
type markdown struct{ strings.Builder }

func (m *markdown) line(format string, a ...any) { fmt.Fprintf(m, format+"\n", a...) }

func (m *markdown) head(r *suite.Report) {
	sentence := map[int]string{
		suite.ExitConforms: "keeps its policy", suite.ExitFails: "does not keep its policy", suite.ExitNoJudgement: "was not judged",
	}[r.ExitCode()]
	m.line("## %s %s %s", marks[judgementVerdict(r)], inCode(r.Target.URL, valueLimit), sentence)
	m.line("")
	m.line("%s", fenced(judgementLines(r)))
	m.line("| %s |", strings.Join(each(verdictOrder, func(v suite.Verdict) string { return marks[v] + " " + string(v) }), " | "))
	m.line("|%s", strings.Repeat(" ---: |", len(verdictOrder)))
	m.line("| %s |", strings.Join(each(verdictOrder, func(v suite.Verdict) string {
		if n := r.Summary[v]; n > 0 {
			return fmt.Sprintf("**%d**", n)
		}
		return "0"
	}), " | "))
	m.line("")
}

// judgementLines say what the report comes to, and who says so.
func judgementLines(r *suite.Report) []string {
	lines := inLines(0, func(c *console) {
		c.report = r
		c.judgement()
	})
	var by []string
	for _, b := range r.Browsers {
		by = append(by, userAgent(b))
	}
	ids := idsOf(r, func(suite.Result) bool { return true })
	return append(lines, fmt.Sprintf("%s, %s, judged by %s", counted(len(ids), "scenario"), counted(len(r.Results), "result"), strings.Join(by, ", ")))
}

// repairs says what to repair, in order, as long as there is room.
func (m *markdown) repairs(r *suite.Report, limit int) {
	failures := repaired(r)
	if len(failures) == 0 {
		return
	}
	m.line("### What to repair")
	m.line("")
	left := "%s more: see the other reports.\n\n"
	for i, groups := range failures {
		item := repairMarkdown(groups, r.Target.URL, i < 3)
		if m.Len()+len(item)+len(left)+20 > limit {
			m.line(left, counted(len(failures)-i, "failure"))
			return
		}
		m.WriteString(item)
	}
	for _, c := range r.Repairs {
		item := configurationMarkdown(c)
		if m.Len()+len(item) <= limit {
			m.WriteString(item)
		}
	}
}

// repairMarkdown is a disclosure for a failure, and all that is known of it.
func repairMarkdown(groups []group, target string, open bool) string {
	var m markdown
	g := groups[0]
	f := g.first()
	more := ""
	if f.Level != suite.Required {
		more = " (" + inMarkup(string(f.Level), valueLimit) + ")"
	}
	if f.Severity != "" {
		more += ", <b>" + inMarkup(string(f.Severity), valueLimit) + "</b>"
	}
	attribute := ""
	if open {
		attribute = " open"
	}
	m.line("<details%s><summary>✗ <code>%s</code> %s%s</summary>", attribute, inMarkup(f.ID, valueLimit), inMarkup(f.Title, sentenceLimit), more)
	m.line("") // Markdown again
	if plainLink.MatchString(f.Spec) {
		m.line("[%s](%s)", inCode(cmp.Or(f.Step, "The Standard"), valueLimit), f.Spec)
		m.line("")
	}
	fields := explain(f, target, false)
	for i, other := range groups[1:] {
		if i == mostCases {
			fields = append(fields, field{lines: []string{fmt.Sprintf("and %d more like these", len(groups)-1-i)}})
			break
		}
		fields = append(fields, field{label: "also", lines: []string{visible(other.first().Observed, sentenceLimit)}})
	}
	m.line("%s", fenced(inLines(0, func(c *console) { c.fields(fields) })))
	m.line("</details>")
	m.line("")
	return m.String()
}

func configurationMarkdown(c suite.Configuration) string {
	var m markdown
	m.line("<details><summary>What to change in %s</summary>", inMarkup(c.Title, valueLimit))
	m.line("")
	lines := inLines(0, func(con *console) {
		con.hanging("", 0, aboutConfiguration(c))
		for _, n := range c.Notes {
			con.hanging("Note: ", 6, visible(n, sentenceLimit))
		}
	})
	for _, b := range c.Blocks {
		lines = append(lines, "", sentenceCase(visible(b.Where, sentenceLimit))+":", "")
		lines = append(lines, verbatim(b.Lines)...)
	}
	m.line("%s", fenced(lines))
	m.line("</details>")
	m.line("")
	return m.String()
}

// foot is what comes after the repairs.
func (m *markdown) foot(r *suite.Report) string {
	var rest markdown
	for _, part := range []struct {
		title string
		write func(*console)
	}{{"Not judged", (*console).notJudged}, {"Advice", (*console).advice}} {
		lines := inLines(1, func(c *console) { // without its title
			c.report = r
			part.write(c)
		})
		if len(lines) == 0 {
			continue
		}
		if left := len(lines) - mostListed; left > 0 {
			lines = append(lines[:mostListed], fmt.Sprintf("and %s more", counted(left, "line")))
		}
		rest.line("### %s", part.title)
		rest.line("")
		rest.line("%s", fenced(lines))
	}
	return rest.String()
}

// each applies a function.
func each[T any](all []T, of func(T) string) []string {
	var texts []string
	for _, t := range all {
		texts = append(texts, of(t))
	}
	return texts
}

// markdownWidth is how many columns have room beside the edges of a code block.
const markdownWidth = 110

// inLines is what a console report writes, without the indent that its lines share, and
// without as many lines at its head.
func inLines(head int, write func(*console)) []string {
	var b strings.Builder
	c := &console{out: bufio.NewWriter(&b), options: ConsoleOptions{Width: markdownWidth}, palette: newPalette(false)}
	write(c)
	c.out.Flush() // into memory
	text := strings.Trim(b.String(), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")[head:]
	indent := markdownWidth
	for _, l := range lines {
		if l != "" {
			indent = min(indent, len(l)-len(strings.TrimLeft(l, " ")))
		}
	}
	for i, l := range lines {
		lines[i] = l[min(indent, len(l)):]
	}
	return lines
}

// plainLink is a link in which nothing needs an escape.
var plainLink = regexp.MustCompile(`^https://[A-Za-z0-9./#_-]+$`)

// inCode is text as a code span. It is visible, so that it is one line.
//
// https://github.github.com/gfm/#code-spans
func inCode(text string, limit int) string {
	text = visible(text, limit)
	fence := strings.Repeat("`", longestRun(text)+1)
	return fence + " " + text + " " + fence // the blanks go
}

// fenced is visible lines as a code block.
//
// https://github.github.com/gfm/#fenced-code-blocks
func fenced(lines []string) string {
	longest := 0
	for _, l := range lines {
		longest = max(longest, longestRun(l))
	}
	fence := strings.Repeat("`", max(3, longest+1))
	return fence + "text\n" + strings.Join(lines, "\n") + "\n" + fence + "\n"
}

// longestRun is the length of the longest run of backticks.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, c := range text {
		if c != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// inMarkup is text inside of an HTML block, where Markdown is not looked for.
func inMarkup(text string, limit int) string { return html.EscapeString(visible(text, limit)) }
