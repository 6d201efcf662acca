package report_test

import (
	"fmt"
	"io"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

func annotations(r *suite.Report) []string {
	GinkgoHelper()
	out := written(func(w io.Writer) error { return report.Annotations(w, r) })
	return strings.Split(strings.TrimSuffix(out, "\n"), "\n")
}

var _ = Describe("Annotations", func() {
	It("are errors where something required failed, and warnings elsewhere", func() {
		lines := annotations(reported(passed("simple.get", fetch.Fetch), serverError(fetch.Fetch), serverError(fetch.XHR), result("options.plain", "", suite.Fail, "OptionsBroken")))

		Expect(lines).To(HaveLen(2))
		Expect(lines[0]).To(HavePrefix("::error title=errors.server::A page of an allowed origin can read a 5xx answer%0A%0Arequired  GET /v1/broken from"))
		Expect(lines[1]).To(HavePrefix("::warning title=options.plain::OPTIONS without Origin"))
	})

	It("are none for a server that keeps its policy", func() {
		Expect(annotations(reported(passed("simple.get", fetch.Fetch)))).To(Equal([]string{""}))
	})

	It("escape what has a meaning there", func() {
		r := serverError(fetch.Fetch)
		r.ID, r.Title = "errors.server:1,2%", "100%"
		Expect(annotations(reported(r))[0]).To(HavePrefix("::error title=errors.server%3A1%2C2%25::100%25%0A"))
	})

	It("are no more than GitHub shows", func() {
		var results []suite.Result
		for i := range 20 {
			r := serverError(fetch.Fetch)
			r.ID = fmt.Sprintf("errors.%d", i)
			results = append(results, r)
		}
		lines := annotations(reported(results...))

		Expect(len(lines)).To(BeNumerically("<=", 10))
		Expect(lines[len(lines)-1]).To(HavePrefix("::error title=corsproof::12 failures more: errors.8, errors.9, "))
	})

	It("say that there is no judgement", func() {
		Expect(annotations(reported(result("simple.get", fetch.Fetch, suite.Broken, "browser")))).To(Equal([]string{
			"::error title=corsproof::No judgement of https://api.example.com. The trial itself broke in 1 scenario: simple.get.",
		}))
	})

	It("say that a run with failures is partial", func() {
		r := reported(serverError(fetch.Fetch))
		r.Partial = "interrupted"
		Expect(annotations(r)[1]).To(Equal("::warning title=corsproof::The run is partial: interrupted."))
	})
})
