package reference_test

import (
	"net/http"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
)

// What others ask of a handler, put in terms of what a user agent makes of the answers,
// not of how they are spelled.

// allowedBy says whether a user agent that sends a CORS-preflight request would go on to
// the actual request; for any other request, whether a script would see the response.
func allowedBy(response *http.Response, method string, request headers) bool {
	h := response.Header
	credentials := h.Get("Access-Control-Allow-Credentials") == "true"
	has := func(name, value string, fold bool) bool {
		return slices.ContainsFunc(strings.Split(strings.Join(h.Values(name), ","), ","), func(listed string) bool {
			listed = strings.TrimSpace(listed)
			return listed == value || fold && strings.EqualFold(listed, value) || listed == "*" && !credentials && value != "authorization"
		})
	}
	origin := h.Get("Access-Control-Allow-Origin")
	if len(request["Origin"]) == 0 || origin != request["Origin"][0] && origin != "*" {
		return false
	}
	asked := request["Access-Control-Request-Method"]
	if method != "OPTIONS" || asked == nil {
		return true
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return false
	}
	if !slices.Contains([]string{"GET", "HEAD", "POST"}, asked[0]) && !has("Access-Control-Allow-Methods", asked[0], false) {
		return false
	}
	for name := range strings.SplitSeq(strings.Join(request["Access-Control-Request-Headers"], ","), ",") {
		if name = strings.TrimSpace(name); name != "" && !has("Access-Control-Allow-Headers", name, true) {
			return false
		}
	}
	return true
}

// The behaviours that the tests of jub0bs/cors v1.0.2 describe (v1.0.1 fails one of
// them, its issue 15), by configuration. Where ours differs, it is among the
// differences below.
var _ = Describe("What jub0bs/cors promises", func() {
	const (
		local   = "http://localhost:9090"
		invalid = "invalid_origin"
	)
	local9090 := func(change func(*policy.Policy)) reference.Config {
		p := policy.Policy{AllowOrigins: one(local), AllowCredentials: true, MaxAge: new(30), ExposeHeaders: []string{"X-Foo", "X-Bar"}}
		change(&p)
		return of(p)
	}
	credentialed := local9090(func(p *policy.Policy) {
		p.AllowMethods, p.AllowHeaders = []string{"GET", "POST", "PURGE", "HELP"}, one("Authorization")
	})
	anyHeader := local9090(func(p *policy.Policy) { p.AllowHeaders = one("*") })
	noHeader := local9090(func(*policy.Policy) {})
	public := of(policy.Policy{AllowOrigins: one("*"), AllowMethods: one("*"), AllowHeaders: one("*"), ExposeHeaders: one("*"), MaxAge: new(30)})
	some := of(policy.Policy{AllowOrigins: []string{"https://example.com:8080", "https://*.example.com"}, AllowCredentials: true,
		AllowMethods: []string{"GET", "PUT"}, AllowHeaders: []string{"Foo", "Bar", "Baz", "Qux", "Quux"}})
	lookAlikes := of(policy.Policy{AllowOrigins: []string{"https://foo.com", "https://bar.com"}})
	otherScheme := from("connector://example.com")
	anyPort := of(policy.Policy{AllowOrigins: one("http://*.example.com:*")})
	animals := of(policy.Policy{})
	for _, name := range []string{"bat", "cat", "fat", "hat", "meerkat", "mat", "oat", "pat", "rat", "sat"} {
		animals.Policy.AllowOrigins = append(animals.Policy.AllowOrigins, "https://"+name)
	}
	// Its issue 15: a binary search that missed names.
	many := local9090(func(p *policy.Policy) {
		p.AllowHeaders = []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}
	})

	DescribeTable("holds",
		func(c reference.Config, method string, request headers, want bool) {
			for _, silent := range []int{0, 403} {
				c.RefusalStatus = silent
				h, passed := passing(c)
				response := ask(h, method, request)
				Expect(allowedBy(response, method, request)).To(Equal(want))
				isPreflight := method == "OPTIONS" && request["Origin"] != nil && request["Access-Control-Request-Method"] != nil
				Expect(*passed == 0).To(Equal(isPreflight))
				varies := method != "OPTIONS" && !slices.Contains(c.Policy.AllowOrigins, "*")
				Expect(response.Header.Get("Vary") == "Origin").To(Equal(varies))
			}
		},
		Entry("credentialed: no origin", credentialed, "GET", headers{}, false),
		Entry("credentialed: OPTIONS without an origin", credentialed, "OPTIONS", headers{}, false),
		Entry("credentialed: GET", credentialed, "GET", headers{"Origin": one(local)}, true),
		Entry("credentialed: GET from elsewhere", credentialed, "GET", headers{"Origin": one("https://example.com")}, false),
		Entry("credentialed: GET from nowhere", credentialed, "GET", headers{"Origin": one(invalid)}, false),
		Entry("credentialed: OPTIONS", credentialed, "OPTIONS", headers{"Origin": one(local)}, true),
		Entry("credentialed: OPTIONS from elsewhere", credentialed, "OPTIONS", headers{"Origin": one("https://example.com")}, false),
		Entry("credentialed: preflight of a safelisted method", credentialed, "OPTIONS", asking(local, "GET"), true),
		Entry("credentialed: preflight", credentialed, "OPTIONS", asking(local, "PURGE"), true),
		Entry("credentialed: preflight with another header", credentialed, "OPTIONS", asking(local, "PURGE", "content-type"), false),
		Entry("credentialed: preflight with the header", credentialed, "OPTIONS", asking(local, "PURGE", "authorization"), true),
		Entry("credentialed: preflight with empty elements", credentialed, "OPTIONS", asking(local, "PURGE", ",,authorization,,"), true),
		Entry("credentialed: preflight with empty lines", credentialed, "OPTIONS", asking(local, "PURGE", append(make([]string, 16), "authorization")...), true),
		Entry("credentialed: preflight from elsewhere", credentialed, "OPTIONS", asking("https://example.com", "GET"), false),
		Entry("credentialed: preflight from nowhere", credentialed, "OPTIONS", asking(invalid, "GET"), false),
		Entry("credentialed: preflight of another method", credentialed, "OPTIONS", asking(local, "PUT"), false),
		Entry("credentialed: preflight of another method from elsewhere", credentialed, "OPTIONS", asking("https://example.com", "PUT"), false),
		Entry("credentialed: preflight with other headers", credentialed, "OPTIONS", asking(local, "GET", "bar,baz,foo"), false),
		Entry("credentialed: preflight with other headers from elsewhere", credentialed, "OPTIONS", asking("https://example.org", "GET", "bar,baz,foo"), false),

		Entry("any header: preflight", anyHeader, "OPTIONS", asking(local, "GET", "bar,baz,foo"), true),
		Entry("any header: preflight with white space", anyHeader, "OPTIONS", asking(local, "GET", "bar , baz\t, foo\t"), true),
		Entry("any header: preflight with more white space", anyHeader, "OPTIONS", asking(local, "GET", "bar \t, baz\t, foo\t"), true),
		Entry("any header: preflight with empty elements", anyHeader, "OPTIONS", asking(local, "GET", "bar,baz,foo"+strings.Repeat(",", 16)), true),
		Entry("any header: preflight with empty lines", anyHeader, "OPTIONS", asking(local, "GET", append(make([]string, 16), "bar,baz,foo")...), true),
		Entry("no header: preflight", noHeader, "OPTIONS", asking(local, "GET", "bar,baz,foo"), false),
		Entry("no header: preflight of another method", noHeader, "OPTIONS", asking(local, "PUT"), false),

		Entry("public: no origin", public, "GET", headers{}, false),
		Entry("public: GET", public, "GET", headers{"Origin": one(local)}, true),
		Entry("public: GET from nowhere", public, "GET", headers{"Origin": one(invalid)}, true),
		Entry("public: OPTIONS", public, "OPTIONS", headers{"Origin": one(local)}, true),
		Entry("public: preflight of a safelisted method", public, "OPTIONS", asking(local, "GET"), true),
		Entry("public: preflight", public, "OPTIONS", asking(local, "PURGE"), true),
		Entry("public: preflight with a header", public, "OPTIONS", asking(local, "PURGE", "content-type"), true),
		Entry("public: preflight with Authorization", public, "OPTIONS", asking(local, "PURGE", "authorization"), true),
		Entry("public: preflight with headers", public, "OPTIONS", asking(local, "GET", "bar,baz,foo"), true),
		Entry("public: preflight from nowhere", public, "OPTIONS", asking(invalid, "GET"), true),

		Entry("some: GET", some, "GET", headers{"Origin": one("https://example.com:8080")}, true),
		Entry("some: GET from another port", some, "GET", headers{"Origin": one("https://example.com:6060")}, false),
		Entry("some: OPTIONS from another port of a sub-domain", some, "OPTIONS", headers{"Origin": one("https://foo.example.com:8080")}, false),
		Entry("some: preflight", some, "OPTIONS", asking("https://example.com:8080", "GET", "bar,baz,foo"), true),

		Entry("look-alikes: GET", lookAlikes, "GET", headers{"Origin": one("https://barfoo.com")}, false),
		Entry("look-alikes: GET, the other way round", lookAlikes, "GET", headers{"Origin": one("https://foobar.com")}, false),
		Entry("look-alikes: OPTIONS", lookAlikes, "OPTIONS", headers{"Origin": one("https://barfoo.com")}, false),
		Entry("look-alikes: preflight", lookAlikes, "OPTIONS", asking("https://barfoo.com", "GET"), false),
		Entry("look-alikes: preflight, the other way round", lookAlikes, "OPTIONS", asking("https://foobar.com", "PUT", "bar,baz,foo"), false),

		Entry("other scheme: GET", otherScheme, "GET", headers{"Origin": one("connector://example.com")}, true),
		Entry("other scheme: GET from another port", otherScheme, "GET", headers{"Origin": one("connector://example.com:6060")}, false),
		Entry("other scheme: preflight with headers", otherScheme, "OPTIONS", asking("connector://example.com", "GET", "bar,baz,foo"), false),

		Entry("any port: GET from a sub-domain", anyPort, "GET", headers{"Origin": one("http://foo.example.com")}, true),
		Entry("any port: GET from a sub-domain and a port", anyPort, "GET", headers{"Origin": one("http://foo.example.com:6060")}, true),
		Entry("any port: GET from deeper", anyPort, "GET", headers{"Origin": one("http://bar.foo.example.com")}, true),
		Entry("any port: GET from deeper and a port", anyPort, "GET", headers{"Origin": one("http://bar.foo.example.com:8080")}, true),
		Entry("any port: GET from the domain itself", anyPort, "GET", headers{"Origin": one("http://example.com")}, false),
		Entry("any port: preflight with headers", anyPort, "OPTIONS", asking("http://foo.example.com", "GET", "bar,baz,foo"), false),

		Entry("many origins: the first", animals, "GET", headers{"Origin": one("https://bat")}, true),
		Entry("many origins: one between", animals, "GET", headers{"Origin": one("https://meerkat")}, true),
		Entry("many origins: the last", animals, "GET", headers{"Origin": one("https://sat")}, true),
		Entry("many origins: one that ends in one", animals, "GET", headers{"Origin": one("https://hazmat")}, false),

		Entry("many headers: all", many, "OPTIONS", asking(local, "GET", "a,b,c,d,e,f,g,h,i,j,k"), true),
		Entry("many headers: the first and the last", many, "OPTIONS", asking(local, "GET", "a,k"), true),
		Entry("many headers: the last", many, "OPTIONS", asking(local, "GET", "k"), true),
		Entry("many headers: one between and one beyond", many, "OPTIONS", asking(local, "GET", "f,l"), false),
	)

	DescribeTable("but not",
		func(c reference.Config, method string, request headers, ours bool) {
			h, _ := passing(c)
			Expect(allowedBy(ask(h, method, request), method, request)).To(Equal(ours))
		},
		// There the zero value passes everything through. Here it allows nothing, and says
		// so to CORS-preflight requests; Shadow is what passes everything through.
		Entry("that nothing is allowed by what answers nothing", reference.Config{}, "OPTIONS", asking(local, "GET"), false),
		// There a configuration without methods and headers refuses every CORS-preflight
		// request. User agents send one for GET too, where a script watches an upload.
		Entry("that no preflight can be allowed where no method is listed", lookAlikes, "OPTIONS", asking("https://foo.com", "POST"), true),
		// There names must come sorted, in lower case and with two bytes of white space at
		// most, as user agents send them. Other clients do not; what is read is bounded by
		// other means.
		Entry("that names are sorted", many, "OPTIONS", asking(local, "GET", "k,a"), true),
		Entry("that names are unique", many, "OPTIONS", asking(local, "GET", "a,a"), true),
		Entry("that names are in lower case", many, "OPTIONS", asking(local, "GET", "A"), true),
		Entry("that there is little white space", many, "OPTIONS", asking(local, "GET", "a  \t , b"), true),
		// There what is echoed is not looked at, however long it is.
		Entry("that anything is echoed", anyHeader, "OPTIONS", asking(local, "GET", "bar,baz,foo"+strings.Repeat(",", 17)), false),
		Entry("that any number of lines is echoed", anyHeader, "OPTIONS", asking(local, "GET", append(make([]string, 17), "bar,baz,foo")...), false),
	)

	// There "*" for headers leaves Authorization out unless it is listed beside, and is
	// refused beside credentials for exposed headers; http and every other scheme but
	// https is insecure; addresses that hold an IPv4 address are refused; domains must
	// keep all rules of IDNA. Here the wildcards mean what a reader of the policy takes
	// them for, and what browsers do send can be listed.
	DescribeTable("nor what it refuses in a configuration",
		func(p policy.Policy) { Expect(mistakes(of(p))).To(BeEmpty()) },
		Entry("any exposed header with credentials", policy.Policy{AllowOrigins: one(local), ExposeHeaders: one("*"), AllowCredentials: true}),
		Entry("another scheme with credentials", policy.Policy{AllowOrigins: one("connector://example.com"), AllowCredentials: true}),
		Entry("an address with an IPv4 address in it", policy.Policy{AllowOrigins: one("https://[::ffff:102:304]")}),
		Entry("a hyphen where IDNA has none", policy.Policy{AllowOrigins: one("https://ab--c-.example")}),
		Entry("what is exposed anyway", policy.Policy{AllowOrigins: one(local), ExposeHeaders: one("Content-Type")}),
	)
})

// The 17 cases of the Gateway API's conformance test of HTTPRoute's CORS filter: five
// policies, each at a path. A request may be answered in several ways there, and is here.
//
// https://github.com/kubernetes-sigs/gateway-api/blob/main/conformance/tests/httproute-cors.go
var _ = Describe("What the Gateway API promises", func() {
	const (
		foo   = "https://www.foo.com"
		other = "https://other.foo.com"
	)
	c := daring(policy.Policy{})
	c.Resources = map[string]policy.Policy{
		"/exact": {AllowOrigins: []string{foo, "https://*.bar.com"}, AllowMethods: []string{"GET", "OPTIONS"}, AllowCredentials: true,
			AllowHeaders: []string{"x-header-1", "x-header-2"}, ExposeHeaders: []string{"x-header-3", "x-header-4"}, MaxAge: new(3600)},
		"/methods":      {AllowOrigins: one(foo), AllowMethods: one("*")},
		"/origins":      {AllowOrigins: one("*"), AllowMethods: one("PUT")},
		"/all":          {AllowOrigins: one("*"), AllowMethods: one("*"), AllowHeaders: one("*"), AllowCredentials: true},
		"/uncredential": {AllowOrigins: one("*"), AllowMethods: one("*"), AllowHeaders: one("*")},
	}
	both := "x-header-1, x-header-2"
	exactly := headers{"Access-Control-Allow-Methods": one("GET, OPTIONS"), "Access-Control-Allow-Headers": one(both),
		"Access-Control-Max-Age": one("3600"), "Access-Control-Allow-Credentials": one("true")}
	echoed := headers{"Access-Control-Allow-Methods": one("PUT"), "Access-Control-Allow-Headers": one(both), "Access-Control-Allow-Credentials": one("true")}
	plain := headers{"Access-Control-Allow-Credentials": nil}

	DescribeTable("holds",
		func(path, method string, request headers, origins []string, also headers) {
			h, _ := passing(c)
			response := ask(h, method, request, path)
			if method == "OPTIONS" {
				Expect(response.StatusCode).To(BeElementOf(200, 204))
			} else {
				Expect(response.StatusCode).To(Equal(200))
			}
			if origins == nil {
				Expect(response.Header).NotTo(HaveKey("Access-Control-Allow-Origin"))
			} else {
				Expect(response.Header.Get("Access-Control-Allow-Origin")).To(BeElementOf(origins))
			}
			for name, values := range also {
				Expect(response.Header.Values(name)).To(Equal(values), name)
			}
		},
		// The first three ask for Access-Control-Expose-Headers too. The Standard has it on
		// responses to requests that are no CORS-preflight requests alone.
		Entry("1: a preflight from a listed origin", "/exact", "OPTIONS", asking(foo, "GET", both), one(foo), exactly),
		Entry("2: a preflight by a pattern", "/exact", "OPTIONS", asking("https://www.bar.com", "GET", both), one("https://www.bar.com"), exactly),
		Entry("3: a preflight by a pattern for several labels", "/exact", "OPTIONS", asking("https://xpto.www.bar.com", "GET", both), one("https://xpto.www.bar.com"), exactly),
		Entry("4: a preflight from elsewhere", "/exact", "OPTIONS", asking("https://foobar.com", "GET"), nil, nil),
		Entry("5: a request from a listed origin", "/exact", "GET", asking(foo, "GET", both), one(foo), nil),
		Entry("6: a request by a pattern", "/exact", "GET", asking("https://www.bar.com", "GET", both), one("https://www.bar.com"), nil),
		Entry("7: a request from elsewhere", "/exact", "GET", asking("https://foobar.com", "GET"), nil, nil),
		Entry("8: a preflight of any method", "/methods", "OPTIONS", asking(foo, "POST"), one(foo), headers{"Access-Control-Allow-Methods": one("*"), "Access-Control-Allow-Credentials": nil}),
		Entry("9: a preflight without credentials", "/methods", "OPTIONS", asking(foo, "POST"), one(foo), plain),
		Entry("10: a preflight from any origin", "/origins", "OPTIONS", asking("https://foobar.com", "PUT"), []string{"*", "https://foobar.com"},
			headers{"Access-Control-Allow-Methods": one("PUT"), "Access-Control-Allow-Credentials": nil}),
		Entry("11: a preflight from any port", "/origins", "OPTIONS", asking("https://foobar.com:12345", "PUT"), []string{"*", "https://foobar.com:12345"},
			headers{"Access-Control-Allow-Methods": one("PUT"), "Access-Control-Allow-Credentials": nil}),
		Entry("12: a request from any port", "/origins", "PUT", headers{"Origin": one("https://foobar.com:12345")}, []string{"*", "https://foobar.com:12345"}, nil),
		Entry("13: a request from any origin", "/origins", "PUT", headers{"Origin": one("https://foobar.com")}, []string{"*", "https://foobar.com"}, plain),
		Entry("14: a preflight of everything with credentials", "/all", "OPTIONS", asking(other, "PUT", both), one(other), echoed),
		// It asks for the names, or for "*" alone. Here Authorization is listed beside "*",
		// which by the Standard does not cover it.
		Entry("15: a preflight of everything without credentials", "/uncredential", "OPTIONS", asking(other, "PUT", both), []string{"*", other},
			headers{"Access-Control-Allow-Methods": one("*"), "Access-Control-Allow-Headers": one("*, Authorization"), "Access-Control-Allow-Credentials": nil}),
		Entry("16: a request to everything with credentials", "/all", "GET", headers{"Origin": one(other)}, one(other), headers{"Access-Control-Allow-Credentials": one("true")}),
		Entry("17: a request to everything without credentials", "/uncredential", "GET", headers{"Origin": one(other)}, []string{"*", other}, plain),
	)
})
