package reference_test

import (
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
)

// passing is a handler of a configuration that counts what it passes on, and answers
// that 200.
func passing(c reference.Config) (h http.Handler, passed *int) {
	GinkgoHelper()
	passed = new(int)
	return configured(c).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*passed++
		io.WriteString(w, "body")
	})), passed
}

// asking are the headers of a CORS-preflight request.
func asking(origin, method string, names ...string) headers {
	h := headers{"Origin": one(origin), "Access-Control-Request-Method": one(method)}
	if names != nil {
		h["Access-Control-Request-Headers"] = names
	}
	return h
}

const (
	shop = "https://shop.example"
	evil = "https://evil.example"
)

// shopOnly allows one origin to do a little.
var shopOnly = policy.Policy{AllowOrigins: one(shop), AllowMethods: one("PUT"), AllowHeaders: one("X-A"), ExposeHeaders: one("ETag")}

// What the shop's policy says to the shop.
var (
	toShop = headers{
		"Access-Control-Allow-Origin": one(shop), "Access-Control-Allow-Methods": one("PUT"), "Access-Control-Allow-Headers": one("X-A"),
	}
	shared = headers{"Access-Control-Allow-Origin": one(shop), "Access-Control-Expose-Headers": one("ETag"), "Vary": one("Origin")}
)

var _ = Describe("a resource with a policy of its own", func() {
	c := reference.Config{
		Policy: shopOnly,
		Resources: map[string]policy.Policy{
			"/v1/public":          {AllowOrigins: one("*")},
			"PUT /v1/items/{id}":  {AllowOrigins: one("https://admin.example"), AllowMethods: one("PUT"), AllowCredentials: true},
			"/v1/secret/":         {},
			"api.example/v1/host": {AllowOrigins: one("https://host.example")},
		},
	}

	DescribeTable("is chosen by the URL and by the method of the actual request",
		func(method, url, origin string, shared bool) {
			h, _ := passing(c)
			actual := ask(h, method, headers{"Origin": one(origin)}, url)
			preflight := ask(h, "OPTIONS", asking(origin, method), url)
			for _, response := range []*http.Response{actual, preflight} {
				Expect(response.Header.Get("Access-Control-Allow-Origin") != "").To(Equal(shared))
			}
		},
		func(method, url, origin string, _ bool) string { return method + " " + url + " from " + origin },
		Entry(nil, "GET", "/v1/items/1", shop, true),
		Entry(nil, "GET", "/v1/items/1", "https://admin.example", false),
		Entry(nil, "PUT", "/v1/items/1", shop, false),
		Entry(nil, "PUT", "/v1/items/1", "https://admin.example", true),
		Entry(nil, "put", "/v1/items/1", shop, true),
		Entry(nil, "PUT", "/v1/items/1/2", shop, true),
		Entry(nil, "GET", "/v1/public", evil, true),
		Entry(nil, "GET", "/v1//public", evil, true),
		Entry(nil, "GET", "/v1/public/", evil, false),
		Entry(nil, "GET", "/v1/secret/a/b", shop, false),
		Entry(nil, "GET", "/v1/secret", shop, false),
		Entry(nil, "GET", "/v1/host", shop, true),
		Entry(nil, "GET", "http://api.example/v1/host", shop, false),
		Entry(nil, "GET", "http://api.example/v1/host", "https://host.example", true),
	)

	It("keeps it alone: nothing is merged", func() {
		h, _ := passing(c)
		Expect(corsHeaders(ask(h, "OPTIONS", asking("https://admin.example", "PUT", "x-a"), "/v1/items/1"))).To(Equal(headers{
			"Access-Control-Allow-Origin":      one("https://admin.example"),
			"Access-Control-Allow-Methods":     one("PUT"),
			"Access-Control-Allow-Credentials": one("true"),
		}))
		Expect(corsHeaders(ask(h, "GET", headers{"Origin": one(shop)}, "/v1/secret/"))).To(BeEmpty())
	})
})

var _ = Describe("a function of origins", func() {
	var asked []string
	tenants := func(r *http.Request, origin string) (bool, []string) {
		asked = append(asked, origin)
		return origin == "https://"+r.Header.Get("X-Tenant")+".example", []string{"X-Tenant", "Origin"}
	}
	c := reference.Config{Policy: shopOnly, AllowOrigin: tenants, Resources: map[string]policy.Policy{"/v1/own": shopOnly}}
	BeforeEach(func() { asked = nil })

	It("decides about those that are not listed, and says on what that depends", func() {
		h, _ := passing(c)
		allowed := ask(h, "GET", headers{"Origin": one("https://a.example"), "X-Tenant": one("a")})
		Expect(allowed.Header.Values("Access-Control-Allow-Origin")).To(Equal(one("https://a.example")))
		Expect(allowed.Header.Values("Vary")).To(Equal([]string{"Origin", "X-Tenant"}))
		refused := ask(h, "GET", headers{"Origin": one("https://a.example"), "X-Tenant": one("b")})
		Expect(corsHeaders(refused)).To(Equal(headers{"Vary": {"Origin", "X-Tenant"}}))
		Expect(asked).To(Equal([]string{"https://a.example", "https://a.example"}))
	})

	It("decides about CORS-preflight requests too", func() {
		h, passed := passing(c)
		request := asking("https://a.example", "PUT")
		request["X-Tenant"] = one("a")
		Expect(corsHeaders(ask(h, "OPTIONS", request))).To(HaveKeyWithValue("Access-Control-Allow-Origin", one("https://a.example")))
		Expect(*passed).To(BeZero())
	})

	DescribeTable("is not asked",
		func(url string, origin ...string) {
			h, _ := passing(c)
			ask(h, "GET", headers{"Origin": origin}, url)
			Expect(asked).To(BeEmpty())
		},
		Entry("about what is listed", "/", shop),
		Entry("about no origin", "/"),
		Entry("about two origins", "/", shop, shop),
		Entry("about what is no origin", "/", "invalid_origin"),
		Entry("about the opaque origin", "/", "null"),
		Entry("about a resource with a policy of its own", "/v1/own", "https://a.example"),
	)

	It("makes responses depend on Origin where nothing is listed, and there is none", func() {
		h, _ := passing(reference.Config{AllowOrigin: tenants})
		Expect(corsHeaders(ask(h, "GET", headers{}))).To(Equal(headers{"Vary": one("Origin")}))
	})
})

var _ = Describe("a CORS-preflight request that is refused", func() {
	refused := map[string]headers{
		"for its origin":  asking(evil, "PUT"),
		"for its method":  asking(shop, "DELETE"),
		"for its headers": asking(shop, "PUT", "x-b"),
	}
	for why, request := range refused {
		It("says nothing but a status, if there is one, "+why, func() {
			h, passed := passing(reference.Config{Policy: shopOnly, RefusalStatus: 403, PreflightStatus: 200})
			response := ask(h, "OPTIONS", request)
			Expect(response.StatusCode).To(Equal(403))
			Expect(response.Header).To(BeEmpty())
			Expect(*passed).To(BeZero())
		})
	}

	DescribeTable("says all that it can in debug mode",
		func(status int, request, want headers) {
			h, passed := passing(reference.Config{Policy: shopOnly, RefusalStatus: status, Debug: true})
			response := ask(h, "OPTIONS", request)
			Expect(response.StatusCode).To(Equal(204))
			Expect(corsHeaders(response)).To(Equal(want))
			Expect(*passed).To(BeZero())
		},
		Entry("of the origin", 0, refused["for its origin"], headers{"Access-Control-Allow-Origin": one(shop)}),
		Entry("of the origin, in spite of a status", 403, refused["for its origin"], headers{"Access-Control-Allow-Origin": one(shop)}),
		Entry("of the method", 403, refused["for its method"], toShop),
		Entry("of the headers", 403, refused["for its headers"], toShop),
	)

	It("names no example of an origin where there is none, or any is allowed", func() {
		for _, p := range []policy.Policy{{}, {AllowOrigins: one("*"), AllowCredentials: true}} {
			c := daring(p)
			c.Debug = true
			h, _ := passing(c)
			Expect(ask(h, "OPTIONS", asking("invalid_origin", "PUT")).Header).To(BeEmpty())
			Expect(ask(h, "GET", headers{"Origin": one("invalid_origin")}).Header).NotTo(HaveKey("Access-Control-Allow-Origin"))
		}
	})
})

var _ = Describe("debug mode", func() {
	It("names an allowed origin to an actual request that is refused", func() {
		h, passed := passing(reference.Config{Policy: shopOnly, Debug: true})
		Expect(corsHeaders(ask(h, "GET", headers{"Origin": one(evil)}))).To(Equal(headers{
			"Access-Control-Allow-Origin": one(shop), "Vary": one("Origin"),
		}))
		Expect(*passed).To(Equal(1))
	})

	It("changes nothing else", func() {
		h, _ := passing(reference.Config{Policy: shopOnly, Debug: true})
		Expect(corsHeaders(ask(h, "GET", headers{}))).To(Equal(headers{"Vary": one("Origin")}))
		Expect(corsHeaders(ask(h, "GET", headers{"Origin": one(shop)}))).To(Equal(shared))
		Expect(corsHeaders(ask(h, "OPTIONS", asking(shop, "PUT")))).To(Equal(toShop))
	})
})

var _ = Describe("the status of a CORS-preflight request", func() {
	It("is the one that is configured", func() {
		h, passed := passing(reference.Config{Policy: shopOnly, PreflightStatus: 200})
		for _, origin := range []string{shop, evil} {
			Expect(ask(h, "OPTIONS", asking(origin, "PUT")).StatusCode).To(Equal(200))
		}
		Expect(*passed).To(BeZero())
	})

	It("is the wrapped handler's, if that answers; the headers are set before", func() {
		h, passed := passing(reference.Config{Policy: shopOnly, PassPreflights: true})
		response := ask(h, "OPTIONS", asking(shop, "PUT"))
		Expect(response.StatusCode).To(Equal(200))
		Expect(corsHeaders(response)).To(Equal(toShop))
		Expect(corsHeaders(ask(h, "OPTIONS", asking(evil, "PUT")))).To(BeEmpty())
		Expect(*passed).To(Equal(2))
	})
})

var _ = Describe("the headers of a response to a CORS-preflight request", func() {
	It("are not touched by what a handler did to those of an earlier one", func() {
		spoil := true
		h := configured(reference.Config{Policy: shopOnly, PassPreflights: true}).Handler(
			http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for _, values := range w.Header() {
					if spoil {
						values[0] = "spoilt"
						_ = append(values, "spoilt")
					}
				}
			}))
		request := asking(shop, "PUT")
		spoilt := corsHeaders(ask(h, "OPTIONS", request))
		Expect(spoilt).To(HaveKeyWithValue("Access-Control-Allow-Origin", one("spoilt")))
		spoil = false
		Expect(corsHeaders(ask(h, "OPTIONS", request))).To(Equal(toShop))
		Expect(request).To(Equal(asking(shop, "PUT")))
	})
})

var _ = Describe("private network access", func() {
	asksForNetwork := func(value string) headers {
		request := asking(shop, "PUT")
		request["Access-Control-Request-Private-Network"] = one(value)
		return request
	}

	DescribeTable("is allowed if it is configured, asked for, and the origin is allowed",
		func(allow bool, request headers, want bool) {
			h, _ := passing(reference.Config{Policy: shopOnly, AllowPrivateNetwork: allow})
			response := ask(h, "OPTIONS", request)
			Expect(response.Header.Get("Access-Control-Allow-Private-Network") == "true").To(Equal(want))
			if !want {
				Expect(response.Header).NotTo(HaveKey("Access-Control-Allow-Private-Network"))
			}
		},
		Entry("all of that", true, asksForNetwork("true"), true),
		Entry("not configured", false, asksForNetwork("true"), false),
		Entry("not asked for", true, asking(shop, "PUT"), false),
		Entry("asked for in other words", true, asksForNetwork("1"), false),
		Entry("for another origin", true, func() headers { r := asksForNetwork("true"); r["Origin"] = one(evil); return r }(), false),
	)

	It("is refused silently, if refusals are", func() {
		h, _ := passing(reference.Config{Policy: shopOnly, RefusalStatus: 403})
		Expect(ask(h, "OPTIONS", asksForNetwork("true")).StatusCode).To(Equal(403))
	})
})

var _ = Describe("an observer", func() {
	decisions := func(p policy.Policy, change func(*reference.Config), method string, request headers) (all []reference.Decision) {
		c := daring(p)
		c.Observe = func(r *http.Request, d reference.Decision) {
			Expect(r.Method).To(Equal(method))
			Expect(d.Allowed()).To(Equal(d.Reason == ""))
			all = append(all, d)
		}
		if change != nil {
			change(&c)
		}
		h, _ := passing(c)
		ask(h, method, request)
		return all
	}
	all := policy.Policy{AllowOrigins: one("*"), AllowMethods: one("*"), AllowHeaders: one("*"), AllowCredentials: true}

	DescribeTable("is told the decision about a CORS request, and why",
		func(p policy.Policy, method string, request headers, want reference.Decision) {
			Expect(decisions(p, nil, method, request)).To(Equal([]reference.Decision{want}))
			Expect(decisions(p, func(c *reference.Config) { c.Shadow = true }, method, request)).To(Equal([]reference.Decision{want}))
		},
		Entry("allowed", shopOnly, "GET", headers{"Origin": one(shop)}, reference.Decision{}),
		Entry("allowed to all", everything, "GET", headers{"Origin": one(evil)}, reference.Decision{}),
		Entry("another origin", shopOnly, "GET", headers{"Origin": one(evil)}, reference.Decision{Reason: reference.UnlistedOrigin, Refused: evil}),
		Entry("the opaque origin", shopOnly, "GET", headers{"Origin": one("null")}, reference.Decision{Reason: reference.UnlistedOrigin, Refused: "null"}),
		Entry("no origin", shopOnly, "GET", headers{"Origin": one("invalid_origin")}, reference.Decision{Reason: reference.MalformedOrigin, Refused: "invalid_origin"}),
		Entry("an origin beyond measure", shopOnly, "GET", headers{"Origin": one(shop + strings.Repeat("a", 326))},
			reference.Decision{Reason: reference.MalformedOrigin, Refused: shop + strings.Repeat("a", 326)}),
		Entry("two origins", shopOnly, "GET", headers{"Origin": {shop, evil}}, reference.Decision{Reason: reference.MalformedOrigin, Refused: shop}),
		Entry("an OPTIONS request that is no CORS-preflight request", shopOnly, "OPTIONS", headers{"Origin": one(shop)}, reference.Decision{}),

		Entry("a preflight", shopOnly, "OPTIONS", asking(shop, "PUT", "x-a"), reference.Decision{Preflight: true}),
		Entry("a preflight with names in another case", shopOnly, "OPTIONS", asking(shop, "PUT", "X-A"), reference.Decision{Preflight: true}),
		Entry("a preflight with a safelisted method", shopOnly, "OPTIONS", asking(shop, "HEAD", ""), reference.Decision{Preflight: true}),
		Entry("a preflight with white space and empty elements", shopOnly, "OPTIONS", asking(shop, "POST", " , x-a\t,", "", "x-a"), reference.Decision{Preflight: true}),
		Entry("a preflight where wildcards are", all, "OPTIONS", asking(evil, "X", "x-b", "authorization"), reference.Decision{Preflight: true}),
		Entry("a preflight from elsewhere", shopOnly, "OPTIONS", asking(evil, "PUT"),
			reference.Decision{Preflight: true, Reason: reference.UnlistedOrigin, Refused: evil}),
		Entry("another method", shopOnly, "OPTIONS", asking(shop, "DELETE"),
			reference.Decision{Preflight: true, Reason: reference.UnlistedMethod, Refused: "DELETE"}),
		Entry("a method in another case", shopOnly, "OPTIONS", asking(shop, "put"),
			reference.Decision{Preflight: true, Reason: reference.UnlistedMethod, Refused: "put"}),
		Entry("no method", all, "OPTIONS", asking(shop, ""),
			reference.Decision{Preflight: true, Reason: reference.MalformedMethod}),
		Entry("two methods", all, "OPTIONS", headers{"Origin": one(shop), "Access-Control-Request-Method": {"PUT", "GET"}},
			reference.Decision{Preflight: true, Reason: reference.MalformedMethod, Refused: "PUT"}),
		Entry("a method beyond measure", all, "OPTIONS", asking(shop, strings.Repeat("A", 2049)),
			reference.Decision{Preflight: true, Reason: reference.MalformedMethod, Refused: strings.Repeat("A", 2049)}),
		Entry("another header", shopOnly, "OPTIONS", asking(shop, "PUT", "x-a,x-b,x-c"),
			reference.Decision{Preflight: true, Reason: reference.UnlistedHeader, Refused: "x-b"}),
		Entry("no header name", all, "OPTIONS", asking(shop, "PUT", "x-a,x b"),
			reference.Decision{Preflight: true, Reason: reference.MalformedHeaders, Refused: "x b"}),
		Entry("headers beyond measure", shopOnly, "OPTIONS", asking(shop, "PUT", strings.Repeat("x-a,", 512)+"x-a"),
			reference.Decision{Preflight: true, Reason: reference.MalformedHeaders}),
		Entry("the private network", shopOnly, "OPTIONS", func() headers {
			r := asking(shop, "PUT")
			r["Access-Control-Request-Private-Network"] = one("true")
			return r
		}(), reference.Decision{Preflight: true, Reason: reference.PrivateNetwork}),
	)

	It("is told nothing of other requests", func() {
		Expect(decisions(shopOnly, nil, "GET", headers{})).To(BeEmpty())
		Expect(decisions(shopOnly, nil, "OPTIONS", headers{"Access-Control-Request-Method": one("PUT")})).To(BeEmpty())
		Expect(decisions(shopOnly, func(c *reference.Config) { c.Shadow = true }, "GET", headers{})).To(BeEmpty())
	})
})

var _ = Describe("shadow mode", func() {
	It("leaves every request and every response alone", func() {
		h, passed := passing(reference.Config{Policy: shopOnly, Shadow: true, Observe: func(*http.Request, reference.Decision) {}})
		for _, request := range []headers{{}, {"Origin": one(shop)}, asking(shop, "PUT"), asking(evil, "PUT")} {
			for _, method := range []string{"GET", "OPTIONS"} {
				response := ask(h, method, request)
				Expect(response.StatusCode).To(Equal(200))
				Expect(corsHeaders(response)).To(BeEmpty())
			}
		}
		Expect(*passed).To(Equal(8))
	})
})
