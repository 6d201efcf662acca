package chromium_test

import (
	"net/http"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("The HTTP cache", func() {
	It("brings a response up to date, and the script sees no 304", func(ctx SpecContext) {
		var notModified atomic.Int64
		target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", `"1"`)
			w.Header().Set("Cache-Control", "no-cache")
			if r.Header.Get("If-None-Match") != "" {
				notModified.Add(1)
				w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
				w.WriteHeader(http.StatusNotModified)
				return
			}
			trial.Permit(w, r)
		})
		c := trial.In(ctx, delivering)
		for range 2 {
			o := trial.Do(ctx, c, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET", Tag: "one"})
			Expect(o.Shared()).To(BeTrue())
			Expect(o.Response.Status).To(Equal(200))
			Expect(o.Actual().Response.Status).To(Equal(200))
			Expect(o.Actual().Cached).To(BeFalse(), "the server was asked")
		}
		Expect(notModified.Load()).To(BeEquivalentTo(1))
	})

	It("may have the redirect, and not the response", func(ctx SpecContext) {
		target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/from" {
				w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
				w.Header().Set("Cache-Control", "max-age=60")
				w.Header().Set("Location", "/to")
				w.WriteHeader(http.StatusMovedPermanently)
				return
			}
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("X-Path", r.URL.Path)
			trial.Permit(w, r)
		})
		c := trial.In(ctx, delivering)
		get := fetch.Request{API: fetch.Fetch, URL: target.URL + "/from", Method: "GET"}
		trial.Do(ctx, c, page, get)
		o := trial.Do(ctx, c, page, get)
		Expect(o.Shared()).To(BeTrue())
		Expect(o.Exchanges).To(HaveLen(2))
		Expect(o.Exchanges[0].Cached).To(BeTrue())
		Expect(o.Exchanges[0].Response.Status).To(Equal(301))
		Expect(o.Exchanges[1].Cached).To(BeFalse())
		Expect(o.Exchanges[1].Response.Headers.Contains("X-Path")).To(BeTrue())
		Expect(target.Methods()).To(HaveLen(3))
	})

	It("gives one origin what was stored for another, where Vary is missing", func(ctx SpecContext) {
		target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=60")
			trial.Permit(w, r)
		})
		c := trial.In(ctx, delivering)
		get := fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"}
		Expect(trial.Do(ctx, c, "http://one.app.example", get).Shared()).To(BeTrue())
		o := trial.Do(ctx, c, "http://two.app.example", get)
		Expect(o.Shared()).To(BeFalse())
		Expect(o.Cause).To(Equal(fetch.ByCORS))
		Expect(o.Actual().Cached).To(BeTrue())
		Expect(strings.Join(target.Origins(), " ")).To(Equal("http://one.app.example"))
	})
})

var _ = Describe("A page that crashes", func() {
	It("is an error, and another takes its place", func(ctx SpecContext) {
		target := trial.NewRecorder(trial.Permit)
		c := trial.In(ctx, delivering)
		get := fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"}
		trial.Do(ctx, c, page, get)
		Expect(chromium.Crash(ctx, c, page)).To(Succeed())
		_, err := c.Do(ctx, page, get)
		Expect(err).To(MatchError(ContainSubstring("crashed")))
		Expect(trial.Do(ctx, c, page, get).Shared()).To(BeTrue())
	})
})
