package report

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/suite"
)

// A difference is something on which browsers do not agree.
type difference struct {
	results []suite.Result // the same in each browser, in the order of the report
}

// differences are those results that pass in one browser and fail in another. What one of
// them could not judge is no difference.
func differences(r *suite.Report) []difference {
	var all []difference
	at := map[string]int{}
	for _, result := range r.Results {
		if result.Verdict != suite.Pass && result.Verdict != suite.Fail && result.Reason != "disagreement" {
			continue
		}
		key := strings.TrimSuffix(result.Key, " browser="+result.Browser)
		i, known := at[key]
		if !known {
			i = len(all)
			at[key] = i
			all = append(all, difference{})
		}
		all[i].results = append(all[i].results, result)
	}
	var real []difference
	for _, d := range all {
		if len(d.by(true)) > 0 && len(d.by(false)) > 0 {
			real = append(real, d)
		}
	}
	return real
}

// by names the browsers in which it passes, or does not.
func (d difference) by(passes bool) []string {
	var names []string
	for _, r := range d.results {
		if (r.Verdict == suite.Pass) == passes {
			names = append(names, visible(r.Browser, valueLimit))
		}
	}
	return names
}

// sentence says how they differ, and who is right by the Standard. A failure whose cause
// stands in what the server sent is the server's, and who shows it is right; a refusal
// for which the Standard has no reason is the browser's own.
func (d difference) sentence() string {
	var other suite.Result
	for _, r := range d.results {
		if r.Verdict != suite.Pass {
			other = r
			break
		}
	}
	passing, failing := strings.Join(d.by(true), " and "), strings.Join(d.by(false), " and ")
	says := fmt.Sprintf("%s passes in %s and not in %s", visible(other.ID, valueLimit), passing, failing)
	switch {
	case other.Reason == "disagreement":
		return fmt.Sprintf("%s; by the Standard %s is right, since nothing that the server sent is wrong: %s.", says, passing, trimmed(other.Observed))
	case len(other.Failures) > 0:
		return fmt.Sprintf("%s; by the Standard %s is right: %s.", says, failing, trimmed(other.Observed))
	}
	return fmt.Sprintf("%s, where this was seen: %s.", says, trimmed(other.Observed))
}

func trimmed(sentence string) string {
	return strings.TrimSuffix(visible(sentence, sentenceLimit), ".")
}

// differ says where browsers do.
func (c *console) differ() {
	all := differences(c.report)
	if len(all) == 0 {
		return
	}
	c.line("")
	c.line("%s", c.palette.strong("Where browsers differ"))
	for _, d := range all {
		c.hanging("  - ", 4, d.sentence())
	}
}
