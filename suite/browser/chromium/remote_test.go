package chromium_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/authority"
	"github.com/corsproof/corsproof/fixtures/remotes"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/internal/contract"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

// theirs is a Chromium that somebody else has started, and the others drive it.
var theirs *remotes.Remote
var remoteDelivering, remoteHolding *chromium.Browser

func startTheirs(arguments ...string) *remotes.Remote {
	GinkgoHelper()
	r, err := remotes.Chromium(arguments...)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(r.Close)
	return r
}

func connect(ctx context.Context, to *remotes.Remote, o chromium.Options) *chromium.Browser {
	GinkgoHelper()
	b, err := chromium.Connect(ctx, to.Endpoint, o)
	Expect(err).NotTo(HaveOccurred())
	return b
}

var _ = Describe("A Chromium that runs already", Ordered, ContinueOnFailure, func() {
	BeforeAll(func(ctx SpecContext) {
		theirs = startTheirs()
		remoteDelivering = connect(ctx, theirs, chromium.Options{Targets: []string{"127.0.0.1:*"}, Effects: fetch.Deliver})
		remoteHolding = connect(ctx, theirs, chromium.Options{Targets: []string{"127.0.0.1:*"}})
	})
	AfterAll(func() {
		Expect(remoteDelivering.Close()).To(Succeed())
		Expect(remoteHolding.Close()).To(Succeed())
		Expect(theirs.Pages()).To(HaveLen(1), "those that were there before")
	})

	contract.Specs("keeps the contract:", contract.Agent{
		Delivering:     func() fetch.UserAgent { return remoteDelivering },
		Holding:        func() fetch.UserAgent { return remoteHolding },
		RunsScripts:    true,
		Upgrades:       true,
		Remote:         true,
		HostCharacters: "-_\"`{}+!~;&'(),$=",
		Start: func(ctx context.Context, o browser.Options) (fetch.UserAgent, error) {
			return chromium.Connect(ctx, theirs.Endpoint, o)
		},
	})

	It("is found by its port, too, and says what it is", func(ctx SpecContext) {
		u, err := url.Parse(theirs.Endpoint)
		Expect(err).NotTo(HaveOccurred())
		for _, endpoint := range []string{"http://" + u.Host, "http://" + u.Host + "/", "ws://" + u.Host, "http://localhost:" + u.Port()} {
			b, err := chromium.Connect(ctx, endpoint, chromium.Options{})
			Expect(err).NotTo(HaveOccurred(), endpoint)
			Expect(b.About().Name).To(Equal("chromium"))
			Expect(b.About().Version).To(Equal(delivering.About().Version))
			Expect(b.About().Remote).To(ContainSubstring("DevTools"))
			Expect(b.Close()).To(Succeed())
		}
	})

	It("does not take a target's certificate of an unknown authority", func(ctx SpecContext) {
		issuer, err := authority.New()
		Expect(err).NotTo(HaveOccurred())
		certificate, err := issuer.Issue("127.0.0.1")
		Expect(err).NotTo(HaveOccurred())
		target := httptest.NewUnstartedServer(http.HandlerFunc(trial.Permit))
		target.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
		target.StartTLS()
		DeferCleanup(target.Close)
		o := trial.Do(ctx, trial.In(ctx, remoteDelivering), "https://app.example.test", fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
		Expect(o.Shared()).To(BeFalse())
		Expect(o.Cause).To(Equal(fetch.ByTLS))
	})

	It("reaches nothing but the target", func(ctx SpecContext) {
		elsewhere := trial.NewRecorder(trial.Permit)
		target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			http.Redirect(w, r, elsewhere.URL+"/", http.StatusFound)
		})
		b := connect(ctx, theirs, chromium.Options{Targets: []string{target.Listener.Addr().String()}})
		DeferCleanup(b.Close)
		c := trial.In(ctx, b)
		for _, url := range []string{target.URL + "/", elsewhere.URL + "/"} {
			o := trial.Do(ctx, c, "http://app.example.test", fetch.Request{API: fetch.Fetch, URL: url, Method: "GET"})
			Expect(o.Shared()).To(BeFalse())
			Expect(o.Detail).To(Equal("net::ERR_PROXY_CONNECTION_FAILED"))
		}
		Expect(target.Methods()).To(HaveLen(1))
		Expect(elsewhere.Methods()).To(BeEmpty())
	})

	It("is left as it was, though corsproof opens many pages", func(ctx SpecContext) {
		theirs := startTheirs() // where no context of another spec is just being closed
		before, err := theirs.Pages()
		Expect(err).NotTo(HaveOccurred())
		b := connect(ctx, theirs, chromium.Options{Targets: []string{"127.0.0.1:*"}})
		c := trial.In(ctx, b)
		Expect(c.Open(ctx, "https://one.example", "http://two.example:7001", "null")).To(Succeed())
		Expect(c.(fetch.FrameOpener).OpenFrames(ctx, "https://three.example", "http://four.example")).To(Succeed())
		Expect(chromium.Frames(c)).To(ConsistOf("https://three.example", "http://four.example"))
		Expect(theirs.Pages()).NotTo(HaveLen(len(before)))
		Expect(b.Close()).To(Succeed())
		Eventually(theirs.Pages).Should(Equal(before))
	})
})

// Where names lead to another machine, the page comes from nowhere.
var _ = Describe("A Chromium that runs already, whose target is not on this machine", Ordered, func() {
	const name = "api.corsproof.example"
	var away *remotes.Remote
	var b *chromium.Browser
	var private, public *trial.Recorder
	var log string

	BeforeAll(func(ctx SpecContext) {
		private, public = trial.NewRecorder(trial.Permit), trial.NewRecorder(trial.Permit)
		log = filepath.Join(GinkgoT().TempDir(), "net.json")
		away = startTheirs("--log-net-log="+log, "--host-resolver-rules=MAP "+name+" 127.0.0.1",
			"--ip-address-space-overrides="+public.Listener.Addr().String()+"=public")
		b = connect(ctx, away, chromium.Options{Targets: []string{name + ":*"}, Effects: fetch.Deliver})
		DeferCleanup(b.Close)
	})

	call := func(ctx SpecContext, origin string, target *trial.Recorder) (fetch.Observation, error) {
		_, port, err := net.SplitHostPort(target.Listener.Addr().String())
		Expect(err).NotTo(HaveOccurred())
		return trial.In(ctx, b).Do(ctx, origin, fetch.Request{API: fetch.Fetch, URL: "http://" + net.JoinHostPort(name, port) + "/", Method: "PUT"})
	}

	It("calls a private address where browsers let such pages, and says where not", func(ctx SpecContext) {
		o, err := call(ctx, "http://localhost:3000", private)
		Expect(err).NotTo(HaveOccurred())
		Expect(o.Shared()).To(BeTrue())

		_, err = call(ctx, "http://app.example.test", private)
		var impossible *fetch.OriginError
		Expect(errors.As(err, &impossible)).To(BeTrue(), "%v", err)
		Expect(err).To(MatchError(ContainSubstring("private address")))
	})

	It("has pages on any origin all the same, and asks for no name but the target's", func(ctx SpecContext) {
		origins := []string{"http://app.example.test", "http://app.example.test:7001", "http://localhost:3000", "http://192.168.0.1", "null"}
		for _, origin := range origins {
			before := len(public.Methods())
			o, err := call(ctx, origin, public)
			Expect(err).NotTo(HaveOccurred())
			Expect(o.Shared()).To(BeTrue(), origin)
			Expect(public.Methods()[before:]).To(Equal([]string{"OPTIONS", "PUT"}))
			Expect(public.Origins()[before:]).To(HaveEach(origin))
		}
		o, err := call(ctx, "https://app.example.test", public)
		Expect(err).NotTo(HaveOccurred())
		Expect(o.Cause).To(Equal(fetch.ByMixed))

		Expect(b.Close()).To(Succeed())
		away.Quit()
		text, err := os.ReadFile(log)
		Expect(err).NotTo(HaveOccurred())
		names := regexp.MustCompile(`"HOST_RESOLVER_MANAGER_JOB":(\d+)`).FindSubmatch(text)
		Expect(names).To(HaveLen(2))
		job := regexp.MustCompile(`"host":"([^"]*)".*"type":` + string(names[1]) + `\}`)
		for _, asked := range job.FindAllSubmatch(text, -1) {
			Expect(string(asked[1])).NotTo(MatchRegexp(`app\.example|192\.168|corsproof\.test`))
		}
	})
})
