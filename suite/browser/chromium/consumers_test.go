package chromium_test

import (
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

var assets = map[fetch.Consumer]string{
	fetch.Image: "/v1/logo.png", fetch.Script: "/v1/app.js", fetch.Module: "/v1/app.js", fetch.Style: "/v1/site.css",
	fetch.Font: "/v1/text.ttf", fetch.Events: "/v1/events", fetch.WorkerScript: "/v1/app.js",
}

// openly serves the sample application to everybody, with credentials.
func openly(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodOptions {
		trial.Permit(w, r)
		return
	}
	trial.Share(w, r)
	w.Header().Set("Access-Control-Allow-Credentials", "true")
	reference.Items().ServeHTTP(w, r)
}

// consume requests the sample application's resource for the consumer.
func consume(ctx SpecContext, origin string, handler http.HandlerFunc, r fetch.Request) (fetch.Observation, *trial.Recorder) {
	GinkgoHelper()
	target := trial.NewRecorder(handler)
	r.Method, r.URL = "GET", target.URL+assets[r.Consumer]+r.URL
	return trial.Do(ctx, trial.In(ctx, delivering), origin, r), target
}

var _ = Describe("A consumer", func() {
	It("takes an image whatever its status", func(ctx SpecContext) {
		o, _ := consume(ctx, page, func(w http.ResponseWriter, r *http.Request) {
			trial.Share(w, r)
			w.Header().Set("Content-Type", "image/svg+xml")
			w.WriteHeader(http.StatusNotFound)
			w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`))
		}, fetch.Request{Consumer: fetch.Image, CrossOrigin: fetch.Anonymous})
		Expect(o.Response.Type).To(Equal(fetch.CORS))
		Expect(o.Actual().Response.Status).To(Equal(404))
	})

	It("takes bytes that match their integrity", func(ctx SpecContext) {
		for _, consumer := range []fetch.Consumer{fetch.Script, fetch.Module} {
			o, _ := consume(ctx, page, openly, fetch.Request{Consumer: consumer, CrossOrigin: fetch.Anonymous,
				Integrity: fetch.IntegrityOf([]byte("globalThis.items = \"loaded\";\n"))})
			Expect(o.Shared()).To(BeTrue())
		}
	})

	It("says what its page is told of an error in a script, muted or not", func(ctx SpecContext) {
		throws := func(w http.ResponseWriter, r *http.Request) {
			trial.Share(w, r)
			w.Header().Set("Content-Type", "text/javascript")
			w.Write([]byte("\nthrow new Error(\"corsproof\")"))
		}
		for _, origin := range []string{page, "null"} {
			o, _ := consume(ctx, origin, throws, fetch.Request{Consumer: fetch.Script})
			Expect(o.Response.Thrown).To(Equal("Script error."))
			o, _ = consume(ctx, origin, throws, fetch.Request{Consumer: fetch.Script, CrossOrigin: fetch.Anonymous})
			Expect(o.Response.Thrown).To(Equal("Uncaught Error: corsproof (line 2)"))
			o, _ = consume(ctx, origin, throws, fetch.Request{Consumer: fetch.Module})
			Expect(o.Response.Thrown).To(Equal("Uncaught Error: corsproof (line 2)"))
		}
	})

	It("survives a script that destroys its page", func(ctx SpecContext) {
		c := trial.In(ctx, delivering)
		target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
			trial.Share(w, r)
			w.Header().Set("Content-Type", "text/javascript")
			w.Write([]byte(`try { top.location = "about:blank" } catch {} window.fetch = corsproof = null; document.write("gone"); location = "about:blank"`))
		})
		r := fetch.Request{Consumer: fetch.Script, CrossOrigin: fetch.Anonymous, Method: "GET", URL: target.URL + "/", Timeout: time.Second}
		trial.Do(ctx, c, page, r)
		o := trial.Do(ctx, c, page, fetch.Request{API: fetch.Fetch, Method: "GET", URL: target.URL + "/"})
		Expect(o.Shared()).To(BeTrue())
	})

	It("says why the canvas and the rules are not readable", func(ctx SpecContext) {
		o, _ := consume(ctx, page, openly, fetch.Request{Consumer: fetch.Image})
		Expect(o.Exception).To(And(HavePrefix("SecurityError"), ContainSubstring("tainted")))
		o, _ = consume(ctx, page, openly, fetch.Request{Consumer: fetch.Style})
		Expect(o.Exception).To(And(HavePrefix("SecurityError"), ContainSubstring("cssRules")))
	})

	It("shows an event source that is closed for good, and the first event of one that is not", func(ctx SpecContext) {
		o, _ := consume(ctx, page, reference.Items().ServeHTTP, fetch.Request{Consumer: fetch.Events})
		Expect(o.Exception).To(Equal("error event, readyState 2"))
		o, target := consume(ctx, page, openly, fetch.Request{Consumer: fetch.Events})
		Expect(o.Response.BodyBytes).To(Equal(len("first")))
		Expect(target.Methods()).To(HaveLen(1))
	})

	It("shows an event source that opens and says nothing", func(ctx SpecContext) {
		o, _ := consume(ctx, page, func(w http.ResponseWriter, r *http.Request) {
			trial.Share(w, r)
			w.Header().Set("Content-Type", "text/event-stream")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, fetch.Request{Consumer: fetch.Events})
		Expect(o.Response.Type).To(Equal(fetch.CORS))
	})

	It("loads events in a worker too", func(ctx SpecContext) {
		for _, consumer := range []fetch.Consumer{fetch.Events} {
			o, _ := consume(ctx, page, openly, fetch.Request{Consumer: consumer, Global: fetch.Worker})
			Expect(o.Response.Type).To(Equal(fetch.CORS))
			Expect(o.Actual().Response.Status).To(Equal(200))
		}
	})

})

var _ = Describe("fetch()", func() {
	It("takes a cache mode, a referrer policy and keepalive", func(ctx SpecContext) {
		target := trial.NewRecorder(openly)
		for _, r := range []fetch.Request{{Cache: fetch.NoStore}, {Cache: fetch.NoCache}, {ReferrerPolicy: "no-referrer"}, {ReferrerPolicy: "unsafe-url"}, {Keepalive: true}} {
			r.API, r.Method, r.URL = fetch.Fetch, "GET", target.URL+"/v1/items"
			Expect(trial.Do(ctx, trial.In(ctx, delivering), page, r).Shared()).To(BeTrue())
		}
		var seen []string
		for _, r := range target.Requests() {
			seen = append(seen, strings.Join([]string{r.Header.Get("Cache-Control"), r.Header.Get("Pragma"), r.Referer()}, "|"))
		}
		Expect(seen).To(Equal([]string{
			"no-cache|no-cache|", "max-age=0||", "||", "||" + page + "/", "||",
		}))
	})
})
