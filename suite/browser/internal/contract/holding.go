package contract

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

// holding says what leaves where effects are held back.
func holding(a Agent) {
	Describe("Under effects: hold", func() {
		DescribeTable("a preflight arrives and what it would let through does not", func(ctx SpecContext, origin string, api fetch.API, global fetch.Global, method string) {
			target := trial.NewRecorder(trial.Permit)
			c := trial.In(ctx, a.Holding())
			for i := range 3 {
				url := fmt.Sprintf("%s/%d", target.URL, i) // or an answer may be remembered
				o := trial.Do(ctx, c, origin, fetch.Request{API: api, Global: global, URL: url, Method: method, Body: "x",
					Headers: fetch.HeaderList{{Name: "X-A", Value: "1"}}})
				Expect(o.Cause).To(Equal(fetch.ByHold))
				Expect(o.Shared()).To(BeFalse())
				if a.HoldsBefore {
					Expect(target.Methods()).To(BeEmpty())
					continue
				}
				Expect(o.Actual().Held).To(BeTrue())
				Expect(o.Preflight().Response.Status).To(Equal(200))
			}
			if !a.HoldsBefore {
				Expect(target.Methods()).To(Equal([]string{"OPTIONS", "OPTIONS", "OPTIONS"}))
			}
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
			target := trial.NewRecorder(trial.Permit)
			c := trial.In(ctx, a.Holding())
			for _, method := range []string{"POST", "post"} {
				o := trial.Do(ctx, c, origin, fetch.Request{API: fetch.Fetch, Global: global, URL: target.URL + "/", Method: method, Body: "x"})
				Expect(o.Cause).To(Equal(fetch.ByHold))
			}
			Expect(target.Methods()).To(BeEmpty())
		},
			Entry("a page", page, fetch.Window),
			Entry("a sandboxed frame", "null", fetch.Window),
			Entry("a worker", page, fetch.Worker),
		)

		It("lets safe requests through, preflights included", func(ctx SpecContext) {
			target := trial.NewRecorder(trial.Permit)
			o := trial.Do(ctx, trial.In(ctx, a.Holding()), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET", Headers: fetch.HeaderList{{Name: "X-A", Value: "1"}}})
			Expect(o.Shared()).To(BeTrue())
			Expect(target.Methods()).To(Equal([]string{"OPTIONS", "GET"}))
		})

		DescribeTable("a beacon is held back as any POST is", func(ctx SpecContext, origin string) {
			target := trial.NewRecorder(trial.Permit)
			c := trial.In(ctx, a.Holding())
			o := trial.Do(ctx, c, origin, fetch.Request{Consumer: fetch.Beacon, Method: "POST", URL: target.URL + "/", Body: "x"})
			Expect(o.Cause).To(Equal(fetch.ByHold))
			if a.HoldsBefore {
				Expect(target.Methods()).To(BeEmpty())
				return
			}
			Expect(o.Response.Type).To(Equal(fetch.Opaque), "the script is told nothing")
			Expect(o.Exchanges).To(HaveLen(1))
			Expect(o.Actual().Held).To(BeTrue())
			Expect(target.Methods()).To(BeEmpty())
			o = trial.Do(ctx, c, origin, jsonBeacon(target.URL))
			Expect(o.Cause).To(Equal(fetch.ByHold))
			Expect(o.Preflight().Response.Status).To(Equal(200))
			Expect(o.Actual().Held).To(BeTrue())
			Expect(target.Methods()).To(Equal([]string{"OPTIONS"}))
		},
			Entry("of a page", page),
			Entry("of a sandboxed frame", "null"),
		)

		if a.RunsScripts && !a.HoldsBefore {
			DescribeTable("what a script of the target's sends does not leave", func(ctx SpecContext, origin string, consumer fetch.Consumer) {
				target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "text/javascript")
					if r.URL.Path != "/script" {
						trial.Permit(w, r)
					} else {
						trial.Share(w, r)
						fmt.Fprintf(w, `navigator.sendBeacon("http://%[1]s/beacon", "x"); fetch("http://%[1]s/fetch", {method: "POST", body: "x", keepalive: true});
						fetch("http://%[1]s/put", {method: "PUT", keepalive: true})`, r.Host)
					}
				})
				c := trial.In(ctx, a.Holding())
				o := trial.Do(ctx, c, origin, fetch.Request{Consumer: consumer, Method: "GET", CrossOrigin: fetch.Anonymous, URL: target.URL + "/script"})
				Expect(o.Shared()).To(BeTrue())
				Eventually(target.Methods).Should(ContainElement("OPTIONS"))
				Expect(c.Close()).To(Succeed())
				Consistently(target.Methods, "300ms").Should(HaveEach(BeElementOf("GET", "OPTIONS")))
			},
				Entry("to a page", page, fetch.Script),
				Entry("to a page, as a module", page, fetch.Module),
				Entry("to a sandboxed frame", "null", fetch.Script),
			)
		}

		if a.HoldsBefore {
			return // nothing is under way
		}

		DescribeTable("what is under way when its context closes does not leave after all", func(ctx SpecContext, origin string, global fetch.Global, change func(*fetch.Request)) {
			target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodOptions {
					time.Sleep(10 * time.Millisecond) // so that some preflight is answered while the context closes
				}
				trial.Permit(w, r)
			})
			ua, err := a.Start(ctx, browser.Options{Targets: []string{"127.0.0.1:*"}})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(end, ua)
			for range 5 {
				c := trial.In(ctx, ua)
				Expect(c.Open(ctx, origin)).To(Succeed())
				before := len(target.Methods())
				short, cancel := context.WithCancel(ctx)
				var wg sync.WaitGroup
				for range 40 {
					wg.Go(func() {
						r := fetch.Request{API: fetch.Fetch, Global: global, URL: target.URL + "/", Method: "PUT"}
						if change != nil {
							change(&r)
						}
						c.Do(short, origin, r)
					})
				}
				Eventually(func() int { return len(target.Methods()) - before }, "10s").Should(BeNumerically(">=", 6))
				cancel()
				wg.Wait()
				Expect(c.Close()).To(Succeed())
			}
			Expect(end(ua)).To(Succeed())
			Expect(target.Methods()).To(HaveEach("OPTIONS"))
		},
			Entry("from a page", page, fetch.Window, nil),
			Entry("from a sandboxed frame", "null", fetch.Window, nil),
			Entry("from a worker", page, fetch.Worker, nil),
			Entry("with keepalive", page, fetch.Window, func(r *fetch.Request) { r.Keepalive = true }),
			Entry("with keepalive, from a worker", page, fetch.Worker, func(r *fetch.Request) { r.Keepalive = true }),
			Entry("as a beacon", page, fetch.Window, func(r *fetch.Request) { *r = jsonBeacon(r.URL) }),
			Entry("as a beacon of a sandboxed frame", "null", fetch.Window, func(r *fetch.Request) { *r = jsonBeacon(r.URL) }),
		)
	})
}

func jsonBeacon(url string) fetch.Request {
	return fetch.Request{Consumer: fetch.Beacon, Method: "POST", URL: url, Body: "{}",
		Headers: fetch.HeaderList{{Name: "Content-Type", Value: "application/json"}}}
}
