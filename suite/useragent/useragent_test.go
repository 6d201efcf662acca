package useragent_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/useragent"
)

var _ = Describe("The tables", func() {
	It("have scenarios that a stranger can read", func() {
		ids := map[string]bool{}
		for _, c := range useragent.Chapters() {
			for _, s := range c.Scenarios {
				Expect(ids).NotTo(HaveKey(s.ID))
				ids[s.ID] = true
				Expect(s.ID).To(MatchRegexp(`^browser\.` + c.Name + `(\.[a-z0-9]+(-[a-z0-9]+)*)+$`))
				Expect(s.Title).To(MatchRegexp(` (must|may) `), s.ID)
				Expect(s.Spec).NotTo(BeEmpty(), s.ID)
				Expect(s.Covers).NotTo(BeEmpty(), s.ID)
				for _, id := range s.Covers {
					Expect(id).To(MatchRegexp(`^[A-Z]{2}-\d\d$`), s.ID)
				}
				Expect(s.Steps).NotTo(BeEmpty(), s.ID)
			}
		}
		Expect(len(ids)).To(BeNumerically(">=", 500))
	})

	It("have titles that tell scenarios apart", func() {
		titles := map[string]string{}
		for _, s := range useragent.Scenarios() {
			Expect(titles).NotTo(HaveKey(s.Title), "%s and %s", titles[s.Title], s.ID)
			titles[s.Title] = s.ID
		}
	})
})

// byModel is the report on the model, made once.
var byModel = sync.OnceValue(func() *useragent.Report {
	ua, stop := useragent.Model(server)
	defer stop()
	r, err := useragent.Run(context.Background(), ua, server, useragent.Options{})
	if err != nil {
		panic(err)
	}
	return r
})

var _ = Describe("The model does what is written:", func() {
	for _, s := range useragent.Scenarios() {
		It(s.ID, func() {
			n := 0
			for _, result := range byModel().Results {
				if result.ID == s.ID {
					n++
					Expect(result.Verdict).To(Equal(useragent.Pass), "%s: expected %s; observed %s (%s)",
						result.Key, result.Expected, result.Observed, result.Reason)
				}
			}
			Expect(n).To(BeNumerically(">", 0))
		})
	}

	It("and nothing else: it deviates nowhere", func() {
		Expect(byModel().ExitCode()).To(Equal(useragent.ExitConforms))
		Expect(byModel().Summary).To(HaveLen(1))
	})
})

// run runs scenarios in the model.
func run(ctx context.Context, scenarios ...useragent.Scenario) *useragent.Report {
	ua, stop := useragent.Model(server)
	defer stop()
	return useragent.RunScenarios(ctx, ua, server, scenarios, useragent.Options{})
}

// passing are the keys of results that pass.
func passing(r *useragent.Report) []string {
	var keys []string
	for _, result := range r.Results {
		if result.Verdict == useragent.Pass {
			keys = append(keys, result.Key)
		}
	}
	return keys
}

// rewritten is the scenario with other answers.
func rewritten(s useragent.Scenario, rewrite func(a stub.Answer, preflight bool) stub.Answer) useragent.Scenario {
	s.Stub = slices.Clone(s.Stub)
	for i := range s.Stub {
		s.Stub[i].Preflights = slices.Clone(s.Stub[i].Preflights)
		for j, a := range s.Stub[i].Preflights {
			s.Stub[i].Preflights[j] = rewrite(a, true)
		}
		s.Stub[i].Answers = slices.Clone(s.Stub[i].Answers)
		for j, a := range s.Stub[i].Answers {
			s.Stub[i].Answers[j] = rewrite(a, false)
		}
	}
	return s
}

// without returns the lines that do not begin with a prefix.
func without(lines []string, prefix string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return strings.HasPrefix(line, prefix) })
}

// bare takes Access-Control-Allow-Origin off.
func bare(a stub.Answer, _ bool) stub.Answer {
	a.Lines = without(a.Lines, "Access-Control-Allow-Origin:")
	return a
}

// generous allows whatever the scenario asks.
func generous(s useragent.Scenario) useragent.Scenario {
	var methods, headers []string
	lines := []string{"Access-Control-Allow-Origin: *"}
	for _, step := range s.Steps {
		methods = append(methods, fetch.NormalizeMethod(step.Request.Method))
		for _, h := range step.Request.Headers {
			headers = append(headers, h.Name)
		}
		if step.Request.Credentials == fetch.Include || step.Request.CrossOrigin == fetch.UseCredentials {
			origin := useragent.Page
			if s.Origin != "" {
				origin = s.Origin
			}
			lines = []string{"Access-Control-Allow-Origin: " + origin, "Access-Control-Allow-Credentials: true"}
		}
	}
	s = rewritten(s, func(a stub.Answer, preflight bool) stub.Answer {
		a.Lines = append(without(a.Lines, "Access-Control-Allow-"), lines...)
		if preflight {
			a.Status = 200
			a.Lines = append(a.Lines,
				"Access-Control-Allow-Methods: "+strings.Join(methods, ","), "Access-Control-Allow-Headers: "+strings.Join(headers, ","))
		}
		return a
	})
	for i := range s.Stub {
		if len(s.Stub[i].Preflights) == 0 {
			s.Stub[i].Preflights = []stub.Answer{{Lines: append(slices.Clone(lines),
				"Access-Control-Allow-Methods: "+strings.Join(methods, ","), "Access-Control-Allow-Headers: "+strings.Join(headers, ","))}}
		}
	}
	return s
}

// shares reports whether a response that another origin must allow is to be shared.
func shares(s useragent.Scenario) bool {
	return slices.ContainsFunc(s.Steps, func(step useragent.Step) bool {
		return step.Want.Type == fetch.CORS || step.Want.Type == fetch.OpaqueRedirect
	})
}

func refuses(s useragent.Scenario) bool {
	return slices.ContainsFunc(s.Steps, func(step useragent.Step) bool { return step.Want.Type == fetch.NetworkError })
}

// notByAnswer are the refusals that no answer can turn.
var notByAnswer = []string{
	"browser.methods.trace.", "browser.methods.track.", "browser.methods.connect.", "browser.errors.xhr.method",
	"browser.errors.fetch.method", "browser.errors.xhr.header", "browser.errors.xhr.timeout",
	"browser.redirects.location.", "browser.redirects.error", "browser.redirects.count.21",
	"browser.opaque.method.", "browser.opaque.redirect.manual", "browser.opaque.redirect.error", "browser.opaque.integrity",
	"browser.opaque.same-origin", "browser.opaque.keepalive.more", "browser.consumers.beacon.more", "browser.consumers.worker", "browser.consumers.track.plain", "browser.consumers.script.integrity.plain", "browser.consumers.style.integrity.plain",
}

var _ = Describe("Every scenario can fail:", func() {
	It("in a user agent that refuses everything, or in one that refuses nothing", func(ctx SpecContext) {
		ua, stop := reckless()
		defer stop()
		inReckless := useragent.RunScenarios(ctx, ua, server, useragent.Scenarios(), useragent.Options{})
		inRefusing := useragent.RunScenarios(ctx, refusing(), server, useragent.Scenarios(), useragent.Options{})
		var blind []string
		for i, a := range inReckless.Results {
			if b := inRefusing.Results[i]; a.Verdict == useragent.Pass && b.Verdict == useragent.Pass {
				blind = append(blind, a.Key)
			}
		}
		Expect(blind).To(BeEmpty())
		Expect(inReckless.Summary[useragent.Broken] + inRefusing.Summary[useragent.Broken]).To(BeZero())
	})

	It("those that share a response, when it does not allow the origin", func(ctx SpecContext) {
		var mutants []useragent.Scenario
		for _, s := range useragent.Scenarios() {
			if shares(s) {
				mutants = append(mutants, rewritten(s, bare))
			}
		}
		Expect(len(mutants)).To(BeNumerically(">", 200))
		Expect(passing(run(ctx, mutants...))).To(BeEmpty())
	})

	It("those that refuse a response, when it allows everything", func(ctx SpecContext) {
		var mutants []useragent.Scenario
		for _, s := range useragent.Scenarios() {
			if refuses(s) && !slices.ContainsFunc(notByAnswer, func(prefix string) bool { return strings.HasPrefix(s.ID, prefix) }) {
				mutants = append(mutants, generous(s))
			}
		}
		Expect(len(mutants)).To(BeNumerically(">", 200))
		Expect(passing(run(ctx, mutants...))).To(BeEmpty())
	})
})

// reasons are the user agent's codes for each step of a result, "" where there is none.
func reasons(seen []useragent.Seen) []fetch.Reason {
	var all []fetch.Reason
	for _, s := range seen {
		var reason fetch.Reason
		for _, e := range s.Observation.Exchanges {
			if e.Reason != "" {
				reason = fetch.Reason(e.Reason)
			}
		}
		all = append(all, reason)
	}
	return all
}

var _ = Describe("The model's reason is the one that is written", func() {
	It("wherever there is one", func(ctx SpecContext) {
		// What is seen is kept of failures alone: so the scenario is made to fail.
		var mutants []useragent.Scenario
		for _, s := range useragent.Scenarios() {
			if !refuses(s) || s.Cause != "" {
				continue
			}
			s.Steps = slices.Clone(s.Steps)
			last := &s.Steps[len(s.Steps)-1]
			last.Want.Sent = append(slices.Clone(last.Want.Sent), useragent.Sent{Method: "NEVER"})
			mutants = append(mutants, s)
		}
		byID := map[string]useragent.Scenario{}
		for _, s := range mutants {
			byID[s.ID] = s
		}
		for _, result := range run(ctx, mutants...).Results {
			Expect(result.Verdict).To(Equal(useragent.Fail), result.Key)
			var written []fetch.Reason
			for _, step := range byID[result.ID].Steps {
				written = append(written, step.Want.Reason)
			}
			Expect(reasons(result.Seen)).To(Equal(written), result.Key)
		}
	})
})

var _ = Describe("A known deviation", func() {
	It("is of a scenario, has evidence, and differs from what is written", func() {
		for _, d := range useragent.Deviations() {
			i := slices.IndexFunc(useragent.Scenarios(), func(s useragent.Scenario) bool { return s.ID == d.Scenario })
			Expect(i).NotTo(Equal(-1), d.Scenario)
			Expect(d.Wants).To(HaveLen(len(useragent.Scenarios()[i].Steps)), d.Scenario)
			Expect(d.Instead).To(HaveSuffix("."), d.Scenario)
			Expect(d.Evidence).NotTo(BeEmpty(), d.Scenario)
		}
	})

	DescribeTable("is stale when the user agent does as the Standard says", func(ctx SpecContext, browser string) {
		model, stop := useragent.Model(server)
		defer stop()
		r, err := useragent.Run(ctx, named{model, browser}, server, useragent.Options{})
		Expect(err).NotTo(HaveOccurred())
		stale, known := map[string]bool{}, map[string]bool{}
		for _, d := range useragent.Deviations() {
			if d.Browser == browser {
				known[d.Scenario] = true
			}
		}
		for _, result := range r.Results {
			Expect(result.Verdict).To(Equal(useragent.Pass), result.Key)
			if result.Stale {
				stale[result.ID] = true
			}
		}
		Expect(known).NotTo(BeEmpty())
		Expect(stale).To(Equal(known))
	},
		Entry("as Chromium", "chromium"),
		Entry("as Firefox", "firefox"),
		Entry("as WebKit", "webkit"),
	)

	It("is no excuse for anything else that the user agent does", func(ctx SpecContext) {
		r, err := useragent.Run(ctx, named{refusing(), "chromium"}, server, useragent.Options{Scenarios: []string{"browser.cache.max-age.negative"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Summary).To(Equal(map[useragent.Verdict]int{useragent.Fail: 2}))
		Expect(r.ExitCode()).To(Equal(useragent.ExitFails))
	})

	It("is known by what it does, and is no failure", func(ctx SpecContext) {
		ua, stop := reckless()
		defer stop()
		r, err := useragent.Run(ctx, named{ua, "chromium"}, server, useragent.Options{Scenarios: []string{"browser.safelist.unsafe.dpr"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Summary).To(Equal(map[useragent.Verdict]int{useragent.Deviates: 2}))
		Expect(r.ExitCode()).To(Equal(useragent.ExitConforms))
		Expect(r.Results[0].Deviation.Evidence).To(Equal("D-02"))
	})
})

// named is a user agent under another name.
type named struct {
	fetch.UserAgent
	name string
}

func (n named) About() fetch.About { return fetch.About{Name: n.name, Version: "0"} }

var _ = Describe("A run", func() {
	origin := useragent.Options{Scenarios: []string{"browser.simple.origin"}}

	It("is broken by a user agent that fails", func(ctx SpecContext) {
		r, err := useragent.Run(ctx, agent{"failing", func(context.Context, string, fetch.Request) (fetch.Observation, error) {
			return fetch.Observation{}, errors.New("the page is gone")
		}}, server, origin)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Summary).To(Equal(map[useragent.Verdict]int{useragent.Broken: 2}))
		Expect(r.Results[0].Observed).To(Equal("the page is gone"))
		Expect(r.ExitCode()).To(Equal(useragent.ExitNoJudgement))
	})

	It("is broken by a network that fails, which is no refusal", func(ctx SpecContext) {
		r, err := useragent.Run(ctx, agent{"offline", func(context.Context, string, fetch.Request) (fetch.Observation, error) {
			return fetch.Observation{Response: fetch.Response{Type: fetch.NetworkError}, Cause: fetch.ByDNS}, nil
		}}, server, useragent.Options{Scenarios: []string{"browser.errors.fetch.method"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Results[0].Verdict).To(Equal(useragent.Broken))
		Expect(r.Results[0].Reason).To(Equal("dns"))
	})

	It("is broken by a failure that is not seen again", func(ctx SpecContext) {
		model, stop := useragent.Model(server)
		defer stop()
		in, err := model.NewContext(ctx)
		Expect(err).NotTo(HaveOccurred())
		var calls atomic.Int64
		r, err := useragent.Run(ctx, agent{"moody", func(ctx context.Context, origin string, r fetch.Request) (fetch.Observation, error) {
			if calls.Add(1) <= 2 {
				return fetch.Observation{Response: fetch.Response{Type: fetch.NetworkError}, Cause: fetch.ByCORS}, nil
			}
			return in.Do(ctx, origin, r)
		}}, server, origin)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Results[0].Verdict).To(Equal(useragent.Broken))
		Expect(r.Results[0].Reason).To(Equal("unconfirmed"))
	})

	It("ends with its context, and says so", func(ctx SpecContext) {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		model, stop := useragent.Model(server)
		defer stop()
		r, err := useragent.Run(gone, model, server, origin)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Partial).To(ContainSubstring("interrupted"))
		Expect(r.ExitCode()).To(Equal(useragent.ExitNoJudgement))
	})

	It("refuses patterns that keep nothing", func(ctx SpecContext) {
		_, err := useragent.Run(ctx, refusing(), server, useragent.Options{Scenarios: []string{"browser.nothing.*"}})
		Expect(err).To(MatchError(ContainSubstring(`"browser.nothing.*" matches none`)))
	})

	It("says how far it is", func(ctx SpecContext) {
		var seen []string
		_, err := useragent.Run(ctx, refusing(), server, useragent.Options{
			Scenarios: []string{"browser.methods.trace.*"},
			Progress:  func(done, total int) { seen = append(seen, fmt.Sprintf("%d/%d", done, total)) },
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(seen).To(Equal([]string{"1/4", "2/4", "3/4", "4/4"}))
	})
})
