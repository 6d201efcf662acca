package report_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
)

var _ = Describe("Progress", func() {
	It("shows a line, and takes it away", func() {
		var b strings.Builder
		p := report.NewProgress(&b)
		Expect(b.String()).To(ContainSubstring("opening pages"))
		for i := range 10 {
			p.Update(i+1, 10)
		}
		p.Update(11, 12) // failures are tried again
		p.Done()
		p.Done()

		Expect(b.String()).NotTo(ContainSubstring("\n"))
		Expect(b.String()).To(MatchRegexp(`\r +\r$`))
	})
})
