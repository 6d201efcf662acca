package webkit_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/browser/webkit"
	"github.com/corsproof/corsproof/suite/fetch"
)

const page = "http://app.example.test"

var _ = Describe("A page", func() {
	DescribeTable("lives on any origin, and says so on the wire", func(ctx SpecContext, origin string) {
		o := trial.Do(ctx, trial.In(ctx, delivering), origin, fetch.Request{API: fetch.Fetch, URL: secureTarget + "/", Method: "GET"})
		Expect(o.Shared()).To(BeTrue(), "%+v", o)
		Expect(secure.Origins()).To(ContainElement(origin))
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
		Entry("an IPv6 address by https", "https://[::1]:4000"),
		Entry("another loopback address", "http://127.0.0.2:5500"),
		Entry("an address by https", "https://127.0.0.2:5500"),
		Entry("a dot at the end of its host", "http://app.example.test.:7001"),
		Entry("a dot at the end of its host by https", "https://app.example.test.:8443"),
		Entry("a dot at the beginning", "https://.example.test"),
		Entry("a name of the DNS that is as long as can be", "https://"+strings.Repeat(strings.Repeat("e", 63)+".", 3)+strings.Repeat("e", 61)),
		Entry("a private address", "http://192.168.0.1"),
		Entry("an opaque one", "null"),
	)

	It("lives on a host with any of the characters that the URL Standard allows", func(ctx SpecContext) {
		c := trial.In(ctx, delivering)
		var origins []string
		for _, char := range "-_\"`{}+!~&'(),$=" { // for the semicolon see openTab
			origins = append(origins, "https://app.example.test"+string(char)+".evil.example", "http://app.example.test."+string(char)+".evil.example:7001")
		}
		Expect(c.Open(ctx, origins...)).To(Succeed())
		before := len(secure.Origins())
		for _, origin := range origins {
			o := trial.Do(ctx, c, origin, fetch.Request{API: fetch.Fetch, URL: secureTarget + "/", Method: "GET"})
			Expect(o.Shared()).To(BeTrue(), origin)
		}
		Expect(secure.Origins()[before:]).To(Equal(origins))
	})

	It("may be a frame of another, and no window is opened for it", func(ctx SpecContext) {
		target := trial.NewRecorder(trial.Permit)
		c := trial.In(ctx, delivering)
		origins := []string{"http://one.frame.test", "http://two.frame.test:7001", "http://localhost:7002", "http://null.example.evil"}
		origins = append(origins, "null")
		const secureOrigin = "https://one.frame.test"
		impossible := []string{"http://app.example.test;.evil.example", "http://app.example.test:22", "http://127.0.0.1:4711"}
		Expect(c.(fetch.FrameOpener).OpenFrames(ctx, slices.Concat(origins, []string{secureOrigin}, impossible)...)).To(Succeed())
		Expect(webkit.Frames(c)).To(ConsistOf(append(origins, secureOrigin)))
		for _, origin := range origins {
			for _, global := range []fetch.Global{fetch.Window, fetch.Worker} {
				o := trial.Do(ctx, c, origin, fetch.Request{API: fetch.Fetch, Global: global, URL: target.URL + "/" + string(global), Method: "PUT"})
				Expect(o.Shared()).To(BeTrue(), origin)
				Expect(o.Exchanges).To(HaveLen(2), origin)
			}
		}
		Expect(slices.Compact(target.Origins())).To(Equal(origins))
		Expect(trial.Do(ctx, c, secureOrigin, fetch.Request{API: fetch.XHR, URL: secureTarget + "/", Method: "PUT"}).Shared()).To(BeTrue())
		Expect(secure.Origins()).To(ContainElement(secureOrigin))
		Expect(webkit.Frames(c)).To(HaveLen(len(origins) + 1))
	})

	DescribeTable("has the timeout of its request as a frame too, and is a window after its WebKit ended", func(ctx SpecContext, end func(fetch.Context)) {
		slow := make(chan struct{})
		defer close(slow)
		target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				<-slow
			}
			trial.Permit(w, r)
		})
		c := trial.In(ctx, delivering)
		Expect(c.(fetch.FrameOpener).OpenFrames(ctx, page)).To(Succeed())
		get := fetch.Request{API: fetch.Fetch, URL: target.URL + "/slow", Method: "GET", Timeout: 100 * time.Millisecond}
		Expect(trial.Do(ctx, c, page, get).Cause).To(Equal(fetch.ByTimeout))
		end(c)
		get.URL = target.URL + "/"
		_, err := c.Do(ctx, page, get)
		Expect(err).To(MatchError(ContainSubstring("the browser ended in the middle of a request")))
		Expect(trial.Do(ctx, c, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"}).Shared()).To(BeTrue())
		Expect(webkit.Frames(c)).To(BeEmpty())
	},
		Entry("with its driver", webkit.Kill),
		Entry("alone", webkit.Quit),
	)

	It("lives on no host with another one", func(ctx SpecContext) {
		c := trial.In(ctx, delivering)
		for _, char := range []string{"^", "|", "%0b", "%", " ", "<", ">", "*", "%2A", "@", "A", ";"} {
			_, err := c.Do(ctx, "https://app.example.test"+char+".evil.example", fetch.Request{URL: "http://127.0.0.1:1/", Method: "GET"})
			var impossible *fetch.OriginError
			Expect(errors.As(err, &impossible)).To(BeTrue(), "%q: %v", char, err)
		}
	})

	DescribeTable("is refused where it cannot live", func(ctx SpecContext, origin string) {
		_, err := trial.In(ctx, delivering).Do(ctx, origin, fetch.Request{URL: "http://127.0.0.1:1/", Method: "GET"})
		var impossible *fetch.OriginError
		Expect(errors.As(err, &impossible)).To(BeTrue(), "%v", err)
	},
		Entry("it is no origin", "https://app.example.test/path"),
		Entry("it is the target's", "http://127.0.0.1:4711"),
		Entry("nobody calls its port", "http://app.example.test:22"),
	)

	It("asks for no icon, and for nothing else", func(ctx SpecContext) {
		c := trial.In(ctx, delivering)
		Expect(c.Open(ctx, "http://icon.example.test")).To(Succeed())
		Expect(delivering.Misdirected()).To(BeEmpty())
	})
})

var _ = Describe("The evidence, where there is TLS,", func() {
	It("is what the script sees", func(ctx SpecContext) {
		before := len(secure.Methods())
		o := trial.Do(ctx, trial.In(ctx, delivering), page, fetch.Request{API: fetch.Fetch, URL: secureTarget + "/", Method: "PUT"})
		Expect(o.Shared()).To(BeTrue())
		Expect(o.Encrypted).To(BeTrue())
		Expect(o.Exchanges).To(BeEmpty())
		Expect(secure.Methods()[before:]).To(Equal([]string{"OPTIONS", "PUT"}))
	})
})
