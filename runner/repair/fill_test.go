package repair_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/repair"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// failing is a report of an nginx that fails at a path for these reasons.
func failing(path string, reasons ...fetch.Reason) *suite.Report {
	r := answering(fetch.Actual, "Server", "nginx")
	r.Target = suite.Target{Policy: policy.Sample(), Resources: []suite.Resource{
		{Path: "/v1/items"}, {Path: "/v1/broken", Status: 500}, {Path: "/v1/public", Policy: &policy.Policy{AllowOrigins: []string{"*"}}},
	}}
	r.Results[0].Verdict, r.Results[0].Resource = suite.Fail, path
	for _, reason := range reasons {
		r.Results[0].Failures = append(r.Results[0].Failures, suite.Failure{Failure: fetch.Failure{Reason: reason}})
	}
	return r
}

var _ = Describe("Fill", func() {
	It("answers all failures of a result, and has the whole policy once", func() {
		r := failing("/v1/items", fetch.PreflightInvalidStatus, fetch.InvalidAllowCredentials)
		repair.Fill(r, "")
		Expect(r.Results[0].Repairs).To(HaveLen(1))
		Expect(r.Results[0].Repairs[0].Lines).To(ContainElements("    return 204;", "add_header Access-Control-Allow-Credentials $cors_credentials always;"))
		Expect(r.Repairs).To(HaveLen(1))
		Expect(r.Repairs[0].Guessed).To(Equal("its answers have Server: nginx"))
		Expect(r.Repairs[0].Resources).To(Equal([]string{"/v1/items", "/v1/broken"}))
	})

	It("minds error answers", func() {
		r := failing("/v1/broken", fetch.MissingAllowOriginHeader)
		repair.Fill(r, "")
		Expect(r.Results[0].Repairs[0].Why).To(ConsistOf(HavePrefix(`Without "always"`)))
	})

	It("writes the policy of the resource that failed", func() {
		r := failing("/v1/public", fetch.MissingAllowOriginHeader)
		repair.Fill(r, "")
		Expect(r.Repairs).To(HaveLen(1))
		Expect(r.Repairs[0].Resources).To(Equal([]string{"/v1/public"}))
		Expect(r.Repairs[0].Notes).To(ContainElement(ContainSubstring("another policy elsewhere")))
		Expect(r.Repairs[0].Blocks[0].Lines).To(ContainElement(`    default  "*";`))
	})

	It("writes nothing where no configuration is to blame, or nothing failed", func() {
		for _, r := range []*suite.Report{failing("/v1/items", fetch.TooManyRedirects), answering(fetch.Actual, "Server", "nginx")} {
			repair.Fill(r, repair.All)
			Expect(r.Repairs).To(BeEmpty())
			Expect(r.Results[0].Repairs).To(BeEmpty())
		}
	})

	It("comes to the same when it is done again", func() {
		r := failing("/v1/items", fetch.MissingAllowOriginHeader)
		repair.Fill(r, repair.All)
		repair.Fill(r, "s3")
		Expect(r.Repairs).To(ConsistOf(HaveField("Server", "s3")))
		Expect(r.Results[0].Repairs).To(ConsistOf(HaveField("Server", "s3")))
	})
})
