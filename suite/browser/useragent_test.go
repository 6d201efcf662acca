package browser_test

import (
	"cmp"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/useragent"
)

// dictated is the stub to which the browser is led for the origins of the browser
// scenarios.
var dictated *stub.Server

var _ = Describe("Chromium does what the Standard says, or what is known of it:", Ordered, func() {
	results := map[string][]useragent.Result{}

	BeforeAll(func(ctx SpecContext) {
		r, err := useragent.Run(ctx, browser, dictated, useragent.Options{})
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Partial).To(BeEmpty())
		for _, result := range r.Results {
			results[result.ID] = append(results[result.ID], result)
		}
	})

	for _, s := range useragent.Scenarios() {
		It(s.ID, func() {
			Expect(results[s.ID]).NotTo(BeEmpty())
			for _, r := range results[s.ID] {
				Expect(r.Verdict).To(BeElementOf(useragent.Pass, useragent.Deviates), "%s: expected %s; observed %s (%s)",
					r.Key, r.Expected, r.Observed, r.Reason)
				Expect(r.Stale).To(BeFalse(), "%s: what is known of it is stale: %+v", r.Key, r.Deviation)
			}
		})
	}
})

// What a script cannot see, Chromium tells those who watch: why a response is refused.
var _ = It("Chromium's reasons are those that are written", func(ctx SpecContext) {
	c, err := browser.NewContext(ctx)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.Close)
	for _, s := range useragent.Scenarios() {
		step := s.Steps[0]
		if s.ID == "browser.status.preflight.407" { // there is no proxy that could ask: Chromium takes it for no response
			continue
		}
		if len(s.Steps) > 1 || step.Want.Reason == "" || s.Cause != "" || known(s.ID) || slices.Contains(ours, step.Want.Reason) {
			continue
		}
		bound := s.At("/reasons/" + s.ID)
		dictated.Dictate(bound.Stub...)
		request := bound.Steps[0].Request
		request.API = fetch.Fetch
		if s.APIs != nil {
			request.API = s.APIs[0]
		}
		o, err := c.Do(ctx, cmp.Or(s.Origin, useragent.Page), request)
		Expect(err).NotTo(HaveOccurred())
		Expect(o.Detail).To(Equal(string(step.Want.Reason)), s.ID)
	}
})

// ours are reasons for which Chromium has no code: to it a redirect to another scheme
// is unsafe, which it says in other words.
var ours = []fetch.Reason{fetch.InvalidRedirect, fetch.TooManyRedirects, fetch.DisallowedRedirect, fetch.CorsDisabledScheme}

func known(id string) bool {
	return slices.ContainsFunc(useragent.Deviations(), func(d useragent.Deviation) bool { return d.Scenario == id })
}
