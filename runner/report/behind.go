package report

import (
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/suite"
)

// A behindRow is a failure that comes up once those are repaired that are told.
type behindRow struct {
	ids     []string // of the scenarios that are blocked now
	failure suite.Failure
	where   string
}

// behindRows are what fails in scenarios that are blocked now, and in none that failed,
// each kind once.
func behindRows(r *suite.Report) []*behindRow {
	told := map[string]bool{}
	for _, result := range r.Results {
		if result.Verdict == suite.Fail {
			for _, f := range result.Failures {
				told[kindOf(r.Target, result, f)] = true
			}
		}
	}
	var all []*behindRow
	index := map[string]*behindRow{}
	for _, result := range r.Results {
		if result.Verdict != suite.Blocked {
			continue
		}
		for _, f := range result.Failures {
			kind := kindOf(r.Target, result, f)
			if told[kind] {
				continue
			}
			if index[kind] == nil {
				index[kind] = &behindRow{failure: f, where: result.Resource}
				all = append(all, index[kind])
			}
			if !slices.Contains(index[kind].ids, result.ID) {
				index[kind].ids = append(index[kind].ids, result.ID)
			}
		}
	}
	return all
}

// text is the row in a line.
func (b *behindRow) text() string {
	return visible(step(b.failure), sentenceLimit) + " · " + visible(b.where, valueLimit) + " · " + visible(listed(b.ids, valueLimit), sentenceLimit)
}

const behindIntro = "What else is wrong already, in scenarios that are blocked now. It comes up when the failures above are repaired; repair it with them."

// behind says what fails behind the failures that are told: it comes up once these are
// repaired, in scenarios that are blocked now.
func (c *console) behind() {
	all := behindRows(c.report)
	if len(all) == 0 {
		return
	}
	c.line("")
	c.line("%s", c.palette.strong("Behind these failures"))
	c.hanging("  ", 2, behindIntro)
	for i, b := range all {
		if i == 2*mostFurther {
			c.line("  and %d more", len(all)-i)
			break
		}
		c.hanging(fmt.Sprintf("  %s ", c.mark(suite.Blocked)), 4, b.text())
	}
}

// kindOf tells failures apart that are repaired apart: what is missing on an error page
// is often another layer's to send.
func kindOf(t suite.Target, r suite.Result, f suite.Failure) string {
	isError := slices.ContainsFunc(t.Resources, func(res suite.Resource) bool { return res.Path == r.Resource && res.Status >= 400 })
	return fmt.Sprint(f.Reason, f.Header, isError && !f.Reason.OfPreflight() && f.Given == "missing")
}
