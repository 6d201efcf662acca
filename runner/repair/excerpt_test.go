package repair_test

import (
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/repair"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// used are the names that nginx, Apache, Caddy and HAProxy are given to use, and defined
// those that get a meaning; by the server's own grammar.
var used, defined = regexp.MustCompile(`\$(cors_\w+)|@(cors_\w+)|var\(txn\.(cors_\w+)\)|env=(CORS_\w+)|%\{(CORS_\w+)\}e`),
	regexp.MustCompile(`(?m)^map .* \$(cors_\w+) \{$|^@(cors_\w+) |set-var\(txn\.(cors_\w+)\)|^SetEnvIf\w* .* (CORS_[A-Z]+)(?:=|$)`)

func names(expression *regexp.Regexp, text string) []string {
	var all []string
	for _, match := range expression.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.Join(match[1:], ""))
	}
	return all
}

var _ = Describe("The lines of an answer", func() {
	for _, server := range []string{"nginx", "apache", "caddy", "haproxy"} {
		It("use no name in "+server+" that they do not define", func() {
			s, _ := repair.ByName(server)
			for what, p := range policies {
				for _, r := range suite.Reasons() {
					for _, onError := range []bool{false, true} {
						a, _ := s.Answer(p, r.Reason, onError)
						excerpt, whole := strings.Join(a.Lines, "\n"), text(server, p)
						for _, name := range names(used, excerpt) {
							if !slices.Contains(names(defined, whole), name) {
								continue // no origin is allowed, so that there is none to keep
							}
							Expect(names(defined, excerpt)).To(ContainElement(name), "%s, %s:\n%s", what, r.Reason, excerpt)
						}
					}
				}
			}
		})
	}

	for _, s := range repair.Servers() {
		It("close in "+s.Name+" what they open", func() {
			for what, p := range policies {
				for _, r := range suite.Reasons() {
					a, _ := s.Answer(p, r.Reason, true)
					excerpt := strings.Join(a.Lines, "\n")
					for _, pair := range []string{"()", "[]", "{}"} {
						Expect(strings.Count(excerpt, pair[:1])).To(Equal(strings.Count(excerpt, pair[1:])), "%s, %s:\n%s", what, r.Reason, excerpt)
					}
				}
			}
		})
	}

	It("stand once, in the configuration's order, for all failures of a result", func() {
		both := &suite.Report{
			Target: suite.Target{Policy: policy.Sample()},
			Results: []suite.Result{{Verdict: suite.Fail, Failures: []suite.Failure{
				{Failure: fetch.Failure{Reason: fetch.HeaderDisallowedByPreflightResponse}},
				{Failure: fetch.Failure{Reason: fetch.PreflightMissingAllowOriginHeader}},
			}}},
		}
		repair.Fill(both, "express")
		s, _ := repair.ByName("express")
		Expect(both.Results[0].Repairs).To(HaveLen(1))
		lines := both.Results[0].Repairs[0].Lines
		Expect(strings.Join(lines, "\n")).To(Equal(strings.Join(s.Configuration(policy.Sample()).Blocks[0].Lines[1:], "\n")))
	})
})
