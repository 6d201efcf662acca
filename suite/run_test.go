package suite

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

// onePolicy promises little, and something that a browser must ask for first.
var onePolicy = policy.Policy{AllowOrigins: []string{"https://app.example"}, AllowMethods: []string{"GET", "PUT"}, AllowHeaders: []string{"X-A"}, MaxAge: new(1)}

// keep answers as onePolicy says.
func keep(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Origin")
	if r.Header.Get("Origin") != "https://app.example" {
		return
	}
	h.Set("Access-Control-Allow-Origin", "https://app.example")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, PUT")
		h.Set("Access-Control-Allow-Headers", "X-A")
		h.Set("Access-Control-Max-Age", "1")
	}
}

// serve starts a server that is said to keep onePolicy.
func serve(handler http.HandlerFunc) Target {
	server := httptest.NewServer(handler)
	ginkgo.DeferCleanup(server.Close)
	return Target{URL: server.URL, Policy: onePolicy, Effects: fetch.Deliver}
}

// judged waits for nothing to expire, unless an option says otherwise.
func judged(ctx context.Context, t Target, ua fetch.UserAgent, f Filter, options ...Option) *Report {
	ginkgo.GinkgoHelper()
	report, err := Run(ctx, t, ua, f, append([]Option{WithMaxWait(0)}, options...)...)
	Expect(err).NotTo(HaveOccurred())
	return report
}

func only(id string) Filter { return Filter{Scenarios: []string{id}} }

var _ = ginkgo.Describe("A run", func() {
	ginkgo.It("passes a server that keeps its policy, and waits for what expires", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, serve(keep), &fetch.Model{Effects: fetch.Deliver}, Filter{}, WithMaxWait(DefaultMaxWait))
		Expect(report.ExitCode()).To(Equal(ExitConforms))
		Expect(report.Summary[Fail] + report.Summary[Broken] + report.Summary[Blocked]).To(BeZero())
		for _, r := range report.Results {
			if r.ID == "cache.expiry" {
				Expect(r.Verdict).To(Equal(Pass))
			}
		}
	})

	ginkgo.It("reports in the order of the table", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, serve(keep), &fetch.Model{Effects: fetch.Deliver}, Filter{})
		var got, want []string
		for _, r := range report.Results {
			if len(got) == 0 || got[len(got)-1] != r.ID {
				got = append(got, r.ID)
			}
		}
		for _, s := range Scenarios() {
			want = append(want, s.ID)
		}
		Expect(got).To(Equal(want))
	})

	ginkgo.It("gives each result a key of its own", func(ctx ginkgo.SpecContext) {
		keys := map[string]bool{}
		for _, r := range judged(ctx, serve(keep), &fetch.Model{}, Filter{}).Results {
			Expect(keys).NotTo(HaveKey(r.Key))
			keys[r.Key] = true
		}
	})

	ginkgo.It("calls a failure intermittent that the wire shows once", func(ctx ginkgo.SpecContext) {
		var asked atomic.Int64
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			// The first two tries are those of the first round; the probe comes
			// before them, under a name of its own.
			if r.UserAgent() == "corsproof" || asked.Add(1) > 2 {
				keep(w, r)
			}
		})
		report := judged(ctx, target, &fetch.Model{}, only("simple.get"))
		for _, r := range report.Results {
			Expect(r.Verdict).To(Equal(Fail))
			Expect(r.Intermittent).To(BeTrue())
			Expect(r.Attempts).To(HaveLen(2))
			Expect(r.Attempts[1].Steps[0].Shared()).To(BeTrue())
		}
		Expect(report.ExitCode()).To(Equal(ExitFails))
	})

	ginkgo.It("does not call a failure the server's that the wire does not show", func(ctx ginkgo.SpecContext) {
		liar := &altered{UserAgent: &fetch.Model{}, change: func(o *fetch.Observation) {
			o.Response = fetch.Response{Type: fetch.NetworkError}
			o.Cause, o.Detail = fetch.ByCORS, "Whim"
		}}
		report := judged(ctx, serve(keep), liar, only("simple.get"))
		for _, r := range report.Results {
			Expect(r.Verdict).To(Equal(Broken))
			Expect(r.Reason).To(Equal("disagreement"))
		}
		Expect(report.ExitCode()).To(Equal(ExitNoJudgement))
	})

	ginkgo.DescribeTable("does not blame the server for", func(ctx ginkgo.SpecContext, cause fetch.Cause) {
		lost := &altered{UserAgent: &fetch.Model{}, change: func(o *fetch.Observation) {
			*o = fetch.Observation{Response: fetch.Response{Type: fetch.NetworkError}, Cause: cause,
				Exchanges: []fetch.Exchange{{Kind: fetch.Actual}}}
		}}
		report := judged(ctx, serve(keep), lost, Filter{})
		Expect(report.Summary[Fail]).To(BeZero())
		Expect(report.ExitCode()).To(Equal(ExitNoJudgement))
	},
		ginkgo.Entry("a name that is unknown", fetch.ByDNS),
		ginkgo.Entry("a certificate that is not valid", fetch.ByTLS),
		ginkgo.Entry("a connection that breaks", fetch.ByConnection),
		ginkgo.Entry("a response that does not come", fetch.ByTimeout),
		ginkgo.Entry("local network access", fetch.ByLocal),
		ginkgo.Entry("whatever else", fetch.ByOther),
	)

	ginkgo.It("says that the user agent is broken when it is", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, serve(keep), &altered{UserAgent: &fetch.Model{}, err: errors.New("the page has gone")}, only("simple.get"))
		Expect(report.Results[0].Verdict).To(Equal(Broken))
		Expect(report.Results[0].Observed).To(Equal("the page has gone"))
	})

	ginkgo.It("does not judge from a page that cannot be", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, serve(keep), &altered{UserAgent: &fetch.Model{}, err: &fetch.OriginError{Origin: "http://x.dev", Why: "HSTS"}}, only("simple.get"))
		Expect(report.Results[0].Verdict).To(Equal(Unjudged))
		Expect(report.Results[0].Reason).To(Equal(OriginImpossible))
	})

	ginkgo.It("ends with its context, and says so", func(ctx ginkgo.SpecContext) {
		short, cancel := context.WithCancel(ctx)
		var asked atomic.Int64
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 20 {
				cancel()
			}
			keep(w, r)
		})
		report := judged(short, target, &fetch.Model{Effects: fetch.Deliver}, Filter{})
		Expect(report.Partial).To(ContainSubstring("interrupted"))
		Expect(report.Summary[Fail]).To(BeZero())
		Expect(report.Summary[Broken]).NotTo(BeZero())
		Expect(report.ExitCode()).To(Equal(ExitNoJudgement))
	})

	ginkgo.It("tells how far it is", func(ctx ginkgo.SpecContext) {
		var last, total int
		judged(ctx, serve(keep), &fetch.Model{Effects: fetch.Deliver}, Filter{}, WithProgress(func(d, t int) {
			Expect(d).To(Equal(last + 1))
			last, total = d, t
		}))
		Expect(last).To(Equal(total))
		Expect(total).To(BeNumerically(">", 50))
	})

	ginkgo.It("lets waits go side by side", func(ctx ginkgo.SpecContext) {
		began := time.Now()
		judged(ctx, serve(keep), &fetch.Model{Effects: fetch.Deliver}, only("cache.expiry"), WithMaxWait(DefaultMaxWait))
		Expect(time.Since(began)).To(BeNumerically(">", time.Second), "it waits at all")
		Expect(time.Since(began)).To(BeNumerically("<", 2*(time.Second+expirySlack)), "two waits of max age and some, one for each API")
	})

	ginkgo.It("refuses a filter that keeps nothing", func(ctx ginkgo.SpecContext) {
		_, err := Run(ctx, Target{}, &fetch.Model{}, only("simple.gte"))
		Expect(err).To(MatchError(ContainSubstring(`try "simple.*"`)))
		_, err = Run(ctx, Target{}, &fetch.Model{}, Filter{Level: "mandatory"})
		Expect(err).To(MatchError(ContainSubstring("expected required, recommended or informative")))
	})

	ginkgo.It("can be judged again from its report, with the same verdicts", func(ctx ginkgo.SpecContext) {
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			keep(w, r)
			if r.Method == http.MethodOptions {
				w.Header().Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
				w.Header().Set("Access-Control-Allow-Headers", "x-b")
			}
		})
		report := judged(ctx, target, &fetch.Model{Effects: fetch.Deliver}, Filter{})
		Expect(report.Summary[Fail]).NotTo(BeZero())
		Expect(report.Summary[Blocked]).NotTo(BeZero())
		again := Judge(report)
		Expect(again.Summary).To(Equal(report.Summary))
		for i, r := range again.Results {
			Expect(r.Verdict).To(Equal(report.Results[i].Verdict), r.Key)
			Expect(r.Observed).To(Equal(report.Results[i].Observed), r.Key)
			Expect(r.Fixes).To(Equal(report.Results[i].Fixes), r.Key)
		}
	})
})

var _ = ginkgo.Describe("An explanation", func() {
	ginkgo.It("is there for every scenario", func() {
		for _, s := range Scenarios() {
			text, ok := Explain(s.ID)
			Expect(ok).To(BeTrue(), s.ID)
			Expect(text).NotTo(ContainSubstring("‹"), s.ID)
			Expect(text).To(ContainSubstring(s.SpecURL()))
		}
	})
	ginkgo.It("is there for every reason, once", func() {
		seen := map[string]bool{}
		for _, r := range Reasons() {
			Expect(seen).NotTo(HaveKey(r.Reason))
			seen[r.Reason] = true
			text, ok := Explain(r.Reason)
			Expect(ok).To(BeTrue())
			Expect(text).To(ContainSubstring(r.Repair))
			Expect(strings.HasSuffix(r.Meaning, ".")).To(BeTrue(), r.Reason)
		}
	})
	ginkgo.It("is not made up", func() {
		_, ok := Explain("simple.gte")
		Expect(ok).To(BeFalse())
	})
})

var _ = ginkgo.Describe("A run of which the wire is encrypted", func() {
	// The model, which sees everything, with its mouth shut.
	blind := func() fetch.UserAgent {
		return &altered{UserAgent: &fetch.Model{Effects: fetch.Deliver}, change: func(o *fetch.Observation) {
			o.Encrypted, o.Exchanges = true, nil
		}}
	}

	ginkgo.It("judges what the script saw, and guesses nothing else", func(ctx ginkgo.SpecContext) {
		target := serve(keep)
		target.Policy.MaxAge = new(60) // which nobody sees
		report := judged(ctx, target, blind(), Filter{})
		Expect(report.ExitCode()).To(Equal(ExitConforms))
		Expect(report.Summary[Fail] + report.Summary[Broken] + report.Summary[Blocked]).To(BeZero())
		for _, r := range report.Results {
			if r.ID == "simple.get" || r.ID == "preflight.answered" || r.ID == "origins.refused" {
				Expect(r.Verdict).To(Equal(Pass), r.Key)
			}
			if r.ID == "cache.hit" {
				Expect(r.Reason).To(Equal(NotObservable), r.Observed)
			}
		}
	})

	ginkgo.It("fails by what corsproof asked in the browser's place", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, serve(func(w http.ResponseWriter, r *http.Request) {
			keep(w, r)
			w.Header().Del("Access-Control-Allow-Methods")
		}), blind(), only("methods.listed"))
		Expect(report.Summary[Fail]).NotTo(BeZero())
		for _, r := range report.Results {
			if r.Verdict == Fail {
				Expect(r.Reason).To(BeEquivalentTo(fetch.MethodDisallowedByPreflightResponse))
				Expect(r.Observed).To(ContainSubstring("asked by corsproof"))
			}
		}
	})
})

// altered is a user agent whose observations are changed before the judge sees them.
type altered struct {
	fetch.UserAgent
	change func(*fetch.Observation)
	err    error
}

func (a *altered) NewContext(ctx context.Context) (fetch.Context, error) {
	inner, err := a.UserAgent.NewContext(ctx)
	return &alteredContext{Context: inner, by: a}, err
}

type alteredContext struct {
	fetch.Context
	by *altered
}

func (c *alteredContext) Do(ctx context.Context, origin string, r fetch.Request) (fetch.Observation, error) {
	if c.by.err != nil {
		return fetch.Observation{}, c.by.err
	}
	o, err := c.Context.Do(ctx, origin, r)
	if c.by.change != nil && err == nil {
		c.by.change(&o)
	}
	return o, err
}
