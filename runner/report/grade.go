package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/useragent"
)

// The rules of the report on a browser:
//
//   - One line for a chapter; only what is otherwise than the Standard takes more room.
//   - A known deviation is a sentence and its evidence. A failure says what was expected
//     and what was observed.
//   - The end has the counts, and last the judgement.

// GradeJSON writes the report on a browser as indented JSON, as JSON does, or those on
// several as an array.
func GradeJSON(w io.Writer, all []*useragent.Report) error { return writeJSON(w, oneOrAll(all)) }

// GradeConsole writes the report on a browser for people.
func GradeConsole(w io.Writer, r *useragent.Report, o ConsoleOptions) error {
	g := grade{
		console: console{out: bufio.NewWriter(w), options: o, palette: newPalette(o.Color)},
		report:  r,
	}
	g.line("%s", g.palette.strong(userAgent(r.Browser))+", judged by the browser scenarios")
	g.line("")
	for _, c := range useragent.Chapters() {
		g.chapter(c)
	}
	g.list("Known deviations from the Standard", useragent.Deviates)
	g.list("Otherwise than the Standard", useragent.Fail)
	g.list("Not judged", useragent.Broken)
	g.stale()
	g.line("")
	g.counts()
	g.line("")
	g.judgement()
	return g.out.Flush()
}

// A grade is one report on a browser that is being written.
type grade struct {
	console
	report *useragent.Report
}

// gradeOrder is the order of verdicts in counts.
var gradeOrder = []useragent.Verdict{useragent.Pass, useragent.Deviates, useragent.Fail, useragent.Broken}

// gradeWords name the verdicts of several results.
var gradeWords = map[useragent.Verdict]string{
	useragent.Pass: "pass", useragent.Deviates: "deviate", useragent.Fail: "fail", useragent.Broken: "broken",
}

func (g *grade) look(v useragent.Verdict) (mark string, paint func(...any) string) {
	switch v {
	case useragent.Pass:
		return "✓", g.palette.good
	case useragent.Deviates:
		return "≠", g.palette.doubt
	case useragent.Fail:
		return "✗", g.palette.bad
	}
	return "!", g.palette.doubt
}

// chapter writes a line with the counts of a chapter's results.
func (g *grade) chapter(c useragent.Chapter) {
	counts := map[useragent.Verdict]int{}
	worst := -1
	for _, r := range g.report.Results {
		if strings.HasPrefix(r.ID, "browser."+c.Name+".") {
			counts[r.Verdict]++
			worst = max(worst, slices.Index(gradeOrder, r.Verdict))
		}
	}
	if worst < 0 {
		return
	}
	mark, paint := g.look(gradeOrder[worst])
	title := 0
	for _, other := range useragent.Chapters() {
		title = max(title, len(other.Title))
	}
	g.line("  %s %-*s  %s", paint(mark), title, c.Title, g.counted(counts))
}

func (g *grade) counted(counts map[useragent.Verdict]int) string {
	var parts []string
	for _, v := range gradeOrder {
		if counts[v] > 0 {
			_, paint := g.look(v)
			parts = append(parts, paint(fmt.Sprintf("%d %s", counts[v], gradeWords[v])))
		}
	}
	return strings.Join(parts, ", ")
}

// A gradeGroup is the results of a scenario that are shown as one.
type gradeGroup struct {
	useragent.Result
	apis []string
}

// groups are the results with a verdict. Those that differ in nothing but the API
// are one.
func (g *grade) groups(such func(useragent.Result) bool) []gradeGroup {
	var all []gradeGroup
	for _, r := range g.report.Results {
		if !such(r) {
			continue
		}
		i := slices.IndexFunc(all, func(other gradeGroup) bool {
			return other.ID == r.ID && (other.Observed == r.Observed && other.Reason == r.Reason || r.Deviation != nil)
		})
		if i < 0 {
			i = len(all)
			all = append(all, gradeGroup{Result: r})
		}
		all[i].apis = append(all[i].apis, string(r.API))
	}
	return all
}

func (g *grade) list(title string, v useragent.Verdict) {
	groups := g.groups(func(r useragent.Result) bool { return r.Verdict == v })
	if len(groups) == 0 {
		return
	}
	g.line("")
	g.line("%s", g.palette.strong(title))
	mark, paint := g.look(v)
	for _, r := range groups {
		lines := paragraph{width: g.room(4)}
		lines.add(r.ID, "", paint)
		lines.add(visible(r.Title, sentenceLimit), "  ", fmt.Sprint)
		lines.add(strings.Join(r.apis, ", "), " · ", g.palette.faint)
		for i, line := range lines.painted {
			if i == 0 {
				g.line("  %s %s", paint(mark), line)
			} else {
				g.line("    %s", line)
			}
		}
		if v == useragent.Deviates {
			evidence := r.Deviation.Evidence
			if r.Deviation.Link != "" {
				evidence += ", " + r.Deviation.Link
			}
			g.hanging("    ", 4, r.Deviation.Instead+" ("+evidence+")")
			continue
		}
		fields := []field{
			{label: "expected", lines: []string{visible(r.Expected, sentenceLimit)}},
			{label: "observed", lines: []string{visible(r.Observed, sentenceLimit)}},
			{label: "spec", lines: []string{r.Spec}},
		}
		if r.Reason != "" {
			fields = append([]field{{label: "cause", lines: []string{inWords(r.Reason)}}}, fields...)
		}
		g.fields(fields)
	}
}

// stale names known deviations that were not seen.
func (g *grade) stale() {
	for _, r := range g.groups(func(r useragent.Result) bool { return r.Stale }) {
		g.line("")
		g.hanging("", 0, fmt.Sprintf("%s is no deviation of this %s any more; please tell corsproof, which says: %s",
			r.ID, visible(r.Browser, valueLimit), r.Deviation.Instead))
	}
}

func (g *grade) counts() {
	var parts []string
	for _, v := range gradeOrder {
		text := fmt.Sprintf("%d %s", g.report.Summary[v], gradeWords[v])
		if g.report.Summary[v] > 0 {
			_, paint := g.look(v)
			text = paint(text)
		}
		parts = append(parts, text)
	}
	g.line("%s  %s", strings.Join(parts, ", "), g.palette.faint(fmt.Sprintf("(%s, %s)",
		counted(len(g.ids("")), "scenario"), counted(len(g.report.Results), "result"))))
}

// ids are those of the scenarios with a verdict, or of all.
func (g *grade) ids(v useragent.Verdict) []string {
	var ids []string
	for _, r := range g.report.Results {
		if (v == "" || r.Verdict == v) && !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func (g *grade) judgement() {
	name := userAgent(g.report.Browser)
	paint, text := g.palette.good, name+" does what the Fetch Standard says."
	switch g.report.ExitCode() {
	case useragent.ExitConforms:
		if known := g.ids(useragent.Deviates); len(known) > 0 {
			text = fmt.Sprintf("%s does what the Fetch Standard says, but for what is known of it in %s.", name, counted(len(known), "scenario"))
		}
	case useragent.ExitFails:
		paint, text = g.palette.bad, fmt.Sprintf("%s does not do what the Fetch Standard says. It failed in %s.", name, scenarios(g.ids(useragent.Fail)))
	default:
		paint, text = g.palette.doubt, fmt.Sprintf("No judgement of %s. The trial itself broke in %s.", name, scenarios(g.ids(useragent.Broken)))
	}
	if g.report.Partial != "" {
		text += " The run is partial: " + visible(g.report.Partial, sentenceLimit) + "."
	}
	g.hanging("", 0, paint(text))
}
