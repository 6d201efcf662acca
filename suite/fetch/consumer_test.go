package fetch_test

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("Model, for consumers", func() {
	get := fetch.Request{API: fetch.Fetch, Method: "GET"}

	const png = "\x89PNG\r\n\x1a\n"

	serving := func(status int, contentType, body string, headers ...string) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", contentType)
			for i := 0; i < len(headers); i += 2 {
				rw.Header().Set(headers[i], headers[i+1])
			}
			rw.WriteHeader(status)
			rw.Write([]byte(body))
		}
	}

	DescribeTable("takes what browsers take",
		func(r fetch.Request, handler http.HandlerFunc, seen fetch.ResponseType) {
			w := newWorld(handler)
			o := do(open(w.model()), page, at("http://api.test/", r))
			Expect(o.Response.Type).To(Equal(seen))
			Expect(o.Response.Status).To(BeZero(), "no element shows it")
			Expect(o.Exchanges).To(HaveLen(1))
		},
		Entry("an image (CO-10)", fetch.Request{Consumer: fetch.Image}, serving(200, "image/png", png), fetch.Opaque),
		Entry("an image with an error (CO-10)", fetch.Request{Consumer: fetch.Image}, serving(404, "image/png", png), fetch.Opaque),
		Entry("an image by its bytes alone", fetch.Request{Consumer: fetch.Image}, serving(200, "application/octet-stream", png), fetch.Opaque),
		Entry("an SVG image", fetch.Request{Consumer: fetch.Image}, serving(200, "image/svg+xml", "<svg xmlns='…'/>"), fetch.Opaque),
		Entry("an AVIF image", fetch.Request{Consumer: fetch.Image}, serving(200, "image/avif", "\x00\x00\x00\x20ftypavif\x00"), fetch.Opaque),
		Entry("no image", fetch.Request{Consumer: fetch.Image}, serving(200, "image/png", "{}"), fetch.NetworkError),
		Entry("a shared image (CO-11)", fetch.Request{Consumer: fetch.Image, CrossOrigin: "anonymous"}, serving(200, "image/png", png, acao, "*"), fetch.CORS),
		Entry("an image that is not shared (CO-11)", fetch.Request{Consumer: fetch.Image, CrossOrigin: "anonymous"}, serving(200, "image/png", png), fetch.NetworkError),
		Entry("an image with credentials (CO-12)", fetch.Request{Consumer: fetch.Image, CrossOrigin: "use-credentials"}, serving(200, "image/png", png, acao, page, acac, "true"), fetch.CORS),
		Entry("an image with credentials for anyone (CO-12)", fetch.Request{Consumer: fetch.Image, CrossOrigin: "use-credentials"}, serving(200, "image/png", png, acao, "*"), fetch.NetworkError),
		Entry("a script (CO-15)", fetch.Request{Consumer: fetch.Script}, serving(200, "text/javascript", ""), fetch.Opaque),
		Entry("a script of no type", fetch.Request{Consumer: fetch.Script}, serving(200, "application/x-yaml", ""), fetch.Opaque),
		Entry("a script of no type, with nosniff", fetch.Request{Consumer: fetch.Script}, serving(200, "application/x-yaml", "", "X-Content-Type-Options", "nosniff"), fetch.NetworkError),
		Entry("an image as a script", fetch.Request{Consumer: fetch.Script}, serving(200, "image/png", ""), fetch.NetworkError),
		Entry("a script with an error", fetch.Request{Consumer: fetch.Script}, serving(404, "text/javascript", ""), fetch.NetworkError),
		Entry("a shared script (CO-16)", fetch.Request{Consumer: fetch.Script, CrossOrigin: "anonymous"}, serving(200, "text/javascript", "", acao, page), fetch.CORS),
		Entry("a module (CO-17)", fetch.Request{Consumer: fetch.Module}, serving(200, "text/javascript", "", acao, page), fetch.CORS),
		Entry("a module that is not shared (CO-17)", fetch.Request{Consumer: fetch.Module}, serving(200, "text/javascript", ""), fetch.NetworkError),
		Entry("a module of another type", fetch.Request{Consumer: fetch.Module}, serving(200, "text/plain", "", acao, page), fetch.NetworkError),
		Entry("a module with credentials for anyone", fetch.Request{Consumer: fetch.Module, CrossOrigin: "use-credentials"}, serving(200, "text/javascript", "", acao, "*"), fetch.NetworkError),
		Entry("a style sheet (CO-18)", fetch.Request{Consumer: fetch.Style}, serving(200, "text/css; charset=utf-8", ""), fetch.Opaque),
		Entry("a shared style sheet (CO-18)", fetch.Request{Consumer: fetch.Style, CrossOrigin: "anonymous"}, serving(200, "text/css", "", acao, page), fetch.CORS),
		Entry("a style sheet of another type", fetch.Request{Consumer: fetch.Style, CrossOrigin: "anonymous"}, serving(200, "text/plain", "", acao, page), fetch.NetworkError),
		Entry("a font (CO-19)", fetch.Request{Consumer: fetch.Font}, serving(200, "application/octet-stream", "wOF2", acao, "*"), fetch.CORS),
		Entry("a font that is not shared (CO-19)", fetch.Request{Consumer: fetch.Font}, serving(200, "font/woff2", "wOF2"), fetch.NetworkError),
		Entry("no font", fetch.Request{Consumer: fetch.Font}, serving(200, "font/woff2", "{}", acao, "*"), fetch.NetworkError),
		Entry("captions (CO-20)", fetch.Request{Consumer: fetch.Track, CrossOrigin: "anonymous"}, serving(200, "text/plain", "\uFEFFWEBVTT\n", acao, "*"), fetch.CORS),
		Entry("captions that are not shared (CO-20)", fetch.Request{Consumer: fetch.Track, CrossOrigin: "anonymous"}, serving(200, "text/vtt", "WEBVTT"), fetch.NetworkError),
		Entry("captions with credentials for anyone (CO-20)", fetch.Request{Consumer: fetch.Track, CrossOrigin: "use-credentials"}, serving(200, "text/vtt", "WEBVTT", acao, "*"), fetch.NetworkError),
		Entry("captions with an error", fetch.Request{Consumer: fetch.Track, CrossOrigin: "anonymous"}, serving(404, "text/vtt", "WEBVTT", acao, "*"), fetch.NetworkError),
		Entry("no captions", fetch.Request{Consumer: fetch.Track, CrossOrigin: "anonymous"}, serving(200, "text/vtt", "WEBVTTs", acao, "*"), fetch.NetworkError),
		Entry("events (CO-02)", fetch.Request{Consumer: fetch.Events}, serving(200, "text/event-stream", "", acao, "*"), fetch.CORS),
		Entry("events that are not shared (CO-02)", fetch.Request{Consumer: fetch.Events}, serving(200, "text/event-stream", ""), fetch.NetworkError),
		Entry("events with credentials (CO-01)", fetch.Request{Consumer: fetch.Events, Credentials: "include"}, serving(200, "text/event-stream", "", acao, page, acac, "true"), fetch.CORS),
		Entry("events with credentials for anyone (CO-02)", fetch.Request{Consumer: fetch.Events, Credentials: "include"}, serving(200, "text/event-stream", "", acao, "*"), fetch.NetworkError),
		Entry("events with another status", fetch.Request{Consumer: fetch.Events}, serving(201, "text/event-stream", "", acao, "*"), fetch.NetworkError),
		Entry("events of another type", fetch.Request{Consumer: fetch.Events}, serving(200, "text/plain", "", acao, "*"), fetch.NetworkError),
	)

	DescribeTable("wants integrity metadata to match (SR-15, SR-16, CO-23)",
		func(r fetch.Request, metadata string, seen fetch.ResponseType) {
			w := newWorld(serving(200, "text/javascript", "hello", acao, "*"))
			r.Integrity = metadata
			o := do(open(w.model()), page, at("http://api.test/", r))
			Expect(o.Response.Type).To(Equal(seen))
			if seen == fetch.NetworkError {
				Expect(o.Cause).To(Equal(fetch.ByContent))
			}
		},
		Entry("by fetch()", get, fetch.IntegrityOf([]byte("hello")), fetch.CORS),
		Entry("by fetch(), of another body", get, fetch.IntegrityOf([]byte("bye")), fetch.NetworkError),
		Entry("one of two", get, fetch.IntegrityOf([]byte("bye"))+" "+fetch.IntegrityOf([]byte("hello")), fetch.CORS),
		Entry("the strongest of two", get, "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ= "+fetch.IntegrityOf([]byte("bye")), fetch.NetworkError),
		Entry("a known one", get, "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", fetch.CORS),
		Entry("in the alphabet of URLs", get, "sha256-LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", fetch.CORS),
		Entry("with options", get, "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=?x", fetch.CORS),
		Entry("an unknown one", get, "md5-XUFAKrxLKna5cZ2REBfFkg==", fetch.CORS),
		Entry("of a script", fetch.Request{Consumer: fetch.Script, CrossOrigin: "anonymous"}, fetch.IntegrityOf([]byte("hello")), fetch.CORS),
		Entry("of a script that is opaque", fetch.Request{Consumer: fetch.Script}, fetch.IntegrityOf([]byte("hello")), fetch.NetworkError),
		Entry("of an opaque response", fetch.Request{API: fetch.Fetch, Method: "GET", Mode: fetch.NoCORS}, fetch.IntegrityOf([]byte("hello")), fetch.NetworkError),
	)

	DescribeTable("sends a beacon that tells nothing",
		func(contentType string, handler http.HandlerFunc, requests []string, cause fetch.Cause) {
			w := newWorld(handler)
			r := fetch.Request{Consumer: fetch.Beacon, Body: "x"}
			if contentType != "" {
				r.Headers = fetch.HeaderList{{Name: "Content-Type", Value: contentType}}
			}
			o := do(open(w.model()), page, at("http://api.test/", r))
			Expect(o.Response).To(Equal(fetch.Response{Type: fetch.Opaque}))
			Expect(o.Cause).To(Equal(cause))
			Expect(w.requests()).To(Equal(requests))
			Expect(w.header(0).Get("Origin")).To(Equal(page))
		},
		Entry("of a text (CO-07)", "", serving(200, "", ""), []string{"POST api.test/"}, fetch.NoCause),
		Entry("of a safelisted type (CO-07)", "Text/Plain", serving(200, "", ""), []string{"POST api.test/"}, fetch.NoCause),
		Entry("of JSON (CO-08)", "application/json", generous, []string{"OPTIONS api.test/", "POST api.test/"}, fetch.NoCause),
		Entry("of JSON, refused (CO-08)", "application/json", serving(200, "", "", acao, "*", acah, "content-type"), []string{"OPTIONS api.test/"}, fetch.ByCORS),
	)

	It("holds a beacon back", func() {
		w := newWorld(generous)
		m := w.model()
		m.Effects = fetch.Hold
		o := do(open(m), page, fetch.Request{Consumer: fetch.Beacon, URL: "http://api.test/", Body: "x"})
		Expect(o.Cause).To(Equal(fetch.ByHold))
		Expect(o.Actual().Held).To(BeTrue())
		Expect(w.requests()).To(BeEmpty())
	})

	DescribeTable("keeps alive no more than 64 KiB",
		func(r fetch.Request, exception string, preflights ...string) {
			w := newWorld(generous)
			r.URL, r.Body = "http://api.test/", strings.Repeat("x", 65536)
			Expect(do(open(w.model()), page, r).Actual()).NotTo(BeNil())
			Expect(w.requests()).To(Equal(append(preflights, "POST api.test/")))
			w, r.Body = newWorld(generous), r.Body+"x"
			o := do(open(w.model()), page, r)
			Expect(o.Exception).To(Equal(exception))
			Expect(o.Cause).To(Equal(fetch.ByOther))
			Expect(o.Detail).To(ContainSubstring("65537 bytes, expected at most 65536"))
			Expect(w.requests()).To(ConsistOf(preflights))
		},
		Entry("of a beacon", fetch.Request{Consumer: fetch.Beacon}, "sendBeacon() returned false"),
		Entry("by fetch()", fetch.Request{API: fetch.Fetch, Method: "POST", Keepalive: true}, "TypeError: network error"),
		Entry("by fetch(), after a preflight", fetch.Request{API: fetch.Fetch, Method: "POST", Keepalive: true,
			Headers: fetch.HeaderList{{Name: "X-A", Value: "1"}}}, "TypeError: network error", "OPTIONS api.test/"),
	)

	It("asks for nothing of another origin in mode same-origin (CO-20, CO-22)", func() {
		w := newWorld(generous)
		for _, r := range []fetch.Request{{Consumer: fetch.WorkerScript}, {Consumer: fetch.Track}, {API: fetch.Fetch, Method: "GET", Mode: fetch.SameOriginMode}} {
			o := do(open(w.model()), page, at("http://api.test/", r))
			Expect(o.Response.Type).To(Equal(fetch.NetworkError))
			Expect(o.Cause).To(Equal(fetch.ByCORS))
		}
		Expect(w.requests()).To(BeEmpty())
	})

	It("drops the headers that mode no-cors does not know, and refuses the methods", func() {
		w := newWorld(serving(200, "", ""))
		r := fetch.Request{API: fetch.Fetch, Method: "POST", Mode: fetch.NoCORS, Body: "x", Headers: fetch.HeaderList{
			{Name: "X-A", Value: "1"}, {Name: "Content-Type", Value: "application/json"}, {Name: "Accept", Value: "text/html"}}}
		o := do(open(w.model()), page, at("http://api.test/", r))
		Expect(o.Response.Type).To(Equal(fetch.Opaque))
		Expect(w.header(0)).NotTo(HaveKey("X-A"))
		Expect(w.header(0).Get("Content-Type")).To(Equal("text/plain;charset=UTF-8"))
		Expect(w.header(0).Get("Accept")).To(Equal("text/html"))
		r.Method = "PUT"
		Expect(do(open(w.model()), page, at("http://api.test/", r)).Exception).To(HavePrefix("TypeError"))
		Expect(w.requests()).To(HaveLen(1))
	})

	It("explains by the consumer's own mode", func() {
		bare := &fetch.WireResponse{Status: 200}
		exchanges := []fetch.Exchange{{Kind: fetch.Actual, Request: fetch.WireRequest{Method: "GET", URL: "http://api.test/"}, Response: bare}}
		Expect(fetch.Explain(page, fetch.Request{Consumer: fetch.Image, URL: "http://api.test/"}, exchanges)).To(BeEmpty())
		Expect(fetch.Explain(page, fetch.Request{Consumer: fetch.Font, URL: "http://api.test/"}, exchanges)).To(HaveLen(1))
	})
})
