package repair_test

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.yaml.in/yaml/v3"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/repair"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// text is all that is written for a server.
func text(name string, p policy.Policy) string {
	GinkgoHelper()
	s, ok := repair.ByName(name)
	Expect(ok).To(BeTrue(), name)
	var lines []string
	for _, b := range s.Configuration(p).Blocks {
		Expect(b.Where).NotTo(BeEmpty())
		lines = append(lines, b.Lines...)
	}
	return strings.Join(lines, "\n")
}

// policies are different in kind.
var policies = map[string]policy.Policy{
	"sample":   policy.Sample(),
	"patterns": {AllowOrigins: []string{"https://*.example.org", "https://*.example.net:8443"}, AllowMethods: []string{"GET", "PUT"}, AllowHeaders: []string{"X-A"}, ExposeHeaders: []string{"ETag"}, MaxAge: new(5)},
	"ports":    {AllowOrigins: []string{"http://localhost:*", "https://*.example.org:*", "https://a.example.net"}, AllowMethods: []string{"GET"}, AllowCredentials: true},
	"public":   {AllowOrigins: []string{"*"}, AllowMethods: []string{"GET"}},
	"all":      {AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}, ExposeHeaders: []string{"*"}, AllowCredentials: true, MaxAge: new(0)},
	"nothing":  {},
}

var _ = Describe("The servers", func() {
	It("are those that the issue tracker asks for most", func() {
		Expect(repair.Names()).To(Equal([]string{
			"nginx", "apache", "caddy", "haproxy", "envoy", "express", "rs-cors", "jub0bs-cors",
			"aspnet-webapi", "aspnet-core", "spring", "django", "api-gateway", "s3",
		}))
		_, ok := repair.ByName("iis")
		Expect(ok).To(BeFalse())
	})

	for _, s := range repair.Servers() {
		Describe(s.Name, func() {
			It("is told every value of the policy", func() {
				got := regexp.MustCompile(`\\(.)`).ReplaceAllString(text(s.Name, policy.Sample()), "$1")
				p := policy.Sample()
				for _, values := range [][]string{p.AllowOrigins, p.AllowHeaders, p.ExposeHeaders, {"GET", "PUT", "DELETE", "600"}} {
					for _, v := range values {
						Expect(got).To(ContainSubstring(v))
					}
				}
			})

			It("is told what is well-formed, and nothing that is to be filled in", func() {
				for _, p := range policies {
					got := text(s.Name, p)
					Expect(got).NotTo(ContainSubstring("%!"))
					Expect(strings.Count(got, "{")).To(Equal(strings.Count(got, "}")), got)
					Expect(strings.Count(got, "(")).To(Equal(strings.Count(got, ")")), got)
					Expect(got).NotTo(MatchRegexp(`\b(TODO|example\.com|your)\b`))
				}
			})

			It("has an answer to every failure that a server's configuration can be to blame for", func() {
				for _, r := range suite.Reasons() {
					a, ok := s.Answer(policy.Sample(), r.Reason, false)
					if ok && !strings.HasPrefix(string(r.Reason), "Stored") { // some need no line for Vary
						Expect(len(a.Why)+len(a.Lines) == 0).To(BeFalse(), r.Reason)
					}
					for _, l := range a.Lines {
						Expect(text(s.Name, policy.Sample())).To(ContainSubstring(l))
					}
				}
			})
		})
	}

	It("in Go are told Go", func() {
		for _, name := range []string{"rs-cors", "jub0bs-cors"} {
			for what, p := range policies {
				source := "package p\nfunc f() {\n" + text(name, p) + "\n}"
				_, err := parser.ParseFile(token.NewFileSet(), "", source, parser.AllErrors)
				Expect(err).NotTo(HaveOccurred(), name+" "+what)
			}
		}
	})

	It("that read YAML and JSON are told those", func() {
		for _, p := range policies {
			var any any
			Expect(json.Unmarshal([]byte(text("s3", p)), &any)).To(Succeed())
			Expect(yaml.Unmarshal([]byte(text("api-gateway", p)), &any)).To(Succeed())
			envoy, _ := repair.ByName("envoy")
			for _, b := range envoy.Configuration(p).Blocks {
				Expect(yaml.Unmarshal([]byte(strings.Join(b.Lines, "\n")), &any)).To(Succeed())
			}
		}
	})

	It("are told origins by expressions that match them alone", func() {
		line := regexp.MustCompile(`"~(\^.*\$)"  \$http_origin`)
		got := line.FindAllStringSubmatch(text("nginx", policies["patterns"]), -1)
		Expect(got).To(HaveLen(2))
		first := regexp.MustCompile(got[0][1])
		Expect(first.MatchString("https://a.b.example.org")).To(BeTrue())
		for _, refused := range []string{"https://example.org", "https://evilexample.org", "http://a.example.org", "https://a.example.org.evil.test", "https://a.exampleXorg", "https://a.example.org:8443"} {
			Expect(first.MatchString(refused)).To(BeFalse(), refused)
		}
	})

	It("are told of any port by expressions that match a port or none", func() {
		got := regexp.MustCompile(`"~(\^.*\$)"  \$http_origin`).FindAllStringSubmatch(text("nginx", policies["ports"]), -1)
		Expect(got).To(HaveLen(3))
		first, second := regexp.MustCompile(got[0][1]), regexp.MustCompile(got[1][1])
		for _, allowed := range []string{"http://localhost", "http://localhost:3000"} {
			Expect(first.MatchString(allowed)).To(BeTrue(), allowed)
		}
		for _, refused := range []string{"https://localhost", "http://localhost3000", "http://localhost:", "http://localhost:3000.evil.test", "http://a.localhost:3000"} {
			Expect(first.MatchString(refused)).To(BeFalse(), refused)
		}
		Expect(second.MatchString("https://a.example.org:8443")).To(BeTrue())
		Expect(second.MatchString("https://example.org:8443")).To(BeFalse())
		Expect(text("spring", policies["ports"])).To(ContainSubstring(`"http://localhost:[*]", "https://*.example.org:[*]"`))
		Expect(text("rs-cors", policies["ports"])).To(ContainSubstring(`"http://localhost", "http://localhost:*", "https://*.example.org", "https://a.example.net"`))
		s, _ := repair.ByName("rs-cors")
		Expect(s.Configuration(policies["ports"]).Notes).To(ContainElement(`rs/cors takes one "*" in an origin: name the ports of https://*.example.org:*.`))
		s, _ = repair.ByName("s3")
		Expect(s.Configuration(policies["ports"]).Notes).To(ContainElement(`S3 takes one "*" in an origin: name the ports of https://*.example.org:*.`))
		Expect(text("aspnet-core", policies["ports"])).To(ContainSubstring("SetIsOriginAllowed(origin => Regex.IsMatch(origin"))
	})

	It("say where they cannot keep the policy", func() {
		s, _ := repair.ByName("s3")
		Expect(s.Configuration(policy.Sample()).Notes).To(ContainElement("S3 knows no method PATCH."))
		s, _ = repair.ByName("nginx")
		Expect(s.Configuration(policy.Sample()).Notes).To(BeEmpty())
		Expect(s.Configuration(policies["all"]).Notes).NotTo(BeEmpty())
	})
})

var _ = Describe("An answer", func() {
	DescribeTable("has the lines that a failure is about",
		func(server, reason string, onError bool, want, not string) {
			s, _ := repair.ByName(server)
			a, ok := s.Answer(policy.Sample(), reason, onError)
			Expect(ok).To(BeTrue())
			got := strings.Join(append(a.Why, a.Lines...), "\n")
			Expect(got).To(ContainSubstring(want))
			if not != "" {
				Expect(got).NotTo(ContainSubstring(not))
			}
		},
		Entry(nil, "nginx", "MissingAllowOriginHeader", true, `Without "always"`, "Max-Age"),
		Entry(nil, "nginx", "PreflightInvalidStatus", false, "return 204;", "Access-Control-Expose-Headers"),
		Entry(nil, "nginx", "MultipleAllowOriginValues", false, "proxy_hide_header Access-Control-Allow-Origin;", ""),
		Entry(nil, "nginx", "HeaderNotExposed", false, "add_header Access-Control-Expose-Headers $cors_expose always;", "$cors_methods"),
		Entry(nil, "nginx", "StoredForAnotherOrigin", false, "add_header Vary Origin always;", ""),
		Entry(nil, "apache", "MultipleAllowOriginValues", false, "Header onsuccess unset Access-Control-Allow-Origin", ""),
		Entry(nil, "apache", "InvalidAllowCredentials", false, `Header always set Access-Control-Allow-Credentials "true"`, "Max-Age"),
		Entry(nil, "haproxy", "PreflightInvalidStatus", false, "http-request return status 204", ""),
		Entry(nil, "aspnet-webapi", "PreflightInvalidStatus", false, "OPTIONSVerbHandler", ""),
		Entry(nil, "s3", "MethodDisallowedByPreflightResponse", false, `"AllowedMethods"`, "MaxAge"),
	)

	It("is none where the configuration is not to blame", func() {
		s, _ := repair.ByName("nginx")
		_, ok := s.Answer(policy.Sample(), "TooManyRedirects", false)
		Expect(ok).To(BeFalse())
	})
})

// answering is a report of one exchange whose answer has these headers.
func answering(kind fetch.ExchangeKind, headers ...string) *suite.Report {
	response := &fetch.WireResponse{Status: 200}
	for i := 0; i < len(headers); i += 2 {
		response.Headers = response.Headers.With(headers[i], headers[i+1])
	}
	return &suite.Report{Results: []suite.Result{{Attempts: []suite.Attempt{{Steps: []fetch.Observation{{
		Exchanges: []fetch.Exchange{{Kind: kind}, {Kind: kind, Response: response}},
	}}}}}}}
}

var _ = DescribeTable("Guesses",
	func(kind fetch.ExchangeKind, headers []string, names ...string) {
		var got []string
		for _, g := range repair.Guesses(answering(kind, headers...)) {
			got = append(got, g.Server.Name)
			Expect(g.Because).To(ContainSubstring(": "))
		}
		if len(names) == 0 {
			Expect(got).To(BeEmpty())
		} else {
			Expect(got).To(Equal(names))
		}
	},
	Entry("by Server", fetch.Actual, []string{"Server", "nginx/1.22.1"}, "nginx"),
	Entry("without regard to case", fetch.Actual, []string{"server", "NGINX"}, "nginx"),
	Entry("the application before the proxy", fetch.Actual, []string{"Server", "nginx", "X-Powered-By", "Express"}, "express", "nginx"),
	Entry("a gateway", fetch.Actual, []string{"apigw-requestid", "x"}, "api-gateway"),
	Entry("S3", fetch.Actual, []string{"Server", "AmazonS3", "x-amz-request-id", "x"}, "s3"),
	Entry("Web API before its framework", fetch.Actual, []string{"X-AspNet-Version", "4.0.30319", "X-Powered-By", "ASP.NET"}, "aspnet-webapi", "aspnet-core"),
	Entry("rs/cors by its Vary", fetch.Preflight, []string{"Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}, "rs-cors"),
	Entry("Spring by its Vary", fetch.Preflight, []string{"Vary", "Origin", "Vary", "Access-Control-Request-Method", "Vary", "Access-Control-Request-Headers"}, "spring"),
	Entry("nothing from nothing", fetch.Actual, []string{"Date", "today"}),
	Entry("nothing from a CDN, which is not the one to change", fetch.Actual, []string{"Server", "cloudflare", "Cf-Ray", "x"}),
)
