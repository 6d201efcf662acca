package runner_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner"
	"github.com/corsproof/corsproof/runner/config"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// getAlone is the cheapest filter.
var getAlone = suite.Filter{Scenarios: []string{"simple.get"}}

var _ = Describe("Run", func() {
	It("judges the embedded server, which keeps its policy", func(ctx SpecContext) {
		last, total := 0, 0
		r := run(ctx, runner.Options{Version: "v1.2.3", Progress: func(done, of int) { last, total = done, of }})

		Expect(r.ExitCode()).To(Equal(suite.ExitConforms))
		Expect(r.Summary[suite.Fail] + r.Summary[suite.Blocked] + r.Summary[suite.Broken]).To(BeZero())
		Expect(r.Tool).To(Equal(suite.Tool{Name: "corsproof", Version: "v1.2.3"}))
		Expect(r.Target.Effects).To(Equal(fetch.Deliver))
		Expect(total).To(BeNumerically(">", 100))
		Expect(last).To(Equal(total))
	})

	It("holds effects back where it is told to", func(ctx SpecContext) {
		r := run(ctx, runner.Options{Effects: fetch.Hold})
		Expect(r.Target.Effects).To(Equal(fetch.Hold))
		Expect(r.Results).To(ContainElement(And(HaveField("Verdict", suite.Unjudged), HaveField("Reason", suite.Held))))
	})

	It("judges what the configuration says, but at the target that it is given", func(ctx SpecContext) {
		server := serve(sample())
		c := declared("https://api.example.com")
		r := run(ctx, runner.Options{Config: c, Target: server.URL, Filter: getAlone})

		Expect(r.Target.URL).To(Equal(server.URL))
		Expect(r.ExitCode()).To(Equal(suite.ExitConforms))
		Expect(c.Target.URL).To(Equal("https://api.example.com"), "the configuration is the caller's")
	})

	It("goes nowhere that is not declared, wherever the target redirects", func(ctx SpecContext) {
		var strayed atomic.Int64
		elsewhere := serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed.Add(1) }))
		server := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		}))
		r := run(ctx, runner.Options{Config: declared(server.URL), Filter: getAlone})

		Expect(strayed.Load()).To(BeZero())
		Expect(r.Summary[suite.Broken]).To(BeZero())
		Expect(r.ExitCode()).To(Equal(suite.ExitFails))
	})

	It("waits no longer than it may", func(ctx SpecContext) {
		r := run(ctx, runner.Options{MaxWait: new(time.Duration(0)), Filter: suite.Filter{Scenarios: []string{"cache.expiry"}}})
		Expect(r.Results[0].Reason).To(Equal(suite.WouldWait))
	})

	It("waits for no response longer than it may", func(ctx SpecContext) {
		server := serve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		r := run(ctx, runner.Options{Config: declared(server.URL), Timeout: 50 * time.Millisecond, Filter: getAlone})

		Expect(r.Partial).To(ContainSubstring("does not answer"))
		Expect(r.ExitCode()).To(Equal(suite.ExitNoJudgement))
	})

	It("reports a target that is down", func(ctx SpecContext) {
		r := run(ctx, runner.Options{Config: declared("http://127.0.0.1:1")})

		Expect(r.Partial).To(ContainSubstring("http://127.0.0.1:1 cannot be reached"))
		Expect(r.ExitCode()).To(Equal(suite.ExitNoJudgement))
	})

	It("reports what it has when its context ends", func(ctx SpecContext) {
		within, cancel := context.WithCancel(ctx)
		defer cancel()
		var tried atomic.Int64
		server := serve(sample())
		r, err := runner.Run(within, runner.Options{Config: declared(server.URL), Browser: runner.None, Progress: func(done, _ int) {
			if tried.Store(int64(done)); done == 20 {
				cancel()
			}
		}})

		Expect(err).NotTo(HaveOccurred())
		Expect(r.Partial).To(ContainSubstring("interrupted"))
		Expect(r.Summary[suite.Pass]).To(BeNumerically(">", 5))
		Expect(r.Summary[suite.Broken]).To(BeNumerically(">", 5))
	})
})

var _ = Describe("the way to the target", func() {
	It("leads where connectTo says, with the target's own name, past any proxy", func(ctx SpecContext) {
		GinkgoT().Setenv("HTTP_PROXY", "http://127.0.0.1:1")
		hosts := make(chan string, 100)
		inner := sample()
		server := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			hosts <- r.Host
			inner.ServeHTTP(w, r)
		}))
		c := declared("http://api.corsproof.test")
		c.ConnectTo = []config.ConnectTo{{Host: "api.corsproof.test", ToHost: "127.0.0.1", ToPort: 1}}
		r := run(ctx, runner.Options{Config: c, Filter: getAlone, ConnectTo: []config.ConnectTo{
			{Host: "other.corsproof.test", ToPort: 1},
			{Host: "api.corsproof.test", Port: 80, ToHost: "127.0.0.1", ToPort: portOf(server)}, // comes before the file's
		}})

		Expect(r.ExitCode()).To(Equal(suite.ExitConforms), r.Partial)
		Expect(hosts).To(Receive(Equal("api.corsproof.test")))
	})

	It("asks no resolver for names below localhost", func(ctx SpecContext) {
		server := serve(sample())
		r := run(ctx, runner.Options{Config: declared("http://api.localhost"), Filter: getAlone, ConnectTo: []config.ConnectTo{
			{ToPort: portOf(server)},
		}})
		Expect(r.ExitCode()).To(Equal(suite.ExitConforms), r.Partial)
	})

	for _, browser := range runner.Browsers() {
		It("trusts an authority for its own names alone, in "+browser, func(ctx SpecContext) {
			server, caFile := serveTLS(sample())
			to := func(host string) runner.Options {
				return runner.Options{
					Config: declared("https://" + host), CAFile: caFile, Browser: browser,
					Filter:    suite.Filter{Scenarios: []string{"simple.get", "methods.listed"}},
					ConnectTo: []config.ConnectTo{{Host: host, ToHost: "127.0.0.1", ToPort: portOf(server)}},
				}
			}
			r := run(ctx, to("example.com"))
			Expect(r.ExitCode()).To(Equal(suite.ExitConforms), text(r))
			Expect(r.Summary[suite.Broken]).To(BeZero())

			Expect(run(ctx, to("example.org")).Partial).To(ContainSubstring("the certificate of https://example.org is not valid"))
		}, SpecTimeout(5*time.Minute))
	}

	It("trusts no certificate unasked", func(ctx SpecContext) {
		server, _ := serveTLS(sample())
		Expect(run(ctx, runner.Options{Config: declared(server.URL)}).Partial).To(ContainSubstring("is not valid"))
	})
})

var _ = DescribeTable("a mistake of usage",
	func(o runner.Options, message string) {
		_, err := runner.Run(context.Background(), o)
		var e *runner.Error
		Expect(errors.As(err, &e)).To(BeTrue())
		Expect(e.Code).To(Equal(suite.ExitUsage))
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
	Entry(nil, runner.Options{Browser: "chromium,opera"}, `browser "opera" is unknown`),
	Entry(nil, runner.Options{Browser: "chromium,chromium"}, `browser "chromium" is named twice`),
	Entry(nil, runner.Options{Browser: "chromium,"}, `browser "chromium," names none`),
	Entry(nil, runner.Options{Browser: "all", BrowserPath: "/usr/bin/chromium"}, "--browser-path is of one browser, and --browser names several"),
	Entry(nil, runner.Options{Browser: "all", MaxRequests: 1}, "max requests 1: expected one for each of 3 browsers at least"),
	Entry(nil, runner.Options{Browser: "opera"}, `browser "opera" is unknown; expected chromium, firefox, webkit or none`),
	Entry(nil, runner.Options{Target: "https://api.example.com"}, "--target says where the server is, but not what it promises"),
	Entry(nil, runner.Options{Config: declared("https://a.test"), Target: "https://b.test/path"}, `"https://b.test/path"`),
	Entry(nil, runner.Options{Config: declared("https://a.test"), Target: "https://*.b.test"}, "is no server; expected scheme://host[:port]"),
	Entry(nil, runner.Options{Config: declared("https://a.test"), Target: "https://b.test:*"}, "is no server"),
	Entry(nil, runner.Options{Config: declared("https://a.test"), Target: "*"}, "is no server"),
	Entry(nil, runner.Options{Config: declared("https://a.test"), Target: "ftp://b.test"}, "is neither http nor https"),
	Entry(nil, runner.Options{Effects: "maybe"}, `effects "maybe": expected hold or deliver`),
	Entry(nil, runner.Options{Timeout: -1}, "expected more than 0"),
	Entry(nil, runner.Options{MaxWait: new(-time.Second)}, "expected 0 or more"),
	Entry(nil, runner.Options{Filter: suite.Filter{Level: "high"}}, `level "high"`),
	Entry(nil, runner.Options{Filter: suite.Filter{Scenarios: []string{"nope"}}}, `scenario "nope" matches none`),
	Entry(nil, runner.Options{CAFile: "/nope.pem"}, "no certificate authority: open /nope.pem"),
)

var _ = Describe("Run without what it needs", func() {
	It("refuses a file without certificates", func() {
		file := filepath.Join(GinkgoT().TempDir(), "ca.pem")
		Expect(os.WriteFile(file, []byte("no PEM"), 0o600)).To(Succeed())
		_, err := runner.Run(context.Background(), runner.Options{CAFile: file})
		Expect(err).To(MatchError(file + ": no certificate in PEM"))
	})

	It("has no judgement if it is interrupted before the browser starts", func() {
		over, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := runner.Run(over, runner.Options{})
		var e *runner.Error
		Expect(errors.As(err, &e)).To(BeTrue())
		Expect(e.Code).To(Equal(suite.ExitNoJudgement))
		Expect(err).To(MatchError("interrupted before the browser started"))
	})

	It("has no judgement without a browser, but a way out", func() {
		_, err := runner.Run(context.Background(), runner.Options{BrowserPath: "/nope"})
		var e *runner.Error
		Expect(errors.As(err, &e)).To(BeTrue())
		Expect(e.Code).To(Equal(suite.ExitNoJudgement))
		Expect(err).To(MatchError(And(ContainSubstring(`no browser at "/nope"`), ContainSubstring("--browser none"))))
	})
})
