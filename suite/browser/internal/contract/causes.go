package contract

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

// causes tells what is not CORS.
func causes(a Agent) {
	Describe("A cause that is not CORS", func() {
		It("is a connection that is refused", func(ctx SpecContext) {
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: fetch.Fetch, URL: "http://" + closedPort() + "/", Method: "GET"})
			Expect(o.Cause).To(Equal(fetch.ByConnection))
			Expect(o.Detail).To(MatchRegexp(`(?i)connection.refused`))
		})

		It("is no connection that another request asked for", func(ctx SpecContext) {
			asked, answer := make(chan struct{}), make(chan struct{})
			target := trial.NewRecorder(func(http.ResponseWriter, *http.Request) {
				close(asked)
				<-answer
			})
			c := trial.In(ctx, a.Delivering())
			came := make(chan fetch.Observation, 1)
			go func() {
				defer GinkgoRecover()
				came <- trial.Do(ctx, c, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
			}()
			Eventually(ctx, asked).Should(BeClosed())
			other := trial.Do(ctx, c, "http://other.example.test", fetch.Request{API: fetch.Fetch, URL: "http://" + closedPort() + "/", Method: "GET"})
			close(answer)
			Expect(other.Cause).To(Equal(fetch.ByConnection))
			var o fetch.Observation
			Eventually(ctx, came).Should(Receive(&o))
			Expect(o.Cause).To(Equal(fetch.ByCORS), o.Detail)
		})

		It("is a response that does not come", func(ctx SpecContext) {
			quit := make(chan struct{})
			target := trial.NewRecorder(func(http.ResponseWriter, *http.Request) { <-quit })
			DeferCleanup(func() { close(quit) })
			for _, api := range []fetch.API{fetch.Fetch, fetch.XHR} {
				o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: api, URL: target.URL + "/", Method: "GET", Timeout: unanswered})
				Expect(o.Cause).To(Equal(fetch.ByTimeout))
				Expect(o.Actual()).NotTo(BeNil())
			}
		})

		It("is a preflight that is not answered, which the evidence shows", func(ctx SpecContext) {
			quit := make(chan struct{})
			target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodOptions {
					<-quit
				}
			})
			DeferCleanup(func() { close(quit) })
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "PUT", Timeout: unanswered})
			Expect(o.Cause).To(Equal(fetch.ByTimeout))
			Expect(o.Preflight()).NotTo(BeNil())
			Expect(o.Preflight().Response).To(BeNil())
			Expect(o.Actual()).To(BeNil())
		})

		It("is mixed content", func(ctx SpecContext) {
			ua, err := a.Start(ctx, browser.Options{Targets: []string{"api.example.test:80"}})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(end, ua)
			o := trial.Do(ctx, trial.In(ctx, ua), securePage, fetch.Request{API: fetch.Fetch, URL: "http://api.example.test/", Method: "GET"})
			Expect(o.Cause).To(Equal(fetch.ByMixed))
		})

		It("is a name that nobody knows", func(ctx SpecContext) {
			ua, err := a.Start(ctx, browser.Options{Targets: []string{"nowhere.invalid:80"}, Effects: fetch.Deliver})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(end, ua)
			for _, global := range []fetch.Global{fetch.Window, fetch.Worker} {
				for _, method := range []string{"GET", "PUT"} {
					o := trial.Do(ctx, trial.In(ctx, ua), "http://app.example.test", fetch.Request{API: fetch.Fetch, Global: global, URL: "http://nowhere.invalid/", Method: method})
					Expect(o.Cause).To(Equal(fetch.ByDNS), "%s of a %s", method, global)
				}
			}
		})
	})

	Describe("A request that its preflight forbids", func() {
		DescribeTable("is refused by CORS, held back or not", func(ctx SpecContext, r fetch.Request) {
			agents := []func() fetch.UserAgent{a.Delivering}
			if !a.HoldsBefore {
				agents = append(agents, a.Holding)
			}
			for _, agent := range agents {
				target := trial.NewRecorder(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Access-Control-Allow-Origin", "*") })
				r.API, r.URL, r.Method = fetch.Fetch, target.URL+"/", "PUT"
				o := trial.Do(ctx, trial.In(ctx, agent()), page, r)
				Expect(o.Cause).To(Equal(fetch.ByCORS))
				Expect(o.Preflight()).NotTo(BeNil())
				Expect(o.Actual()).To(BeNil())
				Expect(target.Methods()).To(Equal([]string{"OPTIONS"}))
			}
		},
			Entry("of a page", fetch.Request{}),
			Entry("of a worker", fetch.Request{Global: fetch.Worker}),
			Entry("of a page, kept alive", fetch.Request{Keepalive: true}),
		)
	})
}
