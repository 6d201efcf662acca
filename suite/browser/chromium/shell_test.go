package chromium_test

import (
	"maps"
	"net/http/httptest"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/internal/process"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("A headless shell", func() {
	It("judges as the browser does", func(ctx SpecContext) {
		server := httptest.NewServer(policies.Keep(policy.Sample(), reference.Items()))
		DeferCleanup(server.Close)
		target := suite.Target{
			URL:       server.URL,
			Policy:    policy.Sample(),
			Effects:   fetch.Deliver,
			Resources: []suite.Resource{{Path: "/v1/items"}, {Path: "/v1/missing", Status: 404}},
		}
		shell, err := chromium.Start(ctx, chromium.Options{Path: shellPath(), Targets: []string{"127.0.0.1:*"}, Effects: fetch.Deliver})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(shell.Close)
		inShell, inBrowser := verdictsOf(ctx, target, shell), verdictsOf(ctx, target, delivering)
		Expect(slices.Collect(maps.Keys(inShell))).To(ConsistOf(slices.Collect(maps.Keys(inBrowser))))
		for key, verdict := range inBrowser {
			Expect(verdict).NotTo(Equal(suite.Broken), key)
			Expect(inShell[key]).To(Equal(verdict), key)
		}
		Expect(inBrowser).To(ContainElement(suite.Pass))
	})
})

// shellPath is the headless shell of this machine.
func shellPath() string {
	path, err := process.Find("", chromium.Shells, "headless shell", "chromium-headless-shell")
	if err != nil {
		Skip(err.Error())
	}
	return path
}

// verdictsOf are those that a target gets in a browser, by result.
func verdictsOf(ctx SpecContext, target suite.Target, b *chromium.Browser) map[string]suite.Verdict {
	GinkgoHelper()
	report, err := suite.Run(ctx, target, b, suite.Filter{})
	Expect(err).NotTo(HaveOccurred())
	verdicts := map[string]suite.Verdict{}
	for _, r := range report.Results {
		verdicts[r.Key] = r.Verdict
	}
	return verdicts
}
