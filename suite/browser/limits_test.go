package browser_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/selftest"
)

// arrivals notes when requests come to a faulty server, which it returns as a target.
func arrivals(f faults.Fault, effects fetch.Effects) (suite.Target, func() []time.Time) {
	var mu sync.Mutex
	var times []time.Time
	handler := f.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		times = append(times, time.Now())
		mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	DeferCleanup(server.Close)
	target := selftest.FaultyTarget(f)
	target.URL, target.Effects = server.URL, effects
	return target, func() []time.Time {
		mu.Lock()
		defer mu.Unlock()
		return times
	}
}

var _ = Describe("The limits of a run in Chromium", func() {
	DescribeTable("are kept where requests leave the browser", func(ctx SpecContext, id string, effects fetch.Effects) {
		f := faults.Fault{}
		if id != "" {
			f = fault(id)
		}
		for _, budget := range []int{4, 40} {
			target, arrived := arrivals(f, effects)
			report, err := suite.Run(ctx, target, browser, suite.Filter{Scenarios: []string{"simple.*", "preflight.*", "methods.*"}},
				suite.WithLimits(suite.Limits{MaxRequests: budget}))
			Expect(err).NotTo(HaveOccurred())
			Expect(len(arrived())).To(BeNumerically("<=", budget))
			Expect(report.Sent).To(BeNumerically("~", len(arrived()), 2), "what the HTTP cache answers counts too")
			Expect(len(arrived())).To(BeNumerically(">=", budget/2))
			Expect(report.Summary[suite.Broken]).To(BeZero())
			Expect(report.Summary[suite.Unjudged]).NotTo(BeZero())
			for _, r := range report.Results {
				Expect(r.Verdict == suite.Fail && len(r.Attempts) != 2).To(BeFalse(), r.Key)
				Expect(id == "" && r.Verdict == suite.Fail).To(BeFalse(), r.Key)
			}
		}
	},
		Entry("with a right server", "", fetch.Deliver),
		Entry("with a right server, effects held", "", fetch.Hold),
		Entry("with a wrong one", "all.bare", fetch.Deliver),
	)

	It("accuse no server of what pausing does to a redirected POST", func(ctx SpecContext) {
		target, _ := arrivals(faults.Fault{}, fetch.Deliver)
		report, err := suite.Run(ctx, target, browser, suite.Filter{Scenarios: []string{"redirects.post.*", "redirects.*see-other"}},
			suite.WithLimits(suite.Limits{MaxRequests: 1000}))
		Expect(err).NotTo(HaveOccurred())
		Expect(report.Summary[suite.Fail] + report.Summary[suite.Broken]).To(BeZero())
		Expect(report.Results).To(ContainElement(And(HaveField("Verdict", suite.Unjudged), HaveField("Reason", suite.NotObservable))))
	})

	It("stops a redirect that nobody declared", func(ctx SpecContext) {
		asked := 0
		var mu sync.Mutex
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked++
			if r.UserAgent() == "corsproof" {
				return
			}
			w.Header().Set("Access-Control-Allow-Origin", "*")
			http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
		}))
		DeferCleanup(server.Close)
		target := selftest.FaultyTarget(faults.Fault{})
		target.URL = server.URL
		report, err := suite.Run(ctx, target, browser, suite.Filter{Scenarios: []string{"simple.get"}},
			suite.WithLimits(suite.Limits{MaxRequests: 10}))
		Expect(err).NotTo(HaveOccurred())
		mu.Lock()
		defer mu.Unlock()
		Expect(asked).To(Equal(10))
		Expect(report.Sent).To(Equal(10))
		Expect(report.Results).To(ContainElement(HaveField("Reason", suite.Budget)))
		Expect(report.Summary[suite.Fail]).To(BeZero())
	})

	It("spread requests out", func(ctx SpecContext) {
		const rate = 8
		target, arrived := arrivals(faults.Fault{}, fetch.Deliver)
		report, err := suite.Run(ctx, target, browser, suite.Filter{Scenarios: []string{"simple.get", "preflight.answered"}},
			suite.WithLimits(suite.Limits{Rate: rate}))
		Expect(err).NotTo(HaveOccurred())
		Expect(report.Summary[suite.Fail] + report.Summary[suite.Broken] + report.Summary[suite.Unjudged]).To(BeZero())
		times := arrived()
		Expect(len(times)).To(BeNumerically(">", rate+1), "or nothing is proven")
		for i := range times[:len(times)-rate-1] {
			// The last of one more than may come in a second comes later; a tenth is
			// what this machine may take to deliver the first.
			Expect(times[i+rate+1].Sub(times[i])).To(BeNumerically(">", 900*time.Millisecond))
		}
	})
})
