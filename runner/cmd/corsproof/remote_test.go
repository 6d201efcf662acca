package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/coder/websocket"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/fixtures/remotes"
	"github.com/corsproof/corsproof/suite"
)

// verdictsOf runs the suite on the embedded server, which must pass.
func verdictsOf(args ...string) (map[string]string, *suite.Report) {
	GinkgoHelper()
	report := temp("report.json")
	s := corsproof(append([]string{"run", "--json", report}, args...)...)
	Expect(s).To(gexec.Exit(suite.ExitConforms), stdout(s)+stderr(s))
	data, err := os.ReadFile(report)
	Expect(err).NotTo(HaveOccurred())
	r := parsed(data)
	all := map[string]string{}
	for key, verdict := range verdicts(r) {
		all[port.ReplaceAllString(key, "$1")] = verdict
	}
	return all, r
}

// port is that of the embedded server, which differs from run to run.
var port = regexp.MustCompile(`(127\.0\.0\.1):\d+`)

var _ = Describe("run --cdp", Ordered, ContinueOnFailure, func() {
	var theirs *remotes.Remote
	var before []string

	BeforeAll(func() {
		var err error
		theirs, err = remotes.Chromium()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(theirs.Close)
		before, err = theirs.Pages()
		Expect(err).NotTo(HaveOccurred())
	})

	AfterEach(func() {
		Eventually(theirs.Pages, patience).Should(Equal(before), "what was there before is left, and nothing else")
	})

	It("gives the verdicts that a Chromium of its own gives", func() {
		there, report := verdictsOf("--cdp", theirs.Endpoint)
		Expect(report.Browsers[0].Name).To(Equal("chromium"))
		Expect(report.Browsers[0].Remote).NotTo(BeEmpty())
		Expect(report.Summary[suite.Fail] + report.Summary[suite.Broken]).To(BeZero())
		here, _ := verdictsOf()
		Expect(there).To(Equal(here))
	})

	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		It("leaves nothing behind after "+signal.String(), func() {
			asked := make(chan struct{})
			server := serve(slow(sample(), asked))
			session := start(nil, "run", "-f", sampleAt(server.URL), "--cdp", theirs.Endpoint)
			Eventually(asked, patience).Should(BeClosed())
			Expect(theirs.Pages()).NotTo(HaveLen(len(before)))
			session.Signal(signal)
			Eventually(session, patience).Should(gexec.Exit())
			if signal == syscall.SIGINT {
				Expect(session).To(gexec.Exit(suite.ExitNoJudgement))
				Expect(stdout(session)).To(ContainSubstring("The run is partial: interrupted"))
			}
		})
	}
})

var _ = Describe("run --webdriver with a Firefox that runs already", Ordered, ContinueOnFailure, func() {
	var theirs *remotes.Remote
	var before []string

	BeforeAll(func(ctx SpecContext) {
		var err error
		theirs, err = remotes.Firefox()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(theirs.Close)
		before, err = theirs.Left(ctx)
		Expect(err).NotTo(HaveOccurred())
	})

	AfterEach(func(ctx SpecContext) {
		Eventually(theirs.Left, patience).WithContext(ctx).Should(Equal(before), "what was there before is left, and nothing else")
	})

	It("gives the verdicts that a Firefox of its own gives, but for preflights that it asks IP addresses again", func() {
		there, report := verdictsOf("--webdriver", theirs.Endpoint)
		Expect(report.Browsers[0].Name).To(Equal("firefox"))
		Expect(report.Browsers[0].Remote).To(ContainSubstring("WebDriver BiDi"))
		Expect(report.Summary[suite.Fail] + report.Summary[suite.Broken]).To(BeZero())
		asksAgain := 0
		for _, r := range report.Results {
			if r.Reason == suite.NotObservable && strings.Contains(r.Observed, "connects to an IP address") {
				Expect(r.ID).To(HavePrefix("cache."))
				delete(there, port.ReplaceAllString(r.Key, "$1"))
				asksAgain++
			}
		}
		Expect(asksAgain).To(BeNumerically("<=", 12))
		here, _ := verdictsOf("--browser", "firefox")
		for key, verdict := range there {
			Expect(verdict).To(Equal(here[key]), key)
		}
		Expect(len(there) + asksAgain).To(Equal(len(here)))
	})

	It("leaves nothing behind after an interrupt", func() {
		asked := make(chan struct{})
		server := serve(slow(sample(), asked))
		session := start(nil, "run", "-f", sampleAt(server.URL), "--webdriver", theirs.Endpoint)
		Eventually(asked, patience).Should(BeClosed())
		session.Interrupt()
		Eventually(session, patience).Should(gexec.Exit(suite.ExitNoJudgement))
		Expect(stdout(session)).To(ContainSubstring("The run is partial: interrupted"))
	})

	It("is driven through the session of a WebDriver endpoint, too", func(ctx SpecContext) {
		var open atomic.Int64
		socket, end := openIn(ctx, theirs)
		defer end()
		grid := serve(sessionOf(`{"browserName": "firefox", "browserVersion": "153.0", "webSocketUrl": "`+socket+`"}`, &open))
		_, report := verdictsOf("--webdriver", grid.URL+"/wd/hub", "--capabilities", `{"browserName": "firefox"}`, "--scenario", "preflight.*")
		Expect(report.Browsers[0].Version).To(Equal("153.0"))
		Expect(report.Browsers[0].Remote).To(HavePrefix("started by a WebDriver endpoint and driven by WebDriver BiDi"))
		Expect(open.Load()).To(BeZero())
	})
})

// openIn opens a session in a Firefox, as a driver does. It returns where a client that
// knows of it can join, and what ends it.
func openIn(ctx context.Context, r *remotes.Remote) (socket string, end func()) {
	GinkgoHelper()
	there, _, err := websocket.Dial(ctx, r.Endpoint+"/session", nil)
	Expect(err).NotTo(HaveOccurred())
	there.SetReadLimit(-1)
	DeferCleanup(there.CloseNow)
	command := func(name, params string) error {
		return there.Write(context.Background(), websocket.MessageText, []byte(`{"id": 0, "method": "`+name+`", "params": `+params+`}`))
	}
	Expect(command("session.new", `{"capabilities": {}}`)).To(Succeed())
	_, _, err = there.Read(ctx)
	Expect(err).NotTo(HaveOccurred())
	server := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		here, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer here.CloseNow()
		here.SetReadLimit(-1)
		go pump(there, here)
		pump(here, there)
	}))
	return strings.Replace(server.URL, "http", "ws", 1) + "/session/7", func() {
		Expect(command("session.end", "{}")).To(Succeed())
	}
}

// pump hands messages on.
func pump(from, to *websocket.Conn) {
	for {
		kind, data, err := from.Read(context.Background())
		if err != nil || to.Write(context.Background(), kind, data) != nil {
			return
		}
	}
}

// headless is a Chrome that a driver can start here, whoever runs it.
func headless() string {
	capabilities, err := json.Marshal(map[string]any{"goog:chromeOptions": map[string]any{"args": remotes.Headless()}})
	Expect(err).NotTo(HaveOccurred())
	return string(capabilities)
}

var _ = Describe("run --webdriver", Ordered, ContinueOnFailure, func() {
	var driver *remotes.Remote

	BeforeAll(func() {
		var err error
		driver, err = remotes.Chromedriver()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(driver.Close)
	})

	It("gives the verdicts that a Chromium of its own gives, and leaves no session and no browser", func() {
		there, report := verdictsOf("--webdriver", driver.Endpoint, "--capabilities", headless())
		Expect(report.Browsers[0].Name).To(Equal("chromium"))
		Expect(report.Browsers[0].Remote).To(ContainSubstring("WebDriver"))
		Eventually(processes, patience).WithArguments(driver.Folder()).Should(BeEmpty())
		here, _ := verdictsOf()
		Expect(there).To(Equal(here))
	})

	It("leaves no session and no browser after an interrupt", func() {
		asked := make(chan struct{})
		server := serve(slow(sample(), asked))
		session := start(nil, "run", "-f", sampleAt(server.URL), "--webdriver", driver.Endpoint, "--capabilities", headless())
		Eventually(asked, patience).Should(BeClosed())
		Expect(processes(driver.Folder())).NotTo(BeEmpty())
		session.Interrupt()
		Eventually(session, patience).Should(gexec.Exit(suite.ExitNoJudgement))
		Expect(stdout(session)).To(ContainSubstring("The run is partial: interrupted"))
		Eventually(processes, patience).WithArguments(driver.Folder()).Should(BeEmpty())
	})

	It("says what a driver says that starts no browser", func() {
		s := corsproof("run", "--webdriver", driver.Endpoint, "--capabilities", `{"browserName": "firefox"}`)
		Expect(s).To(gexec.Exit(suite.ExitNoJudgement))
		Expect(stderr(s)).To(HavePrefix("corsproof: no browser speaks WebDriver with the DevTools Protocol or BiDi at " + driver.Endpoint + ": session not created: "))
		Expect(stderr(s)).To(ContainSubstring("\nsay by --capabilities what it needs"))
		Expect(strings.Count(stderr(s), "\n")).To(Equal(2))
	})
})

// sessionOf is a WebDriver endpoint whose sessions have these capabilities. It counts those
// that are open.
func sessionOf(capabilities string, open *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.URL.Path {
		case "POST /wd/hub/session":
			open.Add(1)
			fmt.Fprintf(w, `{"value": {"sessionId": "7", "capabilities": %s}}`, capabilities)
		case "DELETE /wd/hub/session/7":
			open.Add(-1)
			fmt.Fprint(w, `{"value": null}`)
		default:
			http.NotFound(w, r)
		}
	}
}

var _ = DescribeTable("run --webdriver ends a session that it cannot use, and says why:",
	func(capabilities, message string) {
		var open atomic.Int64
		server := serve(sessionOf(capabilities, &open))
		s := corsproof("run", "--webdriver", strings.Replace(server.URL, "http://", "http://user:secret@", 1)+"/wd/hub/")
		Expect(s).To(gexec.Exit(suite.ExitNoJudgement))
		Expect(stderr(s)).To(HavePrefix("corsproof: no browser speaks WebDriver with the DevTools Protocol or BiDi at " + server.URL + "/wd/hub/: " + message))
		Expect(stderr(s)).NotTo(ContainSubstring("secret"))
		Expect(open.Load()).To(BeZero())
	},
	Entry("a Firefox without BiDi", `{"browserName": "firefox", "webSocketUrl": true}`, "its session with firefox offers none: neither se:cdp, as Selenium Grid does, nor a debuggerAddress of this machine, nor the webSocketUrl of a firefox\n"),
	Entry("a Safari with BiDi", `{"browserName": "safari", "webSocketUrl": "ws://127.0.0.1:1/session/7"}`, "its session with safari offers none: "),
	Entry("a Firefox that is gone", `{"browserName": "firefox", "webSocketUrl": "ws://127.0.0.1:1/session/7"}`, "no browser speaks WebDriver BiDi at ws://127.0.0.1:1/session/7: "),
	Entry("a Chrome whose debugger is gone", `{"browserName": "chrome", "goog:chromeOptions": {"debuggerAddress": "127.0.0.1:1"}}`, ""),
)

var _ = DescribeTable("run without the remote browser that was named has no judgement, and says so:",
	func(handler http.HandlerFunc, message string) {
		endpoint := "http://" + nobody()
		if handler != nil {
			endpoint = serve(handler).URL
		}
		s := corsproof("run", "--cdp", endpoint+"?token=secret")
		Expect(s).To(gexec.Exit(suite.ExitNoJudgement))
		Expect(stderr(s)).To(MatchRegexp(`^corsproof: no browser speaks the DevTools Protocol at ` + endpoint + ": " + message + "\n"))
		Expect(stderr(s)).To(ContainSubstring("\nstart a Chrome with --remote-debugging-port=9222"))
		Expect(stderr(s)).NotTo(ContainSubstring("secret"))
		Expect(stdout(s)).To(BeEmpty())
	},
	Entry("nobody listens", nil, ".*connection refused"),
	Entry("another server does", http.HandlerFunc(http.NotFound), ".*/json/version answers 404 Not Found, without a webSocketDebuggerUrl"),
	Entry("it has no socket where it says", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(`{"webSocketDebuggerUrl": "ws://` + r.Host + `/devtools/browser/1"}`))
	}), ".*"),
)

// nobody is an address at which nobody listens.
func nobody() string {
	server := httptest.NewServer(nil)
	defer server.Close()
	return server.Listener.Addr().String()
}
