package reference_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
)

// What jub0bs/cors promises of requests: the 142 cases of its middleware_test.go, put in
// terms of what a user agent makes of the answers, not of how they are spelled. Where
// ours differs, the case says what jub0bs/cors has instead, and why.
//
// https://github.com/jub0bs/cors/blob/v1.0.1/middleware_test.go

// An outcome is what becomes of a request.
type outcome string

const (
	withheld outcome = "passed on, and the response is not shared"
	readable outcome = "passed on, and the response is shared"
	refused  outcome = "answered as a preflight that is refused"
	allowed  outcome = "answered as a preflight that is allowed"
)

// A promise is a request and what becomes of it.
type promise struct {
	method  string
	headers headers
	want    outcome
	theirs  outcome // where it differs
	why     string  // it does
	silent  bool    // see inSilence
}

func get(origin string) promise     { return promise{method: "GET", headers: fromOrigin(origin)} }
func options(origin string) promise { return promise{method: "OPTIONS", headers: fromOrigin(origin)} }

func fromOrigin(origin string) headers {
	if origin == "" {
		return headers{}
	}
	return headers{"Origin": one(origin)}
}

func asks(origin, method string, names ...string) promise {
	return promise{method: "OPTIONS", headers: asking(origin, method, names...)}
}

func (p promise) is(want outcome) promise {
	p.want = want
	return p
}

func (p promise) butThere(theirs outcome, why string) promise {
	p.theirs, p.why = theirs, why
	return p
}

// inSilence says that a refusal is one only by RefusalStatus. Where a refused preflight is
// answered with what is allowed, a user agent finds there what it asked for.
func (p promise) inSilence() promise {
	p.silent = true
	return p
}

func (p promise) String() string {
	words := p.method
	for _, name := range []string{"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"} {
		if lines := p.headers[name]; lines != nil {
			words += fmt.Sprintf(" %q", lines)
		}
	}
	words += ": " + string(p.want)
	if p.why != "" {
		words += "; with jub0bs/cors " + string(p.theirs) + ", since " + p.why
	}
	return words
}

// Why ours differs.
const (
	zeroIsNothing = "there the zero value passes everything on; here it allows nothing and says so, and Shadow passes everything on"
	getIsAllowed  = "there a configuration without methods refuses every preflight; user agents send one for GET and POST too, where a script " +
		"watches an upload, and the Standard has the methods allowed unlisted"
	echoIsBounded = "there what is echoed is not looked at, however long it is"
)

const (
	local     = "http://localhost:9090"
	elsewhere = "https://example.com"
	malformed = "invalid_origin"
)

// commas and lines are empty elements before or behind a name.
func commas(n int) string                    { return strings.Repeat(",", n) }
func emptyLines(n int, name string) []string { return append(make([]string, n), name) }

// others are configurations that jub0bs/cors has, and what becomes of requests.
func others() []struct {
	name     string
	config   reference.Config
	promises []promise
} {
	credentialed := policy.Policy{AllowOrigins: one(local), AllowCredentials: true, MaxAge: new(30), ExposeHeaders: []string{"X-Foo", "X-Bar"}}
	with := func(p policy.Policy, change func(*policy.Policy)) reference.Config {
		change(&p)
		return of(p)
	}
	methods := with(credentialed, func(p *policy.Policy) {
		p.AllowMethods, p.AllowHeaders = []string{"GET", "POST", "PURGE", "HELP"}, one("Authorization")
	})
	anyHeader := with(credentialed, func(p *policy.Policy) { p.AllowHeaders = one("*") })
	authorization := with(credentialed, func(p *policy.Policy) { p.AllowHeaders = one("Authorization") })
	public := of(policy.Policy{AllowOrigins: one("*"), AllowMethods: one("*"), AllowHeaders: one("*"), ExposeHeaders: one("*"), MaxAge: new(30)})
	debug := func(c reference.Config) reference.Config {
		c.Debug = true
		return c
	}
	animals := []string{"bat", "cat", "fat", "hat", "meerkat", "mat", "oat", "pat", "rat", "sat"}
	var inhabited policy.Policy
	var visits []promise
	for _, name := range animals {
		inhabited.AllowOrigins = append(inhabited.AllowOrigins, "https://"+name)
		visits = append(visits, get("https://"+name).is(readable))
	}
	// The zero value; jub0bs/cors asks it the same again, after Reconfigure.
	zero := []promise{
		get("").is(withheld),
		options("").is(withheld),
		get(local).is(withheld),
		get(elsewhere).is(withheld),
		get(malformed).is(withheld),
		options(local).is(withheld),
		options(elsewhere).is(withheld),
		asks(local, "GET").is(refused).butThere(withheld, zeroIsNothing),
		asks(local, "PURGE").is(refused).butThere(withheld, zeroIsNothing),
		asks(local, "PURGE", "content-type").is(refused).butThere(withheld, zeroIsNothing),
		asks(elsewhere, "GET").is(refused).butThere(withheld, zeroIsNothing),
		asks(malformed, "GET").is(refused).butThere(withheld, zeroIsNothing),
		asks(local, "PUT").is(refused).butThere(withheld, zeroIsNothing),
		asks(elsewhere, "PUT").is(refused).butThere(withheld, zeroIsNothing),
		asks(local, "GET", "bar,baz,foo").is(refused).butThere(withheld, zeroIsNothing),
		asks("https://example.org", "GET", "bar,baz,foo").is(refused).butThere(withheld, zeroIsNothing),
	}
	var shadowed []promise
	for _, p := range zero {
		shadowed = append(shadowed, promise{method: p.method, headers: p.headers, want: withheld})
	}
	return []struct {
		name     string
		config   reference.Config
		promises []promise
	}{
		{"the zero value", reference.Config{}, zero},
		{"the zero value again", reference.Config{}, zero},
		{"shadow mode, which is what jub0bs/cors has for a zero value", reference.Config{Shadow: true, Observe: func(*http.Request, reference.Decision) {}}, shadowed},
		{"credentials", methods, []promise{
			get("").is(withheld),
			options("").is(withheld),
			get(local).is(readable),
			get(elsewhere).is(withheld),
			get(malformed).is(withheld),
			options(local).is(readable),
			options(elsewhere).is(withheld),
			asks(local, "GET").is(allowed),
			asks(local, "PURGE").is(allowed),
			asks(local, "PURGE", "content-type").is(refused),
			asks(local, "PURGE", "authorization").is(allowed),
			asks(local, "PURGE", ",,authorization,,").is(allowed),
			asks(local, "PURGE", "authorization"+commas(17)).is(refused).inSilence(),
			asks(local, "PURGE", emptyLines(16, "authorization")...).is(allowed),
			asks(local, "PURGE", emptyLines(17, "authorization")...).is(refused).inSilence(),
			asks(elsewhere, "GET").is(refused),
			asks(malformed, "GET").is(refused),
			asks(local, "PUT").is(refused),
			asks(elsewhere, "PUT").is(refused),
			asks(local, "GET", "bar,baz,foo").is(refused),
			asks("https://example.org", "GET", "bar,baz,foo").is(refused),
		}},
		{"credentials and any header", anyHeader, []promise{
			asks(local, "GET", "bar,baz,foo").is(allowed),
			asks(local, "GET", "bar , baz\t, foo\t").is(allowed),
			asks(local, "GET", "bar \t, baz\t, foo\t").is(allowed),
			asks(local, "GET", "bar,baz,foo"+commas(16)).is(allowed),
			asks(local, "GET", "bar,baz,foo"+commas(17)).is(refused).butThere(allowed, echoIsBounded),
			asks(local, "GET", emptyLines(16, "bar,baz,foo")...).is(allowed),
			asks(local, "GET", emptyLines(17, "bar,baz,foo")...).is(refused).butThere(allowed, echoIsBounded),
		}},
		{"credentials and no header", of(credentialed), []promise{
			asks(local, "GET", "bar,baz,foo").is(refused),
		}},
		{"credentials and no header, in debug mode", debug(of(credentialed)), []promise{
			asks(local, "GET", "bar,baz,foo").is(refused),
			asks(local, "PUT").is(refused),
		}},
		{"credentials and a header, in debug mode", debug(authorization), []promise{
			asks(local, "GET", "bar,baz,foo").is(refused),
		}},
		{"everything but Authorization, which ours does not leave out", debug(public), []promise{
			asks(local, "PURGE", "content-type").is(allowed),
		}},
		{"everything, in debug mode", debug(public), []promise{
			get("").is(readable), // with everyone
			options("").is(readable),
			get(local).is(readable),
			get(malformed).is(readable),
			options(local).is(readable),
			asks(local, "GET").is(allowed),
			asks(local, "PURGE").is(allowed),
			asks(local, "PURGE", "content-type").is(allowed),
			asks(malformed, "GET").is(allowed),
			asks(local, "PUT").is(allowed),
			asks(local, "GET", "bar,baz,foo").is(allowed),
		}},
		{"credentials for a domain's pages", of(policy.Policy{
			AllowOrigins: []string{"https://example.com:8080", "https://*.example.com"}, AllowMethods: []string{"GET", "POST", "PUT", "DELETE"},
			AllowHeaders: []string{"Foo", "Bar", "Baz", "Qux", "Quux"}, ExposeHeaders: []string{"X-Foo", "X-Bar"}, AllowCredentials: true, MaxAge: new(30),
		}), []promise{
			get("").is(withheld),
			options("").is(withheld),
			get("https://example.com:8080").is(readable),
			get("https://example.com:6060").is(withheld),
			get(malformed).is(withheld),
			options("https://example.com:8080").is(readable),
			options("https://foo.example.com:8080").is(withheld),
			asks("https://example.com:8080", "GET", "bar,baz,foo").is(allowed),
		}},
		{"an origin alone", of(policy.Policy{AllowOrigins: one(local)}), []promise{
			get("").is(withheld),
			options("").is(withheld),
			get(local).is(readable),
			get(elsewhere).is(withheld),
			get(malformed).is(withheld),
			options(local).is(readable),
			options(elsewhere).is(withheld),
			asks(local, "GET").is(allowed).butThere(refused, getIsAllowed),
			asks(local, "PURGE").is(refused),
			asks(local, "PURGE", "content-type").is(refused),
			asks(elsewhere, "GET").is(refused),
			asks(malformed, "GET").is(refused),
			asks(local, "PUT").is(refused),
			asks(elsewhere, "PUT").is(refused),
			asks(local, "GET", "bar,baz,foo").is(refused),
			asks("https://example.org", "GET", "bar,baz,foo").is(refused),
		}},
		// It once let one origin end in another: GHSA-vhxv-fg4m-p2w8.
		{"names that end in each other", of(policy.Policy{AllowOrigins: []string{"https://foo.com", "https://bar.com"}}), []promise{
			get("https://barfoo.com").is(withheld),
			get("https://foobar.com").is(withheld),
			options("https://barfoo.com").is(withheld),
			options("https://foobar.com").is(withheld),
			asks("https://barfoo.com", "GET").is(refused),
			asks("https://foobar.com", "GET").is(refused),
			asks("https://barfoo.com", "PUT").is(refused),
			asks("https://foobar.com", "PUT").is(refused),
			asks("https://barfoo.com", "GET", "bar,baz,foo").is(refused),
			asks("https://foobar.com", "GET", "bar,baz,foo").is(refused),
		}},
		{"another scheme", from("connector://example.com"), []promise{
			get("").is(withheld),
			options("").is(withheld),
			get("connector://example.com").is(readable),
			get("connector://example.com:6060").is(withheld),
			get(malformed).is(withheld),
			options("connector://example.com").is(readable),
			options("connector://example.com:8080").is(withheld),
			asks("connector://example.com", "GET", "bar,baz,foo").is(refused),
		}},
		{"any sub-domain and any port", of(policy.Policy{AllowOrigins: one("http://*.example.com:*")}), []promise{
			get("http://foo.example.com").is(readable),
			get("http://foo.example.com:6060").is(readable),
			get("http://bar.foo.example.com").is(readable),
			get("http://bar.foo.example.com:8080").is(readable),
			get("http://example.com").is(withheld),
			asks("http://foo.example.com", "GET", "bar,baz,foo").is(refused),
		}},
		{"many origins", of(inhabited), append(visits, get("https://hazmat").is(withheld))},

		// Reconfigure: see below for how one comes after the other.
		{"credentials and no header, in debug mode, reconfigured", debug(of(credentialed)), []promise{
			asks(local, "GET", "bar,baz,foo").is(refused),
			asks(malformed, "PUT").is(refused),
			asks(local, "PUT").is(refused),
		}},
		{"credentials and any header, reconfigured", anyHeader, []promise{
			asks(local, "GET", "bar,baz,foo").is(allowed),
			asks(local, "PURGE", "bar,baz,foo,qux").is(refused),
		}},
		{"credentials and any header, after what cannot be configured", anyHeader, []promise{
			asks(local, "GET", "bar,baz,foo").is(allowed),
			asks(local, "PURGE", "bar,baz,foo,qux").is(refused),
		}},
	}
}

// becomes puts a handler between one that says on what its responses vary, and one that
// says so too, and returns what becomes of a request.
func becomes(cors *reference.CORS, p promise) (outcome, *http.Response) {
	GinkgoHelper()
	passed := 0
	inner := cors.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		passed++
		w.Header().Add("Vary", "behind")
		io.WriteString(w, "body")
	}))
	r := httptest.NewRequest(p.method, "/v1/items", nil)
	r.Header = p.headers
	w := httptest.NewRecorder()
	w.Header().Set("Vary", "before")
	inner.ServeHTTP(w, r)
	response := w.Result()
	body, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	Expect(string(body)).To(Equal(strings.Repeat("body", passed)))
	is := map[bool]map[int]outcome{false: {0: refused, 1: withheld}, true: {0: allowed, 1: readable}}[allowedBy(response, p.method, p.headers)][passed]
	return is, response
}

// says is what all headers of a response are that the outcome and the policy ask for.
func says(c reference.Config, p promise, response *http.Response) {
	GinkgoHelper()
	h := response.Header
	anyOrigin := slices.Equal(c.Policy.AllowOrigins, one("*"))
	vary := []string{"before"}
	if p.want == readable || p.want == withheld {
		if p.method != "OPTIONS" && !anyOrigin && len(c.Policy.AllowOrigins) > 0 {
			vary = append(vary, "Origin")
		}
		vary = append(vary, "behind")
	}
	Expect(list(h, "Vary")).To(Equal(vary))
	delete(h, "Vary")
	if p.want == withheld || p.want == refused && !c.Debug {
		Expect(corsHeaders(response)).To(BeEmpty())
	}
	if p.want == refused {
		return
	}
	Expect(response.StatusCode).To(Equal(map[bool]int{true: 204, false: 200}[p.want == allowed]))
	if p.want == withheld {
		return
	}
	Expect(h.Get("Access-Control-Allow-Credentials") == "true").To(Equal(c.Policy.AllowCredentials))
	if p.want == readable {
		Expect(list(h, "Access-Control-Expose-Headers")).To(ConsistOf(c.Policy.ExposeHeaders))
		return
	}
	Expect(h).NotTo(HaveKey("Access-Control-Expose-Headers"))
	if c.Policy.MaxAge != nil {
		Expect(h.Get("Access-Control-Max-Age")).To(Equal(strconv.Itoa(*c.Policy.MaxAge)))
	}
}

var _ = Describe("What jub0bs/cors promises", func() {
	total := 0
	for _, other := range others() {
		isShadow := other.config.Shadow
		if !isShadow {
			total += len(other.promises)
		}
		Describe("of "+other.name, func() {
			for _, p := range other.promises {
				It(p.String(), func() {
					c := other.config
					c.RefusalStatus = http.StatusForbidden // as there
					is, response := becomes(configured(c), p)
					Expect(is).To(Equal(p.want))
					says(c, p, response)

					if !p.silent {
						c.RefusalStatus = 0
						is, _ = becomes(configured(c), p)
						Expect(is).To(Equal(p.want), "where refused preflights are answered as allowed ones")
					}
				})
			}
		})
	}

	It("is here in whole", func() { Expect(total).To(Equal(142)) })

	// There the debug mode is apart from the configuration, and survives it; here it is
	// a field of it. There no origin is a mistake; here that allows nothing, and what
	// cannot be configured is something else.
	It("holds after Reconfigure, and what cannot be configured changes nothing", func() {
		cors := new(reference.CORS)
		for _, other := range others() {
			c := other.config
			c.RefusalStatus = http.StatusForbidden
			Expect(cors.Reconfigure(c)).To(Succeed(), other.name)
			Expect(cors.Reconfigure(from("null"))).NotTo(Succeed())
			Expect(cors.Config().Debug).To(Equal(other.config.Debug))
			for _, p := range other.promises {
				is, _ := becomes(cors, p)
				Expect(is).To(Equal(p.want), "%s: %s", other.name, p)
			}
		}
	})

	It("holds for a response after others that were changed", func() {
		cors := configured(of(policy.Policy{AllowOrigins: one(elsewhere), AllowMethods: one("PUT"), AllowCredentials: true}))
		for range 2 {
			_, response := becomes(cors, asks(elsewhere, "PUT"))
			Expect(response.Header.Values("Access-Control-Allow-Credentials")).To(Equal(one("true")))
			w := httptest.NewRecorder()
			r := httptest.NewRequest("OPTIONS", "/v1/items", nil)
			r.Header = asking(elsewhere, "PUT")
			cors.Handler(http.NotFoundHandler()).ServeHTTP(w, r)
			for _, values := range w.Header() {
				values[0] = "spoilt"
			}
		}
	})

	// Its issue 15, mended after v1.0.1: a binary search that missed names.
	DescribeTable("of many headers",
		func(line string, want outcome) {
			is, _ := becomes(configured(of(policy.Policy{AllowOrigins: one(local),
				AllowHeaders: []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}})), asks(local, "GET", line))
			Expect(is).To(Equal(want))
		},
		Entry("all", "a,b,c,d,e,f,g,h,i,j,k", allowed),
		Entry("the first and the last", "a,k", allowed),
		Entry("the last", "k", allowed),
		Entry("one between and one beyond", "f,l", refused),
	)
})
