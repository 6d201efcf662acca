package reference_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
)

// headers are a message's headers, or some of them, each line by itself.
type headers = map[string][]string

// one is a header of one line.
func one(value string) []string { return []string{value} }

// ask returns the response of a handler to a request with these headers, for
// /v1/items unless something else is named.
func ask(h http.Handler, method string, request headers, url ...string) *http.Response {
	GinkgoHelper()
	r := httptest.NewRequest(method, append(url, "/v1/items")[0], nil)
	r.Header = request
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// corsHeaders returns the headers of a response that this package answers for.
func corsHeaders(response *http.Response) headers {
	found := headers{}
	for name, values := range response.Header {
		if strings.HasPrefix(name, "Access-Control-") || name == "Vary" {
			found[name] = values
		}
	}
	return found
}

// daring is the configuration that keeps a policy whatever the dangers are.
func daring(p policy.Policy) reference.Config {
	return reference.Config{
		Policy:                          p,
		DangerouslyAllowAnyOrigin:       true,
		DangerouslyAllowInsecureOrigins: true,
		DangerouslyAllowPublicSuffixes:  true,
		DangerouslyAllowOpaqueOrigin:    true,
	}
}

// configured returns a CORS.
func configured(c reference.Config) *reference.CORS {
	GinkgoHelper()
	cors, err := reference.New(c)
	Expect(err).NotTo(HaveOccurred())
	return cors
}

// wrap puts a handler behind a policy.
func wrap(p policy.Policy, next http.HandlerFunc) http.Handler {
	GinkgoHelper()
	return configured(daring(p)).Handler(next)
}

// serve puts a handler behind a policy that answers 200.
func serve(p policy.Policy) http.Handler {
	GinkgoHelper()
	return wrap(p, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "body") })
}

// mustNotRun is for handlers that a request must not reach.
func mustNotRun(http.ResponseWriter, *http.Request) {
	defer GinkgoRecover()
	Fail("the wrapped handler ran")
}

// The origins and the headers of the sample policy, as its promises are kept.
const (
	app   = "http://app.example.test:7001"
	admin = "https://admin.example.test"

	sampleMethods = "GET, HEAD, POST, PUT, PATCH, DELETE"
	sampleHeaders = "Content-Type, Authorization, X-Requested-With"
	sampleExposed = "ETag, X-Total-Count"
)

var everything = policy.Policy{
	AllowOrigins: one("*"), AllowMethods: one("*"), AllowHeaders: one("*"), ExposeHeaders: one("*"),
}

func withCredentials(p policy.Policy) policy.Policy {
	p.AllowCredentials = true
	return p
}

var _ = Describe("the zero value", func() {
	var zero reference.CORS
	h := zero.Handler(reference.Items())

	It("allows nothing", func() {
		response := ask(h, "GET", headers{"Origin": one(app)})
		Expect(response.StatusCode).To(Equal(200))
		Expect(corsHeaders(response)).To(BeEmpty())

		response = ask(h, "OPTIONS", headers{"Origin": one(app), "Access-Control-Request-Method": one("GET")})
		Expect(response.StatusCode).To(Equal(204))
		Expect(corsHeaders(response)).To(BeEmpty())
	})
})

var _ = Describe("an origin", func() {
	var (
		exact    = one("https://example.com")
		port     = one("https://example.com:8443")
		pattern  = one("https://*.example.org")
		portPatt = one("http://*.example.org:8080")
		anyPort  = []string{"http://localhost:*", "http://[::1]:*"}
		both     = one("https://*.example.org:*")
		mixed    = []string{"https://example.com", "https://*.example.org", "https://*.example.net", "http://[::1]:3000"}
	)

	// Both for the actual request and for its CORS-preflight request.
	answers := func(allowed []string, origin string) (actual, preflight headers) {
		h := serve(policy.Policy{AllowOrigins: allowed})
		return corsHeaders(ask(h, "GET", headers{"Origin": one(origin)})),
			corsHeaders(ask(h, "OPTIONS", headers{"Origin": one(origin), "Access-Control-Request-Method": one("GET")}))
	}

	DescribeTable("is allowed",
		func(allowed []string, origin string) {
			actual, preflight := answers(allowed, origin)
			Expect(actual).To(Equal(headers{"Access-Control-Allow-Origin": one(origin), "Vary": one("Origin")}))
			Expect(preflight).To(Equal(headers{"Access-Control-Allow-Origin": one(origin)}))
		},
		Entry("that is listed", exact, "https://example.com"),
		Entry("with its port", port, "https://example.com:8443"),
		Entry("with one label in front", pattern, "https://a.example.org"),
		Entry("with two labels in front", pattern, "https://b-1.a_2.example.org"),
		Entry("with labels in front and a port", portPatt, "http://www.example.org:8080"),
		Entry("that is the pattern's own name in front of it", pattern, "https://example.org.example.org"),
		Entry("first of several", mixed, "https://example.com"),
		Entry("by the first pattern", mixed, "https://a.example.org"),
		Entry("by the second pattern", mixed, "https://a.example.net"),
		Entry("last of several", mixed, "http://[::1]:3000"),
		Entry("null, if listed", one("null"), "null"),
		Entry("of another scheme", one("capacitor://localhost"), "capacitor://localhost"),
		Entry("on any port", anyPort, "http://localhost:3000"),
		Entry("on the highest port", anyPort, "http://localhost:65535"),
		Entry("on the default port, where any is allowed", anyPort, "http://localhost"),
		Entry("on another scheme's default port", anyPort, "http://localhost:443"),
		Entry("of an address on any port", anyPort, "http://[::1]:8080"),
		Entry("of an address on the default port", anyPort, "http://[::1]"),
		Entry("with a label in front, on any port", both, "https://a.example.org:8443"),
		Entry("with two labels in front, on the default port", both, "https://b.a.example.org"),
		Entry("of two patterns by the longer", []string{"https://*.b.example.org", "https://*.example.org:8443"}, "https://a.b.example.org"),
		Entry("of two patterns by the shorter", []string{"https://*.b.example.org", "https://*.example.org:8443"}, "https://a.b.example.org:8443"),
		Entry("with the first and the last of letters and digits", pattern, "https://az09.example.org"),
		Entry("that is the longest there is", one(strings.Repeat("a", 64)+"://*.example.org:65535"),
			strings.Repeat("a", 64)+"://"+strings.Repeat("a.", 120)+"a.example.org:65535"),
		Entry("of the longest host there is", pattern, "https://"+strings.Repeat("a.", 120)+"a.example.org"),
	)

	DescribeTable("is refused",
		func(allowed []string, origin string) {
			actual, preflight := answers(allowed, origin)
			Expect(actual).To(Equal(headers{"Vary": one("Origin")}))
			Expect(preflight).To(BeEmpty())
		},
		func(allowed []string, origin string) string {
			return strings.Join(allowed, ", ") + " | " + origin
		},
		Entry(nil, exact, "https://unrelated.test"),
		Entry(nil, exact, "http://example.com"),
		Entry(nil, exact, "https://example.com:8443"),
		Entry(nil, exact, "https://example.com:443"),
		Entry(nil, exact, "https://example.com.evil.test"),
		Entry(nil, exact, "https://example.community"),
		Entry(nil, exact, "https://evilexample.com"),
		Entry(nil, exact, "https://evil-example.com"),
		Entry(nil, exact, "https://www.example.com"),
		Entry(nil, exact, "https://exampleXcom"),
		Entry(nil, exact, "https://example-com"),
		Entry(nil, exact, "https://com"),
		Entry(nil, exact, "https://xample.com"),
		Entry(nil, exact, "https://example.co"),
		Entry(nil, exact, "https://example.com."),
		Entry(nil, exact, "https://Example.com"),
		Entry(nil, exact, "HTTPS://example.com"),
		Entry(nil, exact, "https://example.com/"),
		Entry(nil, exact, " https://example.com"),
		Entry(nil, exact, "https://example.com, https://evil.test"),
		Entry(nil, exact, "https://evil.test?https://example.com"),
		Entry(nil, exact, "https://example.com@evil.test"),
		Entry(nil, exact, "//example.com"),
		Entry(nil, exact, "example.com"),
		Entry(nil, exact, "*"),
		Entry(nil, exact, "null"),
		Entry(nil, exact, ""),

		Entry(nil, port, "https://example.com"),
		Entry(nil, port, "https://example.com:8444"),
		Entry(nil, port, "https://example.com:84430"),
		Entry(nil, port, "https://example.com:844"),

		Entry(nil, pattern, "https://example.org"),
		Entry(nil, pattern, "https://.example.org"),
		Entry(nil, pattern, "https://a..example.org"),
		Entry(nil, pattern, "https://.a.example.org"),
		Entry(nil, pattern, "https://evilexample.org"),
		Entry(nil, pattern, "https://evil-example.org"),
		Entry(nil, pattern, "https://a.example.org.evil.test"),
		Entry(nil, pattern, "https://a.exampleXorg"),
		Entry(nil, pattern, "https://aXexample.org"),
		Entry(nil, pattern, "https://a.example.org:8443"),
		Entry(nil, pattern, "http://a.example.org"),
		Entry(nil, pattern, "https://A.example.org"),
		Entry(nil, pattern, "https://a.Example.org"),
		Entry(nil, pattern, "https://a.example.org."),
		Entry(nil, pattern, "https://a.example.org/"),
		Entry(nil, pattern, "https://evil.test/.example.org"),
		Entry(nil, pattern, "https://evil.test:1.example.org"),
		Entry(nil, pattern, "https://evil.test#.example.org"),
		Entry(nil, pattern, "https://evil.test?.example.org"),
		Entry(nil, pattern, "https://evil.test@a.example.org"),
		Entry(nil, pattern, "https://evil.test, https://a.example.org"),
		Entry(nil, pattern, "https://*.example.org"),
		Entry(nil, pattern, "https://"+strings.Repeat("a", 313)+".example.org"),
		Entry(nil, pattern, "a.example.org"),
		Entry(nil, pattern, ".example.org"),
		Entry(nil, pattern, "https://"),
		Entry(nil, pattern, "null"),
		Entry(nil, pattern, ""),

		Entry(nil, portPatt, "http://a.example.org"),
		Entry(nil, portPatt, "http://a.example.org:80"),
		Entry(nil, portPatt, "http://a.example.org:18080"),
		Entry(nil, portPatt, "http://example.org:8080"),
		Entry(nil, portPatt, "https://a.example.org:8080"),

		Entry(nil, anyPort, "http://localhost:80"),
		Entry(nil, anyPort, "http://localhost:"),
		Entry(nil, anyPort, "http://localhost:0"),
		Entry(nil, anyPort, "http://localhost:03000"),
		Entry(nil, anyPort, "http://localhost:65536"),
		Entry(nil, anyPort, "http://localhost:*"),
		Entry(nil, anyPort, "http://localhost:3000.evil.test"),
		Entry(nil, anyPort, "http://localhost.evil.test:3000"),
		Entry(nil, anyPort, "http://a.localhost:3000"),
		Entry(nil, anyPort, "https://localhost:3000"),
		Entry(nil, anyPort, "http://[::2]:3000"),
		Entry(nil, both, "https://example.org"),
		Entry(nil, both, "https://example.org:8443"),
		Entry(nil, both, "https://.example.org"),
		Entry(nil, both, "https://a.example.org:443"),
		Entry(nil, both, "https://a.example.org:x"),
		Entry(nil, both, "https://a..example.org:8443"),

		Entry(nil, one("null"), "Null"),
		Entry(nil, one("null"), "https://null"),
		Entry(nil, mixed, "https://www.example.com"),
		Entry(nil, mixed, "http://[::1]:3001"),
		Entry(nil, mixed, "http://[::2]:3000"),
	)

	It("is refused if there are two, even when both are allowed", func() {
		h := serve(policy.Sample())
		Expect(corsHeaders(ask(h, "GET", headers{"Origin": {app, app}}))).To(Equal(headers{"Vary": one("Origin")}))
	})

	DescribeTable("of any kind is allowed by a lone wildcard, also where there is none",
		func(request headers) {
			h := serve(policy.Policy{AllowOrigins: one("*"), ExposeHeaders: one("ETag")})
			for _, method := range []string{"GET", "POST", "OPTIONS"} {
				Expect(corsHeaders(ask(h, method, request))).To(Equal(headers{
					"Access-Control-Allow-Origin":   one("*"),
					"Access-Control-Expose-Headers": one("ETag"),
				}))
			}
		},
		Entry("an origin", headers{"Origin": one("https://a.example:8443")}),
		Entry("null", headers{"Origin": one("null")}),
		Entry("none", headers{}),
	)

	DescribeTable("is echoed by a wildcard with credentials",
		func(origin string) {
			h := serve(withCredentials(policy.Policy{AllowOrigins: one("*")}))
			Expect(corsHeaders(ask(h, "GET", headers{"Origin": one(origin)}))).To(Equal(headers{
				"Access-Control-Allow-Origin":      one(origin),
				"Access-Control-Allow-Credentials": one("true"),
				"Vary":                             one("Origin"),
			}))
		},
		Entry("https", "https://a.example"),
		Entry("http with a port", "http://a.example:12345"),
		Entry("null", "null"),
		Entry("of another scheme", "chrome-extension://abcdefghijklmnop"),
		Entry("an address", "http://[2001:db8::1]:8080"),
		Entry("of a host that only browsers take", "https://a`b!c.evil.example"),
		Entry("with the longest host and port", "https://"+strings.Repeat("a", 253)+":65535"),
		Entry("the longest of all", strings.Repeat("a", 64)+"://"+strings.Repeat("a", 253)+":65535"),
		Entry("with the first and the last of letters and digits", "az09+-.://az09.example:9090"),
	)

	DescribeTable("is not echoed by a wildcard with credentials",
		func(request headers) {
			h := serve(withCredentials(policy.Policy{AllowOrigins: one("*")}))
			Expect(corsHeaders(ask(h, "GET", request))).To(Equal(headers{"Vary": one("Origin")}))
		},
		Entry("none", headers{}),
		Entry("empty", headers{"Origin": one("")}),
		Entry("two", headers{"Origin": {"https://a.example", "https://b.example"}}),
		Entry("of a host longer than one can be", headers{"Origin": one("https://" + strings.Repeat("a", 254))}),
		Entry("longer than one can be", headers{"Origin": one(strings.Repeat("a", 71) + "://" + strings.Repeat("a", 253))}),
		Entry("no origin", headers{"Origin": one("invalid_origin")}),
		Entry("with a path", headers{"Origin": one("https://a.example/")}),
		Entry("with a user name", headers{"Origin": one("https://user@a.example")}),
		Entry("a list", headers{"Origin": one("https://a.example, https://b.example")}),
		Entry("in upper case", headers{"Origin": one("https://A.example")}),
		Entry("in the last letter of upper case", headers{"Origin": one("https://Z.example")}),
		Entry("with white space", headers{"Origin": one("https://a b.example")}),
		Entry("with a control character", headers{"Origin": one("https://a\x7f.example")}),
		Entry("with what is not ASCII", headers{"Origin": one("https://é.example")}),
		Entry("of a scheme in upper case", headers{"Origin": one("HTTPS://a.example")}),
		Entry("without a scheme", headers{"Origin": one("://a.example")}),
		Entry("without a host", headers{"Origin": one("https://")}),
		Entry("with an empty port", headers{"Origin": one("https://a.example:")}),
		Entry("with the default port", headers{"Origin": one("https://a.example:443")}),
		Entry("with a port that begins with 0", headers{"Origin": one("https://a.example:08")}),
		Entry("with a port that is no number", headers{"Origin": one("https://a.example:*")}),
		Entry("with a port too high", headers{"Origin": one("https://a.example:65536")}),
		Entry("with a port too long", headers{"Origin": one("https://a.example:100000")}),
	)
})

var _ = Describe("a CORS-preflight request", func() {
	preflight := func(p policy.Policy, request headers) *http.Response {
		GinkgoHelper()
		return ask(wrap(p, mustNotRun), "OPTIONS", request)
	}

	It("is answered with all that the policy promises, and with 204", func() {
		response := preflight(policy.Sample(), headers{
			"Origin":                         one(admin),
			"Access-Control-Request-Method":  one("PUT"),
			"Access-Control-Request-Headers": one("authorization,content-type"),
		})
		Expect(response.StatusCode).To(Equal(204))
		Expect(response.Header).To(BeEquivalentTo(headers{
			"Access-Control-Allow-Origin":      one(admin),
			"Access-Control-Allow-Credentials": one("true"),
			"Access-Control-Allow-Methods":     one(sampleMethods),
			"Access-Control-Allow-Headers":     one(sampleHeaders),
			"Access-Control-Max-Age":           one("600"),
		}))
	})

	DescribeTable("is answered alike whatever it asks for: the user agent compares",
		func(method string, lines ...string) {
			response := preflight(policy.Sample(), headers{
				"Origin":                         one(app),
				"Access-Control-Request-Method":  one(method),
				"Access-Control-Request-Headers": lines,
			})
			Expect(response.StatusCode).To(Equal(204))
			Expect(corsHeaders(response)).To(Equal(headers{
				"Access-Control-Allow-Origin":      one(app),
				"Access-Control-Allow-Credentials": one("true"),
				"Access-Control-Allow-Methods":     one(sampleMethods),
				"Access-Control-Allow-Headers":     one(sampleHeaders),
				"Access-Control-Max-Age":           one("600"),
			}))
		},
		Entry("a listed method", "PATCH"),
		Entry("a listed method in another case", "patch"),
		Entry("an unlisted method", "CORSPROOF"),
		Entry("no method", ""),
		Entry("a listed header", "PUT", "content-type"),
		Entry("listed headers, in any case and order, with white space and empty elements", "PUT", " X-REQUESTED-WITH ,\t,,content-type,"),
		Entry("listed headers on several lines", "PUT", "authorization", "", "content-type"),
		Entry("an unlisted header", "PUT", "x-corsproof-unlisted"),
		Entry("no header name", "PUT", "a b"),
		Entry("a great many headers", "PUT", strings.Repeat(",", 1<<20)),
	)

	It("is answered with no header at all if the origin is refused, and still with 204", func() {
		response := preflight(policy.Sample(), headers{
			"Origin":                        one("https://evil.example"),
			"Access-Control-Request-Method": one("GET"),
		})
		Expect(response.StatusCode).To(Equal(204))
		Expect(response.Header).To(BeEmpty())
	})

	DescribeTable("is answered without what the policy does not promise",
		func(p policy.Policy, want headers) {
			p.AllowOrigins = one(app)
			want["Access-Control-Allow-Origin"] = one(app)
			Expect(corsHeaders(preflight(p, headers{
				"Origin":                         one(app),
				"Access-Control-Request-Method":  one("PUT"),
				"Access-Control-Request-Headers": one("x-a"),
			}))).To(Equal(want))
		},
		Entry("nothing but the origin", policy.Policy{}, headers{}),
		Entry("methods alone", policy.Policy{AllowMethods: []string{"PUT", "patch"}}, headers{"Access-Control-Allow-Methods": one("PUT, patch")}),
		Entry("headers alone", policy.Policy{AllowHeaders: []string{"X-A", "x-b"}}, headers{"Access-Control-Allow-Headers": one("X-A, x-b")}),
		Entry("credentials alone", policy.Policy{AllowCredentials: true}, headers{"Access-Control-Allow-Credentials": one("true")}),
		Entry("exposed headers, which are for actual responses", policy.Policy{ExposeHeaders: one("ETag")}, headers{}),
		Entry("a max age", policy.Policy{MaxAge: new(86400)}, headers{"Access-Control-Max-Age": one("86400")}),
		Entry("a max age of 0, which is not none", policy.Policy{MaxAge: new(0)}, headers{"Access-Control-Max-Age": one("0")}),
	)

	DescribeTable("is answered with wildcards, and with the one header that they do not cover where it is asked for",
		func(lines []string, wantHeaders string) {
			Expect(corsHeaders(preflight(everything, headers{
				"Origin":                         one(app),
				"Access-Control-Request-Method":  one("PUT"),
				"Access-Control-Request-Headers": lines,
			}))).To(Equal(headers{
				"Access-Control-Allow-Origin":  one("*"),
				"Access-Control-Allow-Methods": one("*"),
				"Access-Control-Allow-Headers": one(wantHeaders),
			}))
		},
		Entry("no header", nil, "*"),
		Entry("others", one("x-a,x-b"), "*"),
		Entry("it and others", one("authorization,x-a"), "*, Authorization"),
		Entry("it in another case on a later line", []string{"x-a", " AuthorizatioN"}, "*, Authorization"),
		Entry("it beyond what is read", []string{strings.Repeat("a", 2048), "authorization"}, "*"),
	)

	DescribeTable("is answered by echo where wildcards meet credentials",
		func(method, lines []string, wantMethods, wantHeaders string) {
			want := headers{
				"Access-Control-Allow-Origin":      one(app),
				"Access-Control-Allow-Credentials": one("true"),
			}
			if wantMethods != "" {
				want["Access-Control-Allow-Methods"] = one(wantMethods)
			}
			if wantHeaders != "" {
				want["Access-Control-Allow-Headers"] = one(wantHeaders)
			}
			Expect(corsHeaders(preflight(withCredentials(everything), headers{
				"Origin":                         one(app),
				"Access-Control-Request-Method":  method,
				"Access-Control-Request-Headers": lines,
			}))).To(Equal(want))
		},
		Entry("a method", one("PUT"), nil, "PUT", ""),
		Entry("a method in its case", one("patcH"), nil, "patcH", ""),
		Entry("a method of the name *", one("*"), nil, "*", ""),
		Entry("no method", one(""), nil, "", ""),
		Entry("what is no method", one("PUT, DELETE"), nil, "", ""),
		Entry("two methods", []string{"PUT", "DELETE"}, nil, "", ""),
		Entry("the longest method", one(strings.Repeat("A", 2048)), nil, strings.Repeat("A", 2048), ""),
		Entry("a longer method", one(strings.Repeat("A", 2049)), nil, "", ""),

		Entry("a header", one("GET"), one("x-a"), "GET", "x-a"),
		Entry("headers, Authorization too", one("GET"), one("authorization,x-a,x-b"), "GET", "authorization, x-a, x-b"),
		Entry("headers in their case", one("GET"), one("X-b,x-A"), "GET", "X-b, x-A"),
		Entry("headers in white space", one("GET"), one(" \t x-a\t ,  x-b "), "GET", "x-a, x-b"),
		Entry("headers between empty elements", one("GET"), one(",,x-a, ,\t,x-b,"), "GET", "x-a, x-b"),
		Entry("headers on several lines", one("GET"), []string{"x-a,x-b", "", "x-c"}, "GET", "x-a, x-b, x-c"),
		Entry("an empty list", one("GET"), one(""), "GET", ""),
		Entry("what is no header name", one("GET"), one("x-a,x b"), "GET", ""),
		Entry("what is no header name on a later line", one("GET"), []string{"x-a", "x:b"}, "GET", ""),
		Entry("as much as is read", one("GET"), one(strings.Repeat("a", 2048)), "GET", strings.Repeat("a", 2048)),
		Entry("more than is read", one("GET"), one(strings.Repeat("a", 2049)), "GET", ""),
		Entry("more than is read, on several lines", one("GET"), []string{strings.Repeat("a", 1024), strings.Repeat("a", 1025)}, "GET", ""),
		Entry("as many empty elements as are read", one("GET"), one(strings.Repeat(",", 16)+"x-a"), "GET", "x-a"),
		Entry("more empty elements than are read", one("GET"), one(strings.Repeat(",", 17)+"x-a"), "GET", ""),
		Entry("as many empty lines as are read", one("GET"), append(make([]string, 16), "x-a"), "GET", "x-a"),
		Entry("more empty lines than are read", one("GET"), append(make([]string, 17), "x-a"), "GET", ""),
	)

	It("leaves alone what is set already", func() {
		inner := wrap(policy.Sample(), mustNotRun)
		outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Vary", "Accept-Encoding")
			inner.ServeHTTP(w, r)
		})
		response := ask(outer, "OPTIONS", headers{"Origin": one(app), "Access-Control-Request-Method": one("GET")})
		Expect(response.Header.Values("Vary")).To(Equal(one("Accept-Encoding")))
	})
})

var _ = Describe("an OPTIONS request that is no CORS-preflight request", func() {
	DescribeTable("goes to the wrapped handler, and its response is shared like any other",
		func(method string, request headers, want headers) {
			h := wrap(policy.Sample(), func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Allow", "GET")
				w.WriteHeader(http.StatusTeapot)
			})
			response := ask(h, method, request)
			Expect(response.StatusCode).To(Equal(http.StatusTeapot))
			Expect(response.Header.Get("Allow")).To(Equal("GET"))
			Expect(corsHeaders(response)).To(Equal(want))
		},
		Entry("with neither header", "OPTIONS", headers{}, headers{}),
		Entry("without a method asked for", "OPTIONS", headers{"Origin": one(app)}, headers{
			"Access-Control-Allow-Origin":      one(app),
			"Access-Control-Allow-Credentials": one("true"),
			"Access-Control-Expose-Headers":    one(sampleExposed),
		}),
		Entry("with headers asked for alone", "OPTIONS", headers{"Origin": one(app), "Access-Control-Request-Headers": one("x-a")}, headers{
			"Access-Control-Allow-Origin":      one(app),
			"Access-Control-Allow-Credentials": one("true"),
			"Access-Control-Expose-Headers":    one(sampleExposed),
		}),
		Entry("without an origin", "OPTIONS", headers{"Access-Control-Request-Method": one("GET")}, headers{}),
		Entry("with a refused origin", "OPTIONS", headers{"Origin": one("https://evil.example")}, headers{}),
		Entry("another method that asks like one", "GET", headers{"Origin": one("https://evil.example"), "Access-Control-Request-Method": one("GET")},
			headers{"Vary": one("Origin")}),
		Entry("another method, by case", "options", headers{"Origin": one("https://evil.example"), "Access-Control-Request-Method": one("GET")},
			headers{"Vary": one("Origin")}),
	)
})

var _ = Describe("an actual request", func() {
	shared := headers{
		"Access-Control-Allow-Origin":      one(app),
		"Access-Control-Allow-Credentials": one("true"),
		"Access-Control-Expose-Headers":    one(sampleExposed),
		"Vary":                             one("Origin"),
	}

	DescribeTable("gets the same headers whatever the status is",
		func(status int) {
			h := wrap(policy.Sample(), func(w http.ResponseWriter, r *http.Request) { http.Error(w, "body", status) })
			response := ask(h, "GET", headers{"Origin": one(app)})
			Expect(response.StatusCode).To(Equal(status))
			Expect(corsHeaders(response)).To(Equal(shared))
		},
		Entry(nil, 200), Entry(nil, 204), Entry(nil, 301), Entry(nil, 304), Entry(nil, 401), Entry(nil, 403),
		Entry(nil, 404), Entry(nil, 405), Entry(nil, 500), Entry(nil, 503),
	)

	It("gets them where the wrapped handler writes nothing", func() {
		h := wrap(policy.Sample(), func(http.ResponseWriter, *http.Request) {})
		Expect(corsHeaders(ask(h, "GET", headers{"Origin": one(app)}))).To(Equal(shared))
	})

	It("gets them before the wrapped handler runs, which has the last word", func() {
		h := wrap(policy.Sample(), func(w http.ResponseWriter, r *http.Request) {
			Expect(w.Header()).To(BeEquivalentTo(shared))
			w.Header().Set("Access-Control-Expose-Headers", "X-Other")
		})
		Expect(ask(h, "GET", headers{"Origin": one(app)}).Header.Values("Access-Control-Expose-Headers")).To(Equal(one("X-Other")))
	})

	It("gets one Access-Control-Allow-Origin, even where something outside has set another", func() {
		inner := serve(policy.Sample())
		outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			inner.ServeHTTP(w, r)
		})
		Expect(corsHeaders(ask(outer, "GET", headers{"Origin": one(app)}))).To(Equal(shared))
	})

	DescribeTable("that is not shared reaches the wrapped handler all the same, and gets Vary alone",
		func(method string, request headers) {
			response := ask(serve(policy.Sample()), method, request)
			Expect(response.StatusCode).To(Equal(200))
			Expect(io.ReadAll(response.Body)).To(BeEquivalentTo("body"))
			Expect(corsHeaders(response)).To(Equal(headers{"Vary": one("Origin")}))
		},
		Entry("with a refused origin", "GET", headers{"Origin": one("https://evil.example")}),
		Entry("with an unsafe method", "DELETE", headers{"Origin": one("https://evil.example")}),
		Entry("without an origin", "GET", headers{}),
	)

	It("gets no Vary from a policy that allows nothing", func() {
		h := serve(policy.Policy{})
		Expect(corsHeaders(ask(h, "GET", headers{"Origin": one(app)}))).To(BeEmpty())
	})

	DescribeTable("has Origin added to a Vary that is there already",
		func(before, want []string) {
			inner := serve(policy.Sample())
			outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for _, line := range before {
					w.Header().Add("Vary", line)
				}
				inner.ServeHTTP(w, r)
			})
			for _, origin := range []string{app, "https://evil.example"} {
				Expect(ask(outer, "GET", headers{"Origin": one(origin)}).Header.Values("Vary")).To(Equal(want))
			}
		},
		Entry("none", nil, one("Origin")),
		Entry("another", one("Accept-Encoding"), []string{"Accept-Encoding", "Origin"}),
		Entry("several others", []string{"Accept, Cookie", "X-Origin"}, []string{"Accept, Cookie", "X-Origin", "Origin"}),
		Entry("Origin itself", one("Origin"), one("Origin")),
		Entry("Origin among others, in any case", []string{"Accept", "Cookie ,\torigin"}, []string{"Accept", "Cookie ,\torigin"}),
		Entry("every header", one("*"), one("*")),
	)

	It("keeps what the wrapped handler adds to Vary", func() {
		h := wrap(policy.Sample(), func(w http.ResponseWriter, r *http.Request) { w.Header().Add("Vary", "Accept") })
		Expect(ask(h, "GET", headers{"Origin": one(app)}).Header.Values("Vary")).To(Equal([]string{"Origin", "Accept"}))
	})

	It("exposes everything by a wildcard, where there are no credentials", func() {
		Expect(corsHeaders(ask(serve(everything), "GET", headers{"Origin": one(app)}))).To(Equal(headers{
			"Access-Control-Allow-Origin":   one("*"),
			"Access-Control-Expose-Headers": one("*"),
		}))
	})

	DescribeTable("is not touched by what a handler did to the headers of an earlier response",
		func(p policy.Policy) {
			spoilt := true
			h := wrap(p, func(w http.ResponseWriter, r *http.Request) {
				for _, values := range w.Header() {
					if spoilt {
						values[0] = "spoilt"
						_ = append(values, "spoilt")
					}
				}
			})
			request := headers{"Origin": one(app)}
			spoilt = false
			want := corsHeaders(ask(h, "GET", request))
			spoilt = true
			ask(h, "GET", request)
			spoilt = false
			Expect(corsHeaders(ask(h, "GET", request))).To(Equal(want))
			Expect(request).To(Equal(headers{"Origin": one(app)}))
		},
		Entry("of the sample policy", policy.Sample()),
		Entry("of wildcards", everything),
		Entry("of wildcards with credentials", withCredentials(everything)),
	)

	It("may come while others do", func() {
		h := serve(policy.Sample())
		var wait sync.WaitGroup
		for _, origin := range []string{app, admin, app, admin} {
			wait.Go(func() {
				defer GinkgoRecover()
				for range 100 {
					Expect(ask(h, "GET", headers{"Origin": one(origin)}).Header.Get("Access-Control-Allow-Origin")).To(Equal(origin))
				}
			})
		}
		wait.Wait()
	})
})
