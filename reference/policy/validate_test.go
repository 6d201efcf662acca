package policy_test

import (
	"errors"
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
)

var _ = Describe("Validate", func() {
	DescribeTable("accepts a well-formed policy",
		func(p policy.Policy) {
			Expect(p.Validate()).To(Succeed())
		},
		Entry("the sample", policy.Sample()),
		Entry("the zero value, which allows nothing", policy.Policy{}),
		Entry("wildcards", policy.Policy{
			AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}, ExposeHeaders: []string{"*"},
		}),
		Entry("wildcards with credentials, though unwise", policy.Policy{
			AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}, ExposeHeaders: []string{"*"},
			AllowCredentials: true,
		}),
		Entry("an http origin with credentials, though unwise", policy.Policy{AllowOrigins: []string{"http://a.example"}, AllowCredentials: true}),
		Entry("null, though unwise", policy.Policy{AllowOrigins: []string{"null", "https://a.example"}}),
		Entry("methods of any name and case", policy.Policy{AllowMethods: []string{"patch", "CORSPROOF", "!#$%&'*+-.^_`|~09az"}}),
		Entry("headers of any case", policy.Policy{AllowHeaders: []string{"content-TYPE", "X-HTTP-Method-Override"}}),
		Entry("exposed headers that requests may not have", policy.Policy{ExposeHeaders: []string{"Date", "Via", "Sec-X"}}),
		Entry("no caching", policy.Policy{MaxAge: new(0)}),
	)

	const (
		aMethod         = `a method, such as "PUT", or "*"`
		aRequestHeader  = `a request header that scripts may set, such as "Content-Type", or "*"`
		aResponseHeader = `a response header that scripts may read, such as "ETag", or "*"`
		alone           = `"*" alone, or the other values without it`
	)
	DescribeTable("reports every mistake, in the order of the fields",
		func(p policy.Policy, want ...policy.Error) {
			var got []policy.Error
			for mistake := range policy.Errors(p.Validate()) {
				got = append(got, *mistake)
			}
			Expect(got).To(Equal(want))
		},
		Entry("origins", policy.Policy{AllowOrigins: []string{"https://a.example/", "https://b.example", ""}},
			policy.Error{Field: "allowOrigins", Index: 0, Value: "https://a.example/", Reason: policy.HasPath, Expected: `"https://a.example"`},
			policy.Error{Field: "allowOrigins", Index: 2, Value: "", Reason: policy.Empty, Expected: `scheme://host or scheme://host:port, such as "https://app.example.com"`}),
		Entry("methods", policy.Policy{AllowMethods: []string{"GET", "", "PUT GET", "Connect", "TRACE", "track", "é"}},
			policy.Error{Field: "allowMethods", Index: 1, Value: "", Reason: policy.Empty, Expected: aMethod},
			policy.Error{Field: "allowMethods", Index: 2, Value: "PUT GET", Reason: policy.NotToken, Expected: aMethod},
			policy.Error{Field: "allowMethods", Index: 3, Value: "Connect", Reason: policy.Forbidden, Expected: aMethod},
			policy.Error{Field: "allowMethods", Index: 4, Value: "TRACE", Reason: policy.Forbidden, Expected: aMethod},
			policy.Error{Field: "allowMethods", Index: 5, Value: "track", Reason: policy.Forbidden, Expected: aMethod},
			policy.Error{Field: "allowMethods", Index: 6, Value: "é", Reason: policy.NotToken, Expected: aMethod}),
		Entry("request headers", policy.Policy{AllowHeaders: []string{"X-A", "", "X-A,X-B", "COOKIE", "Sec-Fetch-Mode", "proxy-x"}},
			policy.Error{Field: "allowHeaders", Index: 1, Value: "", Reason: policy.Empty, Expected: aRequestHeader},
			policy.Error{Field: "allowHeaders", Index: 2, Value: "X-A,X-B", Reason: policy.NotToken, Expected: aRequestHeader},
			policy.Error{Field: "allowHeaders", Index: 3, Value: "COOKIE", Reason: policy.Forbidden, Expected: aRequestHeader},
			policy.Error{Field: "allowHeaders", Index: 4, Value: "Sec-Fetch-Mode", Reason: policy.Forbidden, Expected: aRequestHeader},
			policy.Error{Field: "allowHeaders", Index: 5, Value: "proxy-x", Reason: policy.Forbidden, Expected: aRequestHeader}),
		Entry("response headers", policy.Policy{ExposeHeaders: []string{"ETag", "", "X A", "set-cookie", "Set-Cookie2"}},
			policy.Error{Field: "exposeHeaders", Index: 1, Value: "", Reason: policy.Empty, Expected: aResponseHeader},
			policy.Error{Field: "exposeHeaders", Index: 2, Value: "X A", Reason: policy.NotToken, Expected: aResponseHeader},
			policy.Error{Field: "exposeHeaders", Index: 3, Value: "set-cookie", Reason: policy.Forbidden, Expected: aResponseHeader},
			policy.Error{Field: "exposeHeaders", Index: 4, Value: "Set-Cookie2", Reason: policy.Forbidden, Expected: aResponseHeader}),
		Entry("max age", policy.Policy{MaxAge: new(-1)},
			policy.Error{Field: "maxAge", Index: -1, Value: "-1", Reason: policy.Negative, Expected: "a number of seconds; 0 to have nothing remembered"}),
		Entry("wildcards in company, once for each list", policy.Policy{
			AllowOrigins:  []string{"*", "https://a.example"},
			AllowMethods:  []string{"GET", "*"},
			AllowHeaders:  []string{"*", "Authorization"},
			ExposeHeaders: []string{"*", "ETag"},
		},
			policy.Error{Field: "allowOrigins", Index: 0, Value: "*", Reason: policy.NotAlone, Expected: alone},
			policy.Error{Field: "allowMethods", Index: 1, Value: "*", Reason: policy.NotAlone, Expected: alone},
			policy.Error{Field: "allowHeaders", Index: 0, Value: "*", Reason: policy.NotAlone, Expected: alone},
			policy.Error{Field: "exposeHeaders", Index: 0, Value: "*", Reason: policy.NotAlone, Expected: alone}),
	)

	DescribeTable("refuses every header that the Standard forbids to scripts",
		func(name string) {
			Expect(policy.Policy{AllowHeaders: []string{name}}.Validate()).To(MatchError(ContainSubstring("is kept from scripts by browsers")))
		},
		func(name string) string { return name },
		Entry(nil, "accept-charset"), Entry(nil, "accept-encoding"), Entry(nil, "access-control-request-headers"),
		Entry(nil, "access-control-request-method"), Entry(nil, "connection"), Entry(nil, "content-length"),
		Entry(nil, "cookie"), Entry(nil, "cookie2"), Entry(nil, "date"), Entry(nil, "dnt"), Entry(nil, "expect"),
		Entry(nil, "host"), Entry(nil, "keep-alive"), Entry(nil, "origin"), Entry(nil, "referer"), Entry(nil, "set-cookie"),
		Entry(nil, "te"), Entry(nil, "trailer"), Entry(nil, "transfer-encoding"), Entry(nil, "upgrade"), Entry(nil, "via"),
		Entry(nil, "proxy-authorization"), Entry(nil, "sec-ch-ua"),
	)

	It("says one mistake per line", func() {
		err := policy.Policy{
			AllowOrigins: []string{"https://a.example", "https://b.example/"},
			MaxAge:       new(-1),
		}.Validate()
		Expect(err).To(MatchError(
			`allowOrigins[1]: "https://b.example/" has a path, or a slash at its end; expected "https://b.example"` + "\n" +
				`maxAge: "-1" is negative; expected a number of seconds; 0 to have nothing remembered`))
	})
})

var _ = DescribeTable("IsToken tells a token",
	func(s string, want bool) {
		Expect(policy.IsToken(s)).To(Equal(want))
	},
	func(s string, _ bool) string { return s },
	Entry(nil, "Content-Type", true), Entry(nil, "*", true), Entry(nil, "!#$%&'*+-.^_`|~09azAZ", true),
	Entry(nil, "", false), Entry(nil, "a b", false), Entry(nil, "a,b", false), Entry(nil, "a:b", false), Entry(nil, "a/b", false),
	Entry(nil, `"a"`, false), Entry(nil, "(a)", false), Entry(nil, "a\x00", false), Entry(nil, "a\x7f", false), Entry(nil, "é", false),
)

var _ = Describe("Error", func() {
	It("names no field where there is none", func() {
		_, err := policy.ParseOrigin("https://a.example/")
		Expect(err).To(MatchError(`"https://a.example/" has a path, or a slash at its end; expected "https://a.example"`))
	})

	DescribeTable("has words for every reason",
		func(reason policy.Reason) {
			err := &policy.Error{Index: -1, Value: "x", Reason: reason, Expected: "y"}
			Expect(err.Error()).To(MatchRegexp(`^"x" (is|has|names|stands|chooses) .+; expected y$`))
		},
		func(reason policy.Reason) string { return string(reason) },
		Entry(nil, policy.Empty), Entry(nil, policy.NotAlone), Entry(nil, policy.MissingScheme), Entry(nil, policy.InvalidScheme),
		Entry(nil, policy.MissingHost), Entry(nil, policy.InvalidHost), Entry(nil, policy.InvalidPort), Entry(nil, policy.DefaultPort),
		Entry(nil, policy.HasUserinfo), Entry(nil, policy.HasPath), Entry(nil, policy.HasQuery), Entry(nil, policy.HasFragment),
		Entry(nil, policy.UpperCase), Entry(nil, policy.NotASCII), Entry(nil, policy.MisplacedWildcard), Entry(nil, policy.NotToken),
		Entry(nil, policy.Forbidden), Entry(nil, policy.Negative), Entry(nil, policy.FileScheme),
		Entry(nil, policy.AnyOriginTrusted), Entry(nil, policy.InsecureOriginTrusted), Entry(nil, policy.PublicSuffixTrusted),
		Entry(nil, policy.OpaqueOrigin), Entry(nil, policy.OpaqueOriginTrusted), Entry(nil, policy.InvalidIDNA),
		Entry(nil, policy.NotNormalized), Entry(nil, policy.OtherMessage), Entry(nil, policy.TooLong),
		Entry(nil, policy.NoEffect), Entry(nil, policy.InvalidStatus), Entry(nil, policy.InvalidResource),
	)

	It("falls back on the reason itself", func() {
		Expect(&policy.Error{Index: -1, Value: "x", Reason: "other", Expected: "y"}).To(MatchError(`"x" other; expected y`))
	})
})

var _ = Describe("Errors", func() {
	a, b := &policy.Error{Value: "a"}, &policy.Error{Value: "b"}

	DescribeTable("walks an error",
		func(err error, want ...*policy.Error) {
			Expect(slices.AppendSeq([]*policy.Error{}, policy.Errors(err))).To(Equal(want))
		},
		Entry("none", nil),
		Entry("another", errors.New("another")),
		Entry("one", a, a),
		Entry("a wrapped one", fmt.Errorf("file: %w", a), a),
		Entry("joined ones, in order", errors.Join(a, errors.New("another"), b), a, b),
		Entry("wrapped joined ones", fmt.Errorf("file: %w", errors.Join(a, fmt.Errorf("%w", b))), a, b),
	)

	It("stops when it is told to", func() {
		for mistake := range policy.Errors(errors.Join(errors.Join(a, b), b)) {
			Expect(mistake).To(BeIdenticalTo(a))
			break
		}
	})
})
