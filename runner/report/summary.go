package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite"
)

// summary ends the report: what was not judged, advice, counts, judgement.
func (c *console) summary() {
	c.differ()
	c.behind()
	c.repairs()
	c.notJudged()
	c.held()
	c.advice()
	c.line("")
	c.counts()
	c.browsers()
	c.line("")
	c.judgement()
}

// A tally is how many results have one verdict for one reason.
type tally struct {
	verdict suite.Verdict
	reason  string
	count   int
	ids     []string
}

// notJudgedOrder is that of the summary: what may hide a failure comes first.
var notJudgedOrder = []suite.Verdict{suite.Broken, suite.Blocked, suite.Unjudged, suite.Unclaimed}

// tallies counts what was neither passed nor failed. Promises that the policy does not
// make are counted together: nothing is to be done about them.
func tallies(r *suite.Report) []tally {
	var all []tally
	for _, result := range r.Results {
		if !slices.Contains(notJudgedOrder, result.Verdict) {
			continue
		}
		reason := result.Reason
		if result.Verdict == suite.Unclaimed {
			reason = ""
		}
		i := slices.IndexFunc(all, func(t tally) bool { return t.verdict == result.Verdict && t.reason == reason })
		if i < 0 {
			i = len(all)
			all = append(all, tally{verdict: result.Verdict, reason: reason})
		}
		all[i].count++
		if id := visible(result.ID, valueLimit); !slices.Contains(all[i].ids, id) {
			all[i].ids = append(all[i].ids, id)
		}
	}
	slices.SortStableFunc(all, func(a, b tally) int {
		return cmp.Compare(slices.Index(notJudgedOrder, a.verdict), slices.Index(notJudgedOrder, b.verdict))
	})
	return all
}

func (c *console) notJudged() {
	all := tallies(c.report)
	if len(all) == 0 {
		return
	}
	c.line("")
	c.line("%s", c.palette.strong("Not judged"))
	column := 0
	for _, t := range all {
		column = max(column, len(t.heading()))
	}
	for _, t := range all {
		label := fmt.Sprintf("  %s %4d  %-*s  ", c.mark(t.verdict), t.count, column, t.heading())
		text := t.text()
		if t.names() && !c.options.Verbose {
			text += ": " + listed(t.ids, valueLimit)
		}
		c.hanging(label, 2+1+1+4+2+column+2, text)
	}
}

// heading is the verdict, and the reason if it is one of a closed list.
func (t tally) heading() string {
	if _, closed := MeaningOf(t.reason); closed {
		return string(t.verdict) + ": " + t.reason
	}
	return string(t.verdict)
}

// names reports whether the scenarios are told here alone.
func (t tally) names() bool {
	return t.verdict == suite.Unjudged && t.reason != suite.Held || t.verdict == suite.Unclaimed
}

// text says why in words, and what to do about it.
func (t tally) text() string {
	if t.verdict == suite.Blocked {
		return "by " + visible(t.reason, valueLimit) + ", on which they depend"
	}
	m, ok := MeaningOf(t.reason)
	if !ok {
		m, _ = MeaningOf(string(t.verdict))
		if t.reason != "" {
			m.What = visible(t.reason, sentenceLimit)
		}
	}
	if m.How == "" {
		return m.What
	}
	return m.What + "; " + m.How
}

func (c *console) advice() {
	if len(c.report.Advice) == 0 {
		return
	}
	c.line("")
	c.line("%s", c.palette.strong("Advice"))
	for _, a := range c.report.Advice {
		c.hanging("  - ", 4, visible(a, sentenceLimit))
	}
}

// counts names all six verdicts, and paints those that are not zero.
func (c *console) counts() {
	text := paragraph{width: c.room(0)}
	for i, v := range []suite.Verdict{suite.Pass, suite.Fail, suite.Blocked, suite.Unclaimed, suite.Unjudged, suite.Broken} {
		paint := fmt.Sprint
		if c.report.Summary[v] > 0 {
			paint = c.paint(v)
		}
		separator := ", "
		if i == 0 {
			separator = ""
		}
		text.add(fmt.Sprintf("%d %s", c.report.Summary[v], v), separator, paint)
	}
	ids := idsOf(c.report, func(suite.Result) bool { return true })
	text.add(fmt.Sprintf("(%s, %s)", counted(len(ids), "scenario"), counted(len(c.report.Results), "result")), "  ", c.palette.faint)
	for _, line := range text.painted {
		c.line("%s", line)
	}
}

// browsers says what judged, and what is particular about it.
func (c *console) browsers() {
	for _, b := range c.report.Browsers {
		text := userAgent(b)
		if b.Remote != "" {
			text += ", " + visible(b.Remote, sentenceLimit)
		}
		if slices.Contains(b.Flags, "--no-sandbox") {
			text += ", without its sandbox (--no-sandbox), since corsproof runs as root"
		}
		if c.options.Verbose && len(b.Flags) > 0 {
			text += "; flags: " + visible(strings.Join(b.Flags, " "), 10*sentenceLimit)
		}
		c.hanging("", 0, text)
	}
	if limits := c.report.Limits.String(); limits != "" {
		c.hanging("", 0, fmt.Sprintf("%s sent (%s)", counted(c.report.Sent, "request"), limits))
	}
}

// judgement closes the report with one sentence, and one more if it is partial.
func (c *console) judgement() {
	paint := c.palette.good
	switch c.report.ExitCode() {
	case suite.ExitFails:
		paint = c.palette.bad
	case suite.ExitNoJudgement:
		paint = c.palette.doubt
	}
	for _, line := range wrap(Judgement(c.report), c.room(0)) {
		c.line("%s", paint(line))
	}
	if c.report.Partial != "" && c.report.ExitCode() == suite.ExitFails {
		c.hanging("", 0, c.palette.doubt(partial(c.report)))
	}
}

func partial(r *suite.Report) string {
	return "The run is partial: " + visible(strings.TrimSuffix(r.Partial, "."), sentenceLimit) + "."
}

// Judgement says in a sentence what the report comes to, as its exit code does.
func Judgement(r *suite.Report) string {
	target := visible(r.Target.URL, valueLimit)
	required := func(v suite.Verdict) []string {
		return idsOf(r, func(result suite.Result) bool { return result.Verdict == v && result.Level == suite.Required })
	}
	switch r.ExitCode() {
	case suite.ExitConforms:
		failed := idsOf(r, func(result suite.Result) bool { return result.Verdict == suite.Fail })
		if len(failed) > 0 {
			return fmt.Sprintf("%s keeps its policy. What is not required failed in %s.", target, scenarios(failed))
		}
		return target + " keeps its policy."
	case suite.ExitFails:
		return fmt.Sprintf("%s does not keep its policy. It failed in %s.", target, scenarios(required(suite.Fail)))
	}
	broken := required(suite.Broken)
	switch {
	case nothingTried(r):
		return "No judgement: " + visible(strings.TrimSuffix(r.Partial, "."), sentenceLimit) + "."
	case r.Partial != "":
		return fmt.Sprintf("No judgement of %s. %s", target, partial(r))
	case len(broken) > 0:
		return fmt.Sprintf("No judgement of %s. The trial itself broke in %s.", target, scenarios(broken))
	}
	return fmt.Sprintf("No judgement of %s. Nothing that is required could be judged.", target)
}

// idsOf returns the scenarios that have such a result, in order.
func idsOf(r *suite.Report, such func(suite.Result) bool) []string {
	var ids []string
	seen := map[string]bool{}
	for _, result := range r.Results {
		if such(result) && !seen[result.ID] {
			seen[result.ID] = true
			ids = append(ids, visible(result.ID, valueLimit))
		}
	}
	return ids
}

// scenarios counts and names them.
func scenarios(ids []string) string {
	return counted(len(ids), "scenario") + ": " + listed(ids, valueLimit)
}
