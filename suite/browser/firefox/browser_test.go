package firefox_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/browser/firefox"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/selftest"
	"github.com/corsproof/corsproof/suite/useragent"
)

const page = "https://app.example.test"

var _ = Describe("Firefox as a browser", func() {
	It("is an error of its own when it is killed, and leaves nothing", func(ctx SpecContext) {
		quit, came := make(chan struct{}), make(chan struct{})
		target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(came)
			<-quit
		}))
		DeferCleanup(target.Close)
		DeferCleanup(func() { close(quit) })
		browser, err := firefox.Start(ctx, firefox.Options{Targets: []string{"127.0.0.1:*"}})
		Expect(err).NotTo(HaveOccurred())
		c, err := browser.NewContext(ctx)
		Expect(err).NotTo(HaveOccurred())
		go func() {
			defer GinkgoRecover()
			<-came
			Expect(syscall.Kill(browser.Pid(), syscall.SIGKILL)).To(Succeed())
		}()
		_, err = c.Do(ctx, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
		Expect(err).To(MatchError(ContainSubstring("the browser ended")))
		_, err = browser.NewContext(ctx)
		Expect(err).To(HaveOccurred())
		Expect(browser.Close()).To(Succeed())
		Expect(browser.Home()).NotTo(BeADirectory())
	})

	It("says what was looked for if it is not there", func(ctx SpecContext) {
		_, err := firefox.Start(ctx, firefox.Options{Path: "/no/such/browser"})
		Expect(err).To(MatchError(ContainSubstring(`no browser at "/no/such/browser"`)))
	})

	It("says how it ended if it did not start", func(ctx SpecContext) {
		_, err := firefox.Start(ctx, firefox.Options{Path: "/bin/false"})
		Expect(err).To(MatchError(ContainSubstring("/bin/false did not start: it ended (exit status 1)")))
	})

	It("is described", func() {
		about := delivering.About()
		Expect(about.Name).To(Equal("firefox"))
		Expect(about.Version).To(MatchRegexp(`^\d+\.\d+`))
		Expect(about.Flags).To(ContainElements("--headless", "network.lna.enabled=false"))
		Expect(strings.Join(about.Flags, " ")).NotTo(ContainSubstring(os.TempDir()))
	})

	// The names that it asks for are recorded where all its connections end but those to
	// a target by its name.
	It("asks for no name but the fixtures'", func() {
		for _, asked := range delivering.Misdirected() {
			Expect(asked).To(MatchRegexp(`^\w+ https?://(.*\.)?(example\.\w+|corsproof\.\w+)\.?(:\d+)?$`))
		}
	})
})

var _ = Describe("Firefox's opinion", func() {
	It("is what the Standard says, or is known to be otherwise", func(ctx SpecContext) {
		dictated, err := stub.Start()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(dictated.Close)
		browser, err := firefox.Start(ctx, firefox.Options{ConnectTo: useragent.ConnectTo(dictated), Effects: fetch.Deliver})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(browser.Close)
		r, err := useragent.Run(ctx, browser, dictated, useragent.Options{})
		Expect(err).NotTo(HaveOccurred())
		for _, result := range r.Results {
			Expect(result.Verdict).To(BeElementOf(useragent.Pass, useragent.Deviates), "%s: %s", result.Key, result.Observed)
			Expect(result.Stale).To(BeFalse(), result.Key)
		}
	})

	It("is the model's of the reference server", func(ctx SpecContext) {
		faultless := faults.Fault{}
		server := httptest.NewServer(faultless.Handler())
		DeferCleanup(server.Close)
		target := selftest.At(server.URL, selftest.FaultyTarget(faultless))
		byModel, err := suite.Run(ctx, target, &fetch.Model{Effects: fetch.Deliver}, suite.Filter{})
		Expect(err).NotTo(HaveOccurred())
		byFirefox, err := suite.Run(ctx, target, delivering, suite.Filter{})
		Expect(err).NotTo(HaveOccurred())
		Expect(byFirefox.Partial).To(BeEmpty())
		Expect(byFirefox.Results).To(HaveLen(len(byModel.Results)))
		for i, f := range byFirefox.Results {
			if f.Reason == suite.OriginImpossible || f.Reason == suite.NotObservable {
				continue
			}
			Expect(f.Verdict).To(Equal(byModel.Results[i].Verdict), "%s: %s (%s)", f.Key, f.Observed, f.Reason)
		}
	})
})

var _ = DescribeTable("An entry of the console is read",
	func(text, name, url string) {
		gotName, gotURL, blocked := firefox.ParseEntry(text)
		Expect(blocked).To(BeTrue())
		Expect(gotName).To(Equal(name))
		Expect(gotURL).To(Equal(url))
	},
	Entry(nil, "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at http://a.test/x#tag. (Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.",
		"CORSMissingAllowOrigin", "http://a.test/x#tag"),
	Entry(nil, "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at ‘http://a.test/x#tag’. (Reason: Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).",
		"CORSNotSupportingCredentials", "http://a.test/x#tag"),
	Entry(nil, "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at http://a.test/. (Reason: invalid token ‘a b’ in CORS header ‘Access-Control-Allow-Methods’).",
		"CORSInvalidAllowMethod", "http://a.test/"),
	Entry(nil, "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at http://a.test/. (Reason: invalid token ‘a b’ in CORS header ‘Access-Control-Allow-Headers’).",
		"CORSInvalidAllowHeader", "http://a.test/"),
	Entry(nil, "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at http://a.test/. (Reason: CORS request did not succeed). Status code: (null).",
		"", "http://a.test/"),
	Entry(nil, "Blocked loading mixed active content “http://a.test/#tag”", "", "http://a.test/#tag"),
)
