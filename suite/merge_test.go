package suite_test

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/selftest"
)

// said is what a report says of the target. What the results rest on differs from run to
// run: times, and what an HTTP cache had by then.
func said(r *suite.Report) string {
	GinkgoHelper()
	judged := *r
	judged.Results = nil
	for _, one := range r.Results {
		judged.Results = append(judged.Results, suite.Result{
			Key: one.Key, ID: one.ID, Level: one.Level, Verdict: one.Verdict, Reason: one.Reason, Intermittent: one.Intermittent,
			Severity: one.Severity, Expected: one.Expected, Observed: one.Observed, Step: one.Step, Spec: one.Spec, Fixes: one.Fixes,
		})
	}
	text, err := json.MarshalIndent(judged, "", " ")
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

var _ = Describe("Merged reports", func() {
	run := func(ctx SpecContext, target suite.Target, options ...suite.Option) *suite.Report {
		GinkgoHelper()
		r, err := suite.Run(ctx, target, fetch.Model{Effects: fetch.Deliver}, suite.Filter{}, options...)
		Expect(err).NotTo(HaveOccurred())
		return r
	}
	served := func(id string) suite.Target {
		f := faults.Fault{}
		for _, one := range faults.All() {
			if one.ID == id {
				f = one
			}
		}
		server := httptest.NewServer(f.Handler())
		DeferCleanup(server.Close)
		return selftest.At(server.URL, selftest.FaultyTarget(f))
	}
	sharded := func(ctx SpecContext, target suite.Target) []*suite.Report {
		var all []*suite.Report
		for _, text := range []string{"3/4", "1/4", "4/4", "2/4"} {
			shard, err := suite.ParseShard(text)
			Expect(err).NotTo(HaveOccurred())
			all = append(all, run(ctx, target, suite.WithShard(shard)))
		}
		return all
	}

	DescribeTable("are what one run would have reported", func(ctx SpecContext, fault string) {
		target := served(fault)
		merged, err := suite.Merge(sharded(ctx, target)...)
		Expect(err).NotTo(HaveOccurred())
		Expect(said(merged)).To(Equal(said(run(ctx, target))))
	},
		Entry("of a server that is right", ""),
		Entry("of one that forgets its credentials", "credentials.missing.preflight"),
		Entry("of one whose preflights fail", "preflight.status.401.bare"),
	)

	It("are none if a shard is missing, or there twice, or of something else", func(ctx SpecContext) {
		target := served("")
		all := sharded(ctx, target)
		_, err := suite.Merge(all[:3]...)
		Expect(err).To(MatchError("shard 2/4 of the run in model is missing"))
		_, err = suite.Merge(append(all, all[0])...)
		Expect(err).To(MatchError(ContainSubstring("reports 1 and 5 both judge ")))
		other := *all[1]
		other.Target.URL = "https://other.example"
		_, err = suite.Merge(all[0], &other)
		Expect(err).To(MatchError(ContainSubstring("report 2 is of another target than the first: https://other.example and ")))
		_, err = suite.Merge()
		Expect(err).To(MatchError("there is no report to merge"))
	})

	It("of two browsers stand next to each other", func(ctx SpecContext) {
		first := run(ctx, served(""))
		second := *first
		second.Browsers = []fetch.About{{Name: "other", Version: "1"}}
		second.Results = nil
		for _, r := range first.Results {
			r.Browser = "other"
			r.Key = regexp.MustCompile(`browser=model$`).ReplaceAllString(r.Key, "browser=other")
			second.Results = append(second.Results, r)
		}
		merged, err := suite.Merge(first, &second)
		Expect(err).NotTo(HaveOccurred())
		Expect(merged.Browsers).To(HaveLen(2))
		Expect(merged.Results).To(HaveLen(2 * len(first.Results)))
		for i, r := range merged.Results {
			Expect(r.ID).To(Equal(first.Results[i/2].ID))
			Expect(r.Browser).To(Equal([]string{"model", "other"}[i%2]))
		}
	})
})

var _ = DescribeTable("A shard that is none", func(text string) {
	_, err := suite.ParseShard(text)
	Expect(err).To(MatchError(ContainSubstring(`expected i/n`)))
}, Entry(nil, ""), Entry(nil, "1"), Entry(nil, "0/4"), Entry(nil, "5/4"), Entry(nil, "a/b"), Entry(nil, "1/4/5"))
