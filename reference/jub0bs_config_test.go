package reference_test

import (
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
)

// What jub0bs/cors promises of configurations, of origins and of lists of headers: the
// cases of its config_test.go, and of the tests in its internal packages origins and
// headers. Where ours differs, the entry says why.
//
// https://github.com/jub0bs/cors/blob/v1.0.1/config_test.go
var _ = Describe("What jub0bs/cors promises of configurations", func() {
	// reasons are those of a configuration's mistakes, with their fields.
	reasons := func(c reference.Config) []string {
		var all []string
		for _, m := range mistakes(c) {
			all = append(all, m.Field+" "+m.Value+": "+string(m.Reason))
		}
		return all
	}
	allowing := func(change func(*policy.Policy), origins ...string) reference.Config {
		p := policy.Policy{AllowOrigins: origins}
		change(&p)
		return of(p)
	}
	const https = "https://example.com"

	// There Config gives back what is left when all is put in lower case and order, and
	// what says nothing is left out. Here it gives back what was given, so that who wrote
	// it knows it again.
	DescribeTable("accepts and gives back",
		func(c reference.Config) {
			Expect(reasons(c)).To(BeEmpty())
			Expect(configured(c).Policy()).To(Equal(c.Policy))
		},
		Entry("nothing", reference.Config{}),
		Entry("everything, Authorization too", of(policy.Policy{AllowOrigins: one("*"), AllowMethods: one("*"), AllowHeaders: one("*"), ExposeHeaders: one("*")})),
		Entry("values twice, in any case, and no memory", of(policy.Policy{AllowOrigins: []string{https, https},
			AllowHeaders: []string{"x-foO", "x-Bar", "authoRizaTion", "Authorization"}, ExposeHeaders: []string{"x-FOO", "X-baR", "x-foo"}, MaxAge: new(0)})),
		Entry("any header with credentials, patterns in patterns, and the longest memory", daring(policy.Policy{AllowCredentials: true,
			AllowOrigins: []string{"http://example.com", "https://*.example.com:8080", "https://*.foo.example.com:8080"},
			AllowMethods: []string{"POST", "PUT", "DELETE", "GET"}, AllowHeaders: one("*"), ExposeHeaders: []string{"x-FOO", "X-baR", "x-foo"}, MaxAge: new(86400)})),
		Entry("what is exposed anyway", of(policy.Policy{AllowOrigins: one("http://example.com"), ExposeHeaders: []string{"Cache-Control", "content-Language",
			"content-lEngth", "content-typE", "expireS", "lasT-modified", "prAgmA", "X-Foo"}})),
		Entry("methods that only begin as others", of(policy.Policy{AllowOrigins: one("http://example.com"), AllowMethods: []string{"getaway", "headstrong", "postal"}})),
		Entry("a memory of nothing", of(policy.Policy{AllowOrigins: one("http://example.com"), MaxAge: new(10)})),
		Entry("sub-domains that anyone can register", daring(policy.Policy{AllowOrigins: one("https://*.com")})),
		Entry("many origins", of(policy.Policy{AllowOrigins: []string{"https://bat", "https://cat", "https://fat", "https://hat", "https://meerkat",
			"https://mat", "https://oat", "https://pat", "https://rat", "https://sat"}})),
	)

	DescribeTable("refuses",
		func(c reference.Config, want ...string) { Expect(reasons(c)).To(ConsistOf(want)) },
		Entry("the opaque origin", allowing(func(*policy.Policy) {}, "null"), "allowOrigins null: opaque-origin"),
		Entry("a path", allowing(func(*policy.Policy) {}, "http://example.com:6060/path"), "allowOrigins http://example.com:6060/path: has-path"),
		Entry("no method's name", allowing(func(p *policy.Policy) { p.AllowMethods = one("") }, https), "allowMethods : empty"),
		Entry("what is no method", allowing(func(p *policy.Policy) { p.AllowMethods = one("résumé") }, https), "allowMethods résumé: not-token"),
		Entry("a forbidden method", allowing(func(p *policy.Policy) { p.AllowMethods = []string{"GET", "CONNECT"} }, https), "allowMethods CONNECT: forbidden"),
		Entry("no header's name", allowing(func(p *policy.Policy) { p.AllowHeaders = one("") }, https), "allowHeaders : empty"),
		Entry("what is no header", allowing(func(p *policy.Policy) { p.AllowHeaders = one("résumé") }, https), "allowHeaders résumé: not-token"),
		Entry("a forbidden header", allowing(func(p *policy.Policy) { p.AllowHeaders = one("Connection") }, https), "allowHeaders Connection: forbidden"),
		Entry("Sec-", allowing(func(p *policy.Policy) { p.AllowHeaders = one("Sec-Foo") }, https), "allowHeaders Sec-Foo: forbidden"),
		Entry("Proxy-", allowing(func(p *policy.Policy) { p.AllowHeaders = one("Proxy-Foo") }, https), "allowHeaders Proxy-Foo: forbidden"),
		Entry("a header of responses", allowing(func(p *policy.Policy) { p.AllowHeaders = one("Access-Control-Allow-Origin") }, https),
			"allowHeaders Access-Control-Allow-Origin: other-message"),
		Entry("a max age below all", allowing(func(p *policy.Policy) { p.MaxAge = new(-2) }, https), "maxAge -2: negative"),
		Entry("a max age beyond all", allowing(func(p *policy.Policy) { p.MaxAge = new(86401) }, https), "maxAge 86401: too-long"),
		Entry("no exposed header's name", allowing(func(p *policy.Policy) { p.ExposeHeaders = one("") }, https), "exposeHeaders : empty"),
		Entry("what is no exposed header", allowing(func(p *policy.Policy) { p.ExposeHeaders = one("résumé") }, https), "exposeHeaders résumé: not-token"),
		Entry("a forbidden exposed header", allowing(func(p *policy.Policy) { p.ExposeHeaders = one("Set-Cookie") }, https), "exposeHeaders Set-Cookie: forbidden"),
		Entry("an exposed header of requests", allowing(func(p *policy.Policy) { p.ExposeHeaders = one("Access-Control-Request-Method") }, https),
			"exposeHeaders Access-Control-Request-Method: other-message"),
		Entry("any origin with credentials", from("*"), "allowOrigins *: any-origin-trusted"),
		Entry("http with credentials", from("http://example.com:6060", "http://*.example.com:6060"),
			"allowOrigins http://example.com:6060: insecure-origin-trusted", "allowOrigins http://*.example.com:6060: insecure-origin-trusted"),
		Entry("sub-domains that anyone can register, with credentials", from("https://*.com"), "allowOrigins https://*.com: public-suffix-trusted"),
		Entry("many mistakes at once", of(policy.Policy{AllowOrigins: []string{"http://example.com", "https://example.com/"}, AllowMethods: []string{"CONNECT", "résumé"},
			AllowHeaders: []string{"résumé", "Access-Control-Allow-Origin"}, MaxAge: new(86401)}),
			"allowOrigins https://example.com/: has-path", "allowMethods CONNECT: forbidden", "allowMethods résumé: not-token",
			"allowHeaders résumé: not-token", "allowHeaders Access-Control-Allow-Origin: other-message", "maxAge 86401: too-long"),
	)

	// The wildcard stands alone, as in the Gateway API. Beside it, another value of the list
	// says nothing, or that the wildcard is not meant.
	DescribeTable("accepts, but ours does not: values beside the wildcard",
		func(c reference.Config, field string) {
			Expect(mistakes(c)).To(ContainElement(And(HaveField("Field", field), HaveField("Reason", policy.NotAlone))))
		},
		Entry("Authorization, which the wildcard covers here", allowing(func(p *policy.Policy) { p.AllowHeaders = []string{"authoriZation", "*", "Authorization"} }, "*"), "allowHeaders"),
		Entry("headers", allowing(func(p *policy.Policy) { p.AllowHeaders = []string{"Authorization", "X-Api-Key", "*", "*"} }, "http://example.com"), "allowHeaders"),
		Entry("headers with credentials", allowing(func(p *policy.Policy) {
			p.AllowHeaders, p.AllowCredentials = []string{"Authorization", "X-Api-Key", "*", "*"}, true
		}, https), "allowHeaders"),
		Entry("origins", allowing(func(*policy.Policy) {}, "http://example.com", "https://*.example.com", "*", "*"), "allowOrigins"),
		Entry("methods", allowing(func(p *policy.Policy) { p.AllowMethods = []string{"DELETE", "PATCH", "*", "*"} }, "http://example.com"), "allowMethods"),
		Entry("exposed headers", allowing(func(p *policy.Policy) { p.ExposeHeaders = []string{"X-Foo", "*", "*"} }, "http://example.com"), "exposeHeaders"),
	)

	// There they are spelled as user agents do. Here one is told, lest "patch" is taken for
	// a method that they spell so too.
	It("accepts, but ours does not: methods in another case", func() {
		c := allowing(func(p *policy.Policy) { p.AllowMethods = []string{"Get", "get", "Head", "hEAD", "post", "pOST"} }, "http://example.com")
		Expect(mistakes(c)).To(And(HaveLen(6), HaveEach(HaveField("Reason", policy.NotNormalized))))
	})

	// A wildcard for exposed headers with credentials is kept here by listing what the
	// response has. A scheme that is neither http nor https is no one's to change on the
	// way. Browsers do send an address that holds an IPv4 address, and load pages from
	// names that break IDNA's rules on hyphens.
	DescribeTable("refuses, but ours does not",
		func(c reference.Config) { Expect(mistakes(c)).To(BeEmpty()) },
		Entry("no origin, which allows nothing", reference.Config{}),
		Entry("any exposed header with credentials", of(policy.Policy{AllowOrigins: one(https), ExposeHeaders: one("*"), AllowCredentials: true})),
		Entry("another scheme with credentials", from("connector://example.com")),
		Entry("an address with an IPv4 address in it", from("https://[::ffff:7f7f:7f7f]:90")),
		Entry("a hyphen where IDNA has none", from("https://ab--c-.example")),
	)
})

var _ = Describe("What jub0bs/cors promises of origins", func() {
	const (
		scheme64 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		label60  = "a23456789012345678901234567890123456789012345678901234567890"
		host251  = label60 + "." + label60 + "." + label60 + "." + label60 + ".a234567"
	)
	isMistake := func(origin string) bool {
		return len(mistakes(of(policy.Policy{AllowOrigins: one(origin)}))) > 0
	}

	It("takes these for origins", func() {
		for _, origin := range []string{
			"https://*." + host251, scheme64 + "://*." + host251 + ":65535",
			"connector://foo", "a://example.com", "b://example.com", "y://example.com", "z://example.com",
			"https://127.0.0.1:90", "http://69.254.169.254", "http://127.0.0.1:90",
			"https://[::1]:90", "http://[2001:db8:aaaa:1111::100]:9090", "http://[::1]:90",
			"http://ex_am-ple.com:3999", "http://example.com.:3999",
			"http://*.example.com:3999", "http://*.example.com:*",
		} {
			Expect(isMistake(origin)).To(BeFalse(), origin)
		}
	})

	It("takes these for none", func() {
		for _, origin := range []string{
			"https://*.a" + host251, scheme64 + "://*.a" + host251 + ":65535",
			"null", "https://user:password@example.com:6060", "https://example.com:6060/foo", "https://example.com:6060?",
			"https://example.com:6060?foo=bar", "https://example.com:6060#nav", "ab", "ab:", " http://example.com:6060 ",
			"file:///foo", "file://example.com", "42-chrome-extension://foo", "chrome-extension*://foo",
			"http://foo:80", "https://foo:443", "https://^foo", "http://1:6060", "https://résumé.com", "https://foo.^bar",
			"https://foo:", "https://foo:-1", "https://foo:0", "https://foo:abc", "https://foo:06060", "https://foo:12345foo",
			"https://foo:123456", "https://foo:65536", "https://foo:12390abc",
			"http://foo.bar.255:6060", "http://foo.bar.baz.012345678901234567890123456789:6060",
			"http://[::1]1:6060", "http://127.0.0.1:", "http://127.0.0.1:-1", "http://127.0.0.1:0", "https://127.0.0.1.:90", "http://127.0.0.1.1",
			"http://[example]:90", "https://::1:90", "http://[::1:90", "https://::1]:90", "https://abc[::1]:90", "https://[::1]abc:90",
			"http://127.1:3999", "http://[::::::::::::::::1]:90", "http://[2001:4860:4860:0000:0000:0000:0000:8888]:90",
			"http://[fe80::1ff:fe23:4567:890a%eth2]:90", "http://exAmplE.coM:3999", "http://example.com..:3999", "http://example..com:3999",
			"http://xn--f", "http://**.example.com:3999", "http://fooo.*.example.com:3999", "http://*example.com:3999",
			"http://*.[::1]:3999", "http://*.127.0.0.1:3999",
		} {
			Expect(isMistake(origin)).To(BeTrue(), origin)
		}
	})

	It("takes http for insecure but on the machine itself", func() {
		insecure := func(origin string) bool {
			return slices.ContainsFunc(mistakes(from(origin)), func(m policy.Error) bool { return m.Reason == policy.InsecureOriginTrusted })
		}
		for _, dot := range []string{"", "."} {
			for _, front := range []string{"", "*.", "foo.", "foo.bar.baz."} {
				Expect(insecure("https://" + front + "localhost" + dot)).To(BeFalse())
				Expect(insecure("http://" + front + "localhost" + dot)).To(BeFalse())
				Expect(insecure("http://" + front + "alocalhost" + dot)).To(BeTrue())
				Expect(insecure("http://" + front + "localhosta" + dot)).To(BeTrue())
			}
		}
		for _, origin := range []string{"https://example.com", "https://*.example.com", "http://127.0.0.1", "http://127.127.127.127", "http://[::1]:90"} {
			Expect(insecure(origin)).To(BeFalse(), origin)
		}
		for _, origin := range []string{"http://example.com", "http://*.example.com", "http://169.254.169.254:90", "http://[2001:db8:aaaa:1111::100]:9090"} {
			Expect(insecure(origin)).To(BeTrue(), origin)
		}
	})

	It("knows under which domains anyone can register", func() {
		Expect(mistakes(from("https://*.com", "https://*.github.io", "https://*.com."))).To(HaveEach(HaveField("Reason", policy.PublicSuffixTrusted)))
		Expect(mistakes(from("https://*.example.com"))).To(BeEmpty())
	})

	// Of each origin that is listed, what its tree is asked for too: the other scheme, another
	// port, a host that is cut at either end, and one with rubbish in front.
	DescribeTable("finds in its tree",
		func(listed, also, notAlso []string) {
			for range 2 {
				h, _ := passing(of(policy.Policy{AllowOrigins: listed}))
				isAllowed := func(origin string) bool {
					return ask(h, "GET", fromOrigin(origin)).Header.Get("Access-Control-Allow-Origin") == origin
				}
				accepted := slices.Clone(also)
				for _, origin := range listed {
					if !strings.Contains(origin, "*") {
						accepted = append(accepted, origin)
					}
				}
				rejected := slices.Clone(notAlso)
				for _, origin := range accepted {
					Expect(isAllowed(origin)).To(BeTrue(), origin)
					rejected = append(rejected, strings.Replace(origin, "https", "http", 1))
				}
				for _, origin := range listed {
					host, port, hasPort := strings.Cut(strings.TrimPrefix(origin, "https://"), ":")
					if strings.Contains(origin, "*") {
						continue
					}
					if hasPort {
						port = ":" + port
					} else {
						rejected = append(rejected, origin+":2")
					}
					for _, other := range []string{host[1:], host[:len(host)-1], "copy" + host} {
						rejected = append(rejected, "https://"+other+port)
					}
				}
				for _, origin := range rejected {
					if !slices.Contains(accepted, origin) {
						Expect(isAllowed(origin)).To(BeFalse(), origin)
					}
				}
				listed = slices.Clone(listed)
				slices.Reverse(listed)
			}
		},
		Entry("nothing", nil, nil, []string{"https://cat", "https://concat", "https://kin", "https://pin"}),
		Entry("one", one("https://cat"), nil, []string{"https://concat", "https://kin", "https://pin"}),
		Entry("some that end alike", []string{"https://cat", "https://concat", "https://kin", "https://pin"}, nil, []string{"https://pkin", "https://kpin", "https://bespin"}),
		Entry("some twice", []string{"https://cat", "https://concat", "https://kin", "https://pin", "https://cat", "https://concat", "https://kin", "https://pin"}, nil,
			[]string{"https://pkin", "https://kpin"}),
		Entry("some with ports", []string{"https://cat", "https://concat", "https://kin", "https://pin", "https://cat:1", "https://concat:1", "https://kin:1", "https://pin:1"}, nil,
			[]string{"https://pkin:1", "https://kpin:1"}),
		Entry("some patterns", []string{"https://cat", "https://concat", "https://*.kin", "https://*.kin:1", "https://pin"},
			[]string{"https://a.kin", "https://nap.kin", "https://nap.kin:1"}, []string{"https://nap.kin:2", "https://nap.kin:3", "https://nap.ki", "https://kin", "https://bespin"}),
		Entry("some on any port", []string{"https://cat:*", "https://concat:*", "https://kin", "https://pin"},
			[]string{"https://cat", "https://concat", "https://cat:1", "https://concat:1"},
			[]string{"https://kin:1", "https://pin:1", "https://ca", "https://con", "https://at", "https://ncat", "https://copycat", "https://stringconcat"}),
		Entry("some patterns on any port", []string{"https://cat", "https://concat", "https://*.kin", "https://*.kin:*", "https://pin"},
			[]string{"https://nap.kin", "https://nap.kin:1", "https://nap.kin:65355"}, []string{"https://nap.ki", "https://cat:1", "https://concat:1", "https://pin:1"}),
		Entry("domains with their sub-domains and ports", []string{"https://*.example.net", "https://example.net:8080", "https://example.net",
			"https://*.example.org", "https://example.org:8080", "https://example.org", "https://*.example.com", "https://example.com:8080", "https://example.com"},
			[]string{"https://foo.example.net", "https://foo.example.org", "https://foo.example.com"},
			[]string{"https://foo.example.net:6060", "https://foo.example.ne", "https://foo.xample.org", "https://foo.fooexample.com", "https://fooexample.com:8080"}),
	)
})

var _ = Describe("What jub0bs/cors promises of lists of headers", func() {
	h := func(names []string) func(lines ...string) bool {
		handler, _ := passing(reference.Config{Policy: policy.Policy{AllowOrigins: one(local), AllowHeaders: names}, RefusalStatus: 403})
		return func(lines ...string) bool {
			return ask(handler, "OPTIONS", asking(local, "GET", lines...)).StatusCode == 204
		}
	}
	type lines = []string
	empty := []lines{{""}, {","}, {"\t, , "}, make(lines, 16)}

	DescribeTable("accepts and refuses",
		func(names []string, accepted, rejected []lines) {
			allows := h(names)
			for _, lines := range append(accepted, empty...) {
				Expect(allows(lines...)).To(BeTrue(), "%q", lines)
			}
			for _, lines := range append(rejected, make(lines, 17), lines{"x-qux"}, lines{"x-qux,x-foo"}, lines{"\t\tx-qux\t\t"}) {
				Expect(allows(lines...)).To(BeFalse(), "%q", lines)
			}
		},
		Entry("with no name", nil, nil, []lines{{"x-bar"}, {"x-bar,x-foo"}, {commas(17)}}),
		Entry("with one", []string{"x-foo"},
			[]lines{{"x-foo"}, {" x-foo "}, {"  x-foo"}, {"x-foo  "}, {"\tx-foo ,"}, {" x-foo\t,"}, {commas(16) + "x-foo"}, emptyLines(16, "x-foo")},
			[]lines{{"x-bar"}, {"x-bar,x-foo"}, {commas(17) + "x-foo"}, emptyLines(17, "x-foo")}),
		Entry("with three", []string{"x-foo", "x-bar", "x-baz"},
			[]lines{{"x-bar"}, {"x-baz"}, {"x-foo"}, {"x-bar,x-baz"}, {"x-bar,x-foo"}, {"x-baz,x-foo"}, {"x-bar,x-baz,x-foo"},
				{"\tx-bar ,"}, {" x-baz\t,"}, {"x-foo,"}, {"\tx-bar ,\tx-baz ,"}, {" x-bar\t, x-foo\t,"}, {"x-baz,x-foo,"}, {" x-bar , x-baz , x-foo ,"},
				{"x-bar" + commas(17) + "x-foo"}, {"x-bar", "x-foo"}, {"x-bar", "x-baz,x-foo"}, append(emptyLines(16, "x-bar"), "x-foo")},
			[]lines{{"x-qux,x-baz"}, {"x-quxbaz,x-foo"}, {"x-bar" + commas(18) + "x-foo"}, append(emptyLines(17, "x-bar"), "x-foo")}),
		Entry("with one twice", []string{"x-foo", "x-bar", "x-foo"},
			[]lines{{"x-bar"}, {"x-foo"}, {"x-bar,x-foo"}, {"\tx-bar ,"}, {" x-foo\t,"}, {"x-foo,"}, {"\tx-bar ,\tx-foo ,"}, {" x-bar\t, x-foo\t,"}, {"x-bar,x-foo,"}, {" x-bar , x-foo ,"},
				{"x-bar" + commas(17) + "x-foo"}, {"x-bar", "x-foo"}, append(emptyLines(16, "x-bar"), "x-foo")},
			[]lines{{"x-qux  "}, {"x-qux,x-bar"}, {"x-qux,x-baz,x-foo"}, {"x-qux,\t\tx-bar"}, {"x-qux,x-foo\t\t"}, {"\tx-qux , x-baz\t\t,x-foo"},
				{"x-qux", "\t\tx-bar"}, {"x-qux", "x-foo\t\t"}, {"\tx-qux ", " x-baz\t\t,x-foo"},
				{"x-bar" + commas(18) + "x-foo"}, append(emptyLines(17, "x-bar"), "x-foo")}),
	)

	// There names must come as user agents send them: sorted, each once, in lower case, and
	// with two bytes of white space. Other clients do not, and what is read is bounded by
	// its length.
	DescribeTable("refuses, but ours does not",
		func(lines ...string) { Expect(h([]string{"x-foo", "x-bar", "x-baz"})(lines...)).To(BeTrue()) },
		Entry("a name twice", "x-bar,x-baz,x-baz"),
		Entry("names in another order", "x-foo,x-bar"),
		Entry("names in another order on two lines", "x-foo", "x-bar"),
		Entry("a name in another case", "X-Foo"),
		Entry("three bytes of white space behind", "x-foo   "),
		Entry("three bytes of white space around", " x-foo  "),
		Entry("the same around the first", " x-bar  "),
		Entry("the same around the second", "  x-baz "),
		Entry("and the other way round", "  x-foo "),
		Entry("tabs behind", " x-foo\t\t"),
		Entry("more tabs behind", "\tx-foo\t\t"),
		Entry("tabs around", "\t\tx-foo\t\t"),
		Entry("white space in front", "   x-foo"),
		Entry("tabs behind the first of two", " x-bar\t\t,x-baz"),
		Entry("tabs around the second of two", "x-bar,\tx-foo\t\t"),
		Entry("tabs around the first of two", "\t\tx-baz, x-foo\t\t"),
		Entry("tabs and spaces", " x-bar\t,\tx-baz\t ,x-foo"),
	)
})
