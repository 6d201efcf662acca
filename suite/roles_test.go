package suite

import (
	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
)

// look is the role of a look-alike.
func look(id string) string { return string(lookAlike{id: id}.role()) }

var _ = ginkgo.Describe("A role", func() {
	claim := func(url string, p policy.Policy, resources ...Resource) Claim {
		return claims(Target{URL: url, Policy: p, Resources: resources})[0]
	}
	const far, near = "https://api.example.com", "http://127.0.0.1:8080"
	allowing := func(origins ...string) policy.Policy { return policy.Policy{AllowOrigins: origins} }

	ginkgo.DescribeTable("of an origin is bound to the policy", func(url string, p policy.Policy, role string, expected ...string) {
		values, g := claim(url, p).values(Role(role))
		if len(expected) == 0 {
			Expect(g).NotTo(BeNil())
			Expect(g.verdict).To(Equal(Unclaimed))
			return
		}
		Expect(g).To(BeNil())
		Expect(values).To(Equal(expected))
	},
		ginkgo.Entry("exact ones", far, allowing("https://a.example", "http://b.example:81"), AllowedOrigin, "https://a.example", "http://b.example:81"),
		ginkgo.Entry("a pattern: one label and two", far, allowing("https://*.example.org"), AllowedOrigin, "https://one.example.org", "https://two.one.example.org"),
		ginkgo.Entry("any", far, allowing("*"), AllowedOrigin, "https://anyone.corsproof.test"),
		ginkgo.Entry("any, where https would be mixed content", "http://api.example.com", allowing("*"), AllowedOrigin, "http://anyone.corsproof.test"),
		ginkgo.Entry("none refused by *", far, allowing("*"), UnrelatedOrigin),
		ginkgo.Entry("no opaque one refused by *", far, allowing("*"), OpaqueOrigin),
		ginkgo.Entry("no opaque one refused where null is listed", far, allowing("null"), OpaqueOrigin),
		ginkgo.Entry("other port", far, allowing("https://a.example", "http://b.example:81"), OtherPort, "https://a.example:8443", "http://b.example:82"),
		ginkgo.Entry("other port of the last one", far, allowing("http://b.example:65535"), OtherPort, "http://b.example:65534"),
		ginkgo.Entry("other port that is allowed itself", far, allowing("http://b.example:81", "http://b.example:82"), OtherPort, "http://b.example:83"),
		ginkgo.Entry("other scheme", far, allowing("https://a.example", "http://b.example:81"), OtherScheme, "http://a.example", "https://b.example:81"),
		ginkgo.Entry("other scheme that is allowed itself", far, allowing("https://a.example", "http://a.example"), OtherScheme),
		ginkgo.Entry("prefix", far, allowing("https://a.example"), PrefixedOrigin, "https://evila.example"),
		ginkgo.Entry("suffix", far, allowing("https://a.example:81"), SuffixedOrigin, "https://a.example.evil.example:81"),
		ginkgo.Entry("dot", far, allowing("https://a.b.example"), UndottedOrigin, "https://axb.example"),
		ginkgo.Entry("sub-domain", far, allowing("https://a.example"), SubdomainOrigin, "https://sub.a.example"),
		ginkgo.Entry("any port: the default one and another", far, allowing("https://example.org:*"), AllowedOrigin, "https://example.org", "https://example.org:8443"),
		ginkgo.Entry("a pattern on any port", far, allowing("https://*.example.org:*"), AllowedOrigin,
			"https://one.example.org", "https://two.one.example.org", "https://one.example.org:8443"),
		ginkgo.Entry("other port of one that is allowed on any", far, allowing("https://example.org:*"), OtherPort),
		ginkgo.Entry("other scheme of one that is allowed on any port", far, allowing("https://example.org:*"), OtherScheme, "http://example.org"),
		ginkgo.Entry("apex of a pattern on any port", far, allowing("https://*.example.org:*"), ApexOrigin, "https://example.org"),
		ginkgo.Entry("sub-domain of a pattern, which is allowed", far, allowing("https://*.example.org"), SubdomainOrigin),
		ginkgo.Entry("apex of a pattern", far, allowing("https://*.example.org:81"), ApexOrigin, "https://example.org:81"),
		ginkgo.Entry("apex that is allowed itself", far, allowing("https://*.example.org", "https://example.org"), ApexOrigin),
		ginkgo.Entry("no apex of an exact one", far, allowing("https://example.org"), ApexOrigin),
		ginkgo.Entry("look-alike of a pattern", far, allowing("https://*.example.org"), PatternLookAlike, "https://evilexample.org"),
		ginkgo.Entry("unrelated under the other scheme", far, allowing("https://a.example"), look("unrelated-scheme"), "http://unrelated.corsproof.test"),
		ginkgo.Entry("sibling", far, allowing("https://a.b.example"), look("sibling"), "https://other.b.example"),
		ginkgo.Entry("sibling under a public suffix", far, allowing("https://me.github.io"), look("prefix-domain"), "https://evilme.github.io"),
		ginkgo.Entry("parent", far, allowing("https://a.b.example"), look("parent"), "https://b.example"),
		ginkgo.Entry("no parent that is a top-level domain", far, allowing("https://b.example"), look("parent")),
		ginkgo.Entry("prefix of the domain", far, allowing("https://a.b.co.uk:81"), look("prefix-domain"), "https://evilb.co.uk:81"),
		ginkgo.Entry("prefix of the domain under the other scheme", far, allowing("https://a.b.example"), look("prefix-scheme"), "http://xb.example"),
		ginkgo.Entry("every dot", far, allowing("https://a.b.example"), look("every-dot"), "https://axbxexample"),
		ginkgo.Entry("a first letter that is the first label", far, allowing("https://a.example"), look("first-letter-dropped")),
		ginkgo.Entry("a character that no name has", far, allowing("https://a.example"), look("backtick"), "https://a.example`.evil.example"),
		ginkgo.Entry("an asterisk in both places", far, allowing("https://a.example"), look("asterisk"), "https://a.example%2A.evil.example", "https://a.example.%2A.evil.example"),
		ginkgo.Entry("a homograph", far, allowing("https://app.bank.example"), look("homograph"), "https://app.xn--bnk-6cd.example"),
		ginkgo.Entry("longer port", far, allowing("http://a.example:3000"), look("port-longer"), "http://a.example:30000"),
		ginkgo.Entry("no longer port than there is", far, allowing("http://a.example:7001"), look("port-longer")),
		ginkgo.Entry("shorter port", far, allowing("http://a.example:3000"), look("port-shorter"), "http://a.example:300"),
		ginkgo.Entry("no shorter port that is a default one", far, allowing("http://a.example:4430"), look("port-shorter")),
		ginkgo.Entry("no missing port where there is none", far, allowing("http://a.example"), look("port-missing")),
		ginkgo.Entry("localhost on the allowed port and a common one", far, allowing("http://a.example:81"), look("localhost"), "http://localhost:81", "http://localhost:3000"),
		ginkgo.Entry("localhost that is allowed itself", far, allowing("http://localhost:3000"), look("localhost")),
		ginkgo.Entry("a dot of a pattern", far, allowing("https://*.b.example"), look("pattern-dot"), "https://one.bxexample"),
		ginkgo.Entry("the target's host by http", far, allowing("https://a.example"), look("target-scheme"), "http://api.example.com"),
		ginkgo.Entry("the target's host that is allowed itself", far, allowing("http://api.example.com"), look("target-scheme")),
		ginkgo.Entry("the target's address has no look-alikes", near, allowing("https://a.example"), look("target-suffix")),
		ginkgo.Entry("no look-alike of the opaque origin", far, allowing("null"), look("sibling")),
		ginkgo.Entry("a look-alike of the first origin alone", far, allowing("https://a.b.example", "https://c.d.example"), look("sibling"), "https://other.b.example"),
		ginkgo.Entry("a look-alike of a pattern's first name", far, allowing("https://*.b.example"), look("trailing-dot"), "https://one.b.example."),
		ginkgo.Entry("an address has look-alikes by port and scheme alone", near, allowing("http://127.0.0.1:3000"), PrefixedOrigin),
		ginkgo.Entry("an IPv6 address keeps its brackets", near, allowing("http://[::1]:3000"), OtherPort, "http://[::1]:3001"),
		ginkgo.Entry("localhost has no dot", near, allowing("http://localhost:3000"), UndottedOrigin),
	)

	ginkgo.DescribeTable("says what stops a page", func(origin, url, reason string) {
		Expect(claim(url, allowing(origin)).obstacle(origin)).To(Equal(reason))
	},
		ginkgo.Entry("an https page and an http target", "https://a.example", "http://api.example.com", MixedContent),
		ginkgo.Entry("an https page and a target on loopback", "https://a.example", near, ""),
		ginkgo.Entry("the target's own origin", "https://api.example.com", far, OriginImpossible),
		ginkgo.Entry("the target's address under another scheme", "http://api.example.com:443", far, OriginImpossible),
		ginkgo.Entry("another port of the target's host", "https://api.example.com:8443", far, ""),
		ginkgo.Entry("a sandboxed frame", "null", "http://api.example.com", ""),
	)

	ginkgo.DescribeTable("of a method is bound to the policy", func(p policy.Policy, implemented []string, role string, expected ...string) {
		values, _ := claim(far, p, Resource{Path: "/", Methods: implemented}).values(Role(role))
		Expect(values).To(Equal(expected))
	},
		ginkgo.Entry("listed", policy.Policy{AllowMethods: []string{"GET", "PUT", "patch"}}, nil, ListedMethod, "PUT", "patch"),
		ginkgo.Entry("listed and implemented", policy.Policy{AllowMethods: []string{"GET", "PUT", "PATCH"}}, []string{"GET", "PUT"}, ListedMethod, "PUT"),
		ginkgo.Entry("any", policy.Policy{AllowMethods: []string{"*"}}, nil, ListedMethod, "PUT", "PATCH", "DELETE"),
		ginkgo.Entry("the second", policy.Policy{AllowMethods: []string{"PUT", "PATCH"}}, nil, OtherListedMethod, "PATCH"),
		ginkgo.Entry("safelisted", policy.Policy{AllowMethods: []string{"POST", "GET", "PUT"}}, nil, SafelistedMethod, "GET", "POST"),
		ginkgo.Entry("none listed is GET", policy.Policy{}, nil, SafelistedMethod, "GET"),
		ginkgo.Entry("unlisted", policy.Policy{AllowMethods: []string{"GET", "PATCH"}}, nil, UnlistedMethod, "DELETE", "CORSPROOF"),
		ginkgo.Entry("unlisted, where all common ones are listed", policy.Sample(), nil, UnlistedMethod, "CORSPROOF"),
	)

	ginkgo.It("of a header leaves out what no script can set", func() {
		c := claim(far, policy.Policy{AllowMethods: []string{"GET"}, AllowHeaders: []string{"Origin", "X-A", "*"}})
		Expect(c.listedHeaders()).To(Equal([]string{"X-A", "X-Corsproof-Any"}))
	})

	ginkgo.It("of a resource is found by what the resource declares", func() {
		c := claim(far, policy.Policy{}, Resource{Path: "/old", RedirectsTo: "/"}, Resource{Path: "/a"}, Resource{Path: "/b"},
			Resource{Path: "/missing", Status: 404}, Resource{Path: "/large", Status: 413}, Resource{Path: "/broken", Status: 503})
		Expect(c.paths(PlainResource)).To(Equal([]string{"/a"}))
		Expect(c.paths(OtherResource)).To(Equal([]string{"/b"}))
		Expect(c.paths(ErrorResource)).To(Equal([]string{"/missing", "/large", "/broken"}))
		Expect(c.paths(NotFoundResource)).To(Equal([]string{"/missing"}))
		Expect(c.paths(ClientErrorResource)).To(Equal([]string{"/large"}))
		Expect(c.paths(ServerErrorResource)).To(Equal([]string{"/broken"}))
	})
})

var _ = ginkgo.Describe("The number of requests", func() {
	ginkgo.It("grows with the sum of origins, methods, headers and resources, not with their product", func() {
		p := policy.Sample()
		target := Target{URL: "http://127.0.0.1:1", Policy: p, Resources: []Resource{{Path: "/"}}}
		count := func() int { return len(Requests(target, Filter{}, DefaultMaxWait)) }
		before := count()
		grow := func(change func()) int {
			was := count()
			change()
			return count() - was
		}
		origin := grow(func() { target.Policy.AllowOrigins = append(target.Policy.AllowOrigins, "https://third.example.test") })
		method := grow(func() { target.Policy.AllowMethods = append(target.Policy.AllowMethods, "REPORT") })
		header := grow(func() { target.Policy.AllowHeaders = append(target.Policy.AllowHeaders, "X-Third") })
		resource := grow(func() {
			target.Resources = append(target.Resources, Resource{Path: "/second"}, Resource{Path: "/third"})
		})
		for _, more := range []int{origin, method, header, resource} {
			Expect(more).To(BeNumerically("<", 40))
			Expect(more).To(BeNumerically(">", 0))
		}
		Expect(before).To(BeNumerically("<", 550))
	})
})
