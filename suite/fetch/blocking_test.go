package fetch_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = DescribeTable("MixedContent",
	func(origin, url string, want bool) {
		Expect(fetch.MixedContent(origin, url)).To(Equal(want))
	},
	Entry("https to http", "https://app.example.test", "http://api.example.test/", true),
	Entry("https to a private address", "https://app.example.test", "http://192.168.0.1/", true),
	Entry("https to https", "https://app.example.test", "https://api.example.test/", false),
	Entry("http to http", "http://app.example.test", "http://api.example.test/", false),
	Entry("null to http", "null", "http://api.example.test/", false),
	Entry("127.0.0.1", "https://app.example.test", "http://127.0.0.1:8080/", false),
	Entry("127.0.0.0/8", "https://app.example.test", "http://127.255.1.2/", false),
	Entry("[::1]", "https://app.example.test", "http://[::1]:8080/", false),
	Entry("[::2]", "https://app.example.test", "http://[::2]:8080/", true),
	Entry("mapped loopback", "https://app.example.test", "http://[::ffff:127.0.0.1]/", true),
	Entry("localhost", "https://app.example.test", "http://LOCALHOST:8080/", false),
	Entry("localhost.", "https://app.example.test", "http://localhost./", false),
	Entry("below localhost", "https://app.example.test", "http://a.b.localhost/", false),
	Entry("notlocalhost", "https://app.example.test", "http://notlocalhost/", true),
	Entry("localhost as a label", "https://app.example.test", "http://localhost.example.test/", true),
)
