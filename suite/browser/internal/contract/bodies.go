package contract

import (
	"net/http"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

// bodies says how much of a body is read.
func bodies(a Agent) {
	Describe("A big body", func() {
		DescribeTable("is judged by its beginning", func(ctx SpecContext, api fetch.API, announced bool) {
			const size = 200 << 20
			var written atomic.Int64
			target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
				trial.Share(w, r)
				if announced {
					w.Header().Set("Content-Length", "209715200")
				}
				chunk := []byte(strings.Repeat("x", 64<<10))
				for written.Load() < size {
					n, err := w.Write(chunk)
					written.Add(int64(n))
					if err != nil {
						return
					}
				}
			})
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: api, URL: target.URL + "/", Method: "GET"})
			Expect(o.Shared()).To(BeTrue())
			Expect(o.Response.Status).To(Equal(200))
			Expect(o.Response.BodyBytes).To(BeNumerically("<=", fetch.MaxBody))
			Expect(written.Load()).To(BeNumerically("<", size/4), "the rest stays in the server, but for what is in buffers")
		},
			Entry("by fetch(), with its length", fetch.Fetch, true),
			Entry("by fetch(), without", fetch.Fetch, false),
			Entry("by XMLHttpRequest, with its length", fetch.XHR, true),
			Entry("by XMLHttpRequest, without", fetch.XHR, false),
		)
	})
}
