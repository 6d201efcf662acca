package fetch_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = DescribeTable("FilterCORS exposes beyond the safelisted names",
	func(credentials fetch.CredentialsMode, exposes []string, want ...string) {
		response := fetch.HeaderList{
			{"Content-Type", "text/plain"}, {"Date", "now"}, {"Server", "x"}, {"Set-Cookie", "a=b"},
			{"Set-Cookie2", "a=b"}, {"X-A", "1"}, {"X-A", "2"}, {"BB-8", "hey"}, {"*", "star"},
		}
		response = append(response, lines(aceh, exposes...)...)
		var names []string
		for _, h := range fetch.SortAndCombine(fetch.FilterCORS(credentials, response)) {
			if h.Name != "content-type" && h.Name != "access-control-expose-headers" {
				names = append(names, h.Name)
			}
		}
		Expect(names).To(HaveExactElements(want))
	},
	Entry("EX-02: nothing", fetch.SameOrigin, nil),
	Entry("EX-03: what is named, in any case", fetch.SameOrigin, []string{"date, x-A"}, "date", "x-a"),
	Entry("EX-04: never Set-Cookie", fetch.SameOrigin, []string{"Set-Cookie, Set-Cookie2, X-A"}, "x-a"),
	Entry("EX-05: several lines", fetch.SameOrigin, []string{"date", "x-a"}, "date", "x-a"),
	Entry("EX-07: leading comma", fetch.SameOrigin, []string{",bb-8"}, "bb-8"),
	Entry("EX-07: empty line first", fetch.SameOrigin, []string{"", "bb-8"}, "bb-8"),
	Entry("EX-07: no token beside", fetch.SameOrigin, []string{"bb-8,no no"}),
	Entry("EX-07: no token in another line", fetch.SameOrigin, []string{"bb-8", "@#$#%%&^&^*()()11!"}),
	Entry("EX-07: double quotes", fetch.SameOrigin, []string{`"bb-8"`}),
	Entry("EX-07: single quotes", fetch.SameOrigin, []string{"'bb-8'"}),
	Entry("EX-07: VT", fetch.SameOrigin, []string{"bb-8\x0B"}),
	Entry("EX-07: FF", fetch.SameOrigin, []string{"bb-8\x0C"}),
	Entry("WI-09: wildcard", fetch.SameOrigin, []string{"*"}, "*", "bb-8", "date", "server", "x-a"),
	Entry("WI-09: wildcard without credentials", fetch.Omit, []string{"*"}, "*", "bb-8", "date", "server", "x-a"),
	Entry("WI-10: literal with credentials", fetch.Include, []string{"*"}, "*"),
	Entry("WI-11: wildcard in a list", fetch.SameOrigin, []string{"set-cookie,*"}, "*", "bb-8", "date", "server", "x-a"),
	Entry("named with credentials", fetch.Include, []string{"date"}, "date"),
)

var _ = Describe("Filtered responses", func() {
	response := fetch.HeaderList{
		{"X-A", "1"}, {"Cache-Control", "no-cache"}, {"Content-Language", "en"}, {"Content-Length", "0"},
		{"Content-Type", "text/plain"}, {"Expires", "0"}, {"Last-Modified", "0"}, {"Pragma", "x"},
		{"Age", "1"}, {"Set-Cookie", "a=b"}, {"x-a", "2"},
	}

	It("keep the safelisted names (EX-01)", func() {
		Expect(fetch.FilterCORS(fetch.SameOrigin, response)).To(Equal(response[1:8]))
	})

	It("keep all but forbidden names on the same origin", func() {
		Expect(fetch.FilterBasic(response)).To(HaveLen(10))
		Expect(fetch.FilterBasic(response).Contains("Set-Cookie")).To(BeFalse())
	})

	It("are listed by scripts sorted and combined (EX-06)", func() {
		Expect(fetch.SortAndCombine(fetch.HeaderList{
			{"X-B", ""}, {"X-A", "1"}, {"set-cookie", "a"}, {"x-a", "2"}, {"Set-Cookie", "b"},
		})).To(Equal(fetch.HeaderList{
			{"set-cookie", "a"}, {"set-cookie", "b"}, {"x-a", "1, 2"}, {"x-b", ""},
		}))
	})

	It("tell why nothing is exposed", func() {
		_, err := fetch.ExposedHeaderNames(fetch.Omit, lines(aceh, "a b"))
		Expect(err).To(MatchError(`Access-Control-Expose-Headers has the element "a b", which is not a token`))
	})
})
