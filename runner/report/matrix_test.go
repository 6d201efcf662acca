package report_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/selftest"
)

func matrixText(m *selftest.Matrix) string {
	GinkgoHelper()
	var b strings.Builder
	m.Browser = fetch.About{Name: "chromium", Version: "140.0"}
	Expect(report.Matrix(&b, m, report.ConsoleOptions{})).To(Succeed())
	return b.String()
}

var _ = Describe("a self-test", func() {
	It("says what is not noticed, by whom, and who is accused", func() {
		Expect(matrixText(&selftest.Matrix{
			Faults: []selftest.Fault{
				{ID: "a.seen", Sentence: "It is seen", By: []string{"simple.get", "simple.head"}, Noticed: true},
				{ID: "a.unseen", Sentence: "Nobody sees it", By: []string{}},
				{ID: "a.faint", Sentence: "Few see it", By: []string{"options.plain"}},
			},
			Sound:     []selftest.Sound{{Name: "the sample", Findings: []string{"simple.get: fail\nrequired: \x1b[31m"}}},
			Scenarios: []selftest.Scenario{{ID: "simple.get", Notices: []string{"a.seen"}}, {ID: "simple.post"}},
		})).To(Equal(`corsproof, tried by chromium 140.0

Servers with one mistake, and the scenarios that notice it
  ✓ a.seen    simple.get simple.head
  ✗ a.unseen  not noticed
      Nobody sees it
  ✗ a.faint   not noticed, but by what is informative: options.plain
      Few see it

Servers that keep their policy
  ✗ the sample
      simple.get: fail
      required: \x1b[31m

Scenarios that notice nothing
  ✗ simple.post

3 mistakes judged, 2 not noticed; 2 scenarios, 1 notice nothing; 1 server right, 1 accused
corsproof does not notice what it should, or accuses who is right.
`))
	})

	It("says what the browser cannot notice, and why", func() {
		text := matrixText(&selftest.Matrix{Faults: []selftest.Fault{
			{ID: "a.hidden", Sentence: "Nobody can see it", Invisible: "mixed-content"},
			{ID: "a.shown", Sentence: "Somebody sees it", Noticed: true, By: []string{"simple.get"}},
		}, Scenarios: []selftest.Scenario{
			{ID: "simple.get", Notices: []string{"a.shown"}},
			{ID: "simple.worker", Untried: "its worker asks as the page does"},
		}})
		Expect(text).To(ContainSubstring("Scenarios that notice nothing\n  · simple.worker  its worker asks as the page does\n"))
		Expect(text).To(ContainSubstring("  · a.hidden  invisible: mixed-content\n  ✓ a.shown   simple.get\n"))
		Expect(text).To(ContainSubstring("1 mistake judged, 0 not noticed, 1 invisible to it; 2 scenarios, 0 notice nothing, 1 could not\n"))
		Expect(text).To(HaveSuffix("corsproof notices what it should, and no more.\n"))
	})

	It("says that it is no judgement where it broke", func() {
		text := matrixText(&selftest.Matrix{Faults: []selftest.Fault{{ID: "a.b", Broken: []string{"the page has gone"}}}})
		Expect(text).To(ContainSubstring("  ! a.b  the trial itself broke\n"))
		Expect(text).To(ContainSubstring("What broke\n      a.b: the page has gone\n"))
		Expect(text).To(HaveSuffix("No judgement: the trial itself broke.\n"))
	})
})
