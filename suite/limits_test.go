package suite

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = ginkgo.Describe("A rate", func() {
	ginkgo.DescribeTable("is read", func(text string, perSecond float64, written string) {
		r, err := ParseRate(text)
		Expect(err).NotTo(HaveOccurred())
		Expect(float64(r)).To(BeNumerically("~", perSecond, 1e-9))
		Expect(r.String()).To(Equal(written))
	},
		ginkgo.Entry(nil, "5", 5.0, "5/s"),
		ginkgo.Entry(nil, "5/s", 5.0, "5/s"),
		ginkgo.Entry(nil, "300/m", 5.0, "5/s"),
		ginkgo.Entry(nil, "100/m", 100.0/60, "100/m"),
		ginkgo.Entry(nil, "0.5/s", 0.5, "30/m"),
		ginkgo.Entry(nil, "1/h", 1.0/3600, "1/h"),
		ginkgo.Entry(nil, "2.5", 2.5, "150/m"),
	)

	ginkgo.DescribeTable("is refused", func(text string) {
		_, err := ParseRate(text)
		Expect(err).To(MatchError(ContainSubstring(fmt.Sprintf("rate %q: expected", text))))
	},
		ginkgo.Entry(nil, ""), ginkgo.Entry(nil, "0"), ginkgo.Entry(nil, "-1/s"), ginkgo.Entry(nil, "5/d"), ginkgo.Entry(nil, "NaN"),
		ginkgo.Entry(nil, "inf"), ginkgo.Entry(nil, "1e9"), ginkgo.Entry(nil, "5 /s"), ginkgo.Entry(nil, "five"), ginkgo.Entry(nil, "0.5/h"),
	)
})

// mostWithin returns the largest number of times in any window of that length.
func mostWithin(times []time.Time, window time.Duration) int {
	slices.SortFunc(times, time.Time.Compare)
	most := 0
	for i, first := range times {
		n, _ := slices.BinarySearchFunc(times[i:], first.Add(window), time.Time.Compare)
		most = max(most, n)
	}
	return most
}

var _ = ginkgo.Describe("A meter", func() {
	ginkgo.It("lets no more pass in any second than its rate and one, however they come", func(ctx ginkgo.SpecContext) {
		for _, rate := range []Rate{0.5, 1, 5, 7, 300} {
			m := newMeter(Limits{Rate: rate})
			now := time.Unix(0, 0)
			m.now = func() time.Time { return now }
			var left []time.Time
			m.sleep = func(_ context.Context, d time.Duration) error {
				left = append(left, now.Add(d))
				return nil
			}
			// Bursts, pauses, and everything between.
			for i := range 400 {
				Expect(m.Pass(ctx)).To(Succeed())
				now = now.Add(time.Duration(i*i%7) * rate.interval() / 3)
			}
			Expect(mostWithin(left, time.Second)).To(BeNumerically("<=", int(rate)+1), rate.String())
			Expect(left).To(HaveLen(400))
		}
	})

	ginkgo.It("lets no more pass than its budget, and gives back what did not leave", func(ctx ginkgo.SpecContext) {
		m := newMeter(Limits{MaxRequests: 2})
		ended, cancel := context.WithCancel(ctx)
		cancel()
		Expect(m.Pass(ended)).To(MatchError(context.Canceled))
		Expect(m.Pass(ctx)).To(Succeed())
		Expect(m.Pass(ctx)).To(Succeed())
		Expect(m.Pass(ctx)).To(MatchError(fetch.ErrBudget))
		Expect(m.sent()).To(Equal(2))
	})

	ginkgo.It("waits for what plays under way give back, and not for what nobody does", func(ctx ginkgo.SpecContext) {
		m := newMeter(Limits{MaxRequests: 6})
		Expect(m.admit(2, 3)).To(BeTrue())
		admitted := make(chan bool)
		go func() { admitted <- m.admit(2, 3) }()
		Consistently(admitted, "20ms").ShouldNot(Receive())
		Expect(m.Pass(ctx)).To(Succeed())
		m.release(2, 3, false)
		Eventually(admitted).Should(Receive(BeTrue()))
		m.release(2, 3, true) // it failed: what confirms it is kept
		Expect(m.admit(2, 1)).To(BeFalse())
		m.unreserve()
		Expect(m.admit(2, 3)).To(BeTrue())
	})
})

// A log is what a server was asked, and when.
type log struct {
	mu    sync.Mutex
	times []time.Time
}

func (l *log) note(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		l.times = append(l.times, time.Now())
		l.mu.Unlock()
		next(w, r)
	}
}

func (l *log) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.times)
}

var _ = ginkgo.Describe("A run with a budget", func() {
	// Each is a way to cost more than a request looks.
	servers := map[string]http.HandlerFunc{
		"keeps its policy": keep,
		"refuses everything, so that all must be confirmed and looked behind": func(http.ResponseWriter, *http.Request) {},
		"redirects in circles": func(w http.ResponseWriter, r *http.Request) {
			keep(w, r)
			if r.Method != http.MethodOptions {
				w.Header().Set("Location", r.URL.Path)
				w.WriteHeader(http.StatusTemporaryRedirect)
			}
		},
		"fails now and then": func() http.HandlerFunc {
			var mu sync.Mutex
			asked := 0
			return func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				asked++
				odd := asked%3 == 0
				mu.Unlock()
				if !odd {
					keep(w, r)
				}
			}
		}(),
	}
	for name, server := range servers {
		ginkgo.It("sends no more than that to a server that "+name, func(ctx ginkgo.SpecContext) {
			for _, budget := range []int{1, 2, 3, 10, 41, 160, 100000} {
				var received log
				target := serve(received.note(server))
				report := judged(ctx, target, &fetch.Model{Effects: fetch.Deliver}, Filter{}, WithLimits(Limits{MaxRequests: budget}))
				Expect(received.len()).To(BeNumerically("<=", budget))
				Expect(report.Sent).To(Equal(received.len()), "it counts what arrives")
				Expect(report.Partial).To(BeEmpty())
				for _, r := range report.Results {
					if r.Verdict == Fail {
						Expect(r.Attempts).To(HaveLen(2), "no failure is reported unconfirmed")
					}
					if r.Verdict == Broken { // circles are: a browser gives up on them
						Expect(r.Reason).To(BeEquivalentTo(fetch.ByOther), r.Key)
					}
				}
				again := Judge(report)
				for i, r := range again.Results {
					Expect(r.Verdict).To(Equal(report.Results[i].Verdict), r.Key)
				}
				if budget < 100 {
					Expect(report.Results).To(ContainElement(HaveField("Reason", Budget)))
				}
				if budget > 10000 {
					Expect(report.Results).NotTo(ContainElement(HaveField("Reason", Budget)))
				}
			}
		})
	}

	ginkgo.It("uses it up, required scenarios first, and reports in the order of the table", func(ctx ginkgo.SpecContext) {
		target := serve(keep)
		all := judged(ctx, target, &fetch.Model{Effects: fetch.Deliver}, Filter{})
		short := judged(ctx, target, &fetch.Model{Effects: fetch.Deliver}, Filter{}, WithLimits(Limits{MaxRequests: 60}))
		Expect(short.Sent).To(BeNumerically(">", 50))
		for i, r := range short.Results {
			Expect(r.Key).To(Equal(all.Results[i].Key))
			if len(r.Attempts) > 0 && r.Level != Required {
				ginkgo.Fail(r.Key + " was tried, though required ones were left out")
			}
		}
		Expect(short.ExitCode()).To(Equal(ExitConforms), "what was tried passed")
	})

	ginkgo.It("knows what it needs: the estimate is what a good server is asked", func(ctx ginkgo.SpecContext) {
		var received log
		target := serve(received.note(keep))
		plays := plan(target, Filter{}, 0)
		judged(ctx, target, &fetch.Model{Effects: fetch.Deliver}, Filter{})
		most := 2 // the probe
		for _, p := range plays {
			if p.gap == nil {
				most += p.needs()
			}
		}
		Expect(received.len()).To(BeNumerically("<=", most))
		Expect(received.len()).To(BeNumerically(">", most/2))
	})

	ginkgo.It("refuses a limit that is none", func(ctx ginkgo.SpecContext) {
		_, err := Run(ctx, Target{}, &fetch.Model{}, Filter{}, WithLimits(Limits{MaxRequests: -1}))
		Expect(err).To(MatchError(ContainSubstring("max requests -1")))
		_, err = Run(ctx, Target{}, &fetch.Model{}, Filter{}, WithLimits(Limits{Rate: -1}))
		Expect(err).To(MatchError(ContainSubstring("rate -1")))
	})
})

var _ = ginkgo.Describe("A run with a rate", func() {
	ginkgo.It("sends no more in any second, and judges as ever", func(ctx ginkgo.SpecContext) {
		var received log
		report := judged(ctx, serve(received.note(keep)), &fetch.Model{Effects: fetch.Deliver}, only("simple.*"), WithLimits(Limits{Rate: 8}))
		Expect(report.ExitCode()).To(Equal(ExitConforms))
		Expect(received.len()).To(BeNumerically(">", 9), "or nothing is proven")
		Expect(mostWithin(received.times, time.Second)).To(BeNumerically("<=", 9))
	})

	ginkgo.It("does not blame the server for the waiting", func(ctx ginkgo.SpecContext) {
		began := time.Now()
		report := judged(ctx, serve(keep), &fetch.Model{Effects: fetch.Deliver}, only("simple.get"),
			WithLimits(Limits{Rate: 2}), WithTimeout(400*time.Millisecond))
		Expect(report.Summary[Fail] + report.Summary[Broken]).To(BeZero())
		Expect(time.Since(began)).To(BeNumerically(">", 900*time.Millisecond))
	})
})

var _ = ginkgo.Describe("Limits", func() {
	ginkgo.It("are said in words", func() {
		Expect(Limits{}.String()).To(BeEmpty())
		Expect(Limits{MaxRequests: 200, Rate: 5}.String()).To(Equal("at most 200 requests, at most 5/s"))
		Expect(strings.Count(Limits{Rate: 0.5}.String(), "30/m")).To(Equal(1))
	})
})
