package suite_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/selftest"
)

// Servers that keep their policy must stay green: nothing fails, nothing breaks.

var _ = Describe("the reference server", func() {
	for _, c := range policies.All() {
		It("stays green with the policy of "+c.Name, func() {
			Expect(complaints(c.Handler(), selftest.SoundTarget(c))).To(BeEmpty())
		})
	}

	It("stays green with a policy that allows nothing", func() {
		report := judged(keeping(policy.Policy{}), suite.Target{Resources: resources})
		Expect(wrong(report)).To(BeEmpty())
	})

	It("stays green where a resource implements less than its policy allows", func() {
		target := suite.Target{Policy: policy.Sample()}
		target.Resources = []suite.Resource{{Path: "/v1/items", Methods: list("GET", "PUT")}}
		Expect(complaints(keeping(policy.Sample()), target)).To(BeEmpty())
	})

	It("stays green where nothing is said of its resources", func() {
		anything := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "{}") })
		Expect(complaints(policies.Keep(policy.Sample(), anything), suite.Target{Policy: policy.Sample()})).To(BeEmpty())
	})
})

var _ = Describe("a server that is correct but different", func() {
	sample := policy.Sample()
	alone := policy.Policy{AllowOrigins: one(app), AllowMethods: list("GET", "PUT"), AllowHeaders: one("Content-Type")}
	public := policy.Policy{
		AllowOrigins:  one("*"),
		AllowMethods:  list("GET", "PUT"),
		AllowHeaders:  one("Content-Type"),
		ExposeHeaders: one("ETag"),
		MaxAge:        new(600),
	}

	DescribeTable("stays green that",
		func(promise policy.Policy, changes ...change) {
			var differs atomic.Bool
			server := differing(keeping(promise), &differs, on(always, changes...))
			Expect(complaints(server, suite.Target{Policy: promise, Resources: resources})).To(BeEmpty())
			Expect(differs.Load()).To(BeTrue(), "it did all as the reference server does")
		},

		// Any 2xx on the preflight.
		Entry("answers preflights 200 with a body", sample, on(preflight, status(200), body("OK"))),
		Entry("answers preflights 201", sample, on(preflight, status(201))),
		Entry("answers preflights 202", sample, on(preflight, status(202))),
		Entry("answers preflights 206", sample, on(preflight, status(206))),
		Entry("answers preflights 299", sample, on(preflight, status(299))),

		// Access-Control-Allow-Methods.
		Entry("allows the requested method alone", sample, on(preflight, requestedMethod)),
		Entry("allows more methods than it needs to", sample, on(preflight, alter(allowMethods, func(list string) string {
			return "OPTIONS, CONNECT, TRACE, " + list
		}))),
		Entry("allows no safelisted method by name", sample, on(preflight, set(allowMethods, "PUT,PATCH,DELETE"))),
		Entry("allows each method on a line", sample, on(preflight, lines(allowMethods))),
		Entry("spaces methods as no one else does", sample, on(preflight, alter(allowMethods, spread))),

		// Access-Control-Allow-Headers.
		Entry("echoes the requested headers if all are listed", sample, on(preflight, requestedHeaders)),
		Entry("lists headers in lower case", sample, on(preflight, alter(allowHeaders, strings.ToLower))),
		Entry("lists headers in upper case", sample, on(preflight, alter(allowHeaders, strings.ToUpper))),
		Entry("lists headers without a space", sample, on(preflight, alter(allowHeaders, func(list string) string {
			return strings.ReplaceAll(list, " ", "")
		}))),
		Entry("spaces headers as no one else does", sample, on(preflight, alter(allowHeaders, spread))),
		Entry("lists each header on a line", sample, on(preflight, lines(allowHeaders))),
		Entry("lists more headers than it needs to", sample, on(preflight, alter(allowHeaders, func(list string) string {
			return list + ", Accept, Origin, X-Forwarded-For"
		}))),

		// A refused preflight.
		Entry("refuses preflights by 403", sample, on(refused, status(403))),
		Entry("refuses preflights by 200", sample, on(refused, status(200))),
		Entry("refuses preflights by 405", sample, on(refused, status(405))),
		Entry("refuses preflights by 403, with the lists", sample, on(refused, status(403), lists)),
		Entry("refuses preflights by 200, with the lists", sample, on(refused, status(200), lists)),
		Entry("refuses preflights by 204, with the lists", sample, on(refused, status(204), lists)),
		Entry("refuses preflights by 405, with the lists", sample, on(refused, status(405), lists)),
		Entry("refuses preflights by naming another origin", sample, on(refused, lists, set(allowOrigin, app))),
		Entry("refuses preflights by 403 and naming another origin", sample,
			on(refused, status(403), lists, set(allowOrigin, app))),
		Entry("refuses unlisted methods and headers by 403", sample, on(asksTooMuch, status(403))),
		Entry("refuses unlisted methods and headers by 403, without CORS headers", sample, on(asksTooMuch, status(403), bare)),
		Entry("refuses unlisted methods and headers by 204, without CORS headers", sample, on(asksTooMuch, bare)),

		// A refused actual request.
		Entry("refuses actual requests by 403", sample, on(refusedActual, status(403))),
		Entry("names another origin to the refused", sample, on(refusedActual, set(allowOrigin, app))),
		Entry("says null to the refused whose origin is not opaque", sample, on(refusedNotOpaque, set(allowOrigin, "null"))),

		// "*" in place of an echo, and the reverse.
		Entry("echoes the origin where anyone may read", public, nameOrigin),
		Entry("says * for methods and headers where the policy says so", everything, on(preflight,
			set(allowMethods, "*"), set(allowHeaders, "*, authorization"))),
		Entry("echoes methods and headers where the policy says *", everything, on(preflight, echo)),

		// A listed method that is not implemented.
		Entry("answers 404 to a listed method", sample, on(method("PUT", "PATCH", "DELETE"), status(404))),
		Entry("answers 405 to a listed method", sample, on(method("PUT", "PATCH", "DELETE"), status(405))),
		Entry("answers 401 to everything", sample, on(actual, status(401))),

		// Access-Control-Allow-Credentials where nobody needs it.
		Entry("allows credentials to nobody in particular", sample, on(refusedActual, set(allowCredentials, "true"))),
		Entry("allows credentials next to *", public, set(allowCredentials, "true")),
		Entry("says that credentials are not allowed", public, set(allowCredentials, "false")),

		// OPTIONS that is no preflight.
		Entry("answers other OPTIONS 200", sample, on(otherOptions, status(200))),
		Entry("answers other OPTIONS 204", sample, on(otherOptions, status(204))),
		Entry("answers other OPTIONS 404", sample, on(otherOptions, status(404))),
		Entry("answers other OPTIONS 405 and says Allow", sample, on(otherOptions, status(405), set("Allow", "GET"))),
		Entry("answers other OPTIONS with all CORS headers", sample, on(otherOptions, status(204), lists)),

		// Vary.
		Entry("varies by more", sample, set("Vary", "Accept-Encoding, Origin, "+requestMethod+", "+requestHeaders)),
		Entry("varies by everything", sample, set("Vary", "*")),

		// What a browser takes in more than one form.
		Entry("exposes each header on a line", sample, on(actual, lines(exposeHeaders))),
		Entry("lists safelisted methods in lower case", sample, on(preflight, alter(allowMethods, func(list string) string {
			return strings.NewReplacer("GET", "get", "HEAD", "Head", "POST", "post").Replace(list)
		}))),
		Entry("says * on the response and the origin on the preflight", public, on(preflight, nameOrigin)),
		Entry("exposes * in a list", everything, on(actual, set(exposeHeaders, "Set-Cookie, *"))),
		Entry("has a blank after Access-Control-Allow-Credentials", sample, on(allowed, set(allowCredentials, "true "))),

		// Ranges, and long lists.
		Entry("answers ranges 206", sample, on(hasRange, status(206), set("Content-Range", "bytes 0-0/*"))),
		Entry("answers ranges 416", sample, on(hasRange, status(416))),
		Entry("refuses long lists of headers by 431", sample, on(preflight, on(asksForMany, status(431), bare))),

		// What caches may keep, or not.
		Entry("lets no cache keep anything, and does without Vary", sample, set("Cache-Control", "no-store"), drop("Vary")),
		Entry("has no entity tag", sample, drop("Etag")),
		Entry("answers 200 in place of 304", sample, on(notModified, status(200), body("{}"))),
		Entry("shares with its one origin always, without Vary", alone, drop("Vary"), on(actual, set(allowOrigin, app))),
		Entry("shares with everyone always, and varies nevertheless", public, set("Vary", "Origin")),
		Entry("names the origin on 304 and says nothing of Vary", alone, on(notModified, drop("Vary"))),
		Entry("says nothing of CORS on 304 where the response is for everyone", public, on(notModified, bare)),

		// What has no effect where it is.
		Entry("sends all CORS headers on all responses", sample, on(allowed, lists, set(exposeHeaders, "ETag, X-Total-Count"))),
		Entry("exposes what is always readable", sample, on(actual, alter(exposeHeaders, func(list string) string {
			return list + ", Content-Type, Content-Length, Cache-Control"
		}))),
	)

	It("would not stay green if it were not correct", func() {
		for _, mistake := range []struct {
			promise policy.Policy
			differ  change
		}{
			{sample, on(preflight, status(300))},
			{sample, on(preflight, set(allowMethods, "GET"))},
			{sample, on(refusedActual, set(allowOrigin, "*"))},
			{public, on(actual, drop(allowOrigin))},
			{everything, on(preflight, drop(allowHeaders))},
		} {
			server := differing(keeping(mistake.promise), new(atomic.Bool), mistake.differ)
			Expect(complaints(server, suite.Target{Policy: mistake.promise, Resources: resources})).NotTo(BeEmpty())
		}
	})
})

const app = "http://app.example.test:7001" // which the sample policy allows

var resources = []suite.Resource{
	{Path: "/v1/items"},
	{Path: "/v1/public", Cacheable: true},
	{Path: "/v1/badge.png", Kind: "image", Cacheable: true},
	{Path: "/v1/missing", Status: 404},
	{Path: "/v1/private", Status: 401},
	{Path: "/v1/broken", Status: 500},
	{Path: "/v1/old", Status: 301, RedirectsTo: "/v1/items"},
	{Path: "/v1/submitted", Status: 303, RedirectsTo: "/v1/items"},
	{Path: "/v1/moved", Status: 307, RedirectsTo: "/v1/items"},
}

var everything = policies.Everything()

func one(value string) []string { return []string{value} }

func list(values ...string) []string { return values }

// keeping is the reference server with a policy.
func keeping(p policy.Policy) http.Handler {
	return faults.Fault{Promise: &p}.Handler()
}

func judged(server http.Handler, target suite.Target) *suite.Report {
	GinkgoHelper()
	report, err := judgedByModel(server, target)
	Expect(err).NotTo(HaveOccurred())
	return report
}

// complaints are what the suite has against a server, or against itself: that
// nothing required passed would prove nothing.
func complaints(server http.Handler, target suite.Target) []string {
	GinkgoHelper()
	report := judged(server, target)
	found := wrong(report)
	if report.ExitCode() != suite.ExitConforms {
		found = append(found, fmt.Sprintf("the exit code is %d", report.ExitCode()))
	}
	return found
}

// wrong returns what failed, broke, or could not be judged for a reason that has no
// place here.
func wrong(report *suite.Report) []string {
	var found []string
	for _, r := range report.Results {
		expected := []string{suite.NoResource, suite.WouldWait, suite.NotObservable}
		if r.Verdict == suite.Unjudged && slices.Contains(expected, r.Reason) {
			continue
		}
		if r.Verdict != suite.Pass && r.Verdict != suite.Unclaimed {
			found = append(found, r.Key+"\n"+r.Sentence())
		}
	}
	return found
}

// The headers of the CORS protocol.
const (
	requestMethod    = "Access-Control-Request-Method"
	requestHeaders   = "Access-Control-Request-Headers"
	allowOrigin      = "Access-Control-Allow-Origin"
	allowCredentials = "Access-Control-Allow-Credentials"
	allowMethods     = "Access-Control-Allow-Methods"
	allowHeaders     = "Access-Control-Allow-Headers"
	maxAge           = "Access-Control-Max-Age"
	exposeHeaders    = "Access-Control-Expose-Headers"
)

// A response is what the reference server answers, before it is sent.
type response struct {
	status int
	header http.Header
	body   string
}

// differing puts a change behind a server, and tells whether it ever made a
// difference.
func differing(server http.Handler, differs *atomic.Bool, change change) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, r)
		before := recorder.Result()
		after := &response{before.StatusCode, before.Header.Clone(), recorder.Body.String()}
		change(r, after)
		if after.status != before.StatusCode || !maps.EqualFunc(after.header, before.Header, slices.Equal) {
			differs.Store(true)
		}
		maps.Copy(w.Header(), after.header)
		w.WriteHeader(after.status)
		_, _ = w.Write([]byte(after.body)) // some statuses have none
	})
}

// A condition sees the response as it is so far.
type condition func(*http.Request, *response) bool

// A change makes a response another.
type change func(*http.Request, *response)

// on confines changes to where a condition holds, which is asked once.
func on(holds condition, changes ...change) change {
	return func(r *http.Request, w *response) {
		if holds(r, w) {
			for _, change := range changes {
				change(r, w)
			}
		}
	}
}

// Conditions.

func always(*http.Request, *response) bool { return true }

func notModified(_ *http.Request, w *response) bool { return w.status == 304 }

func preflight(r *http.Request, _ *response) bool {
	return r.Method == "OPTIONS" && r.Header.Get("Origin") != "" && r.Header.Get(requestMethod) != ""
}

func actual(r *http.Request, _ *response) bool { return r.Method != "OPTIONS" }

func otherOptions(r *http.Request, w *response) bool { return !preflight(r, w) && !actual(r, w) }

func allowed(_ *http.Request, w *response) bool {
	return w.header.Get(allowOrigin) != ""
}

func refused(r *http.Request, w *response) bool { return preflight(r, w) && !allowed(r, w) }

// refusedActual leaves out requests of the server's own origin, which are not
// cross-origin.
func refusedActual(r *http.Request, w *response) bool {
	own := "http://" + r.Host
	return actual(r, w) && r.Header.Get("Origin") != "" && r.Header.Get("Origin") != own && !allowed(r, w)
}

func refusedNotOpaque(r *http.Request, w *response) bool {
	return refusedActual(r, w) && r.Header.Get("Origin") != "null"
}

// asksTooMuch holds for preflights of allowed origins that ask for a method or a
// header that the sample policy does not list.
func asksTooMuch(r *http.Request, w *response) bool {
	return preflight(r, w) && allowed(r, w) &&
		(!slices.Contains(policy.Sample().AllowMethods, r.Header.Get(requestMethod)) || !asksForListed(r))
}

// asksForListed reports whether a preflight asks for no header but listed ones.
func asksForListed(r *http.Request) bool {
	for name := range strings.SplitSeq(strings.Join(r.Header.Values(requestHeaders), ","), ",") {
		name = strings.TrimSpace(name)
		isName := func(listed string) bool { return strings.EqualFold(listed, name) }
		if name != "" && !slices.ContainsFunc(policy.Sample().AllowHeaders, isName) {
			return false
		}
	}
	return true
}

func hasRange(r *http.Request, _ *response) bool { return r.Header.Get("Range") != "" }

func asksForMany(r *http.Request, _ *response) bool { return len(r.Header.Get(requestHeaders)) > 512 }

func method(names ...string) condition {
	return func(r *http.Request, _ *response) bool { return slices.Contains(names, r.Method) }
}

// Changes.

func status(code int) change {
	return func(_ *http.Request, w *response) { w.status = code }
}

func body(text string) change {
	return func(_ *http.Request, w *response) { w.body = text }
}

func set(name, value string) change {
	return func(_ *http.Request, w *response) { w.header.Set(name, value) }
}

func drop(name string) change {
	return func(_ *http.Request, w *response) { w.header.Del(name) }
}

// alter changes the value of a header, where there is one.
func alter(name string, change func(value string) string) change {
	return func(_ *http.Request, w *response) {
		if value := w.header.Get(name); value != "" {
			w.header.Set(name, change(value))
		}
	}
}

// lines sends each element of a list as a header line of its own.
func lines(name string) change {
	return func(_ *http.Request, w *response) {
		if value := w.header.Get(name); value != "" {
			w.header[name] = strings.Split(value, ", ")
		}
	}
}

// spread puts white space and empty elements where lists may have them.
func spread(list string) string { return ",\t" + strings.ReplaceAll(list, ", ", " ,, \t") + " ," }

// bare takes all headers of the CORS protocol away.
func bare(_ *http.Request, w *response) {
	maps.DeleteFunc(w.header, func(name string, _ []string) bool { return strings.HasPrefix(name, "Access-Control-") })
}

// lists adds what the sample policy has besides the origin.
func lists(_ *http.Request, w *response) {
	p := policy.Sample()
	w.header.Set(allowMethods, strings.Join(p.AllowMethods, ", "))
	w.header.Set(allowHeaders, strings.Join(p.AllowHeaders, ", "))
	w.header.Set(allowCredentials, "true")
	w.header.Set(maxAge, "600")
}

// requestedMethod allows the requested method alone, if it is listed.
func requestedMethod(r *http.Request, w *response) {
	asked := r.Header.Get(requestMethod)
	w.header.Del(allowMethods)
	if allowed(r, w) && slices.Contains(policy.Sample().AllowMethods, asked) {
		w.header.Set(allowMethods, asked)
	}
}

// requestedHeaders allows the requested headers alone, if all of them are listed.
func requestedHeaders(r *http.Request, w *response) {
	asked := strings.Join(r.Header.Values(requestHeaders), ",")
	w.header.Del(allowHeaders)
	if allowed(r, w) && asked != "" && asksForListed(r) {
		w.header.Set(allowHeaders, asked)
	}
}

// echo allows whatever is asked for.
func echo(r *http.Request, w *response) {
	w.header.Set(allowMethods, r.Header.Get(requestMethod))
	w.header.Set(allowHeaders, strings.Join(r.Header.Values(requestHeaders), ","))
}

// nameOrigin names the origin in place of "*", and says that the response depends on
// it.
func nameOrigin(r *http.Request, w *response) {
	if origin := r.Header.Get("Origin"); origin != "" {
		w.header.Set(allowOrigin, origin)
		w.header.Set("Vary", "Origin")
	}
}
