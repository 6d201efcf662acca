package chromium_test

import (
	"context"
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("Under effects: hold", func() {
	DescribeTable("a preflight arrives and what it would let through does not", func(ctx SpecContext, origin string, api fetch.API, global fetch.Global, method string) {
		target := newRecorder(permissive)
		c := in(ctx, holding)
		for range 3 {
			o := do(ctx, c, origin, fetch.Request{API: api, Global: global, URL: target.URL + "/", Method: method, Body: "x",
				Headers: fetch.HeaderList{{Name: "X-A", Value: "1"}}})
			Expect(o.Cause).To(Equal(fetch.ByHold))
			Expect(o.Shared()).To(BeFalse())
			Expect(o.Actual().Held).To(BeTrue())
			Expect(o.Preflight().Response.Status).To(Equal(200))
		}
		Expect(target.methods()).To(HaveEach("OPTIONS"))
		Expect(target.methods()).To(HaveLen(3))
	},
		Entry("from a page by fetch()", page, fetch.Fetch, fetch.Window, "PUT"),
		Entry("from a page by XMLHttpRequest", page, fetch.XHR, fetch.Window, "DELETE"),
		Entry("from a page with a method of one's own", page, fetch.Fetch, fetch.Window, "CORSPROOF"),
		Entry("from a page with a method in lower case", page, fetch.Fetch, fetch.Window, "put"),
		Entry("from a page with POST", page, fetch.Fetch, fetch.Window, "POST"),
		Entry("from a sandboxed frame by fetch()", "null", fetch.Fetch, fetch.Window, "PUT"),
		Entry("from a sandboxed frame by XMLHttpRequest", "null", fetch.XHR, fetch.Window, "PATCH"),
		Entry("from a worker by fetch()", page, fetch.Fetch, fetch.Worker, "PUT"),
		Entry("from a worker by XMLHttpRequest", page, fetch.XHR, fetch.Worker, "DELETE"),
		Entry("from a worker in a sandboxed frame", "null", fetch.Fetch, fetch.Worker, "PUT"),
	)

	DescribeTable("a simple POST never leaves", func(ctx SpecContext, origin string, global fetch.Global) {
		target := newRecorder(permissive)
		c := in(ctx, holding)
		for _, method := range []string{"POST", "post"} {
			o := do(ctx, c, origin, fetch.Request{API: fetch.Fetch, Global: global, URL: target.URL + "/", Method: method, Body: "x"})
			Expect(o.Cause).To(Equal(fetch.ByHold))
		}
		Expect(target.methods()).To(BeEmpty())
	},
		Entry("a page", page, fetch.Window),
		Entry("a sandboxed frame", "null", fetch.Window),
		Entry("a worker", page, fetch.Worker),
	)

	It("lets safe requests through, preflights included", func(ctx SpecContext) {
		target := newRecorder(permissive)
		o := do(ctx, in(ctx, holding), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET", Headers: fetch.HeaderList{{Name: "X-A", Value: "1"}}})
		Expect(o.Shared()).To(BeTrue())
		Expect(target.methods()).To(Equal([]string{"OPTIONS", "GET"}))
	})

	DescribeTable("what is under way when its context closes does not leave after all", func(ctx SpecContext, origin string, global fetch.Global) {
		target := newRecorder(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions {
				time.Sleep(10 * time.Millisecond) // so that some preflight is answered while the context closes
			}
			permissive(w, r)
		})
		browser, err := chromium.Start(ctx, chromium.Options{Targets: []string{"127.0.0.1:*"}})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(browser.Close)
		for range 5 {
			c := in(ctx, browser)
			Expect(c.Open(ctx, origin)).To(Succeed())
			before := len(target.methods())
			short, cancel := context.WithCancel(ctx)
			var wg sync.WaitGroup
			for range 40 {
				wg.Go(func() {
					c.Do(short, origin, fetch.Request{API: fetch.Fetch, Global: global, URL: target.URL + "/", Method: "PUT"})
				})
			}
			Eventually(func() int { return len(target.methods()) - before }).Should(BeNumerically(">=", 6))
			cancel()
			wg.Wait()
			Expect(c.Close()).To(Succeed())
		}
		Expect(browser.Close()).To(Succeed())
		Expect(target.methods()).To(HaveEach("OPTIONS"))
	},
		Entry("from a page", page, fetch.Window),
		Entry("from a sandboxed frame", "null", fetch.Window),
		Entry("from a worker", page, fetch.Worker),
	)
})
