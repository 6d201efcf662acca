package report_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
)

var _ = Describe("a run with limits", func() {
	It("says how much was sent, and what was not judged for want of requests", func() {
		r := reported(passed("simple.get", "fetch"), result("simple.head", "fetch", suite.Unjudged, suite.Budget))
		r.Limits, r.Sent = suite.Limits{MaxRequests: 3, Rate: 5}, 2
		Expect(console(r, report.ConsoleOptions{})).To(And(
			ContainSubstring("\n2 requests sent (at most 3 requests, at most 5/s)\n"),
			ContainSubstring("unjudged: budget"),
		))
	})

	It("says nothing of limits that there are not", func() {
		Expect(console(reported(passed("simple.get", "fetch")), report.ConsoleOptions{})).NotTo(ContainSubstring(" sent "))
	})
})
