package fetch_test

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

// asked is a recorded exchange from the page, with headers of the response,
// given as name, value, name, value.
func asked(kind fetch.ExchangeKind, method, url string, status int, headers ...string) fetch.Exchange {
	e := fetch.Exchange{
		Kind:     kind,
		Request:  fetch.WireRequest{Method: method, URL: url, Headers: fetch.HeaderList{{"Origin", page}}},
		Response: &fetch.WireResponse{Status: status},
	}
	for i := 0; i < len(headers); i += 2 {
		e.Response.Headers = e.Response.Headers.With(headers[i], headers[i+1])
	}
	return e
}

func from(origin string, e fetch.Exchange) fetch.Exchange {
	e.Request.Headers = fetch.HeaderList{{"Origin", origin}}
	return e
}

func byCorsproof(e fetch.Exchange) fetch.Exchange {
	e.By = "corsproof"
	return e
}

var _ = DescribeTable("Explain",
	func(r fetch.Request, exchanges []fetch.Exchange, want ...fetch.Reason) {
		failures := fetch.Explain(page, r, exchanges)
		Expect(reasons(failures)).To(HaveExactElements(want))
		Expect(refusals(fetch.Walk(page, r, exchanges))).To(HaveExactElements(places(failures)))
	},
	Entry("nothing recorded", asks("PUT"), nil),
	Entry("all is well", asks("PUT"), []fetch.Exchange{
		asked(fetch.Preflight, "OPTIONS", target, 204, acao, page, acam, "PUT"),
		asked(fetch.Actual, "PUT", target, 200, acao, page),
	}),
	Entry("no response, or held back", asks("PUT"), []fetch.Exchange{
		{Kind: fetch.Preflight, Request: fetch.WireRequest{Method: "OPTIONS", URL: target}, Error: "timeout"},
		{Kind: fetch.Actual, Request: fetch.WireRequest{Method: "PUT", URL: target}, Held: true},
	}),
	Entry("the page's own origin", at(page+"/x", asks("PUT")), []fetch.Exchange{
		asked(fetch.Actual, "PUT", page+"/x", 200),
	}),
	Entry("every step of the preflight", asks("PUT", "X-A", "1"), []fetch.Exchange{
		asked(fetch.Preflight, "OPTIONS", target, 405),
	}, fetch.PreflightMissingAllowOriginHeader, fetch.PreflightInvalidStatus, methodRefused, headerRefused),
	Entry("the actual response that corsproof asked for", credentialed(asks("GET", "X-A", "1")), []fetch.Exchange{
		asked(fetch.Preflight, "OPTIONS", target, 403, acao, page, acac, "true", acah, "x-a"),
		byCorsproof(asked(fetch.Actual, "GET", target, 200, acao, "*")),
	}, fetch.PreflightInvalidStatus, fetch.WildcardOriginNotAllowed, fetch.InvalidAllowCredentials),
	Entry("not what corsproof asked for from elsewhere", asks("GET"), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 200, acao, page),
		byCorsproof(from("http://b.example.test", asked(fetch.Actual, "GET", target, 200))),
		byCorsproof(asked(fetch.Actual, "GET", target+"/other", 200)),
	}),
	Entry("the same failure once", asks("GET"), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 200),
		asked(fetch.Actual, "GET", target, 200),
	}, fetch.MissingAllowOriginHeader),
	Entry("an upload listener", uploading(byXHR(withBody(asks("POST"), "x"))), []fetch.Exchange{
		asked(fetch.Preflight, "OPTIONS", target, 200, acao, page),
		asked(fetch.Actual, "POST", target, 200, acao, page),
	}),
	Entry("RD-03: each hop by its own origin", asks("GET"), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 302, acao, page, "Location", "http://other.example.test/"),
		from("null", asked(fetch.Actual, "GET", "http://other.example.test/", 200, acao, page)),
	}, fetch.AllowOriginMismatch),
	Entry("RD-03: even if the recording shows none", asks("GET"), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 302, acao, page, "Location", "http://other.example.test/"),
		{
			Kind:     fetch.Actual,
			Request:  fetch.WireRequest{Method: "GET", URL: "http://other.example.test/"},
			Response: &fetch.WireResponse{Status: 200, Headers: fetch.HeaderList{{acao, "null"}}},
		},
	}),
	Entry("RD-05, RD-14: a redirect and its end", asks("GET"), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 302, "Location", "/new"),
		byCorsproof(asked(fetch.Actual, "GET", "http://api.example.test/new", 200)),
	}, fetch.MissingAllowOriginHeader, fetch.MissingAllowOriginHeader),
	Entry("RD-07: user name in Location", asks("GET"), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 302, acao, page, "Location", "http://u:p@api.example.test/"),
	}, fetch.RedirectContainsCredentials),
	Entry("RD-12: what a redirect leaves needs less", withBody(asks("POST", "Content-Type", "a/b", "X-A", "1"), "x"), []fetch.Exchange{
		asked(fetch.Preflight, "OPTIONS", target, 204, acao, page, acah, "content-type,x-a"),
		asked(fetch.Actual, "POST", target, 303, acao, page, "Location", "/new"),
		asked(fetch.Preflight, "OPTIONS", "http://api.example.test/new", 204, acao, page),
		asked(fetch.Actual, "GET", "http://api.example.test/new", 200, acao, page),
	}, headerRefused),
	Entry("D-09: Firefox's origin after a redirect", asks("GET", "X-A", "1"), []fetch.Exchange{
		asked(fetch.Preflight, "OPTIONS", target, 204, acao, page, acah, "x-a"),
		asked(fetch.Actual, "GET", target, 302, acao, page, "Location", "http://other.example.test/"),
		asked(fetch.Preflight, "OPTIONS", "http://other.example.test/", 204, acao, page, acah, "x-a"),
		from("null", asked(fetch.Actual, "GET", "http://other.example.test/", 200, acao, "null")),
	}),
	Entry("a script that wants no redirect", fetch.Request{URL: target, Method: "GET", Redirect: fetch.Error}, []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 302, acao, page, "Location", "/new"),
	}, fetch.DisallowedRedirect),
	Entry("a script that follows by itself", fetch.Request{URL: target, Method: "GET", Redirect: fetch.Manual}, []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 302, acao, page, "Location", "data:,x"),
	}),
)

var _ = Describe("Explain", func() {
	It("names the URL of each failure", func() {
		failures := fetch.Explain(page, asks("GET"), []fetch.Exchange{
			asked(fetch.Actual, "GET", target, 302, "Location", "/new"),
			asked(fetch.Actual, "GET", "http://api.example.test/new", 200),
		})
		Expect(failures).To(HaveLen(2))
		Expect(failures[0].URL).To(Equal(target))
		Expect(failures[1].URL).To(Equal("http://api.example.test/new"))
		Expect(failures[0].Error()).NotTo(ContainSubstring("http://api"))
	})

	It("agrees with the Model on what it stops at", func() {
		w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/fine":
				generous(rw, r)
			case "/preflight":
				rw.WriteHeader(http.StatusNotFound)
			case "/actual":
				if r.Method == "OPTIONS" {
					generous(rw, r)
				}
			case "/redirect":
				generous(rw, r)
				if r.Method != "OPTIONS" {
					http.Redirect(rw, r, "/actual", http.StatusTemporaryRedirect)
				}
			}
		})
		c := open(w.model())
		for _, path := range []string{"/fine", "/preflight", "/actual", "/redirect"} {
			r := credentialed(tagged("t", at("http://api.example.test"+path, asks("PUT", "X-A", "1"))))
			o := do(c, page, r)
			failures := fetch.Explain(page, r, o.Exchanges)
			Expect(len(failures) == 0).To(Equal(o.Shared()), path)
			if len(failures) > 0 {
				Expect(o.Detail).To(Equal(failures[0].Error()))
			}
		}
	})
})

var _ = Describe("Replay", func() {
	It("shows a Model the same again", func() {
		w := newWorld(func(rw http.ResponseWriter, r *http.Request) {
			generous(rw, r)
			if strings.HasPrefix(r.URL.Path, "/items") && r.Method != "OPTIONS" {
				http.Redirect(rw, r, "http://other.example.test/end", http.StatusTemporaryRedirect)
			}
		})
		r := tagged("t", at(target+"?q=1", asks("PUT", "X-A", "1")))
		first := do(open(w.model()), page, r)
		Expect(first.Shared()).To(BeTrue())
		sent := len(w.requests())

		again := do(open(fetch.Model{Transport: fetch.Replay(first.Exchanges), Effects: fetch.Deliver}), page, r)
		Expect(w.requests()).To(HaveLen(sent))
		again.Seconds = first.Seconds
		Expect(again).To(Equal(first))
	})

	It("answers once, and nothing that is not recorded", func() {
		c := open(fetch.Model{Transport: fetch.Replay([]fetch.Exchange{asked(fetch.Actual, "GET", target, 200, acao, "*")})})
		Expect(do(c, "http://b.example.test", asks("GET")).Cause).To(Equal(fetch.ByConnection), "another origin")
		Expect(do(c, page, at(target+"?q", asks("GET"))).Cause).To(Equal(fetch.ByConnection), "another URL")
		Expect(do(c, page, asks("HEAD")).Cause).To(Equal(fetch.ByConnection), "another method")
		Expect(do(c, page, asks("GET")).Shared()).To(BeTrue())
		o := do(c, page, asks("GET"))
		Expect(o.Cause).To(Equal(fetch.ByConnection), "a second time")
		Expect(o.Detail).To(Equal("nothing is recorded for GET " + target))
	})

	It("tells OPTIONS by a script from a preflight", func() {
		c := open(fetch.Model{Transport: fetch.Replay([]fetch.Exchange{
			asked(fetch.Actual, "OPTIONS", target, 200, acao, "*"),
			asked(fetch.Preflight, "OPTIONS", target, 204, acao, "*", acam, "OPTIONS"),
		})})
		Expect(do(c, page, asks("OPTIONS")).Response.Status).To(Equal(200))
	})

	It("repeats errors", func() {
		e := asked(fetch.Actual, "GET", target, 0)
		e.Response, e.Error = nil, "net::ERR_CONNECTION_RESET"
		o := do(open(fetch.Model{Transport: fetch.Replay([]fetch.Exchange{e})}), page, asks("GET"))
		Expect(o.Cause).To(Equal(fetch.ByConnection))
		Expect(o.Detail).To(ContainSubstring("ERR_CONNECTION_RESET"))
	})
})
