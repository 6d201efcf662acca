package contract

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

var assets = map[fetch.Consumer]string{
	fetch.Image: "/v1/logo.png", fetch.Script: "/v1/app.js", fetch.Module: "/v1/app.js", fetch.Style: "/v1/site.css",
	fetch.Font: "/v1/text.ttf", fetch.Track: "/v1/items.vtt", fetch.Events: "/v1/events", fetch.WorkerScript: "/v1/app.js",
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

// toAnyone serves it by "*", which credentials forbid.
func toAnyone(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	reference.Items().ServeHTTP(w, r)
}

// consume requests the sample application's resource for the consumer.
func consume(ctx SpecContext, ua fetch.UserAgent, origin string, handler http.HandlerFunc, r fetch.Request) (fetch.Observation, *trial.Recorder) {
	GinkgoHelper()
	target := trial.NewRecorder(handler)
	r.Method, r.URL = "GET", target.URL+assets[r.Consumer]+r.URL
	return trial.Do(ctx, trial.In(ctx, ua), origin, r), target
}

// consumers says what elements and the like show. What the model says is compared with
// each: it must not differ.
func consumers(a Agent) {
	Describe("A consumer", func() {
		bare := reference.Items().ServeHTTP
		DescribeTable("shows what a script can see of it, which is what the model says", func(ctx SpecContext, r fetch.Request, handler http.HandlerFunc, seen fetch.ResponseType, reason string) {
			freely := a.IgnoresCORSOfFonts && r.Consumer == fetch.Font
			if freely {
				seen, reason = fetch.CORS, ""
			}
			for _, origin := range []string{page, "null"} {
				o, target := consume(ctx, a.Delivering(), origin, handler, r)
				Expect(o.Response.Type).To(Equal(seen))
				Expect(o.Exchanges).To(HaveLen(1))
				actual := o.Actual()
				Expect(actual.Kind).To(Equal(fetch.Actual))
				Expect(actual.Reason).To(Equal(a.reason(reason)))
				Expect(actual.Cached).To(BeFalse())
				Expect(actual.Response.Status).To(Equal(200))
				carried, _ := actual.Request.Headers.Get("Origin")
				Expect(target.Origins()).To(Equal([]string{carried}))
				if freely {
					Expect(carried).To(BeEmpty())
					continue
				}

				r := r
				r.URL, r.Method = target.URL+assets[r.Consumer], "GET"
				model, err := fetch.Model{}.NewContext(ctx)
				Expect(err).NotTo(HaveOccurred())
				m := trial.Do(ctx, model, origin, r)
				Expect(m.Response.Type).To(Equal(o.Response.Type))
				Expect(m.Cause).To(Equal(o.Cause))
				Expect(m.Actual().Reason).To(Equal(reason))
				modelled, _ := m.Actual().Request.Headers.Get("Origin")
				Expect(modelled).To(Equal(carried))
			}
		},
			Entry("an image", fetch.Request{Consumer: fetch.Image}, bare, fetch.Opaque, ""),
			Entry("an image whose headers do not matter", fetch.Request{Consumer: fetch.Image}, openly, fetch.Opaque, ""),
			Entry("an anonymous image", fetch.Request{Consumer: fetch.Image, CrossOrigin: fetch.Anonymous}, openly, fetch.CORS, ""),
			Entry("an anonymous image for anyone", fetch.Request{Consumer: fetch.Image, CrossOrigin: fetch.Anonymous}, toAnyone, fetch.CORS, ""),
			Entry("an anonymous image without headers", fetch.Request{Consumer: fetch.Image, CrossOrigin: fetch.Anonymous}, bare, fetch.NetworkError, "MissingAllowOriginHeader"),
			Entry("an image with credentials", fetch.Request{Consumer: fetch.Image, CrossOrigin: fetch.UseCredentials}, openly, fetch.CORS, ""),
			Entry("an image with credentials for anyone", fetch.Request{Consumer: fetch.Image, CrossOrigin: fetch.UseCredentials}, toAnyone, fetch.NetworkError, "WildcardOriginNotAllowed"),
			Entry("a script", fetch.Request{Consumer: fetch.Script}, bare, fetch.Opaque, ""),
			Entry("an anonymous script", fetch.Request{Consumer: fetch.Script, CrossOrigin: fetch.Anonymous}, openly, fetch.CORS, ""),
			Entry("an anonymous script without headers", fetch.Request{Consumer: fetch.Script, CrossOrigin: fetch.Anonymous}, bare, fetch.NetworkError, "MissingAllowOriginHeader"),
			Entry("a script with credentials for anyone", fetch.Request{Consumer: fetch.Script, CrossOrigin: fetch.UseCredentials}, toAnyone, fetch.NetworkError, "WildcardOriginNotAllowed"),
			Entry("a module", fetch.Request{Consumer: fetch.Module}, openly, fetch.CORS, ""),
			Entry("a module for anyone", fetch.Request{Consumer: fetch.Module}, toAnyone, fetch.CORS, ""),
			Entry("a module without headers", fetch.Request{Consumer: fetch.Module}, bare, fetch.NetworkError, "MissingAllowOriginHeader"),
			Entry("a module with credentials for anyone", fetch.Request{Consumer: fetch.Module, CrossOrigin: fetch.UseCredentials}, toAnyone, fetch.NetworkError, "WildcardOriginNotAllowed"),
			Entry("a style sheet", fetch.Request{Consumer: fetch.Style}, openly, fetch.Opaque, ""),
			Entry("an anonymous style sheet", fetch.Request{Consumer: fetch.Style, CrossOrigin: fetch.Anonymous}, openly, fetch.CORS, ""),
			Entry("an anonymous style sheet without headers", fetch.Request{Consumer: fetch.Style, CrossOrigin: fetch.Anonymous}, bare, fetch.NetworkError, "MissingAllowOriginHeader"),
			Entry("a font", fetch.Request{Consumer: fetch.Font}, openly, fetch.CORS, ""),
			Entry("a font for anyone", fetch.Request{Consumer: fetch.Font}, toAnyone, fetch.CORS, ""),
			Entry("a font without headers", fetch.Request{Consumer: fetch.Font}, bare, fetch.NetworkError, "MissingAllowOriginHeader"),
			Entry("anonymous captions", fetch.Request{Consumer: fetch.Track, CrossOrigin: fetch.Anonymous}, toAnyone, fetch.CORS, ""),
			Entry("anonymous captions without headers", fetch.Request{Consumer: fetch.Track, CrossOrigin: fetch.Anonymous}, bare, fetch.NetworkError, "MissingAllowOriginHeader"),
			Entry("captions with credentials", fetch.Request{Consumer: fetch.Track, CrossOrigin: fetch.UseCredentials}, openly, fetch.CORS, ""),
			Entry("captions with credentials for anyone", fetch.Request{Consumer: fetch.Track, CrossOrigin: fetch.UseCredentials}, toAnyone, fetch.NetworkError, "WildcardOriginNotAllowed"),
			Entry("events", fetch.Request{Consumer: fetch.Events}, toAnyone, fetch.CORS, ""),
			Entry("events without headers", fetch.Request{Consumer: fetch.Events}, bare, fetch.NetworkError, "MissingAllowOriginHeader"),
			Entry("events with credentials", fetch.Request{Consumer: fetch.Events, Credentials: fetch.Include}, openly, fetch.CORS, ""),
			Entry("events with credentials for anyone", fetch.Request{Consumer: fetch.Events, Credentials: fetch.Include}, toAnyone, fetch.NetworkError, "WildcardOriginNotAllowed"),
		)

		DescribeTable("cannot use what is not fit, whoever may read it", func(ctx SpecContext, r fetch.Request, path string, status int) {
			target := trial.NewRecorder(openly)
			r.Method, r.URL = "GET", target.URL+path
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, r)
			model, err := fetch.Model{}.NewContext(ctx)
			Expect(err).NotTo(HaveOccurred())
			for _, o := range []fetch.Observation{o, trial.Do(ctx, model, page, r)} {
				Expect(o.Response.Type).To(Equal(fetch.NetworkError))
				Expect(o.Cause).To(Equal(fetch.ByContent))
				Expect(o.Actual().Response.Status).To(Equal(status))
			}
		},
			Entry("JSON as an image", fetch.Request{Consumer: fetch.Image, CrossOrigin: fetch.Anonymous}, "/v1/items", 200),
			Entry("JSON as an image, without CORS", fetch.Request{Consumer: fetch.Image}, "/v1/items", 200),
			Entry("an error as a script", fetch.Request{Consumer: fetch.Script, CrossOrigin: fetch.Anonymous}, "/v1/missing", 404),
			Entry("JSON as a module", fetch.Request{Consumer: fetch.Module}, "/v1/items", 200),
			Entry("an error as a style sheet", fetch.Request{Consumer: fetch.Style, CrossOrigin: fetch.Anonymous}, "/v1/missing", 404),
			Entry("JSON as a font", fetch.Request{Consumer: fetch.Font}, "/v1/items", 200),
			Entry("JSON as captions", fetch.Request{Consumer: fetch.Track, CrossOrigin: fetch.Anonymous}, "/v1/items", 200),
			Entry("an error as captions", fetch.Request{Consumer: fetch.Track, CrossOrigin: fetch.Anonymous}, "/v1/missing", 404),
			Entry("JSON as events", fetch.Request{Consumer: fetch.Events}, "/v1/items", 200),
			Entry("other bytes than integrity says, as a script", fetch.Request{Consumer: fetch.Script, CrossOrigin: fetch.Anonymous, Integrity: fetch.IntegrityOf([]byte("other"))}, "/v1/app.js", 200),
			Entry("other bytes than integrity says, as a module", fetch.Request{Consumer: fetch.Module, Integrity: fetch.IntegrityOf([]byte("other"))}, "/v1/app.js", 200),
			Entry("other bytes than integrity says, as a style sheet", fetch.Request{Consumer: fetch.Style, CrossOrigin: fetch.Anonymous, Integrity: fetch.IntegrityOf([]byte("other"))}, "/v1/site.css", 200),
			Entry("other bytes than integrity says, by fetch()", fetch.Request{API: fetch.Fetch, Integrity: fetch.IntegrityOf([]byte("other"))}, "/v1/items", 200),
			Entry("an opaque response with integrity", fetch.Request{Consumer: fetch.Script, Integrity: fetch.IntegrityOf([]byte("globalThis.items = \"loaded\";\n"))}, "/v1/app.js", 200),
		)

		DescribeTable("ends with its timeout", func(ctx SpecContext, consumer fetch.Consumer) {
			for _, origin := range []string{page, "null"} {
				o, _ := consume(ctx, a.Delivering(), origin, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
					fetch.Request{Consumer: consumer, CrossOrigin: fetch.Anonymous, Timeout: unanswered})
				Expect(o.Response.Type).To(Equal(fetch.NetworkError))
				Expect(o.Cause).To(Equal(fetch.ByTimeout))
				Expect(o.Actual()).NotTo(BeNil())
			}
		},
			Entry("an image", fetch.Image), Entry("a script", fetch.Script), Entry("a module", fetch.Module),
			Entry("a style sheet", fetch.Style), Entry("a font", fetch.Font), Entry("captions", fetch.Track),
			Entry("events", fetch.Events),
		)

		It("loads fonts in a worker too", func(ctx SpecContext) {
			o, _ := consume(ctx, a.Delivering(), page, openly, fetch.Request{Consumer: fetch.Font, Global: fetch.Worker})
			if a.WorkersLoadNoFonts {
				Expect(o.Response.Type).To(Equal(fetch.NetworkError))
				Expect(o.Exchanges).To(BeEmpty())
				return
			}
			Expect(o.Response.Type).To(Equal(fetch.CORS))
			Expect(o.Actual().Response.Status).To(Equal(200))
		})
	})
}

// beacons says what is known of them.
func beacons(a Agent) {
	Describe("A beacon", func() {
		DescribeTable("tells its script nothing, and its evidence all", func(ctx SpecContext, handler http.HandlerFunc, r fetch.Request, methods []string, cause fetch.Cause, reason string) {
			// Of an https page the Standard hides the origin from plain http, loopback or
			// not; Chromium does not.
			for _, origin := range []string{"http://app.example.test", "null"} {
				target := trial.NewRecorder(handler)
				r.Consumer, r.Method, r.Body, r.URL = fetch.Beacon, "POST", "{}", target.URL+"/v1/items"
				model, err := fetch.Model{Effects: fetch.Deliver}.NewContext(ctx)
				Expect(err).NotTo(HaveOccurred())
				for _, by := range []struct {
					Agent
					fetch.Context
				}{{a, trial.In(ctx, a.Delivering())}, {Agent{}, model}} {
					o := trial.Do(ctx, by, origin, r)
					Expect(o.Response.Type).To(Equal(fetch.Opaque))
					Expect(o.Response.Status).To(BeZero())
					Expect(o.Cause).To(Equal(cause))
					said := origin
					if !fetch.NeedsPreflight(r) {
						said = by.beaconOrigin(origin)
					}
					var seen []string
					for _, e := range o.Exchanges {
						seen = append(seen, e.Request.Method)
						Expect(e.Response).NotTo(BeNil())
						carried, _ := e.Request.Headers.Get("Origin")
						Expect(carried).To(Equal(said))
					}
					Expect(seen).To(Equal(methods))
					Expect(o.Exchanges[len(o.Exchanges)-1].Reason).To(Equal(by.reason(reason)))
				}
				Expect(target.Methods()).To(Equal(append(methods, methods...)))
			}
		},
			Entry("a text", http.HandlerFunc(reference.Items().ServeHTTP), fetch.Request{}, []string{"POST"}, fetch.NoCause, ""),
			Entry("a Blob of a safelisted type", http.HandlerFunc(reference.Items().ServeHTTP), typed("text/plain"), []string{"POST"}, fetch.NoCause, ""),
			Entry("JSON", http.HandlerFunc(openly), typed("application/json"), []string{"OPTIONS", "POST"}, fetch.NoCause, ""),
			Entry("JSON that is not allowed", http.HandlerFunc(toAnyone), typed("application/json"), []string{"OPTIONS"}, fetch.ByCORS, "PreflightWildcardOriginNotAllowed"),
		)
	})
}

func typed(contentType string) fetch.Request {
	return fetch.Request{Headers: fetch.HeaderList{{Name: "Content-Type", Value: contentType}}}
}

// modes says what those of fetch() show.
func modes(a Agent) {
	Describe("fetch()", func() {
		It("gives an opaque response in mode no-cors, with its evidence", func(ctx SpecContext) {
			// Of an https page the Standard hides the origin from plain http.
			for _, origin := range []string{"http://app.example.test", "null"} {
				for _, global := range []fetch.Global{fetch.Window, fetch.Worker} {
					target := trial.NewRecorder(reference.Items().ServeHTTP)
					o := trial.Do(ctx, trial.In(ctx, a.Delivering()), origin, fetch.Request{API: fetch.Fetch, Global: global, Mode: fetch.NoCORS, Method: "POST", Body: "x", URL: target.URL + "/v1/items",
						Headers: fetch.HeaderList{{Name: "X-A", Value: "dropped"}}})
					Expect(o.Response.Type).To(Equal(fetch.Opaque))
					Expect(o.Response.Status).To(BeZero())
					Expect(o.Response.Headers).To(BeEmpty())
					Expect(o.Cause).To(BeEmpty())
					Expect(o.Exchanges).To(HaveLen(1))
					Expect(o.Actual().Cached).To(BeFalse())
					Expect(o.Actual().Response.Status).To(Equal(200))
					Expect(o.Actual().Request.Headers.Contains("X-A")).To(BeFalse())
					Expect(target.Origins()).To(Equal([]string{origin}))
				}
			}
		})

		It("gives an opaque redirect where redirects are for the script", func(ctx SpecContext) {
			target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
				trial.Share(w, r)
				http.Redirect(w, r, "/new", http.StatusFound)
			})
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: fetch.Fetch, Method: "GET", Redirect: fetch.Manual, URL: target.URL + "/old"})
			Expect(o.Response.Type).To(Equal(fetch.OpaqueRedirect))
			Expect(o.Response.Status).To(BeZero())
			Expect(o.Cause).To(BeEmpty())
			Expect(o.Exchanges).To(HaveLen(1))
			Expect(o.Actual().Response.Status).To(Equal(302))
			Expect(target.Methods()).To(Equal([]string{"GET"}))
		})

		It("sends nothing to another origin in mode same-origin", func(ctx SpecContext) {
			target := trial.NewRecorder(openly)
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: fetch.Fetch, Mode: fetch.SameOriginMode, Method: "GET", URL: target.URL + "/"})
			Expect(o.Cause).To(Equal(fetch.ByCORS))
			Expect(o.Detail).To(HavePrefix("DisallowedByMode"))
			Expect(target.Methods()).To(BeEmpty())
		})
	})
}
