package reference_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
)

var _ = Describe("the exposed headers, where a wildcard meets credentials", func() {
	exposeAll := withCredentials(policy.Policy{AllowOrigins: one(app), ExposeHeaders: one("*")})

	DescribeTable("are those that the response has",
		func(next http.HandlerFunc) {
			h := wrap(exposeAll, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-B", "b")
				w.Header().Set("ETag", `"1"`)
				w.Header().Set("Date", "today")
				w.Header().Set("Set-Cookie", "sid=1")
				w.Header().Set("Set-Cookie2", "sid=1")
				w.Header()[http.TrailerPrefix+"X-Trailer"] = one("t")
				next(w, r)
				w.Header().Set("X-Late", "late")
			})
			response := ask(h, "GET", headers{"Origin": one(app)})
			Expect(corsHeaders(response)).To(Equal(headers{
				"Access-Control-Allow-Origin":      one(app),
				"Access-Control-Allow-Credentials": one("true"),
				"Access-Control-Expose-Headers":    one("Date, Etag, Vary, X-B"),
				"Vary":                             one("Origin"),
			}))
		},
		Entry("when it writes a status", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) }),
		Entry("when it writes a body", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "body") }),
		Entry("when it flushes", func(w http.ResponseWriter, r *http.Request) { w.(http.Flusher).Flush() }),
		Entry("when it flushes by a controller", func(w http.ResponseWriter, r *http.Request) {
			Expect(http.NewResponseController(w).Flush()).To(Succeed())
		}),
	)

	It("are those that it has at the end, when it writes nothing", func() {
		h := wrap(exposeAll, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-A", "a") })
		Expect(ask(h, "GET", headers{"Origin": one(app)}).Header.Get("Access-Control-Expose-Headers")).To(Equal("Date, Vary, X-A"))
	})

	It("are listed once, when the response begins", func() {
		h := wrap(exposeAll, func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "body")
			w.Header().Set("X-Late", "late")
			io.WriteString(w, "body")
			Expect(w.Header().Get("Access-Control-Expose-Headers")).To(Equal("Date, Vary"))
		})
		Expect(ask(h, "GET", headers{"Origin": one(app)}).StatusCode).To(Equal(200))
	})

	It("are not listed to an origin that is refused", func() {
		h := wrap(exposeAll, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-A", "a") })
		Expect(corsHeaders(ask(h, "GET", headers{"Origin": one("https://evil.example")}))).To(Equal(headers{"Vary": one("Origin")}))
	})

	It("are those of the response, not of the informational one before it", func() {
		server := httptest.NewServer(wrap(exposeAll, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Set("X-A", "a")
			w.WriteHeader(http.StatusOK)
		}))
		defer server.Close()
		request, err := http.NewRequest("GET", server.URL, nil)
		Expect(err).NotTo(HaveOccurred())
		request.Header.Set("Origin", app)
		response, err := server.Client().Do(request)
		Expect(err).NotTo(HaveOccurred())
		defer response.Body.Close()
		Expect(response.Header.Values("Access-Control-Expose-Headers")).To(Equal(one("Date, Vary, X-A")))
		Expect(response.Header).To(HaveKey("Date"))
	})

	It("leave the rest of the writer within reach", func() {
		server := httptest.NewServer(wrap(exposeAll, func(w http.ResponseWriter, r *http.Request) {
			defer GinkgoRecover()
			Expect(http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute))).To(Succeed())
		}))
		defer server.Close()
		request, err := http.NewRequest("GET", server.URL, nil)
		Expect(err).NotTo(HaveOccurred())
		request.Header.Set("Origin", app)
		response, err := server.Client().Do(request)
		Expect(err).NotTo(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
	})
})
