package webkit

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("Requests that look alike on the wire", func() {
	const page, items = "http://app.example.test", "http://api.example.test/items"

	It("are made one after the other, and first what is in the middle of a redirect", func(ctx SpecContext) {
		w := newWatch(fetch.Deliver)
		begin := func(url string) *record {
			GinkgoHelper()
			r, err := w.begin(ctx, page, fetch.Request{URL: url, Method: "POST", Timeout: time.Minute})
			Expect(err).NotTo(HaveOccurred())
			return r
		}
		waiting := func() int {
			w.mu.Lock()
			defer w.mu.Unlock()
			return len(w.waiting)
		}
		first, redirected := begin(items), begin("http://api.example.test/moved")
		later := make(chan *record, 1)
		go func() {
			defer GinkgoRecover()
			later <- begin(items)
		}()
		Eventually(waiting).Should(Equal(1))
		granted := make(chan struct{})
		go func() {
			defer GinkgoRecover()
			x := &exchange{record: redirected, Exchange: fetch.Exchange{Kind: fetch.Actual, Request: fetch.WireRequest{Method: "POST", URL: "http://api.example.test/moved"}}}
			Expect(x.answer(ctx, fetch.WireResponse{Status: 307, Headers: fetch.HeaderList{{Name: "Location", Value: "/items"}}})).To(Succeed())
			close(granted)
		}()
		Eventually(waiting).Should(Equal(2))
		first.end()
		Eventually(granted).Should(BeClosed())
		Expect(later).NotTo(Receive())
		redirected.end()
		var last *record
		Eventually(later).Should(Receive(&last))
		last.end()
		Expect(w.claims).To(BeEmpty())
	})
})
