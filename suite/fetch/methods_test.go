package fetch_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = DescribeTable("NormalizeMethod",
	func(method, want string) {
		Expect(fetch.NormalizeMethod(method)).To(Equal(want))
	},
	Entry("SH-14: Get", "Get", "GET"),
	Entry("SH-14: post", "post", "POST"),
	Entry("ME-01: head", "hEAD", "HEAD"),
	Entry("ME-02: delete", "delete", "DELETE"),
	Entry("ME-02: put", "Put", "PUT"),
	Entry("options", "options", "OPTIONS"),
	Entry("ME-03: patch stays", "patch", "patch"),
	Entry("ME-03: PATCH", "PATCH", "PATCH"),
	Entry("ME-04: chicken stays", "chicken", "chicken"),
	Entry("no Unicode folding", "poſt", "poſt"),
)

var _ = DescribeTable("IsSafelistedMethod",
	func(method string, want bool) {
		Expect(fetch.IsSafelistedMethod(method)).To(Equal(want))
	},
	Entry("GET", "GET", true),
	Entry("HEAD", "HEAD", true),
	Entry("POST", "POST", true),
	Entry("exact bytes", "get", false),
	Entry("OPTIONS", "OPTIONS", false),
	Entry("PUT", "PUT", false),
)

var _ = DescribeTable("IsForbiddenMethod",
	func(method string, want bool) {
		Expect(fetch.IsForbiddenMethod(method)).To(Equal(want))
	},
	Entry("ME-05: TRACE", "TRACE", true),
	Entry("ME-05: track", "track", true),
	Entry("ME-05: Connect", "Connect", true),
	Entry("GET", "GET", false),
	Entry("TRAC", "TRAC", false),
)
