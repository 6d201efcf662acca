package chromium_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("A cause that is not CORS", func() {
	It("is a connection that is refused", func(ctx SpecContext) {
		o := do(ctx, in(ctx, delivering), page, fetch.Request{API: fetch.Fetch, URL: "http://" + closedPort() + "/", Method: "GET"})
		Expect(o.Cause).To(Equal(fetch.ByConnection))
		Expect(o.Detail).To(Equal("net::ERR_CONNECTION_REFUSED"))
	})

	It("is a response that does not come", func(ctx SpecContext) {
		quit := make(chan struct{})
		target := newRecorder(func(http.ResponseWriter, *http.Request) { <-quit })
		DeferCleanup(func() { close(quit) })
		for _, api := range []fetch.API{fetch.Fetch, fetch.XHR} {
			o := do(ctx, in(ctx, delivering), page, fetch.Request{API: api, URL: target.URL + "/", Method: "GET", Timeout: 200 * time.Millisecond})
			Expect(o.Cause).To(Equal(fetch.ByTimeout))
			Expect(o.Actual()).NotTo(BeNil())
		}
	})

	It("is a preflight that is not answered, which the evidence shows", func(ctx SpecContext) {
		quit := make(chan struct{})
		target := newRecorder(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions {
				<-quit
			}
		})
		DeferCleanup(func() { close(quit) })
		o := do(ctx, in(ctx, delivering), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "PUT", Timeout: 200 * time.Millisecond})
		Expect(o.Cause).To(Equal(fetch.ByTimeout))
		Expect(o.Preflight()).NotTo(BeNil())
		Expect(o.Preflight().Response).To(BeNil())
		Expect(o.Actual()).To(BeNil())
	})

	It("is mixed content", func(ctx SpecContext) {
		browser, err := chromium.Start(ctx, chromium.Options{Targets: []string{"api.example.test:80"}})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(browser.Close)
		o := do(ctx, in(ctx, browser), page, fetch.Request{API: fetch.Fetch, URL: "http://api.example.test/", Method: "GET"})
		Expect(o.Cause).To(Equal(fetch.ByMixed))
	})

	It("is a name that nobody knows", func(ctx SpecContext) {
		browser, err := chromium.Start(ctx, chromium.Options{Targets: []string{"nowhere.invalid:80"}})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(browser.Close)
		o := do(ctx, in(ctx, browser), "http://app.example.test", fetch.Request{API: fetch.Fetch, URL: "http://nowhere.invalid/", Method: "GET"})
		Expect(o.Cause).To(Equal(fetch.ByDNS))
	})
})

var _ = Describe("A big body", func() {
	DescribeTable("is judged by its beginning", func(ctx SpecContext, api fetch.API, announced bool) {
		const size = 200 << 20
		var written atomic.Int64
		target := newRecorder(func(w http.ResponseWriter, r *http.Request) {
			shared(w, r)
			if announced {
				w.Header().Set("Content-Length", "209715200")
			}
			chunk := []byte(strings.Repeat("x", 64<<10))
			for written.Load() < size {
				n, err := w.Write(chunk)
				written.Add(int64(n))
				if err != nil {
					return
				}
			}
		})
		o := do(ctx, in(ctx, delivering), page, fetch.Request{API: api, URL: target.URL + "/", Method: "GET"})
		Expect(o.Shared()).To(BeTrue())
		Expect(o.Response.Status).To(Equal(200))
		Expect(o.Response.BodyBytes).To(BeNumerically("<=", fetch.MaxBody))
		Expect(written.Load()).To(BeNumerically("<", size/4), "the rest stays in the server, but for what is in buffers")
	},
		Entry("by fetch(), with its length", fetch.Fetch, true),
		Entry("by fetch(), without", fetch.Fetch, false),
		Entry("by XMLHttpRequest, with its length", fetch.XHR, true),
		Entry("by XMLHttpRequest, without", fetch.XHR, false),
	)
})

var _ = Describe("A context", func() {
	It("shares its CORS-preflight cache among requests with one tag alone", func(ctx SpecContext) {
		target := newRecorder(permissive)
		c := in(ctx, delivering)
		for _, tag := range []string{"one", "one", "two"} {
			do(ctx, c, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "PUT", Tag: tag})
		}
		Expect(target.methods()).To(Equal([]string{"OPTIONS", "PUT", "PUT", "OPTIONS", "PUT"}))
	})

	It("shares it with no other context", func(ctx SpecContext) {
		target := newRecorder(permissive)
		for range 2 {
			do(ctx, in(ctx, delivering), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "PUT", Tag: "one"})
		}
		Expect(target.methods()).To(Equal([]string{"OPTIONS", "PUT", "OPTIONS", "PUT"}))
	})

	It("sends planted cookies from a same-site page, and keeps them to itself", func(ctx SpecContext) {
		var cookies []string
		target := newRecorder(func(w http.ResponseWriter, r *http.Request) {
			permissive(w, r)
			cookies = append(cookies, r.Header.Get("Cookie"))
		})
		browser, err := chromium.Start(ctx, chromium.Options{ConnectTo: map[string]string{"api.example.test:80": target.Listener.Addr().String()}})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(browser.Close)
		get := fetch.Request{API: fetch.Fetch, URL: "http://api.example.test/", Method: "GET", Credentials: fetch.Include}
		c := in(ctx, browser)
		Expect(c.SetCookies(ctx, get.URL, []fetch.Cookie{{Name: "sid", Value: "7"}})).To(Succeed())
		do(ctx, c, "http://app.example.test", get)
		do(ctx, in(ctx, browser), "http://app.example.test", get)
		get.Credentials = fetch.SameOrigin
		do(ctx, c, "http://app.example.test", get)
		Expect(cookies).To(Equal([]string{"sid=7", "", ""}))
	})

	It("ends with its caller", func(ctx SpecContext) {
		quit := make(chan struct{})
		target := newRecorder(func(http.ResponseWriter, *http.Request) { <-quit })
		DeferCleanup(func() { close(quit) })
		c := in(ctx, delivering)
		Expect(c.Open(ctx, page)).To(Succeed())
		short, cancel := context.WithCancel(ctx)
		go func() {
			Eventually(target.methods).Should(HaveLen(1))
			cancel()
		}()
		_, err := c.Do(short, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
		Expect(err).To(MatchError(context.Canceled))
	})
})

var _ = Describe("A browser that is killed", func() {
	It("is an error of its own, and leaves nothing", func(ctx SpecContext) {
		quit := make(chan struct{})
		target := newRecorder(func(http.ResponseWriter, *http.Request) { <-quit })
		DeferCleanup(func() { close(quit) })
		browser, err := chromium.Start(ctx, chromium.Options{Targets: []string{"127.0.0.1:*"}})
		Expect(err).NotTo(HaveOccurred())
		c := in(ctx, browser)
		go func() {
			defer GinkgoRecover()
			Eventually(target.methods).Should(HaveLen(1))
			Expect(syscall.Kill(browser.Pid(), syscall.SIGKILL)).To(Succeed())
		}()
		_, err = c.Do(ctx, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
		Expect(err).To(MatchError(ContainSubstring("the browser ended")))
		_, err = browser.NewContext(ctx)
		Expect(err).To(HaveOccurred())
		Expect(browser.Close()).To(Succeed())
		Expect(browser.Home()).NotTo(BeADirectory())
	})
})

var _ = Describe("The start", func() {
	It("sweeps what a dead process left, and nothing else", func(ctx SpecContext) {
		dead, err := os.MkdirTemp("", "corsproof-chromium-")
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(dead+"/owner", []byte("4194305"), 0o600)).To(Succeed()) // above the kernel's largest id
		browser, err := chromium.Start(ctx, chromium.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(browser.Close)
		Expect(dead).NotTo(BeADirectory())
		Expect(delivering.Home()).To(BeADirectory())
	})

	It("ends when its caller gives up, and leaves nothing", func(ctx SpecContext) {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		_, err := chromium.Start(gone, chromium.Options{})
		Expect(err).To(MatchError(context.Canceled))
		Expect(leftHomes()).To(ConsistOf(delivering.Home(), holding.Home()))
	})

	It("says what it looked for", func(ctx SpecContext) {
		_, err := chromium.Start(ctx, chromium.Options{Path: "/no/such/browser"})
		Expect(err).To(MatchError(ContainSubstring(`no browser at "/no/such/browser"`)))
	})

	It("describes the browser", func() {
		about := delivering.About()
		Expect(about.Name).To(Equal("chromium"))
		Expect(about.Version).To(MatchRegexp(`^\d+\.\d+\.\d+\.\d+$`))
		Expect(about.Flags).To(ContainElement(HavePrefix("--host-resolver-rules=")))
		Expect(strings.Join(about.Flags, " ")).NotTo(ContainSubstring(os.TempDir()))
		if os.Geteuid() == 0 {
			Expect(about.Flags).To(ContainElement("--no-sandbox"))
		}
		Expect(about.Flags).NotTo(ContainElement(ContainSubstring("disable-web-security")))
	})
})
