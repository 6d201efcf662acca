package fetch_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	. "github.com/onsi/gomega/gstruct"

	"github.com/corsproof/corsproof/suite/fetch"
)

// The names are written out here, so that a typing error in the package does
// not hide in its tests.
const (
	acao = "Access-Control-Allow-Origin"
	acac = "Access-Control-Allow-Credentials"
	acam = "Access-Control-Allow-Methods"
	acah = "Access-Control-Allow-Headers"
	aceh = "Access-Control-Expose-Headers"
	acma = "Access-Control-Max-Age"
	acrm = "Access-Control-Request-Method"
	acrh = "Access-Control-Request-Headers"
)

const page = "http://app.example.test" // the origin of scripts

var _ = DescribeTable("CORSCheck succeeds without credentials",
	func(origin string, values ...string) {
		for _, mode := range []fetch.CredentialsMode{"", fetch.Omit, fetch.SameOrigin} {
			Expect(fetch.CORSCheck(origin, mode, lines(acao, values...))).To(BeNil())
		}
	},
	Entry("OR-01: wildcard", page, "*"),
	Entry("OR-01: the origin", page, page),
	Entry("OR-01: space around", page, " \t"+page+"\t "),
	Entry("OR-01: space around a wildcard", page, " * "),
	Entry("OR-06: null", "null", "null"),
	Entry("OR-06: wildcard for null", "null", "*"),
	Entry("OR-08: ASCII form", "http://xn--lve-6lad.example.test", "http://xn--lve-6lad.example.test"),
)

var _ = DescribeTable("CORSCheck fails",
	func(step string, reason fetch.Reason, values ...string) {
		f := fetch.CORSCheck(page, fetch.SameOrigin, lines(acao, values...))
		Expect(f).To(PointTo(MatchFields(IgnoreExtras, Fields{
			"Algorithm": Equal("CORS check"),
			"Step":      Equal(step),
			"Spec":      Equal("https://fetch.spec.whatwg.org/#concept-cors-check"),
			"Reason":    Equal(reason),
			"Header":    Equal(acao),
			"Expected":  Equal(`"http://app.example.test" or "*"`),
		})))
		// No form passes because credentials go along.
		Expect(fetch.CORSCheck(page, fetch.Include, lines(acao, values...).With(acac, "true"))).NotTo(BeNil())
	},
	Entry("SR-02: absent", "2", fetch.MissingAllowOriginHeader),
	Entry("OR-02: empty", "4", fetch.InvalidAllowOriginValue, ""),
	Entry("OR-02: other sub-domain", "4", fetch.AllowOriginMismatch, "http://www.app.example.test"),
	Entry("OR-02: other scheme", "4", fetch.AllowOriginMismatch, "https://app.example.test"),
	Entry("OR-02: other port", "4", fetch.AllowOriginMismatch, "http://app.example.test:81"),
	Entry("OR-12: default port", "4", fetch.AllowOriginMismatch, "http://app.example.test:80"),
	Entry("OR-02: no scheme", "4", fetch.InvalidAllowOriginValue, "//app.example.test"),
	Entry("OR-02: colon alone", "4", fetch.InvalidAllowOriginValue, "://app.example.test"),
	Entry("OR-02: ftp", "4", fetch.AllowOriginMismatch, "ftp://app.example.test"),
	Entry("OR-02: two colons", "4", fetch.InvalidAllowOriginValue, "http:://app.example.test"),
	Entry("OR-02: one slash", "4", fetch.AllowOriginMismatch, "http:/app.example.test"),
	Entry("OR-02: no slash", "4", fetch.AllowOriginMismatch, "http:app.example.test"),
	Entry("OR-02: bare host", "4", fetch.InvalidAllowOriginValue, "app.example.test"),
	Entry("OR-02: trailing slash", "4", fetch.AllowOriginMismatch, page+"/"),
	Entry("OR-02: space and slash", "4", fetch.MultipleAllowOriginValues, page+" /"),
	Entry("OR-02: ?", "4", fetch.AllowOriginMismatch, page+"?"),
	Entry("OR-02: #", "4", fetch.AllowOriginMismatch, page+"#"),
	Entry("OR-02: %23", "4", fetch.InvalidAllowOriginValue, page+"%23"),
	Entry("OR-02: NUL", "4", fetch.InvalidAllowOriginValue, page+"\x00"),
	Entry("OR-02: upper-case scheme", "4", fetch.AllowOriginMismatch, "HTTP://app.example.test"),
	Entry("OR-02: upper-case host", "4", fetch.AllowOriginMismatch, "http://APP.example.test"),
	Entry("OR-02: -", "4", fetch.InvalidAllowOriginValue, "-"),
	Entry("OR-02: **", "4", fetch.InvalidAllowOriginValue, "**"),
	Entry("OR-02: comma before *", "4", fetch.MultipleAllowOriginValues, ",*"),
	Entry("OR-02: comma after *", "4", fetch.MultipleAllowOriginValues, "*,"),
	Entry("OR-02: NUL before *", "4", fetch.InvalidAllowOriginValue, "\x00*"),
	Entry("OR-02: NUL after *", "4", fetch.InvalidAllowOriginValue, "*\x00"),
	Entry("OR-02: VT around", "4", fetch.InvalidAllowOriginValue, "\x0B*"),
	Entry("OR-02: FF around", "4", fetch.InvalidAllowOriginValue, page+"\x0C"),
	Entry("OR-02: single quotes", "4", fetch.InvalidAllowOriginValue, "'*'"),
	Entry("OR-02: double quotes", "4", fetch.InvalidAllowOriginValue, `"*"`),
	Entry("OR-02: * *", "4", fetch.MultipleAllowOriginValues, "* *"),
	Entry("OR-02: * null", "4", fetch.MultipleAllowOriginValues, "* null"),
	Entry("OR-02: *origin", "4", fetch.InvalidAllowOriginValue, "*"+page),
	Entry("OR-02: * origin", "4", fetch.MultipleAllowOriginValues, "* "+page),
	Entry("OR-02: *, origin", "4", fetch.MultipleAllowOriginValues, "*, "+page),
	Entry("OR-02: null origin", "4", fetch.MultipleAllowOriginValues, "null "+page),
	Entry("OR-02: full URL", "4", fetch.AllowOriginMismatch, page+"/index.html"),
	Entry("OR-02: parent domain", "4", fetch.AllowOriginMismatch, "http://example.test"),
	Entry("OR-02: dot suffix", "4", fetch.InvalidAllowOriginValue, ".example.test"),
	Entry("OR-02: pattern suffix", "4", fetch.InvalidAllowOriginValue, "*.example.test"),
	Entry("WI-12: pattern", "4", fetch.AllowOriginMismatch, "http://*.example.test"),
	Entry("WI-12: any host", "4", fetch.AllowOriginMismatch, "http://*"),
	Entry("OR-03: empty and *", "4", fetch.MultipleAllowOriginValues, "", "*"),
	Entry("OR-03: * and empty", "4", fetch.MultipleAllowOriginValues, "*", ""),
	Entry("OR-03: * twice", "4", fetch.MultipleAllowOriginValues, "*", "*"),
	Entry("OR-03: empty and origin", "4", fetch.MultipleAllowOriginValues, "", page),
	Entry("OR-03: * and origin", "4", fetch.MultipleAllowOriginValues, "*", page),
	Entry("OR-03: origin twice", "4", fetch.MultipleAllowOriginValues, page, page),
	Entry("OR-04: list", "4", fetch.MultipleAllowOriginValues, page+", http://b.example.test"),
	Entry("OR-05: null", "4", fetch.AllowOriginMismatch, "null"),
	Entry("not an origin", "4", fetch.InvalidAllowOriginValue, "banana"),
)

var _ = DescribeTable("CORSCheck with credentials",
	func(step string, reason fetch.Reason, response fetch.HeaderList) {
		f := fetch.CORSCheck(page, fetch.Include, response)
		if step == "" {
			Expect(f).To(BeNil())
			return
		}
		Expect(f).To(PointTo(MatchFields(IgnoreExtras, Fields{"Step": Equal(step), "Reason": Equal(reason)})))
	},
	Entry("SR-07: both", "", fetch.Reason(""), fetch.HeaderList{{acao, page}, {acac, "true"}}),
	Entry("CR-04: space around", "", fetch.Reason(""), fetch.HeaderList{{acao, page}, {acac, " true "}}),
	Entry("WI-07: wildcard", "4", fetch.WildcardOriginNotAllowed, fetch.HeaderList{{acao, "*"}, {acac, "true"}}),
	Entry("no ACAC", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}}),
	Entry("CR-04: TRUE", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}, {acac, "TRUE"}}),
	Entry("CR-04: True", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}, {acac, "True"}}),
	Entry("CR-04: quotes", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}, {acac, `"true"`}}),
	Entry("CR-04: false", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}, {acac, "false"}}),
	Entry("CR-04: 1", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}, {acac, "1"}}),
	Entry("CR-04: 0", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}, {acac, "0"}}),
	Entry("CR-04: list", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}, {acac, "true, true"}}),
	Entry("CR-04: two lines", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}, {acac, "true"}, {acac, "true"}}),
	Entry("CR-04: comma", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}, {acac, "true,"}}),
	Entry("CR-04: empty", "8", fetch.InvalidAllowCredentials, fetch.HeaderList{{acao, page}, {acac, ""}}),
	Entry("origin before credentials", "2", fetch.MissingAllowOriginHeader, fetch.HeaderList{}),
)

var _ = Describe("CORSCheck", func() {
	It("ignores Access-Control-Allow-Credentials without credentials (WI-08)", func() {
		Expect(fetch.CORSCheck(page, fetch.Omit, fetch.HeaderList{{acao, "*"}, {acac, "no"}})).To(BeNil())
	})

	It("says in one sentence what is wrong", func() {
		Expect(fetch.CORSCheck("https://b", fetch.Include, lines(acao, "https://a"))).To(MatchError(
			`CORS check, step 4: Access-Control-Allow-Origin is "https://a", expected "https://b"`))
		Expect(fetch.CORSCheck("https://b", fetch.Omit, nil)).To(MatchError(
			`CORS check, step 2: Access-Control-Allow-Origin is missing, expected "https://b" or "*"`))
	})
})
