package report_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// blocked is a result that is blocked, and would fail for these reasons.
func blocked(id, resource string, failures ...fetch.Failure) suite.Result {
	r := result(id, fetch.Fetch, suite.Blocked, "simple.get")
	r.Resource = resource
	for _, f := range failures {
		r.Failures = append(r.Failures, suite.Failure{Failure: f})
	}
	return r
}

var _ = Describe("What is behind the failures", func() {
	missing := fetch.Failure{Algorithm: "CORS check", Step: "2", Reason: fetch.MissingAllowOriginHeader, Header: "Access-Control-Allow-Origin", Given: "missing", Expected: `"*"`}
	method := fetch.Failure{Algorithm: "CORS-preflight fetch", Step: "7.5", Reason: fetch.MethodDisallowedByPreflightResponse, Header: "Access-Control-Allow-Methods", Given: `"GET"`, Expected: `"PUT" in the list`}
	told := func() suite.Result {
		r := result("simple.get", fetch.Fetch, suite.Fail, string(missing.Reason))
		r.Resource, r.Failures = "/v1/items", []suite.Failure{{Failure: missing}}
		return r
	}
	text := func(results ...suite.Result) string {
		r := reported(results...)
		r.Target.Resources = append(r.Target.Resources, suite.Resource{Path: "/v1/broken", Status: 500})
		return console(r, report.ConsoleOptions{})
	}

	It("is told once, with all scenarios that it is in", func() {
		out := text(told(), blocked("methods.listed", "/v1/items", missing, method), blocked("headers.method", "/v1/items", method))
		Expect(out).To(ContainSubstring("\nBehind these failures\n"))
		Expect(out).To(ContainSubstring(`  – CORS-preflight fetch, step 7.5: Access-Control-Allow-Methods is "GET", expected "PUT" in the list (MethodDisallowedByPreflightResponse) · /v1/items · methods.listed, headers.method` + "\n"))
	})

	It("is what another layer leaves out of error answers", func() {
		Expect(text(told(), blocked("errors.server", "/v1/broken", missing))).To(ContainSubstring(" (MissingAllowOriginHeader) · /v1/broken · errors.server\n"))
	})

	It("is nothing where the same is told already", func() {
		Expect(text(told(), blocked("simple.head", "/v1/items", missing))).NotTo(ContainSubstring("Behind these failures"))
	})

	It("is what a held request hides", func() {
		r := blocked("methods.listed", "/v1/items", method)
		r.Unseen = suite.Held
		r.Attempts = []suite.Attempt{{Steps: []fetch.Observation{{Exchanges: []fetch.Exchange{{Kind: fetch.Preflight, Request: fetch.WireRequest{
			Method: "OPTIONS", Headers: fetch.HeaderList{{Name: "Access-Control-Request-Method", Value: "PUT"}},
		}}}}}}}
		Expect(text(told(), r)).To(ContainSubstring("\n  methods.listed  PUT /v1/items, behind a preflight that is refused now\n"))
	})
})
