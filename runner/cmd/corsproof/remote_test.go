package main_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/fixtures/remotes"
	"github.com/corsproof/corsproof/suite"
)

// pagesIn are the pages of a Chromium that somebody else has started, by their ids.
func pagesIn(r *remotes.Remote) (ids []string) {
	GinkgoHelper()
	u, err := url.Parse(r.Endpoint)
	Expect(err).NotTo(HaveOccurred())
	response, err := http.Get("http://" + u.Host + "/json/list")
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	var targets []struct{ ID, Type string }
	Expect(json.NewDecoder(response.Body).Decode(&targets)).To(Succeed())
	for _, t := range targets {
		if t.Type == "page" {
			ids = append(ids, t.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

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
		before = pagesIn(theirs)
	})

	AfterEach(func() {
		Eventually(func() []string { return pagesIn(theirs) }, patience).Should(Equal(before), "what was there before is left, and nothing else")
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
			Expect(len(pagesIn(theirs))).To(BeNumerically(">", len(before)))
			session.Signal(signal)
			Eventually(session, patience).Should(gexec.Exit())
			if signal == syscall.SIGINT {
				Expect(session).To(gexec.Exit(suite.ExitNoJudgement))
				Expect(stdout(session)).To(ContainSubstring("The run is partial: interrupted"))
			}
		})
	}
})

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
