package report_test

import (
	"bytes"
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/useragent"
)

// graded is a report on a browser with these results.
func graded(results ...useragent.Result) *useragent.Report {
	r := &useragent.Report{
		SchemaVersion: useragent.SchemaVersion,
		Browser:       fetch.About{Name: "chromium", Version: "156.0"},
		Summary:       map[useragent.Verdict]int{},
		Results:       results,
	}
	for i := range results {
		results[i].Browser, results[i].Spec = "chromium", "https://fetch.spec.whatwg.org/#cors-check"
		r.Summary[results[i].Verdict]++
	}
	return r
}

func gradedText(r *useragent.Report) string {
	GinkgoHelper()
	var b bytes.Buffer
	Expect(report.GradeConsole(&b, r, report.ConsoleOptions{})).To(Succeed())
	return b.String()
}

var _ = Describe("The report on a browser", func() {
	passed := useragent.Result{ID: "browser.simple.origin", API: fetch.Fetch, Title: "A title", Verdict: useragent.Pass}
	deviates := useragent.Result{ID: "browser.safelist.unsafe.dpr", API: fetch.XHR, Title: "A title", Verdict: useragent.Deviates,
		Deviation: &useragent.Deviation{Instead: "It does something else.", Evidence: "D-02", Link: "https://example.test/1"}}
	failed := useragent.Result{ID: "browser.acao.slash", API: fetch.Fetch, Title: "A title", Verdict: useragent.Fail,
		Expected: "this", Observed: "that \x1b[31m"}

	It("counts by chapter, and says a known deviation in a sentence with its evidence", func() {
		Expect(gradedText(graded(passed, deviates))).To(Equal(`chromium 156.0, judged by the browser scenarios

  ✓ Simple requests                           1 pass
  ≠ Safelisted request headers                1 deviate

Known deviations from the Standard
  ≠ browser.safelist.unsafe.dpr  A title · xhr
    It does something else. (D-02, https://example.test/1)

1 pass, 1 deviate, 0 fail, 0 broken  (2 scenarios, 2 results)

chromium 156.0 does what the Fetch Standard says, but for what is known of it in 1 scenario.
`))
	})

	It("says of a failure what was expected and what was observed, once for both APIs", func() {
		other := failed
		other.API = fetch.XHR
		text := gradedText(graded(passed, failed, other))
		Expect(text).To(ContainSubstring("\nOtherwise than the Standard\n  ✗ browser.acao.slash  A title · fetch, xhr\n" +
			"      expected  this\n      observed  that \\x1b[31m\n      spec      https://fetch.spec.whatwg.org/#cors-check\n"))
		Expect(text).To(HaveSuffix("\nchromium 156.0 does not do what the Fetch Standard says. It failed in 1 scenario: browser.acao.slash.\n"))
	})

	It("says what broke, and judges nothing then", func() {
		r := graded(passed, useragent.Result{ID: "browser.acao.slash", Title: "A title", Verdict: useragent.Broken, Reason: "dns", Observed: "nothing"})
		r.Partial = "interrupted"
		Expect(gradedText(r)).To(ContainSubstring("      cause     the target's name is unknown\n"))
		Expect(gradedText(r)).To(HaveSuffix("\nNo judgement of chromium 156.0. The trial itself broke in 1 scenario: browser.acao.slash. The run is partial: interrupted.\n"))
	})

	It("names what is no deviation any more", func() {
		stale := deviates
		stale.Verdict, stale.Stale = useragent.Pass, true
		Expect(gradedText(graded(stale))).To(ContainSubstring(
			"\nbrowser.safelist.unsafe.dpr is no deviation of this chromium any more; please tell corsproof, which says: It does something else.\n"))
	})

	It("is JSON without control characters", func() {
		var b bytes.Buffer
		Expect(report.GradeJSON(&b, []*useragent.Report{graded(failed)})).To(Succeed())
		Expect(b.String()).NotTo(ContainSubstring("\x1b"))
		var back useragent.Report
		Expect(json.Unmarshal(b.Bytes(), &back)).To(Succeed())
		Expect(back.Results[0].Observed).To(Equal(failed.Observed))
	})
})
