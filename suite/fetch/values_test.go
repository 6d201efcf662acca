package fetch_test

import (
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

// lines is a header list with one line for each value.
func lines(name string, values ...string) fetch.HeaderList {
	var list fetch.HeaderList
	for _, value := range values {
		list = list.With(name, value)
	}
	return list
}

var _ = DescribeTable("ExtractTokens",
	func(values []string, want ...string) {
		got, ok, err := fetch.ExtractTokens(lines("X-List", values...), "x-list")
		Expect(err).NotTo(HaveOccurred())
		Expect(ok).To(Equal(len(values) > 0))
		Expect(got).To(HaveExactElements(want))
	},
	Entry("absent", nil),
	Entry("empty", []string{""}),
	Entry("one", []string{"a"}, "a"),
	Entry("case is kept", []string{"PUT,put"}, "PUT", "put"),
	Entry("PV-04: commas, blanks, odd tokens", []string{",y-lol,x-PriNT,%20,,,Y-PRINT"}, "y-lol", "x-PriNT", "%20", "Y-PRINT"),
	Entry("PV-05: leading commas", []string{",,PUT,GET"}, "PUT", "GET"),
	Entry("PV-14: several lines", []string{"x-b", "x-a"}, "x-b", "x-a"),
	Entry("PV-14: empty line first", []string{"", "x-a"}, "x-a"),
	Entry("tab and space", []string{"a\t , \tb"}, "a", "b"),
	Entry("wildcard", []string{"*"}, "*"),
	Entry("EX-07: single quotes are token bytes", []string{"'bb-8'"}, "'bb-8'"),
)

var _ = DescribeTable("ExtractTokens fails",
	func(element string, values ...string) {
		got, ok, err := fetch.ExtractTokens(lines("X-List", values...), "X-List")
		Expect(got).To(BeEmpty())
		Expect(ok).To(BeTrue())
		var failure *fetch.TokenError
		Expect(errors.As(err, &failure)).To(BeTrue())
		Expect(*failure).To(Equal(fetch.TokenError{Header: "X-List", Element: element}))
	},
	Entry("PV-06: space between", "Bad value", "x-a, Bad value"),
	Entry("PV-06: double quotes", `"x-a"`, `"x-a"`),
	Entry("PV-06: parameter", "x-a;q=1", "x-a;q=1"),
	Entry("PV-06: parentheses", "(x-a)", "(x-a)"),
	Entry("EX-07: symbols", "@#$#%%&^&^*()()11!", "@#$#%%&^&^*()()11!,bb-8"),
	Entry("EX-07: VT", "bb-8\x0B", "bb-8\x0B"),
	Entry("EX-07: FF", "bb-8\x0C", "bb-8\x0C"),
	Entry("EX-07: in another line", "no no", "bb-8", "no no"),
	Entry("beyond ASCII", "é", "é"),
)

var _ = DescribeTable("MaxAge",
	func(want time.Duration, values ...string) {
		Expect(fetch.MaxAge(lines("Access-Control-Max-Age", values...))).To(Equal(want))
	},
	Entry("CA-01: absent", 5*time.Second),
	Entry("CA-02: empty", 5*time.Second, ""),
	Entry("CA-03: 0", 0*time.Second, "0"),
	Entry("CA-04: -1, by the letter", 5*time.Second, "-1"),
	Entry("CA-05: 1", time.Second, "1"),
	Entry("CA-06: 600", 600*time.Second, "600"),
	Entry("leading zeros", 600*time.Second, "00600"),
	Entry("space around", 30*time.Second, " 30\t"),
	Entry("D-04: text", 5*time.Second, "abc"),
	Entry("D-04: fraction", 5*time.Second, "1.5"),
	Entry("D-04: plus", 5*time.Second, "+30"),
	Entry("D-04: list", 5*time.Second, "30,30"),
	Entry("D-04: two lines", 5*time.Second, "30", "30"),
	Entry("D-04: quotes", 5*time.Second, `"30"`),
	Entry("D-04: unit", 5*time.Second, "30s"),
	Entry("D-04: huge", (1<<31)*time.Second, "99999999999999999999999"),
)
