package config_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite"
)

var _ = Describe("limits", func() {
	const start = "target: http://a.test\npolicy: {}\n"

	It("are none by default", func() {
		Expect(parse(start).Limits).To(BeZero())
	})

	DescribeTable("have a rate that is", func(value string, rate float64) {
		Expect(float64(parse(start + "limits: {rate: " + value + "}").Limits.Rate)).To(BeNumerically("~", rate, 1e-9))
	},
		Entry("a number", "5", 5.0),
		Entry("a fraction", "2.5", 2.5),
		Entry("a number per second", "5/s", 5.0),
		Entry("a number per minute", `"30/m"`, 0.5),
	)

	DescribeTable("that are none are mistakes", func(limits string, column int, problem, expected string) {
		Expect(mistakes(start + "limits: " + limits)).To(ConsistOf(mistake(3, column, problem, expected)))
	},
		Entry("no requests", "{maxRequests: 0}", 23, "maxRequests 0 is out of range", "1 or more"),
		Entry("half a request", "{maxRequests: 0.5}", 23, "maxRequests is 0.5, a number", "a number of requests"),
		Entry("words", "{maxRequests: many}", 23, `maxRequests is "many", a string`, "a number of requests"),
		Entry("no rate", "{rate: 0}", 16, `rate "0" is no rate`, suite.RateForm),
		Entry("a rate per day", "{rate: 5/d}", 16, `rate "5/d" is no rate`, suite.RateForm),
		Entry("a list", "{rate: [5]}", 16, "rate is a list", suite.RateForm),
		Entry("a slip", "{maxRequest: 5}", 10, `unknown key "maxRequest"`, "did you mean maxRequests?"),
		Entry("a number alone", "5", 9, "limits is 5, a number", "a mapping with maxRequests or rate"),
	)

	It("are expected where they belong", func() {
		Expect(mistakes(start + "rate: 5")).To(ConsistOf(mistake(3, 1, `unknown key "rate"`, "expected it in limits")))
	})
})
