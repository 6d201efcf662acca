package reference_test

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
)

// The 17 cases of the Gateway API's conformance test of HTTPRoute's CORS filter: four
// routes with five policies, and for each header of a response the values that are
// accepted, white space apart. They are in its order. In three of them the Standard has
// it otherwise: see the first.
//
// https://github.com/kubernetes-sigs/gateway-api/blob/main/conformance/tests/httproute-cors.go
var _ = Describe("What the Gateway API promises", func() {
	const (
		foo   = "https://www.foo.com"
		other = "https://other.foo.com"
		both  = "x-header-1, x-header-2"

		exact       = "/cors-1"
		anyMethod   = "/cors-2"
		anyOrigin   = "/cors-wildcard-origin"
		credentials = "/cors-wildcard-methods-headers"
		anonymous   = "/cors-wildcard-methods-headers-unauth"

		allowOrigin      = "Access-Control-Allow-Origin"
		allowMethods     = "Access-Control-Allow-Methods"
		allowHeaders     = "Access-Control-Allow-Headers"
		allowCredentials = "Access-Control-Allow-Credentials"
	)
	c := daring(policy.Policy{})
	c.Resources = map[string]policy.Policy{
		exact: {AllowOrigins: []string{foo, "https://*.bar.com"}, AllowMethods: []string{"GET", "OPTIONS"}, AllowCredentials: true,
			AllowHeaders: []string{"x-header-1", "x-header-2"}, ExposeHeaders: []string{"x-header-3", "x-header-4"}, MaxAge: new(3600)},
		anyMethod:   {AllowOrigins: one(foo), AllowMethods: one("*")},
		anyOrigin:   {AllowOrigins: one("*"), AllowMethods: one("PUT")},
		credentials: {AllowOrigins: one("*"), AllowMethods: one("*"), AllowHeaders: one("*"), AllowCredentials: true},
		anonymous:   {AllowOrigins: one("*"), AllowMethods: one("*"), AllowHeaders: one("*")},
	}

	// The three ask for Access-Control-Expose-Headers in response to a CORS-preflight
	// request. By the Standard, a response "to a CORS request that is not a
	// CORS-preflight request" can have it, and user agents look for it nowhere else.
	//
	// https://fetch.spec.whatwg.org/#http-new-header-syntax
	listed := func(origin string) headers {
		return headers{
			allowOrigin:                     one(origin),
			allowMethods:                    {"GET, OPTIONS", "OPTIONS, GET"},
			allowHeaders:                    {"x-header-1, x-header-2", "x-header-2, x-header-1"},
			"Access-Control-Max-Age":        one("3600"),
			allowCredentials:                one("true"),
			"Access-Control-Expose-Headers": nil, // there: "x-header-3, x-header-4" in either order
		}
	}

	DescribeTable("holds",
		func(path, method string, request headers, accepted headers) {
			for _, silent := range []int{0, 403} {
				c.RefusalStatus = silent
				h, _ := passing(c)
				response := ask(h, method, request, path)
				switch isRefused := accepted[allowOrigin] == nil; {
				case method == "OPTIONS" && isRefused:
					Expect(response.StatusCode).To(BeElementOf(200, 204, 403))
				case method == "OPTIONS":
					Expect(response.StatusCode).To(BeElementOf(200, 204))
				default:
					Expect(response.StatusCode).To(Equal(http.StatusOK))
				}
				for name, values := range accepted {
					if values == nil {
						Expect(response.Header).NotTo(HaveKey(name))
						continue
					}
					Expect(response.Header.Values(name)).To(HaveLen(1), name)
					withoutSpace := strings.NewReplacer(" ", "", "\t", "")
					var want []string
					for _, value := range values {
						want = append(want, withoutSpace.Replace(value))
					}
					Expect(withoutSpace.Replace(response.Header.Get(name))).To(BeElementOf(want), name)
				}
			}
		},
		Entry("1: a preflight from a listed origin", exact, "OPTIONS", asking(foo, "GET", both), listed(foo)),
		Entry("2: a preflight by a pattern", exact, "OPTIONS", asking("https://www.bar.com", "GET", both), listed("https://www.bar.com")),
		Entry("3: a preflight by a pattern for several labels", exact, "OPTIONS", asking("https://xpto.www.bar.com", "GET", both), listed("https://xpto.www.bar.com")),
		Entry("4: a preflight from elsewhere", exact, "OPTIONS", asking("https://foobar.com", "GET"), headers{allowOrigin: nil}),
		Entry("5: a request from a listed origin", exact, "GET", asking(foo, "GET", both), headers{allowOrigin: one(foo)}),
		Entry("6: a request by a pattern", exact, "GET", asking("https://www.bar.com", "GET", both), headers{allowOrigin: one("https://www.bar.com")}),
		Entry("7: a request from elsewhere", exact, "GET", asking("https://foobar.com", "GET"), headers{allowOrigin: nil}),
		Entry("8: a preflight of any method", anyMethod, "OPTIONS", asking(foo, "POST"),
			headers{allowOrigin: one(foo), allowMethods: {"POST", "*"}, allowCredentials: nil}),
		Entry("9: a preflight without credentials", anyMethod, "OPTIONS", asking(foo, "POST"), headers{allowOrigin: one(foo), allowCredentials: nil}),
		Entry("10: a preflight from any origin", anyOrigin, "OPTIONS", asking("https://foobar.com", "PUT"),
			headers{allowOrigin: {"https://foobar.com", "*"}, allowMethods: one("PUT"), allowCredentials: nil}),
		Entry("11: a preflight from any port", anyOrigin, "OPTIONS", asking("https://foobar.com:12345", "PUT"),
			headers{allowOrigin: {"https://foobar.com:12345", "*"}, allowMethods: one("PUT"), allowCredentials: nil}),
		Entry("12: a request from any port", anyOrigin, "PUT", headers{"Origin": one("https://foobar.com:12345")},
			headers{allowOrigin: {"https://foobar.com:12345", "*"}}),
		Entry("13: a request from any origin", anyOrigin, "PUT", headers{"Origin": one("https://foobar.com")},
			headers{allowOrigin: {"https://foobar.com", "*"}, allowCredentials: nil}),
		Entry("14: a preflight of everything with credentials", credentials, "OPTIONS", asking(other, "PUT", both),
			headers{allowOrigin: one(other), allowMethods: one("PUT"), allowHeaders: {both, "x-header-2, x-header-1"}, allowCredentials: one("true")}),
		Entry("15: a preflight of everything without credentials", anonymous, "OPTIONS", asking(other, "PUT", both),
			headers{allowOrigin: {other, "*"}, allowMethods: {"PUT", "*"}, allowHeaders: {both, "x-header-2, x-header-1", "*"}, allowCredentials: nil}),
		Entry("16: a request to everything with credentials", credentials, "GET", headers{"Origin": one(other)},
			headers{allowOrigin: one(other), allowCredentials: one("true")}),
		Entry("17: a request to everything without credentials", anonymous, "GET", headers{"Origin": one(other)},
			headers{allowOrigin: {other, "*"}, allowCredentials: nil}),
	)
})
