package browser_test

import (
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/selftest"
)

// The whole suite on the dozen policies that differ most. The model judges all of them,
// in suite; a browser takes its time for each.
var _ = Describe("Chromium finds nothing wrong with the reference handler", func() {
	for _, c := range policies.All() {
		if !c.Different {
			continue
		}
		It("that keeps "+c.Name, func(ctx SpecContext) {
			server := httptest.NewServer(c.Handler())
			DeferCleanup(server.Close)
			report, err := suite.Run(ctx, selftest.At(server.URL, selftest.SoundTarget(c)), browser, suite.Filter{})
			Expect(err).NotTo(HaveOccurred())
			Expect(report.Partial).To(BeEmpty())
			var wrong []string
			for _, r := range report.Results {
				switch r.Verdict {
				case suite.Fail, suite.Blocked, suite.Broken:
					wrong = append(wrong, r.Key+"\n"+r.Sentence())
				}
			}
			Expect(wrong).To(BeEmpty())
			Expect(report.ExitCode()).To(Equal(suite.ExitConforms))
		})
	}
})
