package contract

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

func caches(a Agent) {
	Describe("The HTTP cache", func() {
		It("keeps what it may, until it is emptied", func(ctx SpecContext) {
			target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Cache-Control", "public, max-age=600")
				trial.Permit(w, r)
			})
			c := trial.In(ctx, a.Delivering())
			clearer, ok := c.(fetch.CacheClearer)
			if !ok {
				Skip("it has none")
			}
			get := func() {
				GinkgoHelper()
				Expect(trial.Do(ctx, c, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"}).Shared()).To(BeTrue())
			}
			get()
			get()
			Expect(target.Methods()).To(HaveLen(1))

			Expect(clearer.ClearHTTPCache(ctx)).To(Succeed())

			get()
			Expect(target.Methods()).To(HaveLen(2))
		})
	})
}
