package fetch_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

var (
	_ fetch.UserAgent = fetch.Model{}
	_ fetch.UserAgent = &fetch.Model{}
)

// A world is a server that answers for every http host, and remembers.
type world struct {
	server *httptest.Server
	mu     sync.Mutex
	seen   []string // "METHOD host/path"
	bodies []string
	heads  []http.Header
}

func newWorld(handler http.HandlerFunc) *world {
	w := &world{}
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.seen = append(w.seen, r.Method+" "+r.Host+r.URL.RequestURI())
		w.bodies = append(w.bodies, string(body))
		w.heads = append(w.heads, r.Header.Clone())
		w.mu.Unlock()
		handler(rw, r)
	}))
	w.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	DeferCleanup(w.server.Close)
	return w
}

func (w *world) transport() *http.Transport {
	t := &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, w.server.Listener.Addr().String())
		},
	}
	DeferCleanup(t.CloseIdleConnections)
	return t
}

// model is a Model that delivers, in this world.
func (w *world) model() fetch.Model {
	return fetch.Model{Transport: w.transport(), Effects: fetch.Deliver}
}

func (w *world) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string{}, w.seen...)
}

func (w *world) header(i int) http.Header {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.heads[i]
}

func open(ua fetch.UserAgent) fetch.Context {
	c, err := ua.NewContext(context.Background())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.Close)
	return c
}

func do(c fetch.Context, origin string, r fetch.Request) fetch.Observation {
	GinkgoHelper()
	o, err := c.Do(context.Background(), origin, r)
	Expect(err).NotTo(HaveOccurred())
	return o
}

func at(url string, r fetch.Request) fetch.Request {
	r.URL = url
	return r
}

func tagged(tag string, r fetch.Request) fetch.Request {
	r.Tag = tag
	return r
}

// generous allows every request, with credentials too.
func generous(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set(acao, r.Header.Get("Origin"))
	h.Set(acac, "true")
	if r.Header.Get(acrm) != "" {
		h.Set(acam, r.Header.Get(acrm))
		h.Set(acah, r.Header.Get(acrh))
		h.Set(acma, "60")
		rw.WriteHeader(http.StatusNoContent)
	}
}

// then answers CORS-preflight requests generously and the rest by a handler.
func then(handler http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		generous(rw, r)
		if r.Header.Get(acrm) == "" {
			handler(rw, r)
		}
	}
}

func kinds(o fetch.Observation) []fetch.ExchangeKind {
	var all []fetch.ExchangeKind
	for _, e := range o.Exchanges {
		all = append(all, e.Kind)
	}
	return all
}

var _ = Describe("Model", func() {
	It("says what it is", func() {
		Expect(fetch.Model{}.About()).To(Equal(fetch.About{Name: "model", Version: "Fetch Standard 2026-07-02"}))
	})

	Describe("on another origin", func() {
		It("shares a response that allows the origin", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set(acao, page)
				rw.Header().Set(aceh, "X-A")
				rw.Header().Add("X-A", "1")
				rw.Header().Add("X-A", "2")
				rw.Header().Set("X-B", "hidden")
				rw.Header().Set("Content-Type", "text/plain")
				fmt.Fprint(rw, "hello")
			})
			o := do(open(w.model()), page, tagged("t", asks("GET")))
			Expect(o.Response).To(Equal(fetch.Response{
				Type: fetch.CORS, Status: 200, StatusText: "OK", URL: target, BodyBytes: 5,
				Headers: fetch.HeaderList{{"content-length", "5"}, {"content-type", "text/plain"}, {"x-a", "1, 2"}},
			}))
			Expect(o.Cause).To(BeEmpty())
			Expect(o.Shared()).To(BeTrue())
			Expect(kinds(o)).To(HaveExactElements(fetch.Actual))
			Expect(o.Exchanges[0].Request).To(Equal(fetch.WireRequest{Method: "GET", URL: target, Headers: fetch.HeaderList{
				{"Accept", "*/*"}, {"Origin", page}, {"User-Agent", "corsproof-model"},
			}}))
			Expect(o.Exchanges[0].Response.Headers.Values("X-A")).To(Equal([]string{"1", "2"}))
			Expect(o.Exchanges[0].Response.Headers.Contains("X-B")).To(BeTrue())
			Expect(w.header(0)).To(Equal(http.Header{
				"Accept": {"*/*"}, "Origin": {page}, "User-Agent": {"corsproof-model"},
			}))
		})

		It("refuses one that does not (SR-02)", func() {
			w := newWorld(func(http.ResponseWriter, *http.Request) {})
			o := do(open(w.model()), page, asks("GET"))
			Expect(o.Response).To(Equal(fetch.Response{Type: fetch.NetworkError}))
			Expect(o.Cause).To(Equal(fetch.ByCORS))
			Expect(o.Exception).To(HavePrefix("TypeError"))
			Expect(o.Detail).To(ContainSubstring("CORS check, step 2"))
			Expect(o.Exchanges[0].Reason).To(Equal("MissingAllowOriginHeader"))
			Expect(o.Exchanges[0].Response.Status).To(Equal(200))
		})

		It("shows what a server sent for an opaque origin (OR-06)", func() {
			w := newWorld(generous)
			o := do(open(w.model()), "null", asks("GET"))
			Expect(o.Response.Type).To(Equal(fetch.CORS))
			Expect(w.header(0).Get("Origin")).To(Equal("null"))
		})

		DescribeTable("passes statuses through",
			func(status int, allow bool) {
				w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
					if allow {
						rw.Header().Set(acao, "*")
					}
					rw.WriteHeader(status)
				})
				o := do(open(w.model()), page, asks("GET"))
				if allow {
					Expect(o.Response.Status).To(Equal(status))
				} else {
					Expect(o.Response.Status).To(BeZero())
					Expect(o.Cause).To(Equal(fetch.ByCORS))
				}
			},
			Entry("ST-02: 400", 400, true),
			Entry("ST-02: 401", 401, true),
			Entry("ST-02: 500", 500, true),
			Entry("ST-03: 404 without ACAO", 404, false),
			Entry("ST-03: 500 without ACAO", 500, false),
			Entry("ST-07: 204", 204, true),
			Entry("ST-07: 304 (EX-11)", 304, true),
			Entry("EX-11: 304 without ACAO", 304, false),
			Entry("302 without Location", 302, true),
		)

		It("sends what a script sets, and a body's type (SR-09)", func() {
			w := newWorld(generous)
			do(open(w.model()), page, withBody(asks("post", "Cookie", "no=no", "Accept-Language", "fr"), "hello"))
			Expect(w.requests()).To(Equal([]string{"POST api.example.test/items"}))
			Expect(w.bodies).To(Equal([]string{"hello"}))
			Expect(w.header(0)).To(HaveKeyWithValue("Content-Type", []string{"text/plain;charset=UTF-8"}))
			Expect(w.header(0)).To(HaveKeyWithValue("Accept-Language", []string{"fr"}))
			Expect(w.header(0)).NotTo(HaveKey("Cookie"))
		})

		It("takes a script's own User-Agent, which needs a preflight", func() {
			w := newWorld(generous)
			do(open(w.model()), page, asks("GET", "user-agent", "mine"))
			Expect(w.header(0)).To(HaveKeyWithValue("User-Agent", []string{"corsproof-model"}))
			Expect(w.header(0)).To(HaveKeyWithValue(acrh, []string{"user-agent"}))
			Expect(w.header(1)).To(HaveKeyWithValue("User-Agent", []string{"mine"}))
		})

		It("asks for no content coding of a range (SH-08)", func() {
			w := newWorld(generous)
			do(open(w.model()), page, asks("GET", "Range", "bytes=0-1"))
			Expect(w.requests()).To(HaveLen(1))
			Expect(w.header(0)).To(HaveKeyWithValue("Accept-Encoding", []string{"identity"}))
		})
	})

	Describe("on the same origin", func() {
		It("knows no CORS (SR-18)", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("X-A", "1")
				rw.Header().Set("Set-Cookie", "a=b")
			})
			c := open(w.model())
			o := do(c, "http://api.example.test", asks("PUT", "X-Any", "1"))
			Expect(o.Response.Type).To(Equal(fetch.Basic))
			Expect(o.Response.Headers.Contains("x-a")).To(BeTrue())
			Expect(o.Response.Headers.Contains("set-cookie")).To(BeFalse())
			Expect(w.header(0).Get("Origin")).To(Equal("http://api.example.test"))

			do(c, "http://api.example.test", at("http://API.example.test:80/x", asks("GET")))
			Expect(w.requests()).To(HaveExactElements("PUT api.example.test/items", HavePrefix("GET ")))
			Expect(w.header(1)).NotTo(HaveKey("Origin"))
			Expect(w.header(1)).To(HaveKeyWithValue("Cookie", []string{"a=b"}))
		})

		It("shows XMLHttpRequest no type", func() {
			w := newWorld(func(http.ResponseWriter, *http.Request) {})
			o := do(open(w.model()), "http://api.example.test", byXHR(asks("GET")))
			Expect(o.Response.Type).To(Equal(fetch.CORS))
			Expect(o.Shared()).To(BeTrue())
		})
	})

	Describe("with a preflight", func() {
		It("asks first and then sends", func() {
			w := newWorld(generous)
			o := do(open(w.model()), page, withBody(asks("PUT", "X-A", "1"), "hello"))
			Expect(o.Response.Status).To(Equal(200))
			Expect(kinds(o)).To(HaveExactElements(fetch.Preflight, fetch.Actual))
			Expect(o.Preflight().Response.Status).To(Equal(204))
			Expect(w.requests()).To(Equal([]string{"OPTIONS api.example.test/items", "PUT api.example.test/items"}))
			Expect(w.bodies).To(Equal([]string{"", "hello"}))
			Expect(w.header(0)).To(Equal(http.Header{ // PR-01, PR-04, PR-05
				"Accept": {"*/*"}, "Origin": {page}, "User-Agent": {"corsproof-model"}, acrm: {"PUT"}, acrh: {"x-a"},
			}))
			Expect(w.header(1)).To(HaveKeyWithValue("X-A", []string{"1"}))
		})

		It("does not send what was refused (PV-02)", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) { rw.Header().Set(acao, "*") })
			o := do(open(w.model()), page, asks("PUT"))
			Expect(w.requests()).To(HaveLen(1))
			Expect(o.Cause).To(Equal(fetch.ByCORS))
			Expect(o.Actual()).To(BeNil())
			Expect(o.Preflight().Reason).To(Equal("MethodDisallowedByPreflightResponse"))
		})

		It("does not follow its redirect (RD-09)", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set(acao, "*")
				rw.Header().Set(acam, "PUT")
				http.Redirect(rw, r, "/other", http.StatusTemporaryRedirect)
			})
			o := do(open(w.model()), page, asks("PUT"))
			Expect(w.requests()).To(HaveLen(1))
			Expect(o.Preflight().Reason).To(Equal("PreflightDisallowedRedirect"))
		})

		It("still wants the actual response to allow (PV-11, PV-10)", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				if r.Method == "OPTIONS" {
					generous(rw, r)
				} else if r.URL.Path == "/star" {
					rw.Header().Set(acao, "*")
				}
			})
			c := open(w.model())
			Expect(do(c, page, asks("PUT")).Cause).To(Equal(fetch.ByCORS))
			Expect(do(c, page, at("http://api.example.test/star", asks("PUT"))).Shared()).To(BeTrue())
		})

		It("does not wait for its body (PR-14)", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				generous(rw, r)
				if r.Method == "OPTIONS" {
					rw.(http.Flusher).Flush()
					<-r.Context().Done()
				}
			})
			// 204 has no body, so that the server must say 200.
			w.server.Config.Handler = func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					inner.ServeHTTP(ok200{rw}, r)
				})
			}(w.server.Config.Handler)
			Expect(do(open(w.model()), page, asks("PUT")).Response.Status).To(Equal(200))
		})

		It("has no effect by its Access-Control-Expose-Headers (EX-09)", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("X-A", "1")
				if r.Method == "OPTIONS" {
					rw.Header().Set(aceh, "X-A")
				}
				generous(rw, r)
			})
			Expect(do(open(w.model()), page, asks("PUT")).Response.Headers.Contains("X-A")).To(BeFalse())
		})

		It("is made for an upload listener (PR-11)", func() {
			w := newWorld(generous)
			o := do(open(w.model()), page, uploading(byXHR(withBody(asks("POST"), "x"))))
			Expect(kinds(o)).To(HaveExactElements(fetch.Preflight, fetch.Actual))
			Expect(w.header(0)).NotTo(HaveKey(acrh))
		})

		It("carries no cookie while the actual request does (PR-04)", func() {
			w := newWorld(generous)
			c := open(w.model())
			Expect(c.SetCookies(context.Background(), target, []fetch.Cookie{{Name: "sid", Value: "1"}})).To(Succeed())
			do(c, page, credentialed(asks("PUT")))
			Expect(w.header(0)).NotTo(HaveKey("Cookie"))
			Expect(w.header(1)).To(HaveKeyWithValue("Cookie", []string{"sid=1"}))
		})
	})

	Describe("with its CORS-preflight cache", func() {
		var w *world
		var c fetch.Context
		var clock *clock
		BeforeEach(func() {
			w = newWorld(then(func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/refused" {
					rw.Header().Del(acao)
				}
			}))
			clock = newClock()
			m := w.model()
			m.Now = clock.now
			c = open(m)
		})
		preflights := func() int {
			n := 0
			for _, r := range w.requests() {
				if strings.HasPrefix(r, "OPTIONS") {
					n++
				}
			}
			return n
		}

		It("asks once (CA-06)", func() {
			do(c, page, asks("PUT"))
			Expect(kinds(do(c, page, asks("PUT")))).To(HaveExactElements(fetch.Actual))
			Expect(preflights()).To(Equal(1))
		})

		It("asks again for another header or method (CA-07, CA-08)", func() {
			do(c, page, asks("PUT"))
			do(c, page, asks("PUT", "X-A", "1"))
			do(c, page, asks("XMETHOD"))
			Expect(preflights()).To(Equal(3))
			do(c, page, asks("XMETHOD", "X-A", "1")) // entries are independent (CA-12)
			Expect(preflights()).To(Equal(3))
		})

		It("asks again when time is up (CA-05)", func() {
			do(c, page, asks("PUT"))
			clock.wait(seconds(60))
			do(c, page, asks("PUT"))
			Expect(preflights()).To(Equal(2))
		})

		It("keeps origins, URLs, tags and contexts apart (CA-12)", func() {
			do(c, page, asks("PUT"))
			do(c, "http://b.example.test", asks("PUT"))
			do(c, page, at(target+"?q", asks("PUT")))
			do(c, page, tagged("t", asks("PUT")))
			do(open(w.model()), page, asks("PUT"))
			Expect(preflights()).To(Equal(5))
			do(c, page, tagged("t", asks("PUT")))
			Expect(preflights()).To(Equal(5))
		})

		It("serves requests without credentials from entries with (CA-13)", func() {
			do(c, page, credentialed(asks("PUT")))
			do(c, page, asks("PUT"))
			Expect(preflights()).To(Equal(1))
			do(c, page, asks("DELETE"))
			do(c, page, credentialed(asks("DELETE")))
			Expect(preflights()).To(Equal(3))
		})

		It("forgets after a network error (CA-14)", func() {
			refused := at("http://api.example.test/refused", asks("PUT"))
			do(c, page, refused)
			do(c, page, refused)
			Expect(preflights()).To(Equal(2))
		})

		It("remembers for a request that was held back", func() {
			m := w.model()
			m.Effects = fetch.Hold
			c := open(m)
			do(c, page, asks("PUT"))
			o := do(c, page, asks("PUT"))
			Expect(preflights()).To(Equal(1))
			Expect(kinds(o)).To(HaveExactElements(fetch.Actual))
			Expect(o.Actual().Held).To(BeTrue())
		})
	})

	Describe("holding", func() {
		held := func(handler http.HandlerFunc) (*world, fetch.Context) {
			w := newWorld(handler)
			m := w.model()
			m.Effects = "" // the zero value holds
			return w, open(m)
		}

		It("sends the preflight alone", func() {
			w, c := held(generous)
			o := do(c, page, withBody(asks("DELETE", "X-A", "1"), "x"))
			Expect(w.requests()).To(Equal([]string{"OPTIONS api.example.test/items"}))
			Expect(o.Cause).To(Equal(fetch.ByHold))
			Expect(o.Response.Type).To(Equal(fetch.NetworkError))
			Expect(kinds(o)).To(HaveExactElements(fetch.Preflight, fetch.Actual))
			Expect(o.Actual().Held).To(BeTrue())
			Expect(o.Actual().Response).To(BeNil())
			Expect(o.Actual().Request.Headers.Contains("X-A")).To(BeTrue())
		})

		It("sends nothing of a simple POST", func() {
			w, c := held(generous)
			o := do(c, page, withBody(asks("POST"), "x"))
			Expect(w.requests()).To(BeEmpty())
			Expect(o.Cause).To(Equal(fetch.ByHold))
			Expect(o.Actual().Held).To(BeTrue())
		})

		It("sends nothing of a POST on the same origin", func() {
			w, c := held(generous)
			Expect(do(c, "http://api.example.test", asks("POST")).Cause).To(Equal(fetch.ByHold))
			Expect(w.requests()).To(BeEmpty())
		})

		It("reports a refused preflight as such", func() {
			_, c := held(func(http.ResponseWriter, *http.Request) {})
			Expect(do(c, page, asks("PUT")).Cause).To(Equal(fetch.ByCORS))
		})

		It("lets safe methods through, with a preflight or not", func() {
			w, c := held(generous)
			for _, r := range []fetch.Request{asks("GET"), asks("HEAD"), asks("OPTIONS"), asks("GET", "X-A", "1")} {
				Expect(do(c, page, r).Shared()).To(BeTrue())
			}
			Expect(w.requests()).To(HaveLen(6))
		})
	})

	Describe("with redirects", func() {
		const other, own = "http://other.example.test", page
		// Paths say where to go: /302?to=URL, and "cors" there says who may read.
		route := func(rw http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			switch q.Get("cors") {
			case "":
				generous(rw, r)
			case "none":
			default:
				rw.Header().Set(acao, q.Get("cors"))
			}
			var status int
			if r.Header.Get(acrm) == "" {
				if _, err := fmt.Sscanf(r.URL.Path, "/%d", &status); err == nil {
					rw.Header().Set("Location", q.Get("to"))
					rw.WriteHeader(status)
				}
			}
		}
		redirect := func(status int, from, to string) string {
			return fmt.Sprintf("%s/%d?to=%s", from, status, url.QueryEscape(to))
		}
		const api = "http://api.example.test"

		DescribeTable("checks each hop",
			func(start string, shared bool, origins ...string) {
				w := newWorld(route)
				o := do(open(w.model()), page, at(start, asks("GET")))
				Expect(o.Shared()).To(Equal(shared))
				if shared {
					Expect(o.Response.Redirected).To(BeTrue())
				} else {
					Expect(o.Cause).To(Equal(fetch.ByCORS))
				}
				var got []string
				for i := range w.requests() {
					got = append(got, w.header(i).Get("Origin"))
				}
				Expect(got).To(Equal(origins))
			},
			Entry("RD-01: own to foreign", redirect(302, own, api+"/x"), true, "", page),
			Entry("RD-02: 301", redirect(301, api, api+"/x"), true, page, page),
			Entry("RD-02: 302, relative", redirect(302, api, "x"), true, page, page),
			Entry("RD-02: 303", redirect(303, api, api+"/x"), true, page, page),
			Entry("RD-02: 307", redirect(307, api, api+"/x"), true, page, page),
			Entry("RD-02: 308", redirect(308, api, api+"/x"), true, page, page),
			Entry("RD-03: foreign to another", redirect(302, api, other+"/x"), true, page, "null"),
			Entry("RD-03: which allows the page", redirect(302, api, other+"/x?cors="+url.QueryEscape(page)), false, page, "null"),
			Entry("RD-03: which allows any", redirect(302, api, other+"/x?cors=*"), true, page, "null"),
			Entry("RD-04: back to the page's own", redirect(302, api, own+"/x?cors=null"), true, page, "null"),
			Entry("RD-04: which does not know CORS", redirect(302, api, own+"/x?cors=none"), false, page, "null"),
			Entry("RD-05: the redirect does not allow", redirect(302, api, api+"/x")+"&cors=none", false, page),
			Entry("RD-05: the redirect allows null", redirect(302, api, api+"/x")+"&cors=null", false, page),
			Entry("RD-14: the end does not allow", redirect(302, api, api+"/x?cors=none"), false, page, page),
			Entry("RD-07: user name and password", redirect(302, api, "http://u:p@api.example.test/x"), false, page),
			Entry("RD-07: user name", redirect(302, api, "http://u@api.example.test/x"), false, page),
			Entry("RD-07: password", redirect(302, api, "http://:p@api.example.test/x"), false, page),
			Entry("RD-07: own to foreign", redirect(302, own, "http://u@api.example.test/x"), false, ""),
			Entry("RD-07: foreign to own", redirect(302, api, "http://u@app.example.test/x"), false, page),
			Entry("RD-07: neither", redirect(302, api, "http://:@api.example.test/x"), true, page, page),
			Entry("RD-08: data", redirect(302, api, "data:,x"), false, page),
		)

		It("may have user names on its own origin (RD-07)", func() {
			w := newWorld(route)
			o := do(open(w.model()), page, at(redirect(302, own, "http://u:p@app.example.test/x"), asks("GET")))
			Expect(o.Response.Type).To(Equal(fetch.Basic))
			Expect(w.header(1)).NotTo(HaveKey("Authorization"))
		})

		DescribeTable("cannot go on",
			func(location ...string) {
				w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
					generous(rw, r)
					rw.Header()["Location"] = location
					rw.WriteHeader(302)
				})
				o := do(open(w.model()), page, asks("GET"))
				Expect(o.Cause).To(Equal(fetch.ByOther))
				Expect(o.Actual().Reason).To(Equal("InvalidRedirect"))
			},
			Entry("RD-08: invalid", "http://%zz/"),
			Entry("RD-08: no host", "http://"),
			Entry("two locations", "/a", "/b"),
		)

		It("follows 20 and no more (RD-17)", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				generous(rw, r)
				var n int
				fmt.Sscanf(r.URL.Path, "/%d", &n)
				if n > 0 {
					http.Redirect(rw, r, fmt.Sprintf("/%d", n-1), http.StatusFound)
				}
			})
			c := open(w.model())
			Expect(do(c, page, at(api+"/20", asks("GET"))).Response.Status).To(Equal(200))
			o := do(c, page, at(api+"/21", asks("GET")))
			Expect(o.Cause).To(Equal(fetch.ByOther))
			Expect(o.Exchanges).To(HaveLen(21))
			Expect(o.Exchanges[20].Reason).To(Equal("TooManyRedirects"))
		})

		It("preflights the new URL too (RD-10)", func() {
			w := newWorld(route)
			o := do(open(w.model()), page, at(redirect(307, api, other+"/x"), withBody(asks("PUT", "X-A", "1"), "b")))
			Expect(o.Shared()).To(BeTrue())
			Expect(kinds(o)).To(HaveExactElements(fetch.Preflight, fetch.Actual, fetch.Preflight, fetch.Actual))
			Expect(w.header(2).Get("Origin")).To(Equal("null"))
			Expect(w.bodies[3]).To(Equal("b"))
		})

		It("preflights a foreign URL after its own (RD-11)", func() {
			w := newWorld(route)
			o := do(open(w.model()), page, at(redirect(302, own, api+"/x"), asks("GET", "X-A", "1")))
			Expect(kinds(o)).To(HaveExactElements(fetch.Actual, fetch.Preflight, fetch.Actual))
			Expect(o.Response.Type).To(Equal(fetch.CORS))
		})

		DescribeTable("may change the method (RD-12, RD-13)",
			func(status int, method, want string) {
				w := newWorld(route)
				do(open(w.model()), page, at(redirect(status, api, api+"/x"),
					withBody(asks(method, "Content-Type", "application/x-pony"), "b")))
				seen := w.requests()
				Expect(seen[len(seen)-1]).To(HavePrefix(want + " "))
				last := w.header(len(seen) - 1)
				if want == "GET" {
					Expect(seen).To(HaveLen(3), "a GET without the body's type needs no preflight")
					Expect(last).NotTo(HaveKey("Content-Type"))
					Expect(w.bodies[2]).To(BeEmpty())
				} else {
					Expect(seen).To(HaveLen(4))
					Expect(last).To(HaveKeyWithValue("Content-Type", []string{"application/x-pony"}))
					Expect(w.bodies[3]).To(Equal("b"))
				}
			},
			Entry(nil, 301, "POST", "GET"),
			Entry(nil, 302, "POST", "GET"),
			Entry(nil, 303, "POST", "GET"),
			Entry(nil, 303, "PUT", "GET"),
			Entry(nil, 307, "POST", "POST"),
			Entry(nil, 308, "POST", "POST"),
			Entry(nil, 301, "PUT", "PUT"),
			Entry(nil, 302, "FOO", "FOO"),
		)

		It("drops Authorization at another origin, not before (CR-11)", func() {
			w := newWorld(route)
			do(open(w.model()), page, at(redirect(302, api, api+"/x"), asks("GET", "Authorization", "x")))
			Expect(w.header(3)).To(HaveKey("Authorization"))

			do(open(w.model()), page, at(redirect(302, api, other+"/x"), asks("GET", "Authorization", "x")))
			Expect(w.requests()).To(HaveLen(4+3), "without Authorization there is nothing to ask for")
			Expect(w.header(6)).NotTo(HaveKey("Authorization"))
		})

		It("sends each origin its own cookies (CR-06)", func() {
			w := newWorld(route)
			c := open(w.model())
			Expect(c.SetCookies(context.Background(), other, []fetch.Cookie{{Name: "o", Value: "1"}})).To(Succeed())
			o := do(c, page, credentialed(at(redirect(301, api, other+"/x"), asks("GET"))))
			Expect(o.Shared()).To(BeTrue())
			Expect(w.header(0)).NotTo(HaveKey("Cookie"))
			Expect(w.header(1)).To(HaveKeyWithValue("Cookie", []string{"o=1"}))
		})

		It("needs credentials at each hop (CR-07, WI-07)", func() {
			w := newWorld(route)
			o := do(open(w.model()), page, credentialed(at(redirect(302, own, api+"/x?cors=*"), asks("GET"))))
			Expect(o.Exchanges[1].Reason).To(Equal("WildcardOriginNotAllowed"))
		})

		It("reads only the end's Access-Control-Expose-Headers (EX-08)", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				generous(rw, r)
				rw.Header().Set("X-A", "1")
				if r.URL.Path == "/items" {
					rw.Header().Set(aceh, "X-A")
					http.Redirect(rw, r, "/end", http.StatusFound)
				}
			})
			Expect(do(open(w.model()), page, asks("GET")).Response.Headers.Contains("X-A")).To(BeFalse())
		})

		It("shows a script that wants none an error, or an opaque one (RD-15, RD-16)", func() {
			w := newWorld(route)
			c := open(w.model())
			r := at(redirect(302, api, api+"/x"), asks("GET"))
			r.Redirect = fetch.Manual
			Expect(do(c, page, r).Response).To(Equal(fetch.Response{Type: fetch.OpaqueRedirect, URL: r.URL}))
			r.Redirect = fetch.Error
			o := do(c, page, r)
			Expect(o.Cause).To(Equal(fetch.ByOther))
			Expect(o.Detail).To(ContainSubstring("HTTP fetch, step 6.3"))
			r.URL += "&cors=none"
			r.Redirect = fetch.Manual
			Expect(do(c, page, r).Cause).To(Equal(fetch.ByCORS))
			Expect(w.requests()).To(HaveLen(3))
		})

		It("checks each hop for mixed content", func() {
			replay := fetch.Replay([]fetch.Exchange{{
				Kind:     fetch.Actual,
				Request:  fetch.WireRequest{Method: "GET", URL: "https://api.example.test/"},
				Response: &fetch.WireResponse{Status: 302, Headers: fetch.HeaderList{{acao, "*"}, {"Location", "http://api.example.test/"}}},
			}})
			o := do(open(fetch.Model{Transport: replay}), "https://app.example.test", at("https://api.example.test", asks("GET")))
			Expect(o.Cause).To(Equal(fetch.ByMixed))
			Expect(o.Exchanges).To(HaveLen(1))
		})
	})

	Describe("with cookies", func() {
		It("sends and keeps them for include alone (CR-01, CR-02, CR-03, CR-05)", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				generous(rw, r)
				rw.Header().Set("Set-Cookie", "from="+r.URL.Query().Get("n"))
				rw.Header().Set(aceh, "Set-Cookie")
			})
			c := open(w.model())
			for n, mode := range []fetch.CredentialsMode{fetch.SameOrigin, fetch.Include, fetch.Omit, fetch.Include} {
				r := at(fmt.Sprintf("%s?n=%d", target, n), asks("GET"))
				r.Credentials = mode
				Expect(do(c, page, r).Response.Headers.Contains("Set-Cookie")).To(BeFalse())
			}
			Expect(w.header(0)).NotTo(HaveKey("Cookie"))
			Expect(w.header(1)).NotTo(HaveKey("Cookie"), "the first response's cookie was not kept")
			Expect(w.header(2)).NotTo(HaveKey("Cookie"))
			Expect(w.header(3)).To(HaveKeyWithValue("Cookie", []string{"from=1"}))
		})

		It("keeps contexts apart", func() {
			w := newWorld(generous)
			c := open(w.model())
			Expect(c.SetCookies(context.Background(), target, []fetch.Cookie{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}})).To(Succeed())
			do(open(w.model()), page, credentialed(asks("GET")))
			do(c, page, credentialed(at("http://api.example.test/elsewhere", asks("GET"))))
			Expect(w.header(0)).NotTo(HaveKey("Cookie"))
			Expect(w.header(1)).To(HaveKeyWithValue("Cookie", []string{"a=1; b=2"}))
		})
	})

	Describe("when no response comes", func() {
		// brief is long enough to come to the server and short enough to wait.
		brief := func(r fetch.Request) fetch.Request {
			r.Timeout = time.Second / 2
			return r
		}
		hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

		It("times out on OPTIONS", func() {
			w := newWorld(hang)
			o := do(open(w.model()), page, brief(asks("PUT")))
			Expect(o.Cause).To(Equal(fetch.ByTimeout))
			Expect(o.Detail).NotTo(BeEmpty())
			Expect(kinds(o)).To(HaveExactElements(fetch.Preflight))
			Expect(o.Exchanges[0].Error).NotTo(BeEmpty())
			Expect(o.Seconds).To(BeNumerically(">=", 0.5))
		})

		It("times out on the actual request", func() {
			w := newWorld(then(hang))
			o := do(open(w.model()), page, byXHR(brief(asks("PUT"))))
			Expect(o.Cause).To(Equal(fetch.ByTimeout))
			Expect(o.Exception).To(Equal("timeout event"))
			Expect(kinds(o)).To(HaveExactElements(fetch.Preflight, fetch.Actual))
		})

		It("takes what a body without end has sent by then", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				generous(rw, r)
				fmt.Fprint(rw, "data: 1\n\n")
				rw.(http.Flusher).Flush()
				hang(rw, r)
			})
			o := do(open(w.model()), page, brief(asks("GET")))
			Expect(o.Shared()).To(BeTrue())
			Expect(o.Response.BodyBytes).To(Equal(9))
		})

		It("reads MaxBody bytes of a big one", func() {
			w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
				generous(rw, r)
				chunk := make([]byte, 1<<16)
				for {
					if _, err := rw.Write(chunk); err != nil {
						return
					}
				}
			})
			Expect(do(open(w.model()), page, asks("GET")).Response.BodyBytes).To(Equal(fetch.MaxBody))
		})

		It("reports that the caller gave up as an error", func() {
			w := newWorld(hang)
			ctx, cancel := context.WithCancelCause(context.Background())
			why := fmt.Errorf("enough")
			w.server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				cancel(why)
				hang(rw, r)
			})
			_, err := open(w.model()).Do(ctx, page, asks("GET"))
			Expect(err).To(MatchError(why))
		})

		It("knows an unknown authority", func() {
			s := httptest.NewUnstartedServer(http.HandlerFunc(generous))
			s.Config.ErrorLog = log.New(io.Discard, "", 0)
			s.StartTLS()
			DeferCleanup(s.Close)
			c := open(fetch.Model{})
			o := do(c, "https://app.example.test", at(s.URL, asks("GET")))
			Expect(o.Cause).To(Equal(fetch.ByTLS))
			Expect(o.Detail).To(ContainSubstring("unknown authority"))

			plain := httptest.NewServer(http.HandlerFunc(generous))
			DeferCleanup(plain.Close)
			o = do(c, "https://app.example.test", at("https"+strings.TrimPrefix(plain.URL, "http"), asks("GET")))
			Expect(o.Cause).To(Equal(fetch.ByTLS), o.Detail)
		})

		It("knows a refused handshake", func() {
			s := httptest.NewUnstartedServer(http.HandlerFunc(generous))
			s.Config.ErrorLog = log.New(io.Discard, "", 0)
			s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
			s.StartTLS()
			DeferCleanup(s.Close)
			t := s.Client().Transport.(*http.Transport).Clone()
			DeferCleanup(t.CloseIdleConnections)
			o := do(open(fetch.Model{Transport: t}), page, at(s.URL, asks("GET")))
			Expect(o.Cause).To(Equal(fetch.ByTLS), o.Detail)
		})

		It("knows an unknown name", func() {
			o := do(open(fetch.Model{}), page, at("http://nowhere.invalid/", asks("GET")))
			Expect(o.Cause).To(Equal(fetch.ByDNS), o.Detail)
			Expect(o.Detail).To(ContainSubstring("nowhere.invalid"))
		})

		It("knows a refused connection", func() {
			s := httptest.NewServer(nil)
			s.Close()
			o := do(open(fetch.Model{}), page, at(s.URL, asks("GET")))
			Expect(o.Cause).To(Equal(fetch.ByConnection))
			Expect(o.Detail).NotTo(BeEmpty())
		})

		DescribeTable("knows a server that speaks no valid HTTP",
			func(says string) {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				Expect(err).NotTo(HaveOccurred())
				DeferCleanup(l.Close)
				go func() {
					for {
						conn, err := l.Accept()
						if err != nil {
							return
						}
						conn.Read(make([]byte, 1<<12))
						io.WriteString(conn, says)
						conn.Close()
					}
				}()
				o := do(open(fetch.Model{}), page, at("http://"+l.Addr().String(), asks("GET")))
				Expect(o.Cause).To(Equal(fetch.ByConnection), o.Detail)
			},
			Entry("nothing", ""),
			Entry("another protocol", "220 ready\r\n"),
			Entry("half a header", "HTTP/1.1 200 OK\r\nAccess-Control"),
		)
	})

	Describe("without a request", func() {
		var w *world
		var c fetch.Context
		BeforeEach(func() {
			w = newWorld(generous)
			c = open(w.model())
		})
		AfterEach(func() { Expect(w.requests()).To(BeEmpty()) })

		It("blocks mixed content", func() {
			o := do(c, "https://app.example.test", asks("PUT"))
			Expect(o.Cause).To(Equal(fetch.ByMixed))
			Expect(o.Exchanges).To(BeEmpty())
			Expect(o.Detail).NotTo(BeEmpty())
		})

		It("blocks bad ports", func() {
			o := do(c, page, at("http://api.example.test:6000/", asks("GET")))
			Expect(o.Cause).To(Equal(fetch.ByOther))
			Expect(o.Detail).To(ContainSubstring("6000"))
		})

		It("knows no other scheme", func() {
			Expect(do(c, page, at("ftp://api.example.test/", asks("GET"))).Cause).To(Equal(fetch.ByCORS))
		})

		DescribeTable("throws where a script's API does",
			func(r fetch.Request, want string) {
				o := do(c, page, r)
				Expect(o.Exception).To(HavePrefix(want))
				Expect(o.Cause).To(Equal(fetch.ByOther))
				Expect(o.Response.Type).To(Equal(fetch.NetworkError))
			},
			Entry("ME-05: TRACE", asks("trace"), "TypeError"),
			Entry("ME-05: by XMLHttpRequest", byXHR(asks("TRACK")), "SecurityError"),
			Entry("no method", asks("a b"), "TypeError"),
			Entry("no method by XMLHttpRequest", byXHR(asks("")), "SyntaxError"),
			Entry("no header name", asks("GET", "a b", "1"), "TypeError"),
			Entry("no header value", asks("GET", "X-A", "a\nb"), "TypeError"),
			Entry("body of GET", withBody(asks("GET"), "x"), "TypeError"),
			Entry("no URL", at("/items", asks("GET")), "TypeError"),
			Entry("no host", at("http:///", asks("GET")), "TypeError"),
			Entry("user name", at("http://u@api.example.test/", asks("GET")), "TypeError"),
		)

		It("reports what cannot be asked for as an error", func() {
			r := byXHR(asks("GET"))
			r.Credentials = fetch.Omit
			_, err := c.Do(context.Background(), page, r)
			Expect(err).To(HaveOccurred())
			r = byXHR(asks("GET"))
			r.Redirect = fetch.Manual
			_, err = c.Do(context.Background(), page, r)
			Expect(err).To(HaveOccurred())
		})

		DescribeTable("reports an impossible origin as an error",
			func(origin string) {
				_, err := c.Do(context.Background(), origin, asks("GET"))
				var impossible *fetch.OriginError
				Expect(err).To(BeAssignableToTypeOf(impossible))
				Expect(c.Open(context.Background(), page, "null", origin)).To(MatchError(ContainSubstring("no page on origin")))
			},
			Entry(nil, ""),
			Entry(nil, "app.example.test"),
			Entry(nil, page+"/"),
			Entry(nil, page+":80"),
			Entry(nil, "http://APP.example.test"),
			Entry(nil, "file://"),
			Entry(nil, "*"),
		)

		It("does nothing after it is closed", func() {
			Expect(c.Open(context.Background(), page, "null", "https://[::1]:8443")).To(Succeed())
			Expect(c.Close()).To(Succeed())
			_, err := c.Do(context.Background(), page, asks("GET"))
			Expect(err).To(HaveOccurred())
		})
	})

	It("has no body for GET by XMLHttpRequest", func() {
		w := newWorld(generous)
		Expect(do(open(w.model()), page, byXHR(withBody(asks("GET"), "x"))).Shared()).To(BeTrue())
		Expect(w.bodies).To(Equal([]string{""}))
	})

	It("finds names below localhost by itself", func() {
		s := httptest.NewServer(http.HandlerFunc(generous))
		DeferCleanup(s.Close)
		_, port, err := net.SplitHostPort(s.Listener.Addr().String())
		Expect(err).NotTo(HaveOccurred())
		Expect(do(open(fetch.Model{}), page, at("http://a.b.localhost:"+port, asks("GET"))).Shared()).To(BeTrue())
	})

	It("serves several goroutines at once", func() {
		w := newWorld(generous)
		c := open(w.model())
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() {
				defer GinkgoRecover()
				o := do(c, page, credentialed(tagged(fmt.Sprint(i%4), asks("PUT", "X-A", "1"))))
				Expect(o.Shared()).To(BeTrue())
			})
		}
		group.Wait()
	})
})

// ok200 turns 204 into 200, so that the response may have a body.
type ok200 struct{ http.ResponseWriter }

func (rw ok200) WriteHeader(int) { rw.ResponseWriter.WriteHeader(http.StatusOK) }
func (rw ok200) Flush()          { rw.ResponseWriter.(http.Flusher).Flush() }
