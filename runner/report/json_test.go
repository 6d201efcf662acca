package report_test

import (
	"io"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

func asJSON(r *suite.Report) string {
	GinkgoHelper()
	return written(func(w io.Writer) error { return report.JSON(w, r) })
}

var _ = Describe("JSON", func() {
	It("is read back as it was written", func() {
		r := reported(passed("simple.get", fetch.Fetch, "allowed-origin", app), serverError(fetch.XHR))
		r.Partial, r.Advice = "interrupted", []string{"Beware."}

		again, err := report.ReadJSON(strings.NewReader(asJSON(r)))

		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(Equal(r))
		Expect(asJSON(again)).To(Equal(asJSON(r)))
	})

	It("is indented, and ends with a line", func() {
		Expect(asJSON(reported())).To(HavePrefix("{\n  \"schemaVersion\": 1,\n  \"tool\": {\n    \"name\": \"corsproof\","))
		Expect(asJSON(reported())).To(HaveSuffix("}\n"))
	})
})

var _ = DescribeTable("ReadJSON refuses",
	func(data, problem string) {
		_, err := report.ReadJSON(strings.NewReader(data))
		Expect(err).To(MatchError(ContainSubstring(problem)))
	},
	Entry("nothing", "", "no report in JSON"),
	Entry("what is no JSON", "target: x", "no report in JSON"),
	Entry("what has more behind it", `{"schemaVersion": 1} {}`, "no report in JSON"),
	Entry("a list", "[]", "no report in JSON"),
	Entry("another program's", `{"results": []}`, `it has no "schemaVersion"`),
	Entry("that of another version", `{"schemaVersion": 2, "results": {}}`, "schema version 2; this corsproof reads 1"),
	Entry("a wrong type", `{"schemaVersion": 1, "results": {}}`, "no report of schema version 1"),
)

var _ = It("ReadJSON accepts fields that it does not know", func() {
	r, err := report.ReadJSON(strings.NewReader(`{"schemaVersion": 1, "future": true}`))
	Expect(err).NotTo(HaveOccurred())
	Expect(r.SchemaVersion).To(Equal(1))
})
