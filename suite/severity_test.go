package suite

import (
	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = ginkgo.Describe("The severity of an origin that is let in", func() {
	const public, private = "https://api.example.com", "https://10.1.2.3"

	// judged is what the judge says of a page that read the response in the steps that
	// are named.
	judged := func(target, visitor string, modes ...fetch.CredentialsMode) outcome {
		claim := claims(Target{URL: target, Policy: policy.Policy{AllowOrigins: []string{"https://app.shop.example", "http://old.shop.example:81"}}})[0]
		p := play{scenario: origins.Scenarios[2], claim: claim, bindings: map[Role]string{}, origin: visitor}
		var a Attempt
		for _, s := range withAndWithout(Step{Method: "GET", Want: Want{Shared: No}}) {
			p.steps = append(p.steps, boundStep{request: fetch.Request{Method: s.Method, Credentials: s.Credentials}, want: s.Want})
			seen := fetch.Observation{Response: fetch.Response{Type: fetch.NetworkError}, Cause: fetch.ByCORS}
			for _, mode := range modes {
				if mode == s.Credentials {
					seen = fetch.Observation{Response: fetch.Response{Type: fetch.CORS, Status: 200, BodyBytes: 12}}
				}
			}
			a.Steps = append(a.Steps, seen)
		}
		return judge(p, a)
	}
	const plain, include = fetch.CredentialsMode(""), fetch.Include

	ginkgo.DescribeTable("follows from who can have such a page, and what it reads", func(visitor string, credentialed, anonymous, inside Severity) {
		Expect(judged(public, visitor, plain, include).severity).To(Equal(credentialed))
		Expect(judged(public, visitor, include).severity).To(Equal(credentialed), "with credentials alone")
		Expect(judged(public, visitor, plain).severity).To(Equal(anonymous))
		Expect(judged(private, visitor, plain).severity).To(Equal(inside))
		Expect(judged(public, visitor).verdict).To(Equal(Pass))
	},
		ginkgo.Entry("any site", "https://unrelated.corsproof.test", Critical, Low, Medium),
		ginkgo.Entry("a sandboxed frame", "null", High, Low, Medium),
		ginkgo.Entry("a name that is free", "https://app.shop.example.evil.example", High, Low, Medium),
		ginkgo.Entry("a domain that is free", "https://evilshop.example", High, Low, Medium),
		ginkgo.Entry("the same host by http", "http://app.shop.example", Medium, Low, Medium),
		ginkgo.Entry("a sub-domain by http", "http://sub.app.shop.example", Medium, Low, Medium),
		ginkgo.Entry("a sub-domain", "https://sub.app.shop.example", Medium, Low, Low),
		ginkgo.Entry("another port", "https://app.shop.example:8443", Medium, Low, Low),
		ginkgo.Entry("another port of the target", "https://api.example.com:8443", Medium, Low, Medium), // which is private in the last case, and elsewhere
		ginkgo.Entry("localhost", "http://localhost:3000", Medium, Low, Low),
		ginkgo.Entry("a private address", "http://192.168.0.1", Medium, Low, Low),
		ginkgo.Entry("a name that no authority certifies", "https://app.shop.example{.evil.example", Low, Info, Info),
		ginkgo.Entry("the same by http, which needs none", "http://old.shop.example{.evil.example:81", High, Low, Medium),
		ginkgo.Entry("a top-level domain that does not exist", "https://app.shop.examples", Info, Info, Info),
		ginkgo.Entry("a name without a dot", "https://appxshopxexample", Info, Info, Info),
		ginkgo.Entry("the same host with a dot at its end", "https://app.shop.example.", Info, Info, Info),
		ginkgo.Entry("an empty label", "https://.shop.example", Info, Info, Info),
	)

	ginkgo.It("comes with what could be read", func() {
		Expect(judged(public, "https://evilshop.example", plain, include).observed).To(Equal(
			"a page of https://evilshop.example read the response, status 200 and 12 bytes, without credentials and read the response, status 200 and 12 bytes, with credentials (whoever registers the name gets at the data of the logged-in user): no Access-Control-Allow-* header was seen"))
		Expect(judged(private, "null", plain).observed).To(HavePrefix(
			"a page of an opaque origin read the response, status 200 and 12 bytes, without credentials (any site, by a sandboxed frame, gets at what a stranger cannot reach)"))
	})
})

var _ = ginkgo.Describe("The worst severity of a scenario", func() {
	severity := func(id string) Severity {
		for _, s := range Scenarios() {
			if s.ID == id {
				return s.Severity()
			}
		}
		ginkgo.Fail("no scenario " + id)
		return ""
	}

	ginkgo.DescribeTable("follows from the roles of its origin", func(id string, worst Severity) {
		Expect(severity(id)).To(Equal(worst))
	},
		ginkgo.Entry("any site", "origins.refused", Critical),
		ginkgo.Entry("any site by http", "origins.refused.unrelated-scheme", Critical),
		ginkgo.Entry("any site's preflight", "origins.refused.preflight", Critical),
		ginkgo.Entry("a frame", "origins.refused.opaque", High),
		ginkgo.Entry("a name that is free", "origins.refused.suffix", High),
		ginkgo.Entry("look-alikes, an unrelated one by http among them", "origins.refused.look-alike.preflight", Critical),
		ginkgo.Entry("the network", "origins.refused.scheme", Medium),
		ginkgo.Entry("a neighbour", "origins.refused.subdomain", Medium),
		ginkgo.Entry("no certificate", "origins.refused.backtick", Low),
		ginkgo.Entry("no name", "origins.refused.every-dot", Info),
		ginkgo.Entry("no page", "origins.refused.app", Info),
		ginkgo.Entry("nothing refused", "simple.get", Severity("")),
		ginkgo.Entry("nothing but a method", "methods.unlisted", Severity("")),
	)

	ginkgo.It("is there for all that refuse an origin", func() {
		for _, s := range origins.Scenarios {
			if s.origin() != AllowedOrigin {
				Expect(s.Severity()).NotTo(BeEmpty(), s.ID)
			}
		}
	})
})

var _ = ginkgo.DescribeTable("A pattern of what strangers can have", func(allowed, advice string) {
	given := adviceOn(allowed)
	if advice == "" {
		Expect(given).To(BeEmpty())
	} else {
		Expect(given).To(ConsistOf(ContainSubstring(advice)))
	}
},
	ginkgo.Entry("a hosting service", "https://*.github.io", "anybody can have a page under github.io"),
	ginkgo.Entry("a country's second level", "https://*.co.uk", "under co.uk"),
	ginkgo.Entry("a top-level domain", "https://*.com", "under com"),
	ginkgo.Entry("with a port", "https://*.github.io:8443", "under github.io"),
	ginkgo.Entry("one's own page of a hosting service", "https://*.me.github.io", ""),
	ginkgo.Entry("one's own domain", "https://*.example.org", ""),
	ginkgo.Entry("localhost", "http://*.localhost", ""),
	ginkgo.Entry("an exact origin", "https://me.github.io", ""),
)

func adviceOn(allowed string) []string {
	return claims(Target{URL: "https://api.example.com", Policy: policy.Policy{AllowOrigins: []string{allowed}}})[0].hosted()
}
