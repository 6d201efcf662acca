package report

import (
	"strings"

	"github.com/corsproof/corsproof/suite"
)

// repairs says what to change, once for each kind of server and policy.
func (c *console) repairs() {
	if c.report.Summary[suite.Fail] == 0 {
		return
	}
	if len(c.report.Repairs) == 0 {
		c.line("")
		c.line("%s", c.palette.strong("What to change"))
		c.hanging("  ", 2, unknownServer)
		return
	}
	for _, r := range c.report.Repairs {
		c.line("")
		c.line("%s", c.palette.strong("What to change in "+visible(r.Title, valueLimit)))
		c.hanging("  ", 2, aboutConfiguration(r))
		for _, n := range r.Notes {
			c.hanging("  Note: ", 8, visible(n, sentenceLimit))
		}
		for _, b := range r.Blocks {
			c.line("")
			c.hanging("  ", 2, c.palette.faint(sentenceCase(visible(b.Where, sentenceLimit))+":"))
			c.line("")
			for _, l := range verbatim(b.Lines) {
				c.line("%s", strings.TrimRight("    "+l, " "))
			}
		}
	}
}

const unknownServer = "Nothing in its answers tells which kind of server it is. --fixes NAME shows the lines of one, such as --fixes nginx; --fixes all shows all."

// aboutConfiguration says why it is shown, and of what it is the whole.
func aboutConfiguration(c suite.Configuration) string {
	var about []string
	if c.Guessed != "" {
		about = append(about, "It seems to be one: "+visible(c.Guessed, sentenceLimit)+". --fixes NAME shows another kind, --fixes all shows all.")
	}
	whole := "This is the whole of the policy"
	if len(c.Resources) > 0 {
		whole += " of " + visible(listed(c.Resources, valueLimit), sentenceLimit)
	}
	return strings.Join(append(about, whole+": it replaces all that is said there of CORS now."), " ")
}

// sentenceCase begins a clause with a capital letter.
func sentenceCase(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
