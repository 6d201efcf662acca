package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/config"
)

var _ = Describe("all mistakes", func() {
	It("are in one message, each with its place", func() {
		_, err := config.Parse("conf/cors.yaml", []byte(`target: https://api.example.com
policy:
  allowOrigin: ["https://app.example.com"]
  allowOrigins: ["https://app.example.com/login"]
  allowCredentials: "yes"
request:
  headers: {Authorization: "Bearer ${API_TOKEN}"}
`), env)

		// Package policy has its own words.
		_, path := policy.ParseOrigin("https://app.example.com/login")
		Expect(err).To(MatchError(`conf/cors.yaml: 4 mistakes
conf/cors.yaml:3:3: unknown key "allowOrigin"; did you mean allowOrigins?
conf/cors.yaml:4:18: allowOrigins ` + path.Error() + `
conf/cors.yaml:5:21: allowCredentials is "yes", a string; expected true or false
conf/cors.yaml:7:28: undefined variable ${API_TOKEN}; expected it in the environment (a literal ${ is written $${)`))
		given := []string{}
		for _, m := range mistakesOf(err) {
			given = append(given, m.Given)
		}
		Expect(given).To(Equal([]string{"allowOrigin", "https://app.example.com/login", "yes", "${API_TOKEN}"}))
	})

	It("are counted in the singular, if there is one", func() {
		_, err := config.Parse("cors.yaml", nil, nil)
		Expect(err).To(MatchError("cors.yaml: 1 mistake\n" +
			`cors.yaml:1:1: the file is empty; "corsproof init" writes one to start from`))
	})

	It("are reported once, however many aliases lead to them", func() {
		Expect(mistakes(`target: http://a.test
policy: &p {allowOrigins: [nonsense]}
resources:
  - {path: /a, policy: *p}
  - {path: /b, policy: *p}
`)).To(HaveExactElements(mistake(2, 28, `allowOrigins "nonsense"`, "scheme://host")))
	})

	It("are at the alias, if that is what is wrong", func() {
		Expect(mistakes("target: http://a.test\npolicy: &p {}\neffects: *p\n")).To(
			HaveExactElements(mistake(3, 10, "effects is a mapping", "hold or deliver")))
	})

	It("show no more of a long value than is of use", func() {
		Expect(mistakes(sound + "effects: " + strings.Repeat("é", 5000) + "}")[0].Problem).To(
			Equal(`effects "` + strings.Repeat("é", 100) + `…" is unknown`))
		Expect(mistakes(sound + strings.Repeat("é", 300) + ": 1}")[0].String()).To(And(
			HavePrefix("unknown key"), HaveLen(len(`unknown key "…"; expected target, connectTo, caFile, policy, resources, request, effects or limits`)+200)))
	})

	It("give no value from the environment away", func() {
		_, err := config.Parse("cors.yaml", []byte(`
target: ${TOKEN}
connectTo: ["${TOKEN}"]
caFile: ${TOKEN}
policy: {allowOrigins: ["${TOKEN}", "https://${TOKEN}/", "http://${TOKEN}:80"], allowMethods: ["${TOKEN}/"], allowHeaders: ["${TOKEN} "]}
resources:
  - {path: "${TOKEN}", methods: ["${TOKEN} "], redirectsTo: "${TOKEN}", kind: "${TOKEN}"}
request:
  headers: {Authorization: "${LINES}"}
  cookies: [{name: "${TOKEN}=", value: "${LINES}"}]
effects: ${TOKEN}
`), env)
		Expect(mistakesOf(err)).To(HaveLen(16))
		Expect(err.Error()).NotTo(ContainSubstring("s3cret"))
		Expect(err).To(MatchError(MatchRegexp(`target "\$\{TOKEN\}" .+, once its variables are replaced; expected scheme`)))
	})
})

// The entries that follow are put behind these lines, and count on from 1.
const sound = "{target: http://a.test, policy: {}, "

var _ = DescribeTable("a mistake is reported at its place",
	func(data string, line, column int, problem, expected string) {
		Expect(mistakes(data)).To(HaveExactElements(mistake(line, column, problem, expected)))
	},
	Entry(nil, "- target: http://a.test\n", 1, 1, "the top level is a list", "a mapping with target, connectTo"),
	Entry(nil, "nonsense\n", 1, 1, `the top level is "nonsense", a string`, "a mapping with target"),

	// keys
	Entry(nil, "policy: {}\n", 1, 1, `missing key "target"`, "scheme://host[:port]"),
	Entry(nil, "\n# which\ntarget: http://a.test\n", 3, 1, `missing key "policy"`, "policy: {} promises nothing"),
	Entry(nil, "target: http://a.test\nresources: [{path: /}]\n", 1, 1, `missing key "policy"`, "policy: {}"),
	Entry(nil, "target: http://a.test\npolicy: {}\nTarget: http://b.test\n", 3, 1, `unknown key "Target"`, "did you mean target?"),
	Entry(nil, "tagret: http://a.test\npolicy: {}\n", 1, 1, `unknown key "tagret"`, "did you mean target?"),
	Entry(nil, "target: http://a.test\npolicy: {}\nresource: []\n", 3, 1, `unknown key "resource"`, "did you mean resources?"),
	Entry(nil, "target: http://a.test\nPolicy: {}\n", 2, 1, `unknown key "Policy"`, "did you mean policy?"),
	Entry(nil, "target: http://a.test\npolicy: {}\nmaxAge: 5\n", 3, 1, `unknown key "maxAge"`, "expected it in policy"),
	Entry(nil, "target: http://a.test\npolicy: {}\nzzz: 5\n", 3, 1, `unknown key "zzz"`, "expected target, connectTo, caFile, policy, resources, request, effects or limits"),
	Entry(nil, "target: http://a.test\npolicy: {origins: []}\n", 2, 10, `unknown key "origins"`, "did you mean allowOrigins?"),
	Entry(nil, "target: http://a.test\npolicy: {allow_methods: []}\n", 2, 10, `unknown key "allow_methods"`, "did you mean allowMethods?"),
	Entry(nil, "target: http://a.test\npolicy: {credentials: true}\n", 2, 10, `unknown key "credentials"`, "did you mean allowCredentials?"),
	Entry(nil, "target: http://a.test\npolicy:\n  maxAge: 5\n  maxAge: 6\n", 4, 3, `duplicate key "maxAge"`, "on line 3 already"),
	Entry(nil, "target: http://a.test\npolicy: {}\n? [a]\n: b\n", 3, 3, "a key of the top level is a list", "a name"),
	Entry(nil, "target: http://a.test\npolicy: &p {}\nresources:\n- path: /\n  policy:\n    <<: *p\n", 6, 5, "merge keys are not read", "policy: *shared"),
	Entry(nil, "a: &a [*a]\ntarget: http://a.test\npolicy: {}\n", 1, 1, `unknown key "a"`, "expected target"),

	// target
	Entry(nil, "policy: {}\ntarget:\n", 2, 8, "target is empty", "scheme://host[:port]"),
	Entry(nil, "policy: {}\ntarget: 8080\n", 2, 9, "target is 8080, a number", "scheme://host[:port]"),
	Entry(nil, "policy: {}\ntarget: [http://a.test]\n", 2, 9, "target is a list", "scheme://host[:port]"),
	Entry(nil, "policy: {}\ntarget: ''\n", 2, 9, `target ""`, "scheme://host"),
	Entry(nil, "policy: {}\ntarget: http://a.test/v1\n", 2, 9, `target "http://a.test/v1"`, `"http://a.test"`),
	Entry(nil, "policy: {}\ntarget: http://a.test/\n", 2, 9, `target "http://a.test/"`, `"http://a.test"`),
	Entry(nil, "policy: {}\ntarget: http://a.test?x=1\n", 2, 9, `target "http://a.test?x=1"`, `"http://a.test"`),
	Entry(nil, "policy: {}\ntarget: http://a:b@a.test\n", 2, 9, `target "http://a:b@a.test"`, `"http://a.test"`),
	Entry(nil, "policy: {}\ntarget: a.test\n", 2, 9, `target "a.test"`, "scheme://host"),
	Entry(nil, "policy: {}\ntarget: ftp://a.test\n", 2, 9, "is neither http nor https", "scheme://host"),
	Entry(nil, "policy: {}\ntarget: https://a.test:443\n", 2, 9, `target "https://a.test:443"`, `"https://a.test"`),
	Entry(nil, "policy: {}\ntarget: https://*.a.test\n", 2, 9, "is no server", "scheme://host[:port]"),
	Entry(nil, "policy: {}\ntarget: https://a.*.test\n", 2, 9, `target "https://a.*.test"`, "scheme://host[:port]"),
	Entry(nil, "policy: {}\ntarget: https://a.test:*\n", 2, 9, "is no server", "scheme://host[:port]"),
	Entry(nil, "policy: {}\ntarget: '*'\n", 2, 9, "is no server", "scheme://host[:port]"),
	Entry(nil, "policy: {}\ntarget: 'null'\n", 2, 9, "is no server", "scheme://host[:port]"),

	// connectTo
	Entry(nil, sound+"connectTo: a:1:b:2}", 1, 48, `connectTo is "a:1:b:2", a string`, "a list of HOST1:PORT1:HOST2:PORT2"),
	Entry(nil, sound+"connectTo: [a:1:b]}", 1, 49, `connectTo "a:1:b" has 3 of the 4 parts`, "HOST1:PORT1:HOST2:PORT2"),
	Entry(nil, sound+"connectTo: [5]}", 1, 49, "an item of connectTo is 5, a number", "HOST1:PORT1:HOST2:PORT2"),

	// policy
	Entry(nil, "target: http://a.test\npolicy:\n", 2, 8, "policy is empty", "a mapping with allowOrigins"),
	Entry(nil, "target: http://a.test\npolicy: [GET]\n", 2, 9, "policy is a list", "a mapping with allowOrigins"),
	Entry(nil, "target: http://a.test\npolicy: {allowOrigins: '*'}\n", 2, 24, `allowOrigins is "*", a string`, "a list"),
	Entry(nil, "target: http://a.test\npolicy: {allowOrigins: [null]}\n", 2, 25, "is null, which is nothing to YAML", "in quotes, it is a string"),
	Entry(nil, "target: http://a.test\npolicy: {allowOrigins: ['*', 'http://b.test']}\n", 2, 25, `allowOrigins "*"`, "alone"),
	Entry(nil, "target: http://a.test\npolicy:\n  allowOrigins:\n    - http://b.test\n    - http://c.test?\n", 5, 7, `allowOrigins "http://c.test?"`, `"http://c.test"`),
	Entry(nil, "target: http://a.test\npolicy: {allowMethods: GET}\n", 2, 24, `allowMethods is "GET", a string`, "a list, such as [GET, PUT]"),
	Entry(nil, "target: http://a.test\npolicy: {allowMethods: [GET, [PUT]]}\n", 2, 30, "an item of allowMethods is a list", "a string"),
	Entry(nil, "target: http://a.test\npolicy: {allowMethods: [GET, 'P T']}\n", 2, 30, `allowMethods "P T"`, "a method"),
	Entry(nil, "target: http://a.test\npolicy: {allowMethods: [!foo GET]}\n", 2, 25, `is "GET", tagged !foo`, "a string"),
	Entry(nil, "target: http://a.test\npolicy: {allowHeaders: [true]}\n", 2, 25, "is true, a boolean", "in quotes"),
	Entry(nil, "target: http://a.test\npolicy: {allowHeaders: [Origin]}\n", 2, 25, `allowHeaders "Origin"`, "Content-Type"),
	Entry(nil, "target: http://a.test\npolicy: {exposeHeaders: [ETag, '']}\n", 2, 32, `exposeHeaders ""`, "ETag"),
	Entry(nil, "target: http://a.test\npolicy: {exposeHeaders: [2026-01-02]}\n", 2, 26, "is 2026-01-02, a date", "in quotes"),
	Entry(nil, "target: http://a.test\npolicy: {allowCredentials: yes}\n", 2, 28, `allowCredentials is "yes", a string`, "true or false"),
	Entry(nil, "target: http://a.test\npolicy: {allowCredentials: 1}\n", 2, 28, "allowCredentials is 1, a number", "true or false"),
	Entry(nil, "target: http://a.test\npolicy: {maxAge: soon}\n", 2, 18, `maxAge is "soon", a string`, "a whole number of seconds"),
	Entry(nil, "target: http://a.test\npolicy: {maxAge: '600'}\n", 2, 18, `maxAge is "600", a string`, "a whole number of seconds"),
	Entry(nil, "target: http://a.test\npolicy: {maxAge: 1.5}\n", 2, 18, "maxAge is 1.5, a number", "a whole number of seconds"),
	Entry(nil, "target: http://a.test\npolicy: {maxAge: 99999999999999999999}\n", 2, 18, "maxAge is 99999999999999999999, a number", "a whole number of seconds"),
	Entry(nil, "target: http://a.test\npolicy: {maxAge: !!int x}\n", 2, 18, `maxAge is "x", tagged !!int`, "a whole number of seconds"),
	Entry(nil, "target: http://a.test\npolicy: {maxAge: -1}\n", 2, 18, `maxAge "-1"`, "seconds"),

	// resources
	Entry(nil, sound+"resources: /a}", 1, 48, `resources is "/a", a string`, "a list of mappings"),
	Entry(nil, sound+"resources: [/a]}", 1, 49, `an item of resources is "/a", a string`, "a mapping with path"),
	Entry(nil, sound+"resources: [{methods: [GET]}]}", 1, 49, `missing key "path"`, "a path of the target"),
	Entry(nil, sound+"resources: [{pth: /}]}", 1, 50, `unknown key "pth"`, "did you mean path?"),
	Entry(nil, sound+"resources: [{path: a}]}", 1, 56, `path "a" does not begin with a slash`, "a path of the target"),
	Entry(nil, sound+"resources: [{path: /a#b}]}", 1, 56, "has a fragment", "a path of the target"),
	Entry(nil, sound+"resources: [{path: /a b}]}", 1, 56, "has a blank", "a path of the target"),
	Entry(nil, sound+`resources: [{path: /a\b}]}`, 1, 56, "has a backslash", "a path of the target"),
	Entry(nil, sound+"resources: [{path: /%zz}]}", 1, 56, "is malformed", "a path of the target"),
	Entry(nil, sound+"resources: [{path: /a}, {path: /a}]}", 1, 68, "is that of another resource", "on line 1 already"),
	Entry(nil, sound+"resources: [{path: /, redirectsTo: ftp://b.test/}]}", 1, 72, "redirectsTo", "a path of the target"),
	Entry(nil, sound+"resources: [{path: /, redirectsTo: //b.test/}]}", 1, 72, "neither a path nor a URL", "a path of the target"),
	Entry(nil, sound+"resources: [{path: /, redirectsTo: \"http://u:p@b.test/\"}]}", 1, 72, "a user name or a password", "a path of the target"),
	Entry(nil, sound+"resources: [{path: /, redirectsTo: \"http://b.test/#top\"}]}", 1, 72, "a fragment", "a path of the target"),
	Entry(nil, sound+"resources: [{path: /, redirectsTo: \"http://b test/\"}]}", 1, 72, "malformed", "a path of the target"),
	Entry(nil, sound+"resources: [{path: /, methods: GET}]}", 1, 68, "methods is", "a list"),
	Entry(nil, sound+"resources: [{path: /, methods: [G T]}]}", 1, 69, `methods "G T"`, "such as PUT"),
	Entry(nil, sound+"resources: [{path: /, methods: [trace]}]}", 1, 69, `methods "trace"`, "such as PUT"),
	Entry(nil, sound+"resources: [{path: /, methods: ['*']}]}", 1, 69, `methods "*" is no method`, "implements"),
	Entry(nil, sound+"resources: [{path: /, status: 99}]}", 1, 67, "status 99 is out of range", "from 100 to 599"),
	Entry(nil, sound+"resources: [{path: /, status: 600}]}", 1, 67, "status 600 is out of range", "from 100 to 599"),
	Entry(nil, sound+"resources: [{path: /, status: ok}]}", 1, 67, `status is "ok", a string`, "from 100 to 599"),
	Entry(nil, sound+"resources: [{path: /, kind: picture}]}", 1, 65, `kind "picture" is unknown`, "image, script, style, font or events"),
	Entry(nil, sound+"resources: [{path: /, kind: imgae}]}", 1, 65, `kind "imgae" is unknown`, "did you mean image?"),
	Entry(nil, sound+"resources: [{path: /, cacheable: 'true'}]}", 1, 70, `cacheable is "true", a string`, "true or false"),
	Entry(nil, sound+"resources: [{path: /, policy: {maxAge: x}}]}", 1, 76, "maxAge is", "a whole number"),

	// request
	Entry(nil, sound+"request: []}", 1, 46, "request is a list", "a mapping with headers or cookies"),
	Entry(nil, sound+"request: {header: {}}}", 1, 47, `unknown key "header"`, "did you mean headers?"),
	Entry(nil, sound+"request: {headers: [a]}}", 1, 56, "headers is a list", "a mapping of names to values"),
	Entry(nil, sound+"request: {headers: {A: 5}}}", 1, 60, "the value of a header is 5, a number", "in quotes"),
	Entry(nil, sound+"request: {headers: {A B: c}}}", 1, 57, `header name "A B"`, "Authorization"),
	Entry(nil, sound+"request: {headers: {'': c}}}", 1, 57, `header name ""`, "Authorization"),
	Entry(nil, sound+"request: {headers: {'*': c}}}", 1, 57, `header name "*" is no header`, "the name of one"),
	Entry(nil, sound+"request: {headers: {origin: c}}}", 1, 57, `header name "origin"`, "Authorization"),
	Entry(nil, sound+"request: {headers: {Host: c}}}", 1, 57, `header name "Host"`, "Authorization"),
	Entry(nil, sound+"request: {headers: {Sec-A: c}}}", 1, 57, `header name "Sec-A"`, "Authorization"),
	Entry(nil, sound+"request: {headers: {Cookie: c}}}", 1, 57, `header name "Cookie"`, "request.cookies"),
	Entry(nil, sound+"request: {headers: {A: b, a: c}}}", 1, 63, `header name "a" is there already as A`, "once"),
	Entry(nil, sound+"request: {headers: {A: b, A: c}}}", 1, 63, `duplicate key "A"`, "once"),
	Entry(nil, sound+"request: {headers: {A: 'b '}}}", 1, 60, "begins or ends with a blank", "without"),
	Entry(nil, sound+`request: {headers: {A: "b\nc"}}}`, 1, 60, "has a line break", "one line"),
	Entry(nil, sound+"request: {headers: {A: \u20AC}}}", 1, 60, "is no byte", "U+00FF"),
	Entry(nil, sound+"request: {headers: {X-HTTP-Method-Override: 'put, trace'}}}", 1, 81, "forbidden to scripts", "another method"),
	Entry(nil, sound+"request: {cookies: {a: b}}}", 1, 56, "cookies is a mapping", "a list of mappings"),
	Entry(nil, sound+"request: {cookies: [a=b]}}", 1, 57, "an item of cookies is", "a mapping with name or value"),
	Entry(nil, sound+"request: {cookies: [{value: b}]}}", 1, 57, `missing key "name"`, "the name of the cookie"),
	Entry(nil, sound+"request: {cookies: [{name: b}]}}", 1, 57, `missing key "value"`, `may be ""`),
	Entry(nil, sound+"request: {cookies: [{name: '', value: b}]}}", 1, 64, `the cookie name "" is empty`, "the name of the cookie"),
	Entry(nil, sound+"request: {cookies: [{name: a=b, value: b}]}}", 1, 64, `the cookie name "a=b" has a character`, "no ="),
	Entry(nil, sound+"request: {cookies: [{name: a, value: b;c}]}}", 1, 74, `the cookie value "b;c" has a character`, "no semicolon"),
	Entry(nil, sound+"request: {cookies: [{name: a, value: 5}]}}", 1, 74, "the value of a cookie is 5, a number", "in quotes"),

	// effects
	Entry(nil, sound+"effects: none}", 1, 46, `effects "none" is unknown`, "expected hold or deliver"),
	Entry(nil, sound+"effects: held}", 1, 46, `effects "held" is unknown`, "did you mean hold?"),
	Entry(nil, sound+"effects: true}", 1, 46, "effects is true, a boolean", "hold or deliver"),
)

var _ = Describe("caFile", func() {
	var dir string
	var parseIn = func(name string) (*config.Config, error) {
		return config.Parse(filepath.Join(dir, "cors.yaml"), fmt.Appendf(nil, "target: https://a.test\npolicy: {}\ncaFile: %s\n", name), nil)
	}
	BeforeEach(func() { dir = GinkgoT().TempDir() })

	It("is relative to the file that names it", func() {
		writeCA(filepath.Join(dir, "ca.pem"))
		c, err := parseIn("./ca.pem")
		Expect(err).NotTo(HaveOccurred())
		Expect(c.CAFile).To(Equal(filepath.Join(dir, "ca.pem")))
	})

	It("may be absolute", func() {
		file := filepath.Join(GinkgoT().TempDir(), "ca.pem")
		writeCA(file)
		c, err := parseIn(file)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.CAFile).To(Equal(file))
	})

	DescribeTable("that cannot serve is a mistake", func(name, problem string) {
		Expect(os.WriteFile(filepath.Join(dir, "empty.pem"), nil, 0o600)).To(Succeed())
		_, err := parseIn(name)
		Expect(mistakesOf(err)).To(HaveExactElements(mistake(3, 9, problem, "")))
	},
		Entry(nil, "none.pem", `caFile "none.pem" does not exist`),
		Entry(nil, "..", `caFile ".." is no regular file`),
		Entry(nil, "/dev/zero", `is no regular file`),
		Entry(nil, "empty.pem", `caFile "empty.pem" holds no certificate in PEM`),
		Entry(nil, "empty.pem/x", "cannot be read"),
		Entry(nil, "[ca.pem]", "caFile is a list"),
	)
})
