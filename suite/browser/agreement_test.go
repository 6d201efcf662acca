// Package browser_test compares the three opinions on the reference server: what
// each scenario expects, what the Fetch Standard's model says, and what a browser
// does.
package browser_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/selftest"
	"github.com/corsproof/corsproof/suite/useragent"
)

func TestAgreement(t *testing.T) {
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "Agreement", config, reporter)
}

var browser *chromium.Browser

var _ = BeforeSuite(func(ctx SpecContext) {
	var err error
	dictated, err = stub.Start()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(dictated.Close)
	browser, err = chromium.Start(ctx, chromium.Options{
		Targets:   []string{"127.0.0.1:*", faults.OtherName + ":*"},
		ConnectTo: useragent.ConnectTo(dictated),
		Effects:   fetch.Deliver,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(browser.Close)
})

var _ = DescribeTable("The written expectation, the model and Chromium agree on the reference server", func(ctx SpecContext, p policy.Policy) {
	faultless := faults.Fault{Promise: &p}
	server := httptest.NewServer(faultless.Handler())
	DeferCleanup(server.Close)
	target := selftest.At(server.URL, selftest.FaultyTarget(faultless))
	target.Request.Headers = fetch.HeaderList{{Name: "Authorization", Value: "Bearer corsproof"}}
	byModel, err := suite.Run(ctx, target, &fetch.Model{Effects: fetch.Deliver}, suite.Filter{})
	Expect(err).NotTo(HaveOccurred())
	byChromium, err := suite.Run(ctx, target, browser, suite.Filter{})
	Expect(err).NotTo(HaveOccurred())

	Expect(byChromium.Partial).To(BeEmpty())
	Expect(byChromium.Summary[suite.Pass]).To(BeNumerically(">", 50))
	Expect(disagreements(byModel, byChromium)).To(BeEmpty())
},
	Entry("of the sample policy", policy.Sample()),
	Entry("that is public", policy.Policy{AllowOrigins: []string{"*"}, AllowMethods: []string{"GET", "HEAD", "POST", "PUT"}, AllowHeaders: []string{"X-Requested-With", "Content-Type"}, ExposeHeaders: []string{"*"}}),
	Entry("with patterns and a short memory", policy.Policy{
		AllowOrigins: []string{"https://*.example.org", "http://localhost:3000"}, AllowMethods: []string{"GET", "PUT"},
		AllowHeaders: []string{"Authorization"}, ExposeHeaders: []string{"ETag"}, AllowCredentials: true, MaxAge: new(1)}),
	Entry("that is never remembered", policy.Policy{
		AllowOrigins: []string{"https://app.example.com"}, AllowMethods: []string{"GET", "POST", "PATCH"}, AllowHeaders: []string{"X-One", "X-Two"}, MaxAge: new(0)}),
)

// disagreements names every result on which two opinions differ, and how.
func disagreements(byModel, byChromium *suite.Report) []string {
	var all []string
	if len(byModel.Results) != len(byChromium.Results) {
		return []string{fmt.Sprintf("%d results by the model, %d by Chromium", len(byModel.Results), len(byChromium.Results))}
	}
	for i, m := range byModel.Results {
		c := byChromium.Results[i]
		name := strings.TrimSuffix(m.Key, " browser=model")
		for _, r := range []suite.Result{m, c} {
			if r.Verdict == suite.Fail || r.Verdict == suite.Blocked || r.Verdict == suite.Broken {
				all = append(all, fmt.Sprintf("%s: expected %s; %s says %s (%s): %s", name, r.Expected, r.Browser, r.Verdict, r.Reason, r.Observed))
			}
		}
		if c.Reason == suite.OriginImpossible && strings.HasPrefix(c.Origin, "http://127.0.0.1") {
			continue // to this browser every port of that address is a target's
		}
		if m.Verdict != c.Verdict {
			all = append(all, fmt.Sprintf("%s: the model says %s (%s), Chromium %s (%s)", name, m.Verdict, m.Reason, c.Verdict, c.Reason))
			continue
		}
		if len(m.Attempts) == 0 {
			continue
		}
		for step := range m.Attempts[0].Steps {
			saw, did := look(m.ID, m.Attempts[0].Steps[step]), look(c.ID, c.Attempts[0].Steps[step])
			if saw != did {
				all = append(all, fmt.Sprintf("%s, step %d: the model %s, Chromium %s", name, step+1, saw, did))
			}
		}
	}
	return all
}

// look is what is compared of an observation: what a script can see, and what left.
//
// Of ranges the headers are left out: Chromium may answer them out of its HTTP cache,
// which the model's takes no part in. A part of a response that is stored lends
// Accept-Ranges to the whole.
func look(id string, o fetch.Observation) string {
	names := []string{}
	for _, h := range o.Response.Headers {
		switch {
		case strings.Contains(id, "range"), strings.EqualFold(h.Name, "Accept-Ranges"):
			continue
		}
		names = append(names, strings.ToLower(h.Name))
	}
	slices.Sort(names)
	reason := ""
	for _, e := range o.Exchanges {
		reason += e.Reason
	}
	return fmt.Sprintf("shared %t, status %d, headers %s, preflighted %t, left %t, cause %q, reason %q",
		o.Shared(), o.Response.Status, strings.Join(slices.Compact(names), " "), o.Preflight() != nil, o.Actual() != nil, o.Cause, reason)
}
