package report_test

import (
	"regexp"
	"strings"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("Console", func() {
	It("says in a line what passed, in full what failed, and closes with the judgement", func() {
		r := reported(
			passed("methods.listed", fetch.Fetch, "listed-method", "PUT"),
			passed("methods.listed", fetch.XHR, "listed-method", "PUT"),
			passed("methods.listed", fetch.Fetch, "listed-method", "DELETE"),
			held("methods.listed.shared", "PUT"),
			result("credentials.refused", "", suite.Unclaimed, "the policy makes no such promise"),
			serverError(fetch.Fetch),
			serverError(fetch.XHR),
			result("errors.credentials", fetch.Fetch, suite.Blocked, "simple.get"),
			passed("options.plain", ""),
		)
		r.Advice = []string{"Serve the page by https."}
		r.Repairs = []suite.Configuration{{
			Server: "nginx", Title: "nginx", Guessed: "its answers have Server: nginx", Notes: []string{"Not all can be kept."},
			Blocks: []suite.Block{{Where: "in the http block", Lines: lines}},
		}}

		Expect(console(r, report.ConsoleOptions{})).To(Equal(`https://api.example.com, judged by chromium 140.0

Methods
  ✓ methods.listed  The CORS-preflight request for a listed method must be answered so that the request leaves · fetch, xhr · PUT, DELETE

Error answers
  ✗ errors.server       A page of an allowed origin can read a 5xx answer – fail · fetch, xhr · /v1/broken
      required  GET /v1/broken from https://app.example.com has its response shared with the script
      observed  CORS check, step 2: Access-Control-Allow-Origin is missing, expected "https://app.example.com"
      standard  CORS check, step 2: https://fetch.spec.whatwg.org/#concept-cors-check
      reason    MissingAllowOriginHeader (CORSMissingAllowOrigin in Firefox)
      next      1. CORS check, step 8: Access-Control-Allow-Credentials is missing, expected "true" (InvalidAllowCredentials; CORSMissingAllowCredentials in Firefox), asked by corsproof, not the browser
      change    Send Access-Control-Allow-Origin on this response.
                Error answers need the headers too.
      in server nginx: Mind this.
                map $http_origin $cors_origin {
                    "~."  $http_origin;
                }
      wire      OPTIONS /v1/broken for GET with content-type → 204 No Content
                  Access-Control-Allow-Origin: https://app.example.com
                GET /v1/broken → 500
                  no Access-Control-* header
      replay    curl -i https://api.example.com/v1/broken -H 'Origin: https://app.example.com'

  – errors.credentials  A page of an allowed origin can read an error answer to a request with credentials – blocked by simple.get · fetch

OPTIONS that is no CORS-preflight request
  ✓ options.plain  OPTIONS without Origin should be answered as the application answers it (recommended) · asked by corsproof

What to change in nginx
  It seems to be one: its answers have Server: nginx. --fixes NAME shows another kind, --fixes all shows all. This is the whole of the policy: it replaces all that is said there of CORS now.
  Note: Not all can be kept.

  In the http block:

    map $http_origin $cors_origin {
        "~."  $http_origin;
    }

Not judged
  –    1  blocked         by simple.get, on which they depend
  ·    1  unjudged: held  only the actual response could show it; effects: deliver in cors.yaml, or --effects deliver, lets requests through that may change something, for a server whose data may change
  ·    1  unclaimed       the policy makes no such promise: credentials.refused

Held back
  Requests that may change something did not reach the target, so their responses were not looked at. effects: deliver in cors.yaml, or --effects deliver, sends them, for a server whose data may change, and adds:
  methods.listed.shared  PUT /v1/items

Advice
  - Serve the page by https.

4 pass, 2 fail, 1 blocked, 1 unclaimed, 1 unjudged, 0 broken  (6 scenarios, 9 results)
chromium 140.0

https://api.example.com does not keep its policy. It failed in 1 scenario: errors.server.
`))
	})

	It("keeps failures apart that are not the same", func() {
		other := serverError(fetch.Fetch)
		other.Observed, other.Intermittent = "something else", true
		text := console(reported(serverError(fetch.Fetch), serverError(fetch.XHR), other), report.ConsoleOptions{})

		Expect(strings.Count(text, "✗ errors.server")).To(Equal(2))
		Expect(text).To(ContainSubstring("– fail, intermittent"))
		Expect(text).To(ContainSubstring("Intermittent: when it was tried again, it passed."))
	})

	It("says how a request came to have no response", func() {
		r := serverError(fetch.Fetch)
		r.Exchanges = []fetch.Exchange{
			{Kind: fetch.Actual, Request: fetch.WireRequest{Method: "PUT", URL: target + "/a"}, Held: true},
			{Kind: fetch.Actual, Request: fetch.WireRequest{Method: "GET", URL: "https://elsewhere.test/b"}, Error: "net::ERR_FAILED"},
			{Kind: fetch.Actual, Request: fetch.WireRequest{Method: "GET", URL: target + "/c"}, By: "corsproof"},
			{Kind: fetch.Actual, Request: fetch.WireRequest{Method: "GET", URL: target + "/d"}, Cached: true, Response: &fetch.WireResponse{
				Status: 302, Headers: fetch.HeaderList{{Name: "Location", Value: "/login"}},
			}},
		}
		text := console(reported(r), report.ConsoleOptions{})

		Expect(text).To(ContainSubstring("PUT /a → held back in the browser\n"))
		Expect(text).To(ContainSubstring("GET https://elsewhere.test/b → net::ERR_FAILED\n"))
		Expect(text).To(ContainSubstring("GET /c → no answer, asked by corsproof, not the browser\n"))
		Expect(text).To(ContainSubstring("GET /d → 302, from the HTTP cache\n                  Location: /login\n"))
	})

	It("says what was seen of what could not be judged", func() {
		other := result("errors.server", fetch.Fetch, suite.Unjudged, suite.NoResource)
		other.Observed = "the resource declares status 500 and answered 200"
		text := console(reported(other, result("errors.client", "", suite.Unjudged, suite.NoResource)), report.ConsoleOptions{})

		Expect(text).To(ContainSubstring(" – unjudged: no-resource, the resource declares status 500 and answered 200 · fetch\n"))
		Expect(text).To(ContainSubstring("2  unjudged: no-resource  the target declares nothing of that kind; declare it in cors.yaml under resources, or under request for credentials: errors.server, errors.client\n"))
	})

	It("says what broke", func() {
		r := result("simple.get", fetch.Fetch, suite.Broken, "browser")
		r.Observed = "the page did not answer"
		text := console(reported(r), report.ConsoleOptions{})

		Expect(text).To(ContainSubstring("! simple.get  A page of an allowed origin can read the response to GET – broken: browser · fetch\n" +
			"      cause     the browser, or corsproof's page in it, failed\n" +
			"      observed  the page did not answer\n"))
	})

	It("says in a line what an interrupt broke", func() {
		r := result("simple.get", fetch.Fetch, suite.Broken, "interrupted")
		r.Observed = "the run ended before"
		Expect(console(reported(r), report.ConsoleOptions{})).To(ContainSubstring(" – broken: interrupted · fetch\n\nNot judged\n"))
	})

	It("shows every result, header and flag when it is verbose", func() {
		first := passed("methods.listed", fetch.Fetch, "listed-method", "PUT", "plain-resource", "/v1/items")
		first.Seconds = 0.0123
		text := console(reported(first, passed("methods.listed", fetch.XHR, "listed-method", "PUT"), serverError(fetch.Fetch)),
			report.ConsoleOptions{Verbose: true})

		Expect(text).To(ContainSubstring(" · fetch · PUT · /v1/items · 0.012 s\n"))
		Expect(text).To(ContainSubstring(" · xhr · PUT\n"))
		Expect(text).To(ContainSubstring("                > Access-Control-Request-Method: GET\n"))
		Expect(text).To(ContainSubstring("                < Date: today\n"))
		Expect(text).To(ContainSubstring("chromium 140.0; flags: --headless\n"))
	})

	It("fits the width of a terminal, but breaks no link", func() {
		text := console(reported(passed("origins.refused.dot", fetch.Fetch), serverError(fetch.Fetch)), report.ConsoleOptions{Width: 80})

		for line := range strings.Lines(text) {
			if !strings.Contains(line, "https://") {
				Expect(utf8.RuneCountInString(strings.TrimRight(line, "\n"))).To(BeNumerically("<=", 80), line)
			}
		}
		Expect(text).To(ContainSubstring("\n                https://fetch.spec.whatwg.org/#concept-cors-check\n"))
	})

	It("gives way to no narrow terminal without end", func() {
		text := console(reported(passed("origins.refused.dot", fetch.Fetch)), report.ConsoleOptions{Width: 1})
		Expect(strings.Count(text, "\n")).To(BeNumerically("<", 40))
	})

	It("has colours only if they are asked for", func() {
		r := reported(passed("simple.get", fetch.Fetch), serverError(fetch.Fetch))
		plain, coloured := console(r, report.ConsoleOptions{}), console(r, report.ConsoleOptions{Color: true})

		Expect(plain).NotTo(ContainSubstring("\x1b"))
		Expect(coloured).To(ContainSubstring("\x1b[32m✓"))
		Expect(paint.ReplaceAllString(coloured, "")).To(Equal(plain))
	})

	It("breaks lines at the same places with colours", func() {
		r := reported(passed("simple.get", fetch.Fetch), serverError(fetch.Fetch))
		Expect(paint.ReplaceAllString(console(r, report.ConsoleOptions{Color: true, Width: 60}), "")).
			To(Equal(console(r, report.ConsoleOptions{Width: 60})))
	})

	It("says that the browser had no sandbox", func() {
		r := reported(passed("simple.get", fetch.Fetch))
		r.Browsers[0].Flags = []string{"--headless", "--no-sandbox"}
		Expect(console(r, report.ConsoleOptions{})).To(ContainSubstring("chromium 140.0, without its sandbox (--no-sandbox), since corsproof runs as root\n"))
	})

	It("says that there was no browser", func() {
		r := reported(passed("simple.get", fetch.Fetch))
		r.Browsers = []fetch.About{(fetch.Model{}).About()}
		Expect(console(r, report.ConsoleOptions{})).To(MatchRegexp(`judged by the Fetch Standard [-0-9]+ as a model, without a browser\n`))
	})

	It("keeps chapters that it does not know", func() {
		r := passed("simple.get", fetch.Fetch)
		r.ID, r.Title = "future.thing", "A thing of the future"
		Expect(console(reported(r), report.ConsoleOptions{})).To(ContainSubstring("\nfuture\n  ✓ future.thing  A thing of the future · fetch\n"))
	})

	It("leaves out scenarios of which none was tried", func() {
		r := result("simple.get", fetch.Fetch, suite.Broken, "connection")
		r.Attempts = nil
		unreachable := reported(r)
		unreachable.Partial = "https://api.example.com cannot be reached: connection refused"

		Expect(console(unreachable, report.ConsoleOptions{})).NotTo(ContainSubstring("simple.get"))
		Expect(console(unreachable, report.ConsoleOptions{Verbose: true})).To(ContainSubstring("simple.get"))
		Expect(console(unreachable, report.ConsoleOptions{})).To(HaveSuffix("\n" +
			"No judgement: https://api.example.com cannot be reached: connection refused.\n"))
	})

	It("lists many values in short", func() {
		var results []suite.Result
		for range 30 {
			results = append(results, passed("origins.allowed", fetch.Fetch, "allowed-origin", "https://"+strings.Repeat("x", len(results)+1)+".example"))
		}
		Expect(console(reported(results...), report.ConsoleOptions{})).To(MatchRegexp(`https://x\.example, .* and \d+ more\n`))
	})
})

// paint is an SGR sequence.
var paint = regexp.MustCompile("\x1b\\[[0-9;]*m")

var _ = DescribeTable("Judgement",
	func(partial, want string, results ...suite.Result) {
		r := reported(results...)
		r.Partial = partial
		Expect(report.Judgement(r)).To(Equal(want))
	},
	Entry("of a server that keeps its policy", "",
		"https://api.example.com keeps its policy.",
		passed("simple.get", fetch.Fetch)),
	Entry("of one that fails where nothing is required", "",
		"https://api.example.com keeps its policy. What is not required failed in 1 scenario: options.plain.",
		passed("simple.get", fetch.Fetch), result("options.plain", "", suite.Fail, "OptionsBroken")),
	Entry("of one that does not", "",
		"https://api.example.com does not keep its policy. It failed in 2 scenarios: simple.get, errors.server.",
		result("simple.get", fetch.Fetch, suite.Fail, "X"), result("simple.get", fetch.XHR, suite.Fail, "X"), serverError(fetch.Fetch)),
	Entry("of a run that failed before it was interrupted", "interrupted",
		"https://api.example.com does not keep its policy. It failed in 1 scenario: errors.server.",
		serverError(fetch.Fetch)),
	Entry("of a run that was interrupted", "interrupted; what was not tried is broken",
		"No judgement of https://api.example.com. The run is partial: interrupted; what was not tried is broken.",
		passed("simple.get", fetch.Fetch)),
	Entry("of a browser that broke", "",
		"No judgement of https://api.example.com. The trial itself broke in 1 scenario: simple.get.",
		result("simple.get", fetch.Fetch, suite.Broken, "browser")),
	Entry("of nothing", "",
		"No judgement of https://api.example.com. Nothing that is required could be judged.",
		result("simple.get", fetch.Fetch, suite.Unjudged, suite.MixedContent)),
)

var _ = DescribeTable("MeaningOf puts into words",
	func(word string) {
		m, ok := report.MeaningOf(word)
		Expect(ok).To(BeTrue())
		Expect(m.What).NotTo(BeEmpty())
	},
	Entry(nil, suite.MixedContent), Entry(nil, suite.Held), Entry(nil, suite.NotObservable), Entry(nil, suite.NoResource),
	Entry(nil, suite.WouldWait), Entry(nil, suite.Budget), Entry(nil, suite.OriginImpossible),
	Entry(nil, "dns"), Entry(nil, "tls"), Entry(nil, "connection"), Entry(nil, "timeout"), Entry(nil, "local-network"), Entry(nil, "other"),
	Entry(nil, "pass"), Entry(nil, "fail"), Entry(nil, "blocked"), Entry(nil, "unclaimed"), Entry(nil, "unjudged"), Entry(nil, "broken"),
)
