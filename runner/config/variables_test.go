package config_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/config"
)

var _ = Describe("variables", func() {
	DescribeTable("are replaced in strings",
		func(written, read string, secrets ...string) {
			c := parse("target: http://a.test\npolicy: {}\nrequest: {cookies: [{name: a, value: '" + written + "'}]}\n")
			Expect(c.Target.Request.Cookies[0].Value).To(Equal(read))
			Expect(c.Secrets).To(ConsistOf(secrets))
		},
		Entry(nil, "${TOKEN}", "s3cret", "s3cret"),
		Entry(nil, "x${TOKEN}${HOST}y", "xs3cretapi.example.comy", "s3cret", "api.example.com"),
		Entry(nil, "${TOKEN} ${TOKEN}", "s3cret s3cret", "s3cret"),
		Entry(nil, "x${EMPTY}", "x"),
		Entry(nil, "${NESTED}", "${TOKEN}", "${TOKEN}"),
		Entry(nil, "$${TOKEN}", "${TOKEN}"),
		Entry(nil, "$$${TOKEN}", "$${TOKEN}"),
		Entry(nil, "${TOKEN}$${", "s3cret${", "s3cret"),
		Entry(nil, "$TOKEN $$ $ {TOKEN} }", "$TOKEN $$ $ {TOKEN} }"),
	)

	It("are replaced everywhere but in keys", func() {
		c := parse(`
target: https://${HOST}
connectTo: ["${HOST}:443::8443"]
policy: {allowOrigins: ["https://${HOST}:1"], allowHeaders: ["X-${TOKEN}"]}
resources: [{path: "/${TOKEN}", redirectsTo: "/${HOST}", methods: ["${TOKEN}"]}]
request: {headers: {"$TOKEN": "${TOKEN}"}}
`)
		Expect(c.Target.URL).To(Equal("https://api.example.com"))
		Expect(c.ConnectTo).To(HaveExactElements(config.ConnectTo{Host: "api.example.com", Port: 443, ToPort: 8443}))
		Expect(c.Target.Policy.AllowOrigins).To(HaveExactElements("https://api.example.com:1"))
		Expect(c.Target.Policy.AllowHeaders).To(HaveExactElements("X-s3cret"))
		Expect(c.Target.Resources[0].Path).To(Equal("/s3cret"))
		Expect(c.Target.Resources[0].RedirectsTo).To(Equal("/api.example.com"))
		Expect(c.Target.Resources[0].Methods).To(HaveExactElements("s3cret"))
		Expect(c.Target.Request.Headers.Values("$TOKEN")).To(HaveExactElements("s3cret"))
		Expect(c.Secrets).To(ConsistOf("s3cret", "api.example.com"))
	})

	DescribeTable("that make no sense are mistakes",
		func(written string, wanted ...string) {
			var problems []string
			for _, m := range mistakes("target: http://a.test\npolicy: {}\nrequest: {headers: {A: '" + written + "'}}\n") {
				Expect([]int{m.Line, m.Column}).To(Equal([]int{3, 24}))
				Expect(m.Expected).To(HaveSuffix("(a literal ${ is written $${)"))
				problems = append(problems, m.Problem)
			}
			Expect(problems).To(Equal(wanted))
		},
		Entry(nil, "${UNSET}", "undefined variable ${UNSET}"),
		Entry(nil, "${UNSET} ${TOKEN} ${ALSO}", "undefined variable ${UNSET}", "undefined variable ${ALSO}"),
		Entry(nil, "${token}", "undefined variable ${token}"),
		Entry(nil, "${}", `"${}" is no variable`),
		Entry(nil, "${A-B}", `"${A-B}" is no variable`),
		Entry(nil, "${1A}", `"${1A}" is no variable`),
		Entry(nil, "${TOKEN", `"${TOKEN" is no variable`),
	)

	It("are all undefined without an environment", func() {
		_, err := config.Parse("cors.yaml", []byte("target: ${HOST}\npolicy: {}\n"), nil)
		Expect(err).To(MatchError(ContainSubstring("cors.yaml:1:9: undefined variable ${HOST}")))
	})
})
