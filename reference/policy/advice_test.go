package policy_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
)

var _ = Describe("Advice", func() {
	origins := func(credentials bool, values ...string) policy.Policy {
		return policy.Policy{AllowOrigins: values, AllowCredentials: credentials}
	}

	DescribeTable("has nothing to say",
		func(p policy.Policy) {
			Expect(p.Advice()).To(BeEmpty())
		},
		Entry("of the zero value", policy.Policy{}),
		Entry("of any origin without credentials", origins(false, "*")),
		Entry("of http without credentials", origins(false, "http://a.example")),
		Entry("of https with credentials", origins(true, "https://a.example", "https://*.example.org")),
		Entry("of another scheme with credentials", origins(true, "capacitor://localhost", "chrome-extension://abc")),
		Entry("of http on loopback with credentials", origins(true, "http://localhost:3000", "http://app.localhost", "http://*.localhost",
			"http://127.0.0.1", "http://127.9.9.9:3000", "http://[::1]")),
		Entry("of what is not well-formed", policy.Policy{AllowOrigins: []string{"http://a.example/"}, AllowCredentials: true, MaxAge: new(-1)}),
		Entry("of methods as browsers send them", policy.Policy{AllowMethods: []string{"GET", "PATCH", "patch", "chicken", "*"}}),
		Entry("of an age that every browser keeps", policy.Policy{MaxAge: new(600)}),
		Entry("of no caching", policy.Policy{MaxAge: new(0)}),
	)

	DescribeTable("warns of",
		func(p policy.Policy, want ...string) {
			Expect(p.Advice()).To(Equal(want))
		},
		Entry("any origin with credentials", origins(true, "*"),
			`allowOrigins is "*" and allowCredentials is true, so that any site may read what its visitors' cookies unlock: `+
				`list the origins that need to, or set allowCredentials to false.`),
		Entry("the opaque origin", origins(false, "https://a.example", "null"),
			`allowOrigins lists "null", which any site can take on by a sandboxed frame: `+
				`serve the page from an origin of its own, and list that.`),
		Entry("http with credentials", origins(true, "http://127.example", "http://*.example.org"),
			insecure("http://127.example"),
			insecure("http://*.example.org")),
		Entry("http on an address that is not loopback", origins(true, "http://10.0.0.1", "http://notlocalhost"),
			insecure("http://10.0.0.1"), insecure("http://notlocalhost")),
		Entry("methods that browsers send in upper case", policy.Policy{AllowMethods: []string{"GET", "put", "Delete"}},
			`allowMethods lists "put", but browsers send it in upper case and compare by exact case: list "PUT".`,
			`allowMethods lists "Delete", but browsers send it in upper case and compare by exact case: list "DELETE".`),
		Entry("an age that WebKit cuts short", policy.Policy{MaxAge: new(601)},
			`maxAge is 601, but browsers remember the answer to a preflight for less (WebKit for 600 s): `+
				`nothing breaks, but expect no more, or lower it to 600 for the same everywhere.`),
		Entry("an age that WebKit and Chromium cut short", policy.Policy{MaxAge: new(7201)},
			`maxAge is 7201, but browsers remember the answer to a preflight for less (WebKit for 600 s, Chromium for 7200 s): `+
				`nothing breaks, but expect no more, or lower it to 600 for the same everywhere.`),
		Entry("an age that all cut short", policy.Policy{MaxAge: new(86401)},
			`maxAge is 86401, but browsers remember the answer to a preflight for less (WebKit for 600 s, Chromium for 7200 s, Firefox for 86400 s): `+
				`nothing breaks, but expect no more, or lower it to 600 for the same everywhere.`),
	)
})

// insecure is the warning of an http origin with credentials.
func insecure(origin string) string {
	return `allowOrigins lists "` + origin + `" and allowCredentials is true, so that whoever sits on the network between ` +
		`may change that page and read what cookies unlock: serve the page by https, and list that.`
}
