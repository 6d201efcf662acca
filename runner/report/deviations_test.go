package report_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/useragent"
)

func deviationsTable(all ...*useragent.Report) string {
	GinkgoHelper()
	var b bytes.Buffer
	Expect(report.Deviations(&b, all)).To(Succeed())
	return b.String()
}

var _ = Describe("The table of deviations", func() {
	result := func(browser, id, instead, evidence, link string) useragent.Result {
		return useragent.Result{ID: id, Browser: browser, Verdict: useragent.Deviates,
			Deviation: &useragent.Deviation{Browser: browser, Scenario: id, Instead: instead, Evidence: evidence, Link: link}}
	}
	of := func(browser string, results ...useragent.Result) *useragent.Report {
		return &useragent.Report{Browser: fetch.About{Name: browser, Version: "1.0"}, Results: results}
	}

	It("has a row for each thing that is done instead, and a column for each browser", func() {
		const star, late = "browser.wildcards.authorization", "browser.consumers.font.none"
		Expect(deviationsTable(
			of("one", result("one", late, "It is late.", "D-02", "https://example.test/2"), result("one", late, "It is late.", "D-02", "https://example.test/2")),
			of("two", result("two", "browser.consumers.font.star", "It is late.", "seen in two 1.0", ""), result("two", star, "It lets it through.", "D-01", "")),
			of("three"),
		)).To(Equal(`| otherwise than the Standard | one 1.0 | two 1.0 | three 1.0 | known from |
| --- | --- | --- | --- | --- |
| It lets it through. |  | ` + "`wildcards.authorization`" + ` |  | D-01 |
| It is late. | ` + "`consumers.font.none` | `consumers.font.star`" + ` |  | [D-02](https://example.test/2); seen in two 1.0 |
`))
	})

	It("leaves out what passed, and what nobody knows", func() {
		passed := result("one", "browser.simple.origin", "It does not.", "D-01", "")
		passed.Verdict, passed.Stale = useragent.Pass, true
		Expect(strings.Count(deviationsTable(of("one", passed, useragent.Result{Verdict: useragent.Fail})), "\n")).To(Equal(2))
	})

	// What was seen is in suite/useragent/deviations_*.go, which the specs of each browser
	// compare with what it does: an entry that it no longer shows fails there.
	It("in the README is that of suite/useragent/deviations_*.go", func() {
		readme, err := os.ReadFile("../../README.md")
		Expect(err).NotTo(HaveOccurred())
		block := regexp.MustCompile(`(?s)<!-- deviations.*? -->\n(.*)<!-- end of deviations -->`).FindSubmatch(readme)
		Expect(block).NotTo(BeNil(), "the README has no block of deviations")
		table := string(block[1])
		var all []*useragent.Report
		for _, about := range regexp.MustCompile(`(chromium|firefox|webkit) (\d[\d.]*)`).FindAllStringSubmatch(strings.SplitN(table, "\n", 2)[0], -1) {
			r := &useragent.Report{Browser: fetch.About{Name: about[1], Version: about[2]}}
			for _, d := range useragent.Deviations() {
				if d.Browser == about[1] {
					r.Results = append(r.Results, useragent.Result{ID: d.Scenario, Verdict: useragent.Deviates, Deviation: &d})
				}
			}
			all = append(all, r)
		}
		Expect(all).To(HaveLen(3))
		Expect(table).To(Equal(deviationsTable(all...)), "stale: make deviations writes it anew")
	})
})
