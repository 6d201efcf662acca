package suite_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/selftest"
)

// asked notes what a server is asked: "PUT /v1/items from https://…".
type asked struct {
	mu    sync.Mutex
	lines []string
}

func (a *asked) note(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.lines = append(a.lines, r.Method+" "+r.URL.Path+" from "+r.Header.Get("Origin"))
		a.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// without returns the lines of one list that the other lacks.
func without(all, other []string) []string {
	rest := slices.Clone(all)
	for _, line := range other {
		if i := slices.Index(rest, line); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		}
	}
	return rest
}

// fromHTTPCache returns what was answered out of HTTP caches, and so not sent.
func fromHTTPCache(r *suite.Report) []string {
	var lines []string
	for _, result := range r.Results {
		for _, a := range result.Attempts {
			for _, s := range a.Steps {
				for _, e := range s.Exchanges {
					if u, err := url.Parse(e.Request.URL); err == nil && e.Cached {
						origin, _ := e.Request.Headers.Get("Origin")
						lines = append(lines, e.Request.Method+" "+u.Path+" from "+origin)
					}
				}
			}
		}
	}
	return lines
}

var _ = Describe("a forecast", func() {
	for _, effects := range []fetch.Effects{fetch.Hold, fetch.Deliver} {
		for _, c := range policies.All() {
			if !c.Different {
				continue
			}
			It("is what a run sends, effects "+string(effects)+", to a server with the policy of "+c.Name, func(ctx SpecContext) {
				var got asked
				server := httptest.NewServer(got.note(c.Handler()))
				defer server.Close()
				target := selftest.SoundTarget(c)
				target.URL, target.Effects = server.URL, effects
				f, err := suite.Foresee(target, suite.Filter{}, 0, suite.Limits{})
				Expect(err).NotTo(HaveOccurred())
				Expect(got.lines).To(BeEmpty(), "nothing was sent")

				report, err := suite.Run(ctx, target, fetch.Model{Effects: effects}, suite.Filter{}, suite.WithMaxWait(0),
					suite.WithLimits(suite.Limits{MaxRequests: 1 << 20}))
				Expect(err).NotTo(HaveOccurred())
				Expect(report.Sent).To(Equal(len(got.lines)))
				Expect(wrong(report)).To(Or(BeEmpty(), HaveEach(ContainSubstring("unjudged"))))

				var foreseen []string
				preflights := 0
				for _, r := range f.Requests {
					for range r.Sent {
						origin := r.Origin
						if r.Mode == fetch.NoCORS && r.Method == "GET" {
							origin = "" // it is not sent there
						}
						if value, ok := r.Headers.Get("Origin"); ok && origin == "" {
							origin = value
						}
						foreseen = append(foreseen, r.Method+" "+r.Path+" from "+origin)
					}
					for range r.Preflights {
						foreseen = append(foreseen, "OPTIONS "+r.Path+" from "+r.Origin)
					}
					preflights += r.Preflights
				}
				Expect(preflights).To(Equal(f.Preflights))
				Expect(without(got.lines, foreseen)).To(BeEmpty(), "sent, and not foreseen")
				unsent := without(foreseen, got.lines)
				cached := fromHTTPCache(report)
				Expect(without(cached, unsent)).To(BeEmpty(), "out of the HTTP cache, and sent all the same")
				spared := without(unsent, cached) // see Forecast
				Expect(append(spared, "OPTIONS ")).To(HaveEach(HavePrefix("OPTIONS ")), "foreseen, and not sent")
				Expect(len(spared)).To(BeNumerically("<", f.Total()/20))
				Expect(f.Total()).To(Equal(len(got.lines) + len(spared) + len(cached)))
				Expect(f.AtMost).To(BeNumerically(">", f.Total()))
			})
		}
	}

	It("says what the budget leaves out, and how long the rate takes", func() {
		c := policies.All()[0]
		target := selftest.SoundTarget(c)
		target.URL = "http://127.0.0.1:1"
		f, err := suite.Foresee(target, suite.Filter{}, 0, suite.Limits{MaxRequests: 100, Rate: 5})
		Expect(err).NotTo(HaveOccurred())
		Expect(f.Total()).To(And(BeNumerically("<=", 100), BeNumerically(">", 90)))
		Expect(f.LeftOut).To(BeNumerically(">", 0))
		Expect(f.AtMost).To(Equal(100))
		Expect(f.Seconds).To(BeNumerically("~", float64(f.Total()-1)/5, 0.001))
	})

	It("needs a filter and limits that are ones", func() {
		_, err := suite.Foresee(suite.Target{}, suite.Filter{Level: "high"}, 0, suite.Limits{})
		Expect(err).To(HaveOccurred())
		_, err = suite.Foresee(suite.Target{}, suite.Filter{}, 0, suite.Limits{MaxRequests: -1})
		Expect(err).To(HaveOccurred())
	})
})
