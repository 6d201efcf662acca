package reference_test

import (
	"errors"
	"net/http"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
)

// mistakes are what New says of a configuration.
func mistakes(c reference.Config) []policy.Error {
	cors, err := reference.New(c)
	var all []policy.Error
	for mistake := range policy.Errors(err) {
		all = append(all, *mistake)
	}
	if len(all) > 0 {
		Expect(cors).To(BeNil())
	} else {
		Expect(err).NotTo(HaveOccurred())
	}
	return all
}

// of makes a configuration of a policy.
func of(p policy.Policy) reference.Config { return reference.Config{Policy: p} }

// from is the configuration that allows these origins with credentials.
func from(origins ...string) reference.Config {
	return of(policy.Policy{AllowOrigins: origins, AllowCredentials: true})
}

func changed(c reference.Config, change func(*reference.Config)) reference.Config {
	change(&c)
	return c
}

var _ = Describe("New", func() {
	It("refuses a policy that is not well-formed, with all its mistakes", func() {
		cors, err := reference.New(of(reference.Policy{
			AllowOrigins: []string{"https://a.example/", "https://b.example"},
			AllowMethods: one("TRACE"),
		}))
		Expect(cors).To(BeNil())
		Expect(slices.Collect(policy.Errors(err))).To(HaveLen(2))
		var mistake *policy.Error
		Expect(errors.As(err, &mistake)).To(BeTrue())
		Expect(mistake.Reason).To(Equal(policy.HasPath))
	})

	DescribeTable("refuses what is well-formed but unwise",
		func(c reference.Config, want ...policy.Error) {
			Expect(mistakes(c)).To(Equal(want))
		},
		Entry("any origin with credentials", from("*"), policy.Error{Field: "allowOrigins", Index: 0, Value: "*",
			Reason: policy.AnyOriginTrusted, Expected: "the origins that need it, or DangerouslyAllowAnyOrigin"}),
		Entry("any origin on the private network", changed(of(policy.Policy{AllowOrigins: one("*")}), func(c *reference.Config) { c.AllowPrivateNetwork = true }),
			policy.Error{Field: "allowOrigins", Index: 0, Value: "*",
				Reason: policy.AnyOriginTrusted, Expected: "the origins that need it, or DangerouslyAllowAnyOrigin"}),
		Entry("the opaque origin", of(policy.Policy{AllowOrigins: []string{"https://a.example", "null"}}), policy.Error{Field: "allowOrigins", Index: 1, Value: "null",
			Reason: policy.OpaqueOrigin, Expected: "the origin of a server from which to load the page, or DangerouslyAllowOpaqueOrigin"}),
		Entry("the opaque origin with credentials, whatever is dared", daring(policy.Policy{AllowOrigins: one("null"), AllowCredentials: true}),
			policy.Error{Field: "allowOrigins", Index: 0, Value: "null",
				Reason: policy.OpaqueOriginTrusted, Expected: "the origin of a server from which to load the page"}),
		Entry("http with credentials", from("http://a.example", "http://*.a.example:443"),
			policy.Error{Field: "allowOrigins", Index: 0, Value: "http://a.example",
				Reason: policy.InsecureOriginTrusted, Expected: `"https://a.example", or DangerouslyAllowInsecureOrigins`},
			policy.Error{Field: "allowOrigins", Index: 1, Value: "http://*.a.example:443",
				Reason: policy.InsecureOriginTrusted, Expected: `"https://*.a.example", or DangerouslyAllowInsecureOrigins`}),
		Entry("sub-domains that anyone can register", from("https://*.com", "https://*.github.io", "http://*.co.uk:*"),
			policy.Error{Field: "allowOrigins", Index: 0, Value: "https://*.com",
				Reason: policy.PublicSuffixTrusted, Expected: "a domain of one's own, or DangerouslyAllowPublicSuffixes"},
			policy.Error{Field: "allowOrigins", Index: 1, Value: "https://*.github.io",
				Reason: policy.PublicSuffixTrusted, Expected: "a domain of one's own, or DangerouslyAllowPublicSuffixes"},
			policy.Error{Field: "allowOrigins", Index: 2, Value: "http://*.co.uk:*",
				Reason: policy.InsecureOriginTrusted, Expected: `"https://*.co.uk:*", or DangerouslyAllowInsecureOrigins`},
			policy.Error{Field: "allowOrigins", Index: 2, Value: "http://*.co.uk:*",
				Reason: policy.PublicSuffixTrusted, Expected: "a domain of one's own, or DangerouslyAllowPublicSuffixes"}),
		Entry("names that browsers cannot read", from("https://xn--a.example"), policy.Error{Field: "allowOrigins", Index: 0, Value: "https://xn--a.example",
			Reason: policy.InvalidIDNA, Expected: "a domain that browsers can load"}),
		Entry("a policy for nobody", of(policy.Policy{AllowMethods: one("PUT")}), policy.Error{Field: "allowOrigins", Index: -1, Reason: policy.Empty,
			Expected: "an origin, since the rest of the policy is for those that are allowed; or nothing in the rest either"}),
		Entry("methods that browsers never send so", of(policy.Policy{AllowOrigins: one("*"), AllowMethods: []string{"GET", "put", "patch"}}),
			policy.Error{Field: "allowMethods", Index: 1, Value: "put", Reason: policy.NotNormalized, Expected: `"PUT"`}),
		Entry("response headers of requests", of(policy.Policy{AllowOrigins: one("*"), AllowHeaders: []string{"x-a", "access-control-allow-origin"}}),
			policy.Error{Field: "allowHeaders", Index: 1, Value: "access-control-allow-origin", Reason: policy.OtherMessage,
				Expected: "it to be left out: it is a header of responses"}),
		Entry("request headers of responses", of(policy.Policy{AllowOrigins: one("*"), ExposeHeaders: []string{"origin", "ETag"}}),
			policy.Error{Field: "exposeHeaders", Index: 0, Value: "origin", Reason: policy.OtherMessage,
				Expected: "it to be left out: it is a header of requests, or of responses that scripts never see"}),
		Entry("a max age beyond all limits", of(policy.Policy{AllowOrigins: one("*"), MaxAge: new(86401)}),
			policy.Error{Field: "maxAge", Index: -1, Value: "86401", Reason: policy.TooLong, Expected: "86400 at most"}),
		Entry("statuses that do not fit", reference.Config{PreflightStatus: 403, RefusalStatus: 301},
			policy.Error{Field: "PreflightStatus", Index: -1, Value: "403", Reason: policy.InvalidStatus, Expected: "an ok status, from 200 to 299"},
			policy.Error{Field: "RefusalStatus", Index: -1, Value: "301", Reason: policy.InvalidStatus, Expected: "an ok status or a client error, such as 403"}),
		Entry("what has no effect", reference.Config{
			Policy:         policy.Policy{AllowOrigins: one("*")},
			AllowOrigin:    func(*http.Request, string) (bool, []string) { return true, nil },
			PassPreflights: true, PreflightStatus: 200, RefusalStatus: 403, Shadow: true,
		},
			policy.Error{Field: "AllowOrigin", Index: -1, Value: "AllowOrigin", Reason: policy.NoEffect, Expected: `it alone, or "*" in allowOrigins alone`},
			policy.Error{Field: "PreflightStatus", Index: -1, Value: "PreflightStatus", Reason: policy.NoEffect, Expected: "it alone, or PassPreflights alone"},
			policy.Error{Field: "RefusalStatus", Index: -1, Value: "RefusalStatus", Reason: policy.NoEffect, Expected: "it alone, or PassPreflights alone"},
			policy.Error{Field: "Shadow", Index: -1, Value: "Shadow", Reason: policy.NoEffect, Expected: "Observe too, which is told what would be decided"}),
		Entry("the same of a resource's own policy, malformed or unwise", reference.Config{Resources: map[string]policy.Policy{
			"/b": {AllowOrigins: one("https://b.example/")},
			"/a": {AllowOrigins: one("null"), MaxAge: new(-1)},
		}},
			policy.Error{Field: `Resources["/a"].maxAge`, Index: -1, Value: "-1", Reason: policy.Negative, Expected: "a number of seconds; 0 to have nothing remembered"},
			policy.Error{Field: `Resources["/a"].allowOrigins`, Index: 0, Value: "null", Reason: policy.OpaqueOrigin,
				Expected: "the origin of a server from which to load the page, or DangerouslyAllowOpaqueOrigin"},
			policy.Error{Field: `Resources["/b"].allowOrigins`, Index: 0, Value: "https://b.example/", Reason: policy.HasPath, Expected: `"https://b.example"`}),
	)

	DescribeTable("refuses patterns that choose no resources",
		func(resources map[string]policy.Policy, culprit string) {
			all := mistakes(reference.Config{Resources: resources})
			Expect(all).To(HaveLen(1))
			Expect(all[0].Field).To(Equal("Resources"))
			Expect(all[0].Value).To(Equal(culprit))
			Expect(all[0].Reason).To(Equal(policy.InvalidResource))
			Expect(all[0].Expected).To(HavePrefix(`a pattern of http.ServeMux, such as "PUT /v1/items/{id}" (`))
		},
		Entry("an empty one", map[string]policy.Policy{"": {}}, ""),
		Entry("a relative path", map[string]policy.Policy{"v1": {}}, "v1"),
		Entry("two that contradict each other", map[string]policy.Policy{"/{a}/b": {}, "/a/{b}": {}}, "/{a}/b"),
	)

	DescribeTable("accepts",
		func(c reference.Config) {
			Expect(mistakes(c)).To(BeEmpty())
		},
		Entry("nothing", reference.Config{}),
		Entry("what is dared", daring(policy.Sample())),
		Entry("any origin with credentials, if dared", daring(withCredentials(everything))),
		Entry("the opaque origin, if dared", daring(policy.Policy{AllowOrigins: one("null")})),
		Entry("public suffixes, if dared", daring(policy.Policy{AllowOrigins: one("https://*.github.io"), AllowCredentials: true})),
		Entry("public suffixes without credentials", of(policy.Policy{AllowOrigins: one("https://*.github.io")})),
		Entry("private names with credentials", from("https://*.internal")),
		Entry("http without credentials", of(policy.Policy{AllowOrigins: one("http://a.example")})),
		Entry("http of the machine itself", from("http://localhost:*", "http://*.localhost", "http://127.0.0.1:3000", "http://[::1]")),
		Entry("other schemes with credentials", from("capacitor://localhost", "chrome-extension://abc")),
		Entry("international names", from("https://xn--bcher-kva.example", "https://*.xn--bcher-kva.example")),
		Entry("the longest max age", of(policy.Policy{AllowOrigins: one("*"), MaxAge: new(86400)})),
		Entry("a function alone", reference.Config{
			AllowOrigin: func(*http.Request, string) (bool, []string) { return true, nil },
			Policy:      policy.Policy{AllowMethods: one("PUT"), AllowCredentials: true},
		}),
		Entry("statuses that fit", reference.Config{PreflightStatus: 200, RefusalStatus: 403}),
		Entry("resources of all kinds of patterns", reference.Config{Resources: map[string]policy.Policy{
			"/": {}, "GET /a": {}, "/a": {}, "a.example/a/{id}": {}, "/b/{rest...}": {},
		}}),
	)

	It("does not see later changes of the configuration", func() {
		c := daring(policy.Sample())
		c.Resources = map[string]policy.Policy{"/v1/public": {AllowOrigins: one("*")}}
		h := configured(c).Handler(http.HandlerFunc(mustNotRun))
		p := c.Policy
		p.AllowOrigins[0], p.AllowMethods[0], *p.MaxAge = "https://evil.example", "EVIL", 7
		c.Resources["/v1/items"] = policy.Policy{}
		response := ask(h, "OPTIONS", headers{"Origin": one(app), "Access-Control-Request-Method": one("PUT")})
		Expect(corsHeaders(response)).To(HaveKeyWithValue("Access-Control-Allow-Origin", one(app)))
		Expect(corsHeaders(response)).To(HaveKeyWithValue("Access-Control-Allow-Methods", one(sampleMethods)))
		Expect(corsHeaders(response)).To(HaveKeyWithValue("Access-Control-Max-Age", one("600")))
	})
})

var _ = Describe("Config", func() {
	full := func() reference.Config {
		c := daring(policy.Sample())
		c.Resources = map[string]policy.Policy{"/v1/public": {AllowOrigins: one("*")}}
		c.AllowPrivateNetwork, c.RefusalStatus, c.Debug = true, 403, true
		return c
	}

	It("gives back what New was given", func() {
		Expect(configured(full()).Config()).To(Equal(full()))
		Expect(configured(full()).Policy()).To(Equal(policy.Sample()))
	})

	It("can be given to Reconfigure, and nothing changes", func() {
		for _, cors := range []*reference.CORS{configured(full()), new(reference.CORS)} {
			before := cors.Config()
			Expect(cors.Reconfigure(cors.Config())).To(Succeed())
			Expect(cors.Config()).To(Equal(before))
		}
	})

	It("is a copy", func() {
		cors := configured(full())
		c := cors.Config()
		c.Policy.AllowOrigins[0], *c.Policy.MaxAge = "https://evil.example", 7
		c.Resources["/v1/public"].AllowOrigins[0] = "https://evil.example"
		delete(c.Resources, "/v1/public")
		Expect(cors.Config()).To(Equal(full()))
	})
})

var _ = Describe("Reconfigure", func() {
	h := func(cors *reference.CORS) http.Handler { return cors.Handler(reference.Items()) }
	shares := func(cors *reference.CORS, origin string) bool {
		return ask(h(cors), "GET", headers{"Origin": one(origin)}).Header.Get("Access-Control-Allow-Origin") == origin
	}

	It("changes what is answered by handlers that there are already", func() {
		cors := configured(from("https://a.example"))
		before := h(cors)
		Expect(cors.Reconfigure(from("https://b.example"))).To(Succeed())
		Expect(ask(before, "GET", headers{"Origin": one("https://b.example")}).Header).To(HaveKey("Access-Control-Allow-Origin"))
		Expect(ask(before, "GET", headers{"Origin": one("https://a.example")}).Header).NotTo(HaveKey("Access-Control-Allow-Origin"))
	})

	It("changes nothing if there are mistakes", func() {
		cors := configured(from("https://a.example"))
		Expect(cors.Reconfigure(from("*"))).NotTo(Succeed())
		Expect(shares(cors, "https://a.example")).To(BeTrue())
	})

	It("may come while requests do, each of which sees the one or the other", func() {
		a, b := from("https://a.example"), from("https://b.example")
		a.Policy.ExposeHeaders, b.Policy.ExposeHeaders = one("X-A"), one("X-B")
		cors := configured(a)
		var wait sync.WaitGroup
		for _, origin := range []string{"https://a.example", "https://b.example"} {
			wait.Go(func() {
				defer GinkgoRecover()
				for range 500 {
					response := ask(h(cors), "GET", headers{"Origin": one(origin)})
					switch response.Header.Get("Access-Control-Allow-Origin") {
					case "":
						Expect(response.Header).NotTo(HaveKey("Access-Control-Expose-Headers"))
					case "https://a.example":
						Expect(response.Header.Get("Access-Control-Expose-Headers")).To(Equal("X-A"))
					case "https://b.example":
						Expect(response.Header.Get("Access-Control-Expose-Headers")).To(Equal("X-B"))
					}
				}
			})
		}
		wait.Go(func() {
			defer GinkgoRecover()
			for range 500 {
				Expect(cors.Reconfigure(b)).To(Succeed())
				cors.Policy()
				Expect(cors.Reconfigure(a)).To(Succeed())
			}
		})
		wait.Wait()
	})
})
