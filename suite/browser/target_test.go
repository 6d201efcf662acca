package browser_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/selftest"
)

// Faults that are about the server's own name, or about its address, need a browser
// that leads one name and one port alone to the server.
var _ = It("Chromium notices what the model notices of a server's own name", func(ctx SpecContext) {
	const name = "api.corsproof.localhost"
	var now atomic.Pointer[http.Handler]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*now.Load()).ServeHTTP(w, r) }))
	DeferCleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	Expect(err).NotTo(HaveOccurred())
	address := net.JoinHostPort(name, port)
	browser, err := chromium.Start(ctx, chromium.Options{
		ConnectTo: map[string]string{address: server.Listener.Addr().String()},
		Effects:   fetch.Deliver,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(browser.Close)

	for _, f := range faults.All() {
		if !f.Named {
			continue
		}
		handler := f.Handler()
		now.Store(&handler)
		target := selftest.At("http://"+address, selftest.FaultyTarget(f))
		report, err := suite.Run(ctx, target, browser, suite.Filter{Scenarios: []string{"origins.refused.target-*", "origins.refused.loopback"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(report.Summary[suite.Broken]).To(BeZero())
		var failing []string
		for _, r := range report.Results {
			if r.Verdict == suite.Fail {
				failing = append(failing, r.ID)
				Expect(r.Severity).To(BeElementOf(suite.Medium, suite.High), r.Observed)
			}
		}
		slices.Sort(failing)
		Expect(failing).To(Equal(recorded(f.ID)), f.ID)
	}
})
