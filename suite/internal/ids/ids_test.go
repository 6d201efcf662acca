package ids_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/internal/ids"
)

func TestIDs(t *testing.T) {
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "suite/internal/ids", config, reporter)
}

var _ = Describe("Ids", func() {
	DescribeTable("are kept by", func(patterns []string, id string, kept bool) {
		Expect(ids.Keeps(patterns, id)).To(Equal(kept))
	},
		Entry("no pattern", nil, "errors.client", true),
		Entry("themselves", []string{"errors.client"}, "errors.client", true),
		Entry("an asterisk, dots included", []string{"*"}, "errors.client.preflight", true),
		Entry("one of several", []string{"vary.*", "errors.*"}, "errors.client", true),
		Entry("not by another", []string{"vary.*"}, "errors.client", false),
		Entry("not by a part", []string{"errors"}, "errors.client", false),
	)

	It("have patterns with an error that says what was given", func() {
		Expect(ids.Check("fault", "errors.*")).To(Succeed())
		Expect(ids.Check("fault", "[")).To(MatchError(`fault "[" is no pattern: syntax error in pattern`))
	})
})
