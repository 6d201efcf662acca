package selftest_test

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/selftest"
)

func run(ctx context.Context, o selftest.Options) *selftest.Matrix {
	GinkgoHelper()
	m, err := selftest.Run(ctx, o)
	Expect(err).NotTo(HaveOccurred())
	return m
}

var _ = Describe("a self-test by the model", func() {
	It("notices every fault, by every scenario, and accuses nobody who is right", func(ctx SpecContext) {
		if underRace {
			Skip("go test ./suite/selftest without -race judges all servers")
		}
		last := 0
		m := run(ctx, selftest.Options{Progress: func(done, total int) {
			Expect(done).To(Equal(last + 1))
			Expect(total).To(Equal(len(faults.All()) + len(policies.All())))
			last = done
		}})

		Expect(m.Unnoticed()).To(BeEmpty())
		Expect(m.Idle()).To(BeEmpty())
		Expect(m.Accused()).To(BeEmpty())
		Expect(m.Broken()).To(BeEmpty())
		Expect(m.ExitCode()).To(Equal(suite.ExitConforms))

		Expect(m.Faults).To(HaveLen(len(faults.All())))
		Expect(m.Sound).To(HaveLen(len(policies.All())))
		Expect(m.Scenarios).To(HaveLen(len(suite.Scenarios())))
		Expect(last).To(Equal(len(m.Faults) + len(m.Sound)))
		for _, f := range m.Skipped() {
			Expect(f.By).To(BeEmpty())
			Expect(f.Noticed).To(BeFalse())
		}
	})

	It("judges the faults that are named alone", func(ctx SpecContext) {
		m := run(ctx, selftest.Options{Fault: "options.plain.*"})
		Expect(m.Faults).To(HaveLen(1))
		Expect(m.Faults[0].By).To(ConsistOf("options.plain"))
		Expect(m.Sound).To(BeEmpty())
		Expect(m.Scenarios).To(BeEmpty(), "one fault says little of the scenarios")
	})

	It("names a pattern that matches nothing", func(ctx SpecContext) {
		_, err := selftest.Run(ctx, selftest.Options{Fault: "nope.*"})
		Expect(err).To(MatchError(ContainSubstring(`fault "nope.*" matches none`)))
		_, err = selftest.Run(ctx, selftest.Options{Fault: "["})
		Expect(err).To(MatchError(ContainSubstring("is no pattern")))
	})

	It("ends with its context", func() {
		ctx, cancel := context.WithCancel(context.Background())
		_, err := selftest.Run(ctx, selftest.Options{Fault: "o*", AtOnce: 1, Progress: func(int, int) { cancel() }})
		Expect(err).To(MatchError(context.Canceled))
	})
})

var _ = Describe("a self-test in a user agent", func() {
	It("that sees nothing wrong fails", func(ctx SpecContext) {
		right := faults.Fault{}.Handler() // whatever is asked, a right server answers
		m := run(ctx, selftest.Options{UserAgent: fetch.Model{Effects: fetch.Deliver, Transport: answers{right}}, Fault: "expose.*"})
		Expect(m.Unnoticed()).To(HaveLen(len(m.Faults)))
		Expect(m.ExitCode()).To(Equal(suite.ExitFails))
	})

	It("that can judge nothing of a mistake says why, and is not to blame", func(ctx SpecContext) {
		m := run(ctx, selftest.Options{UserAgent: &astray{name: "blind", see: func(o *fetch.Observation, _ error) error {
			*o = fetch.Observation{Response: fetch.Response{Type: fetch.NetworkError}, Cause: fetch.ByMixed}
			return nil
		}}, Fault: "expose.*"})
		Expect(m.Invisible()).To(HaveLen(len(m.Faults)))
		Expect(m.Invisible()).To(HaveEach(HaveField("Invisible", ContainSubstring("mixed-content"))))
		Expect(m.Unnoticed()).To(BeEmpty())
		Expect(m.ExitCode()).To(Equal(suite.ExitConforms))
	})

	It("that can judge other results alone, not those that show a mistake, is not to blame either", func(ctx SpecContext) {
		byHTTPAlone := &astray{name: "by http alone", see: func(o *fetch.Observation, err error) error {
			if len(o.Exchanges) > 0 {
				if origin, _ := o.Exchanges[0].Request.Headers.Get("Origin"); strings.HasPrefix(origin, "https:") {
					*o = fetch.Observation{Response: fetch.Response{Type: fetch.NetworkError}, Cause: fetch.ByMixed}
				}
			}
			return err
		}}
		m := run(ctx, selftest.Options{UserAgent: byHTTPAlone, Fault: "origins.second*"}) // which is of https
		Expect(m.Faults).To(HaveLen(2))
		Expect(m.Faults).To(HaveEach(HaveField("Invisible", "mixed-content")))
		Expect(m.ExitCode()).To(Equal(suite.ExitConforms))

		m = run(ctx, selftest.Options{UserAgent: byHTTPAlone, Fault: "errors.server.bare"})
		Expect(m.Faults).To(HaveEach(And(HaveField("Noticed", true), HaveField("Invisible", ""))))
	})

	It("that keeps no redirect cannot see one mixed up, and a right server passes there", func(ctx SpecContext) {
		m := run(ctx, selftest.Options{UserAgent: forgetful{}, Fault: "vary.redirect"})
		Expect(m.Faults).To(ConsistOf(HaveField("Invisible", suite.NotObservable)))

		right := faults.Fault{}
		server := httptest.NewServer(right.Handler())
		DeferCleanup(server.Close)
		target := selftest.FaultyTarget(right)
		target.URL = server.URL
		report, err := suite.Run(ctx, target, forgetful{}, suite.Filter{Scenarios: []string{"vary.redirect"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(report.Results).To(ContainElement(HaveField("ID", "vary.redirect")))
		Expect(report.Results).To(HaveEach(HaveField("Verdict", suite.Pass)))
	})

	It("that is broken is no judgement", func(ctx SpecContext) {
		m := run(ctx, selftest.Options{UserAgent: &astray{see: func(*fetch.Observation, error) error {
			return errors.New("the page has gone")
		}}, Fault: "expose.*"})
		Expect(m.Broken()).To(ContainElement(ContainSubstring("the page has gone")))
		Expect(m.Unnoticed()).To(BeEmpty(), "nobody looked")
		Expect(m.ExitCode()).To(Equal(suite.ExitNoJudgement))
	})
})

// answers has a handler answer every request, wherever it goes.
type answers struct{ http.Handler }

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Result(), nil
}

// astray is the model, seeing what a spec says.
type astray struct {
	fetch.Model
	name string // another than the model's, if it has one
	see  func(*fetch.Observation, error) error
}

func (a *astray) About() fetch.About {
	about := a.Model.About()
	about.Name = cmp.Or(a.name, about.Name)
	return about
}

func (a *astray) NewContext(ctx context.Context) (fetch.Context, error) {
	inner, err := fetch.Model{Effects: fetch.Deliver}.NewContext(ctx)
	return &astrayContext{inner, a}, err
}

type astrayContext struct {
	fetch.Context
	by *astray
}

func (c *astrayContext) Do(ctx context.Context, origin string, r fetch.Request) (fetch.Observation, error) {
	o, err := c.Context.Do(ctx, origin, r)
	err = c.by.see(&o, err)
	return o, err
}

// forgetful is the model without memory: its HTTP cache is emptied before each request.
type forgetful struct{ fetch.Model }

func (forgetful) About() fetch.About { return fetch.About{Name: "forgetful"} }

func (forgetful) NewContext(ctx context.Context) (fetch.Context, error) {
	inner, err := fetch.Model{Effects: fetch.Deliver}.NewContext(ctx)
	return forgetfulContext{inner}, err
}

type forgetfulContext struct{ fetch.Context }

func (c forgetfulContext) ClearHTTPCache(ctx context.Context) error {
	return c.Context.(fetch.CacheClearer).ClearHTTPCache(ctx)
}

func (c forgetfulContext) Do(ctx context.Context, origin string, r fetch.Request) (fetch.Observation, error) {
	if err := c.ClearHTTPCache(ctx); err != nil {
		return fetch.Observation{}, err
	}
	return c.Context.Do(ctx, origin, r)
}
