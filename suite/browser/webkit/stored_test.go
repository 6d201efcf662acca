package webkit_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("An HTTP cache", func() {
	DescribeTable("there is none that spares the server a request", func(ctx SpecContext, path string, first fetch.Request) {
		target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", `"1"`)
			w.Header().Set("Cache-Control", "public, max-age=60")
			if r.URL.Path == "/from" {
				trial.Share(w, r)
				w.Header().Set("Location", "/to")
				w.WriteHeader(http.StatusMovedPermanently)
				return
			}
			trial.Permit(w, r)
		})
		c := trial.In(ctx, delivering)
		_, clears := c.(fetch.CacheClearer)
		Expect(clears).To(BeFalse())
		first.API, first.URL, first.Method = fetch.Fetch, target.URL+path, "GET"
		trial.Do(ctx, c, page, first)
		once := len(target.Methods())
		Expect(once).NotTo(BeZero())

		again := trial.Do(ctx, c, page, fetch.Request{API: fetch.Fetch, URL: target.URL + path, Method: "GET"})

		Expect(again.Shared()).To(BeTrue())
		Expect(target.Methods()).To(HaveLen(2*once), "what could be kept is asked for again")
	},
		Entry("of what a script has read", "/", fetch.Request{}),
		Entry("of what was loaded without CORS", "/", fetch.Request{Mode: fetch.NoCORS}),
		Entry("of redirects", "/from", fetch.Request{}),
	)
})
