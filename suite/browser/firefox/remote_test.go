package firefox_test

import (
	"context"
	"net"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/remotes"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/firefox"
	"github.com/corsproof/corsproof/suite/browser/internal/contract"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

// startTheirs starts a Firefox as somebody else does. It has one session at a time.
func startTheirs() *remotes.Remote {
	GinkgoHelper()
	r, err := remotes.Firefox()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(r.Close)
	return r
}

func connect(ctx context.Context, to *remotes.Remote, o firefox.Options) *firefox.Browser {
	GinkgoHelper()
	b, err := firefox.Connect(ctx, to.Endpoint, nil, o)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(b.Close)
	return b
}

var _ = Describe("A Firefox that runs already", Ordered, ContinueOnFailure, func() {
	var delivering, holding *firefox.Browser

	BeforeAll(func(ctx SpecContext) {
		delivering = connect(ctx, startTheirs(), firefox.Options{Targets: []string{"127.0.0.1:*"}, Effects: fetch.Deliver})
		holding = connect(ctx, startTheirs(), firefox.Options{Targets: []string{"127.0.0.1:*"}})
	})

	contract.Specs("keeps the contract:", contract.Agent{
		Delivering:     func() fetch.UserAgent { return delivering },
		Holding:        func() fetch.UserAgent { return holding },
		RunsScripts:    true,
		Upgrades:       true,
		Remote:         true,
		HoldsBefore:    true,
		AsksAgain:      true,
		HostCharacters: "-_+$",
		Start: func(ctx context.Context, o browser.Options) (fetch.UserAgent, error) {
			return firefox.Connect(ctx, startTheirs().Endpoint, nil, o)
		},
	})

	It("remembers a CORS-preflight request to a name", func(ctx SpecContext) {
		target := trial.NewRecorder(trial.Permit)
		b := connect(ctx, startTheirs(), firefox.Options{Targets: []string{"localhost:*"}, Effects: fetch.Deliver})
		c := trial.In(ctx, b)
		url := strings.Replace(target.URL, "127.0.0.1", "localhost", 1)
		for range 3 {
			trial.Do(ctx, c, "http://app.example.test", fetch.Request{API: fetch.Fetch, URL: url, Method: "PUT", Tag: "one"})
		}
		Expect(target.Methods()).To(Equal([]string{"OPTIONS", "PUT", "PUT", "PUT"}))
	})

	It("reaches nothing but the target", func(ctx SpecContext) {
		elsewhere := trial.NewRecorder(trial.Permit)
		target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			http.Redirect(w, r, elsewhere.URL+"/", http.StatusFound)
		})
		b := connect(ctx, startTheirs(), firefox.Options{Targets: []string{target.Listener.Addr().String()}})
		c := trial.In(ctx, b)
		for _, url := range []string{target.URL + "/", elsewhere.URL + "/", "http://elsewhere.example/"} {
			o := trial.Do(ctx, c, "http://app.example.test", fetch.Request{API: fetch.Fetch, URL: url, Method: "GET"})
			Expect(o.Shared()).To(BeFalse())
			Expect(o.Cause).To(Equal(fetch.ByConnection), o.Detail)
		}
		Expect(target.Methods()).To(HaveLen(1))
		Expect(elsewhere.Methods()).To(BeEmpty())
	})

	It("is left as it was, though contexts are open", func(ctx SpecContext) {
		theirs := startTheirs()
		before, err := theirs.Left(ctx)
		Expect(err).NotTo(HaveOccurred())
		b := connect(ctx, theirs, firefox.Options{Targets: []string{"127.0.0.1:*"}})
		c := trial.In(ctx, b)
		Expect(c.Open(ctx, "https://one.example", "http://two.example:7001", "null")).To(Succeed())
		_, err = firefox.Connect(ctx, theirs.Endpoint, nil, firefox.Options{})
		Expect(err).To(MatchError(ContainSubstring("session not created")), "another session")
		Expect(b.Close()).To(Succeed())
		Expect(theirs.Left(ctx)).To(Equal(before))
	})

	It("is none where nobody listens", func(ctx SpecContext) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		Expect(l.Close()).To(Succeed())
		_, err = firefox.Connect(ctx, "ws://user:secret@"+l.Addr().String()+"/?token=secret", nil, firefox.Options{})
		Expect(err).To(MatchError(HavePrefix("no browser speaks WebDriver BiDi at ws://" + l.Addr().String())))
		Expect(err).NotTo(MatchError(ContainSubstring("secret")))
	})
})
