package report_test

import (
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

func markdown(r *suite.Report) string {
	GinkgoHelper()
	return written(func(w io.Writer) error { return report.Markdown(w, r) })
}

// unfenced are the lines outside of code blocks. A block ends at a line of as many
// backticks as it began with, or more.
func unfenced(text string) []string {
	GinkgoHelper()
	var lines []string
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3 && strings.TrimLeft(line, "`") == "text":
			fence = ticks
		case fence == "":
			lines = append(lines, line)
		case len(ticks) >= len(fence) && strings.Trim(line, "` \t") == "":
			fence = ""
		}
	}
	Expect(fence).To(BeEmpty())
	return lines
}

// ours are the lines that may stand outside of code blocks.
var ours = regexp.MustCompile("^(" + strings.Join([]string{
	"",
	"## [✓✗!] `+ .* `+ (keeps its policy|does not keep its policy|was not judged)",
	"### (What to repair|Not judged|Advice)",
	`\|[ *0-9:✓✗!–·a-z|-]*\|`,
	`<details( open)?><summary>✗ <code>[^<>]*</code> [^<>]*(<b>[^<>]*</b>)?</summary>`,
	`<details><summary>What to change in [^<>]*</summary>`,
	"\\[`+ .* `+\\]\\(https://[A-Za-z0-9./#_-]+\\)",
	"</details>",
	`\d+ failures? more: see the other reports\.`,
}, "|") + ")$")

var _ = Describe("the Markdown report", func() {
	It("says what it comes to, what to repair and what was not judged", func() {
		r := reported(serverError(fetch.Fetch), passed("simple.get", fetch.Fetch), held("methods.listed.shared", "PUT"))
		r.Advice = []string{"Mind the gap."}
		r.Repairs = []suite.Configuration{{Title: "nginx", Blocks: []suite.Block{{Where: "in http", Lines: lines}}}}
		text := markdown(r)
		Expect(text).To(HavePrefix("## ✗ ` https://api.example.com ` does not keep its policy\n"))
		Expect(text).To(And(
			ContainSubstring("\n| **1** | 0 | 0 | **1** | 0 | **1** |\n"),
			ContainSubstring("<details open><summary>✗ <code>errors.server</code> "),
			ContainSubstring("\nrequired  GET /v1/broken from"),
			ContainSubstring("What to change in nginx"),
			ContainSubstring("### Not judged\n\n```text\n·    1  unjudged: held"),
			ContainSubstring("### Advice\n\n```text\n- Mind the gap.\n```"),
		))
		Expect(text).To(ContainSubstring("[` CORS check, step 2 `](" + serverError(fetch.Fetch).Spec + ")"))
		Expect(markdown(reported(passed("simple.get", fetch.Fetch)))).NotTo(ContainSubstring("###"))
	})

	It("has room for as many failures as a comment takes, and counts the others", func() {
		text := markdown(many(5000, strings.Repeat("`", 300)))
		Expect(utf8.RuneCountInString(text)).To(BeNumerically("<", 65_536))
		Expect(len(text)).To(BeNumerically(">", 40_000))
		Expect(text).To(MatchRegexp(`\n\d+ failures more: see the other reports\.\n`))
	})
})

var _ = Describe("what comes from a target, in the Markdown report", func() {
	texts := map[string]string{
		"backticks":   "a` ``` b ```` \n```\n# c\n`",
		"an image":    "![x](https://evil.example/x.png) [y](javascript:alert(1)) <https://evil.example> www.evil.example",
		"mentions":    "@octocat #1 GH-1 octocat/repo#1",
		"table edges": "a | b \\| c",
	}
	for name, text := range hostile {
		texts[name] = text
	}
	for name, text := range texts {
		It("is code, with "+name, func() {
			for _, r := range hostileReports(text) {
				out := markdown(r)
				Expect(shown(out)).To(BeTrue())
				Expect(len(out)).To(BeNumerically("<", 65_536))
				for _, line := range unfenced(out) {
					Expect(line).To(MatchRegexp(ours.String()))
				}
			}
		})
	}
})
