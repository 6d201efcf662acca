// Package specs registers corsproof's scenarios as Ginkgo specs, and holds Gomega
// matchers for what a script observed. It is apart from package suite because
// importing Ginkgo registers global flags.
package specs

import (
	"context"
	"fmt"
	"strings"

	"github.com/onsi/ginkgo/v2"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A Subject is what to judge, and in which user agent.
type Subject struct {
	Target    suite.Target
	UserAgent fetch.UserAgent
	Options   []suite.Option
}

// Describe registers a spec for each scenario that the filter keeps: a container
// with the text, in it one for each chapter, labelled with its name, and in these
// the scenarios, labelled with their level, in the order of the table.
//
// The subject is asked for once, when the first spec begins, and the whole plan runs
// then; each spec reads its results. A spec fails if it is required and a result of
// it failed or broke, and is skipped if nothing of it could be judged. What fails at
// a lower level is told in the spec's report entries.
//
// Call it where Ginkgo's own Describe is called. It returns true, so that it can
// stand in a variable declaration.
func Describe(text string, subject func(context.Context) (Subject, error), filter suite.Filter) bool {
	return ginkgo.Describe(text, ginkgo.Ordered, ginkgo.ContinueOnFailure, func() {
		var results map[string][]suite.Result
		ginkgo.BeforeAll(func(ctx ginkgo.SpecContext) {
			s, err := subject(ctx)
			if err != nil {
				ginkgo.Fail(err.Error())
			}
			report, err := suite.Run(ctx, s.Target, s.UserAgent, filter, s.Options...)
			if err != nil {
				ginkgo.Fail(err.Error())
			}
			if report.Partial != "" {
				ginkgo.Fail(report.Partial)
			}
			results = map[string][]suite.Result{}
			for _, r := range report.Results {
				results[r.ID] = append(results[r.ID], r)
			}
		})
		for _, chapter := range suite.Chapters() {
			ginkgo.Context(chapter.Title, ginkgo.Label(chapter.Name), func() {
				for _, s := range chapter.Scenarios {
					if filter.Keeps(s) {
						ginkgo.It(s.Title, ginkgo.Label(string(s.Level)), func() { judge(s, results[s.ID]) })
					}
				}
			})
		}
	})
}

// judge turns the results of a scenario into the outcome of its spec.
func judge(s suite.Scenario, results []suite.Result) {
	var failures, reasons []string
	passed := false
	for _, r := range results {
		switch r.Verdict {
		case suite.Pass:
			passed = true
		case suite.Fail, suite.Broken:
			failures = append(failures, r.Key+"\n"+r.Sentence())
		default:
			reasons = append(reasons, fmt.Sprintf("%s (%s)", r.Verdict, r.Reason))
		}
	}
	switch {
	case len(failures) > 0 && s.Level == suite.Required:
		ginkgo.Fail(strings.Join(failures, "\n\n"))
	case len(failures) > 0:
		ginkgo.GinkgoWriter.Println(strings.Join(failures, "\n\n"))
		ginkgo.AddReportEntry(string(s.Level), failures[0], ginkgo.ReportEntryVisibilityFailureOrVerbose)
	case !passed:
		ginkgo.Skip(strings.Join(unique(reasons), ", "))
	}
}

func unique(words []string) []string {
	var u []string
	seen := map[string]bool{}
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			u = append(u, w)
		}
	}
	return u
}
