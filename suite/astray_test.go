package suite

import (
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = ginkgo.Describe("A run against a server that goes astray", func() {
	delivering := func() *fetch.Model { return &fetch.Model{Effects: fetch.Deliver} }
	preflighted := func(r *http.Request) bool {
		return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
	}
	// hangUp closes the request's connection without an answer.
	hangUp := func(w http.ResponseWriter) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			conn.Close()
		}
	}

	ginkgo.It("looks behind a refused preflight, and names the next mistake too", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, serve(func(w http.ResponseWriter, r *http.Request) {
			if preflighted(r) {
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			w.Header().Set("Access-Control-Allow-Origin", "https://www.app.example")
		}), delivering(), only("headers.listed.shared"))
		for _, r := range report.Results {
			Expect(r.Verdict).To(Equal(Fail))
			Expect(r.Reason).To(BeEquivalentTo(fetch.PreflightMissingAllowOriginHeader))
			Expect(r.Exchanges).To(HaveLen(2))
			Expect(r.Exchanges[1].By).To(Equal(byCorsproof))
			Expect(r.Failures).To(ContainElement(HaveField("Given", `"https://www.app.example"`)))
		}
		again := Judge(report)
		for i, r := range again.Results {
			Expect(r.Fixes).To(Equal(report.Results[i].Fixes))
		}
	})

	ginkgo.It("accuses nobody when the server goes away in the middle", func(ctx ginkgo.SpecContext) {
		var asked atomic.Int64
		var target Target
		var listener net.Listener
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) > 40 {
				listener.Close()
				hangUp(w)
				return
			}
			keep(w, r)
		})}
		go server.Serve(listener)
		ginkgo.DeferCleanup(server.Close)
		target = Target{URL: "http://" + listener.Addr().String(), Policy: onePolicy, Effects: fetch.Deliver}

		report := judged(ctx, target, delivering(), Filter{})
		for _, r := range report.Results {
			Expect(r.Verdict).NotTo(Equal(Fail), "%s: %s", r.Key, r.Observed)
		}
		Expect(report.Summary[Broken]).NotTo(BeZero())
		Expect(report.ExitCode()).To(Equal(ExitNoJudgement))
	})

	ginkgo.It("accuses a server that hangs up on every preflight", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, serve(func(w http.ResponseWriter, r *http.Request) {
			if preflighted(r) {
				hangUp(w)
				return
			}
			keep(w, r)
		}), delivering(), only(preflightAnswered))
		for _, r := range report.Results {
			Expect(r.Verdict).To(Equal(Fail), r.Observed)
			Expect(r.Reason).To(Equal(reasonUnanswered))
		}
		Expect(report.ExitCode()).To(Equal(ExitFails))
	})

	ginkgo.It("judges one resource though another leaves OPTIONS alone", func(ctx ginkgo.SpecContext) {
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/bad" && preflighted(r) {
				<-r.Context().Done()
				return
			}
			keep(w, r)
		})
		other := onePolicy
		other.MaxAge = nil
		target.Resources = []Resource{{Path: "/good"}, {Path: "/bad", Policy: &other}}
		report := judged(ctx, target, delivering(), Filter{}, WithTimeout(500*time.Millisecond))
		failed := 0
		for _, r := range report.Results {
			switch {
			case r.Resource == "/bad" && r.ID == preflightAnswered:
				Expect(r.Reason).To(Equal(reasonUnanswered))
				failed++
			case r.Resource == "/good":
				Expect(r.Verdict).NotTo(BeElementOf(Fail, Blocked, Broken), "%s: %s", r.Key, r.Observed)
			}
		}
		Expect(failed).To(Equal(2), "by fetch() and by XMLHttpRequest")
	})

	ginkgo.It("sends nothing unsafe unless the target takes effects, whatever the user agent would", func(ctx ginkgo.SpecContext) {
		var unsafe atomic.Int64
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			if !fetch.IsSafeMethod(r.Method) {
				unsafe.Add(1)
			}
			keep(w, r)
		})
		target.Effects = ""
		report := judged(ctx, target, delivering(), Filter{})
		Expect(unsafe.Load()).To(BeZero())
		Expect(report.Summary[Fail]).To(BeZero())
	})

	ginkgo.It("does not call it CORS when the declared credentials are not taken", func(ctx ginkgo.SpecContext) {
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			keep(w, r)
			if r.Header.Get("X-A") == "stale" {
				w.WriteHeader(http.StatusUnauthorized)
			}
		})
		target.Request.Headers = fetch.HeaderList{{Name: "X-A", Value: "stale"}}
		for _, r := range judged(ctx, target, delivering(), only("credentials.authorized")).Results {
			Expect(r.Verdict).To(Equal(Unjudged))
			Expect(r.Observed).To(ContainSubstring("401"))
		}
	})

	ginkgo.It("does not ask by GET what has no GET", func(ctx ginkgo.SpecContext) {
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			keep(w, r)
			switch r.Method {
			case http.MethodOptions:
				w.Header().Set("Access-Control-Allow-Methods", "POST")
			case http.MethodGet:
				w.Header().Del("Access-Control-Allow-Origin")
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
		})
		target.Policy.AllowMethods = []string{"POST"}
		report := judged(ctx, target, delivering(), Filter{})
		for _, r := range report.Results {
			Expect(r.Verdict).NotTo(Equal(Fail), "%s: %s", r.Key, r.Observed)
		}
		Expect(report.ExitCode()).To(Equal(ExitConforms))
	})

	ginkgo.It("does not expect to be remembered longer than the response took", func(ctx ginkgo.SpecContext) {
		slow := &altered{UserAgent: delivering(), change: func(o *fetch.Observation) { o.Seconds = 3 }}
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			keep(w, r)
			if preflighted(r) {
				w.Header().Set("Access-Control-Max-Age", "0") // the same to a browser as an entry that has expired
			}
		})
		target.Policy.MaxAge = new(2)
		for _, r := range judged(ctx, target, slow, only("cache.hit")).Results {
			Expect(r.Verdict).To(Equal(Unjudged), r.Observed)
			Expect(r.Observed).To(ContainSubstring("took longer"))
		}
	})
})

var _ = ginkgo.Describe("Requests", func() {
	ginkgo.It("name the origin that corsproof sends for itself", func() {
		target := Target{URL: "http://127.0.0.1", Policy: policy.Policy{AllowOrigins: []string{"https://app.example"}}}
		planned := Requests(target, only("options.origin"), DefaultMaxWait)
		Expect(planned).To(HaveLen(1))
		Expect(planned[0].Origin).To(BeEmpty(), "it comes from no page")
		origin, _ := planned[0].Request.Headers.Get("Origin")
		Expect(origin).To(Equal("https://app.example"))
	})
})
