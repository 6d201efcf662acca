package chromium_test

import (
	"errors"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/fetch"
)

func pid() string { return strconv.Itoa(os.Getpid()) }

const page = "https://app.example.test"

var _ = Describe("A page", func() {
	DescribeTable("lives on any origin, and says so on the wire", func(ctx SpecContext, origin string) {
		target := newRecorder(permissive)
		o := do(ctx, in(ctx, delivering), origin, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
		Expect(o.Shared()).To(BeTrue())
		Expect(target.origins()).To(Equal([]string{origin}))
	},
		Entry("http", "http://app.example.test"),
		Entry("http on a port", "http://app.example.test:7001"),
		Entry("https", "https://admin.example.test"),
		Entry("https on a port", "https://admin.example.test:8443"),
		Entry("an internationalized name", "https://xn--bcher-kva.example"),
		Entry("an underscore", "http://host_with_underscore.example.test"),
		Entry("localhost", "http://localhost:3000"),
		Entry("localhost by https", "https://localhost:8443"),
		Entry("a name under localhost", "http://app.localhost:3000"),
		Entry("an IPv6 address", "http://[::1]:4000"),
		Entry("another loopback address", "http://127.0.0.2:5500"),
		Entry("a dot at the end of its host", "http://app.example.test.:7001"),
		Entry("a dot at the end of its host by https", "https://app.example.test.:8443"),
		Entry("a dot at the beginning", "https://.example.test"),
		Entry("a name of the DNS that is as long as can be", "https://"+strings.Repeat(strings.Repeat("e", 63)+".", 3)+strings.Repeat("e", 61)),
		Entry("a private address", "http://192.168.0.1"),
		Entry("an asterisk, escaped", "https://app.example.test%2A.evil.example"),
		Entry("an opaque one", "null"),
	)

	// What a host may have is measured, since scanners disagree about it.
	It("lives on a host with any of the characters that the URL Standard allows", func(ctx SpecContext) {
		target := newRecorder(permissive)
		c := in(ctx, delivering)
		var origins []string
		for _, char := range "-_\"`{}+!~;&'(),$=" {
			origins = append(origins, "https://app.example.test"+string(char)+".evil.example", "http://app.example.test."+string(char)+".evil.example:7001")
		}
		Expect(c.Open(ctx, origins...)).To(Succeed())
		for _, origin := range origins {
			o := do(ctx, c, origin, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
			Expect(o.Shared()).To(BeTrue(), origin)
		}
		Expect(target.origins()).To(Equal(origins))
	})

	It("lives on no host with another one", func(ctx SpecContext) {
		for _, char := range []string{"^", "|", "%0b", "%", " ", "<", ">", "*", "@", "A"} {
			_, err := in(ctx, delivering).Do(ctx, "https://app.example.test"+char+".evil.example", fetch.Request{URL: "http://127.0.0.1:1/", Method: "GET"})
			var impossible *fetch.OriginError
			Expect(errors.As(err, &impossible)).To(BeTrue(), "%q: %v", char, err)
		}
	})

	It("is refused where it cannot live", func(ctx SpecContext) {
		_, err := in(ctx, delivering).Do(ctx, "https://app.example.test/path", fetch.Request{URL: "http://127.0.0.1:1/", Method: "GET"})
		var impossible *fetch.OriginError
		Expect(errors.As(err, &impossible)).To(BeTrue(), "%v", err)
	})

	It("is refused where the browser makes it another origin", func(ctx SpecContext) {
		_, err := in(ctx, delivering).Do(ctx, "http://corsproof.dev", fetch.Request{URL: "http://127.0.0.1:1/", Method: "GET"})
		var impossible *fetch.OriginError
		Expect(errors.As(err, &impossible)).To(BeTrue(), "%v", err)
	})

	It("may be a frame of another, and no tab is opened for it", func(ctx SpecContext) {
		target := newRecorder(permissive)
		c := in(ctx, delivering)
		origins := []string{"http://one.frame.test", "https://one.frame.test", "http://two.frame.test:7001", "http://localhost:7002", "https://null.example.evil"}
		opened := c.(fetch.FrameOpener).OpenFrames(ctx, origins...)
		Expect(opened).To(Succeed())
		Expect(chromium.Frames(c)).To(ConsistOf(origins))
		for _, origin := range origins {
			o := do(ctx, c, origin, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "PUT"})
			Expect(o.Shared()).To(BeTrue(), origin)
			Expect(o.Exchanges).To(HaveLen(2), origin)
		}
		Expect(slices.Compact(target.origins())).To(Equal(origins))
	})

	It("is a tab where no frame can be, and refused where none can", func(ctx SpecContext) {
		target := newRecorder(permissive)
		c := in(ctx, delivering)
		dotted, impossible := "https://frame.example.test.", "http://corsproof.dev"
		err := c.(fetch.FrameOpener).OpenFrames(ctx, dotted, impossible)
		var refused *fetch.OriginError
		Expect(errors.As(err, &refused)).To(BeTrue(), "%v", err)
		Expect(refused.Origin).To(Equal(impossible))
		Expect(chromium.Frames(c)).To(BeEmpty())
		Expect(do(ctx, c, dotted, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"}).Shared()).To(BeTrue())
	})

	It("asks for no icon", func(ctx SpecContext) {
		c := in(ctx, delivering)
		Expect(c.Open(ctx, "http://icon.example.test")).To(Succeed())
		Expect(delivering.Misdirected()).NotTo(ContainElement(ContainSubstring("icon.example.test")))
	})
})

var _ = Describe("The evidence", func() {
	DescribeTable("holds the preflight and the actual request", func(ctx SpecContext, origin string, api fetch.API, global fetch.Global) {
		target := newRecorder(permissive)
		o := do(ctx, in(ctx, delivering), origin, fetch.Request{
			API: api, Global: global, URL: target.URL + "/", Method: "PUT", Body: "x",
			Headers: fetch.HeaderList{{Name: "X-B", Value: "1"}, {Name: "X-A", Value: "2"}},
		})
		Expect(o.Shared()).To(BeTrue())
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
		Expect(actual.Response.Headers.Contains("Access-Control-Allow-Origin")).To(BeTrue())
	},
		Entry("of fetch() in a page", page, fetch.Fetch, fetch.Window),
		Entry("of XMLHttpRequest in a page", page, fetch.XHR, fetch.Window),
		Entry("of fetch() in a worker", page, fetch.Fetch, fetch.Worker),
		Entry("of XMLHttpRequest in a worker", page, fetch.XHR, fetch.Worker),
		Entry("of fetch() in a sandboxed frame", "null", fetch.Fetch, fetch.Window),
		Entry("of XMLHttpRequest in a sandboxed frame", "null", fetch.XHR, fetch.Window),
	)

	DescribeTable("names the browser's reason", func(ctx SpecContext, method string, handler http.HandlerFunc, reason string) {
		target := newRecorder(handler)
		o := do(ctx, in(ctx, delivering), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: method})
		Expect(o.Shared()).To(BeFalse())
		Expect(o.Cause).To(Equal(fetch.ByCORS))
		Expect(o.Detail).To(Equal(reason))
		last := o.Exchanges[len(o.Exchanges)-1]
		Expect(last.Reason).To(Equal(reason))
		Expect(last.Response).NotTo(BeNil())
	},
		Entry("no header", "GET", func(http.ResponseWriter, *http.Request) {}, "MissingAllowOriginHeader"),
		Entry("two headers", "GET", func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Access-Control-Allow-Origin"] = []string{page, page}
		}, "MultipleAllowOriginValues"),
		Entry("no header on the preflight", "PUT", func(http.ResponseWriter, *http.Request) {}, "PreflightMissingAllowOriginHeader"),
		Entry("405 on the preflight", "PUT", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", page)
			w.WriteHeader(405)
		}, "PreflightInvalidStatus"),
		Entry("a redirect of the preflight", "PUT", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", page)
			http.Redirect(w, r, "/other", http.StatusFound)
		}, "PreflightDisallowedRedirect"),
		Entry("a method that is not listed", "PATCH", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", page)
			w.Header().Set("Access-Control-Allow-Methods", "patch")
		}, "MethodDisallowedByPreflightResponse"),
	)

	It("keeps equal headers apart", func(ctx SpecContext) {
		target := newRecorder(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Access-Control-Allow-Origin"] = []string{page, "https://other.example"}
		})
		o := do(ctx, in(ctx, delivering), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
		Expect(o.Actual().Response.Headers.Values("Access-Control-Allow-Origin")).To(Equal([]string{page, "https://other.example"}))
	})

	It("follows a redirect, hop by hop", func(ctx SpecContext) {
		target := newRecorder(func(w http.ResponseWriter, r *http.Request) {
			shared(w, r)
			if r.URL.Path == "/old" {
				http.Redirect(w, r, "/new", http.StatusFound)
			}
		})
		o := do(ctx, in(ctx, delivering), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/old", Method: "GET"})
		Expect(o.Shared()).To(BeTrue())
		Expect(o.Response.Redirected).To(BeTrue())
		Expect(o.Exchanges).To(HaveLen(2))
		Expect(o.Exchanges[0].Response.Status).To(Equal(302))
		Expect(o.Exchanges[1].Request.URL).To(HaveSuffix("/new"))
	})

	It("shows what a script can read, and no more", func(ctx SpecContext) {
		target := newRecorder(func(w http.ResponseWriter, r *http.Request) {
			shared(w, r)
			w.Header().Set("ETag", `"1"`)
			w.Header().Set("X-Secret", "2")
			w.Header().Set("Access-Control-Expose-Headers", "ETag")
		})
		for _, api := range []fetch.API{fetch.Fetch, fetch.XHR} {
			o := do(ctx, in(ctx, delivering), page, fetch.Request{API: api, URL: target.URL + "/", Method: "GET"})
			Expect(o.Response.Headers.Contains("ETag")).To(BeTrue())
			Expect(o.Response.Headers.Contains("X-Secret")).To(BeFalse())
			Expect(o.Actual().Response.Headers.Contains("X-Secret")).To(BeTrue())
		}
	})
})

func shared(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
}
