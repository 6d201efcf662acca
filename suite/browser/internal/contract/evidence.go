package contract

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

// evidence says what an observation holds.
func evidence(a Agent) {
	Describe("The evidence", func() {
		DescribeTable("holds the preflight and the actual request", func(ctx SpecContext, origin string, api fetch.API, global fetch.Global) {
			target := trial.NewRecorder(trial.Permit)
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), origin, fetch.Request{
				API: api, Global: global, URL: target.URL + "/", Method: "PUT", Body: "x",
				Headers: fetch.HeaderList{{Name: "X-B", Value: "1"}, {Name: "X-A", Value: "2"}},
			})
			Expect(o.Shared()).To(BeTrue(), "%+v", o)
			Expect(o.Encrypted).To(BeFalse())
			Expect(o.Exchanges).To(HaveLen(2))
			preflight, actual := o.Exchanges[0], o.Exchanges[1]
			Expect(preflight.Kind).To(Equal(fetch.Preflight))
			Expect(preflight.Request.Headers).To(ContainElements(
				fetch.Header{Name: "Access-Control-Request-Headers", Value: "x-a,x-b"},
				fetch.Header{Name: "Access-Control-Request-Method", Value: "PUT"},
				fetch.Header{Name: "Origin", Value: origin}))
			Expect(preflight.Response.Status).To(Equal(200))
			Expect(actual.Kind).To(Equal(fetch.Actual))
			Expect(actual.Request.Method).To(Equal("PUT"))
			Expect(actual.Request.URL).To(Equal(target.URL + "/"))
			Expect(actual.Response.Headers.Contains("Access-Control-Allow-Origin")).To(BeTrue())
		},
			Entry("of fetch() in a page", page, fetch.Fetch, fetch.Window),
			Entry("of XMLHttpRequest in a page", page, fetch.XHR, fetch.Window),
			Entry("of fetch() in a worker", page, fetch.Fetch, fetch.Worker),
			Entry("of XMLHttpRequest in a worker", page, fetch.XHR, fetch.Worker),
			Entry("of fetch() in a sandboxed frame", "null", fetch.Fetch, fetch.Window),
			Entry("of XMLHttpRequest in a sandboxed frame", "null", fetch.XHR, fetch.Window),
		)

		DescribeTable("names the browser's reason, or the step of the Standard where it gives none", func(ctx SpecContext, method string, handler http.HandlerFunc, reason, step string) {
			target := trial.NewRecorder(handler)
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: method})
			Expect(o.Shared()).To(BeFalse())
			Expect(o.Cause).To(Equal(fetch.ByCORS))
			if a.GivesNoReasons {
				Expect(o.Detail).To(HavePrefix(step))
			}
			last := o.Exchanges[len(o.Exchanges)-1]
			Expect(last.Reason).To(Equal(a.reason(reason)))
			Expect(last.Response).NotTo(BeNil(), "%+v", o)
		},
			Entry("no header", "GET", func(http.ResponseWriter, *http.Request) {}, "MissingAllowOriginHeader", "CORS check, step 2"),
			Entry("two headers", "GET", func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Access-Control-Allow-Origin"] = []string{page, page}
			}, "MultipleAllowOriginValues", "CORS check, step 4"),
			Entry("no header on the preflight", "PUT", func(http.ResponseWriter, *http.Request) {}, "PreflightMissingAllowOriginHeader", "CORS check of the preflight"),
			Entry("405 on the preflight", "PUT", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Access-Control-Allow-Origin", page)
				w.WriteHeader(405)
			}, "PreflightInvalidStatus", "CORS-preflight fetch"),
			Entry("a redirect of the preflight", "PUT", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Access-Control-Allow-Origin", page)
				http.Redirect(w, r, "/other", http.StatusFound)
			}, "PreflightDisallowedRedirect", "CORS-preflight fetch"),
			Entry("a method that is not listed", "PATCH", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Access-Control-Allow-Origin", page)
				w.Header().Set("Access-Control-Allow-Methods", "patch")
			}, "MethodDisallowedByPreflightResponse", "CORS-preflight fetch"),
		)

		It("keeps equal headers, all of them", func(ctx SpecContext) {
			target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Access-Control-Allow-Origin"] = []string{page, "https://other.example"}
			})
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
			// Some user agents join them, as the Standard does.
			values := o.Actual().Response.Headers.Values("Access-Control-Allow-Origin")
			Expect(strings.Join(values, ", ")).To(Equal(page + ", https://other.example"))
		})

		It("follows a redirect, hop by hop", func(ctx SpecContext) {
			target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
				trial.Share(w, r)
				if r.URL.Path == "/old" {
					http.Redirect(w, r, "/new", http.StatusFound)
				}
			})
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/old", Method: "GET"})
			Expect(o.Shared()).To(BeTrue())
			Expect(o.Response.Redirected).To(BeTrue())
			Expect(o.Exchanges).To(HaveLen(2))
			Expect(o.Exchanges[0].Response.Status).To(Equal(302))
			Expect(o.Exchanges[1].Request.URL).To(HaveSuffix("/new"))
		})

		It("shows what a script can read, and no more", func(ctx SpecContext) {
			target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
				trial.Share(w, r)
				w.Header().Set("ETag", `"1"`)
				w.Header().Set("X-Secret", "2")
				w.Header().Set("Access-Control-Expose-Headers", "ETag")
			})
			for _, api := range []fetch.API{fetch.Fetch, fetch.XHR} {
				o := trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: api, URL: target.URL + "/", Method: "GET"})
				Expect(o.Response.Headers.Contains("ETag")).To(BeTrue())
				Expect(o.Response.Headers.Contains("X-Secret")).To(BeFalse())
				Expect(o.Actual().Response.Headers.Contains("X-Secret")).To(BeTrue())
			}
		})
	})
}
