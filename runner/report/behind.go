package report

import (
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/suite"
)

// behind says what fails behind the failures that are told: it comes up once these are
// repaired, in scenarios that are blocked now.
func (c *console) behind() {
	told := map[string]bool{}
	for _, r := range c.report.Results {
		if r.Verdict == suite.Fail {
			for _, f := range r.Failures {
				told[kindOf(c.report.Target, r, f)] = true
			}
		}
	}
	type found struct {
		ids     []string
		failure suite.Failure
		where   string
	}
	var all []*found
	index := map[string]*found{}
	for _, r := range c.report.Results {
		if r.Verdict != suite.Blocked {
			continue
		}
		for _, f := range r.Failures {
			kind := kindOf(c.report.Target, r, f)
			if told[kind] {
				continue
			}
			if index[kind] == nil {
				index[kind] = &found{failure: f, where: r.Resource}
				all = append(all, index[kind])
			}
			if !slices.Contains(index[kind].ids, r.ID) {
				index[kind].ids = append(index[kind].ids, r.ID)
			}
		}
	}
	if len(all) == 0 {
		return
	}
	c.line("")
	c.line("%s", c.palette.strong("Behind these failures"))
	c.hanging("  ", 2, "What else is wrong already, in scenarios that are blocked now. It comes up when the failures above are repaired; repair it with them.")
	for i, f := range all {
		if i == 2*mostFurther {
			c.line("  and %d more", len(all)-i)
			break
		}
		text := visible(step(f.failure), sentenceLimit) + " · " + visible(f.where, valueLimit) + " · " + visible(listed(f.ids, valueLimit), sentenceLimit)
		c.hanging(fmt.Sprintf("  %s ", c.mark(suite.Blocked)), 4, text)
	}
}

// kindOf tells failures apart that are repaired apart: what is missing on an error page
// is often another layer's to send.
func kindOf(t suite.Target, r suite.Result, f suite.Failure) string {
	isError := slices.ContainsFunc(t.Resources, func(res suite.Resource) bool { return res.Path == r.Resource && res.Status >= 400 })
	return fmt.Sprint(f.Reason, f.Header, isError && !f.Reason.OfPreflight() && f.Given == "missing")
}
