package runner_test

import (
	"net/http"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner"
	"github.com/corsproof/corsproof/suite"
)

var _ = Describe("limits", func() {
	It("are those of the configuration, unless the options have others", func(ctx SpecContext) {
		var asked atomic.Int64
		inner := sample()
		server := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			inner.ServeHTTP(w, r)
		}))
		c := declared(server.URL)
		c.Limits = suite.Limits{MaxRequests: 20, Rate: 1000}

		r := run(ctx, runner.Options{Config: c})
		Expect(r.Limits).To(Equal(c.Limits))
		Expect(asked.Load()).To(And(BeNumerically("<=", 20), BeEquivalentTo(r.Sent)))

		asked.Store(0)
		r = run(ctx, runner.Options{Config: c, MaxRequests: 10})
		Expect(r.Limits).To(Equal(suite.Limits{MaxRequests: 10, Rate: 1000}))
		Expect(asked.Load()).To(And(BeNumerically("<=", 10), BeEquivalentTo(r.Sent)))
	})

	It("must be limits", func(ctx SpecContext) {
		_, err := runner.Run(ctx, runner.Options{MaxRequests: -1, Browser: runner.None})
		Expect(err).To(MatchError(ContainSubstring("max requests -1")))
	})
})
