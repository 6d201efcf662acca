package lab_test

import (
	"net/url"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/internal/person"
	"github.com/corsproof/corsproof/runner/lab"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("the playground", func() {
	var p learner

	BeforeEach(func() {
		p = newLearner()
		p.opens("#/play")
	})

	It("tells what was predicted from what was so", func() {
		p.predicts("yes", "no")
		p.Clicks("input[value=ETag]")
		p.Clicks("input[value=Content-Type]")
		p.Clicks("input[value=X-Total-Count]")
		p.runs()

		Expect(p.Reads("#result-title")).To(Equal("The script can read the response."))
		Expect(p.Reads(".compared tbody tr:nth-child(1)")).To(MatchRegexp(`A preflight\?\s+yes\s+yes\s+✓ right`))
		Expect(p.Reads(".compared tbody tr:nth-child(2)")).To(MatchRegexp(`Can the script read it\?\s+no\s+yes\s+✗ not so`))
		Expect(p.Reads(".compared tbody tr:nth-child(3)")).To(MatchRegexp(`Which headers\?\s+Content-Type, ETag, X-Total-Count\s+Content-Type, ETag, X-Total-Count\s+✓ right`))
		diagram := p.Reads(".sequence")
		Expect(diagram).To(ContainSubstring("Access-Control-Request-Method: PUT"))
		Expect(diagram).To(MatchRegexp(`Access-Control-Allow-Origin: http://app\.lab\.localhost:\d+ ◂ allows`))
		Expect(p.Reads(".walk .decides")).To(ContainSubstring("CORS check"))
	})

	It("wants a prediction first, and lets who has none go on", func() {
		p.Clicks("#run")
		Expect(p.Reads("#status")).To(Equal("Predict first: answer both questions."))
		Expect(p.Reads("#result")).To(BeEmpty())
		p.Clicks("#skip")
		p.Shows("#result-title", Equal("The script can read the response."))
		Expect(p.Reads(".compared")).To(BeEmpty())
	})

	It("shows which line refuses, of a policy that somebody changed", func() {
		p.Types("#allowMethods", "GET, POST")
		p.predicts("yes", "yes")
		p.runs()
		Expect(p.Reads("#result-title")).To(Equal("The script gets a network error."))
		Expect(p.Reads(".sequence .decides")).To(Equal("Access-Control-Allow-Methods: GET, POST ◂ decides"))
		Expect(p.Reads(".walk .decides")).To(ContainSubstring("CORS-preflight fetch, step 7.5"))
	})

	It("says which field is wrong, and sends nothing", func() {
		p.Types("#allowOrigins", "https://app.example.com/")
		p.Types("#maxAge", "soon")
		p.Clicks("input[name=preflight][value=yes]")
		p.Clicks("input[name=shared][value=yes]")
		p.Clicks("#run")
		p.Shows("#maxAge-mistake", Equal(`"soon" is no number of seconds`))
		p.Types("#maxAge", "600")
		p.predicts("yes", "yes")
		p.Clicks("#run")
		p.Shows("#allowOrigins-mistake", ContainSubstring("has a path"))
		Expect(person.Ask[string](p, `document.activeElement.id`)).To(Equal("allowOrigins"))
		Expect(p.Reads("#result")).To(BeEmpty())
	})

	It("asks nothing of other servers, whatever a link says", func() {
		for _, path := range []string{"https://example.com/", "//example.com/", "http://app.lab.localhost:1/"} {
			p.opens("#/play?path=" + url.QueryEscape(path))
			p.predicts("yes", "yes")
			p.Clicks("#run")
			p.Shows("#path-mistake", HaveSuffix("Nothing is asked of other servers."))
		}
	})

	It("runs a server with one mistake, and says what it promises", func() {
		p.Chooses("#fault", "Access-Control-Allow-Origin is sent twice")
		p.predicts("yes", "yes")
		p.runs()
		Expect(p.Reads("#result-title")).To(Equal("The script gets a network error."))
		Expect(p.Reads("#outcome > .lead")).To(ContainSubstring("Access-Control-Allow-Origin"))
		Expect(p.sees("location.hash")).To(ContainSubstring("fault=allow-origin."))
	})

	It("finds a mistake by its words", func() {
		entries := func() int { return person.Ask[int](p, "document.querySelectorAll('#fault option').length") }
		all := entries()
		Expect(all).To(Equal(1 + len(faults.All())))
		p.Types("#findFault", "credentials TRUE")
		p.Shows("#faults-found", MatchRegexp(`^\d+ of \d+ mistakes$`))
		Expect(entries()).To(And(BeNumerically(">", 1), BeNumerically("<", all/4)))
		p.Chooses("#fault", "Access-Control-Allow-Credentials")
		chosen := p.sees("document.getElementById('fault').value")
		Expect(chosen).To(HavePrefix("credentials."))

		p.Types("#findFault", "no such mistake")
		p.Shows("#faults-found", HavePrefix("0 of "))
		Expect(p.sees("document.getElementById('fault').value")).To(Equal(chosen), "what is chosen stays")
		p.Presses("Enter")
		Expect(p.Reads("#status")).To(BeEmpty(), "to search is not to run")
		p.Clicks("#reset")
		Eventually(entries, person.Patience).Should(Equal(all))
	})

	It("says what refuses as well, behind what decides", func() {
		p.opens("#/lesson/x-requested-with")
		p.predicts("yes", "no")
		p.runs()
		Expect(p.Reads("#outcome > .lead")).To(ContainSubstring("Access-Control-Allow-Origin is missing"))
		Expect(p.Reads("#outcome > .further")).To(ContainSubstring("Once that is repaired"))
		Expect(p.Reads("#outcome > .further")).To(ContainSubstring("500"))
		Expect(p.Reads(".sequence")).To(MatchRegexp(`500 [^\n]*◂ refuses too`))
	})

	It("shows what a cache kept from the server, until the caches are emptied", func() {
		for _, preflight := range []string{"yes", "no"} {
			p.predicts(preflight, "yes")
			p.runs()
			Expect(p.Reads(".compared tbody tr:nth-child(1)")).To(MatchRegexp(`A preflight\?\s+%s\s+%s\s+✓ right`, preflight, preflight))
			p.Does(`document.getElementById("result-title").textContent = ""`)
		}
		Expect(p.Reads(".sequence .note")).To(HavePrefix("CORS-preflight cache: "))
		Expect(p.Reads(".walk")).To(And(ContainSubstring("leave is needed, by a CORS-preflight request now or before"), ContainSubstring("has that leave from before")))

		p.Clicks("#fresh")
		p.Shows("#status", BeEmpty())
		p.predicts("yes", "yes")
		p.runs()
		Expect(p.Reads(".sequence")).To(ContainSubstring("OPTIONS"))
	})

	It("shows the response that the HTTP cache kept for another page", func() {
		p.opens("#/lesson/vary")
		p.predicts("no", "yes")
		p.runs()
		Expect(p.Reads("#result-title")).To(Equal("The script can read the response."))

		p.Chooses("#origin", "admin")
		p.predicts("no", "no")
		p.Clicks("#run")
		p.Shows("#result-title", Equal("The script gets a network error."))
		Expect(p.Reads(".sequence .note")).To(HavePrefix("HTTP cache: "))
		Expect(p.Reads(".sequence .decides")).To(MatchRegexp(`Access-Control-Allow-Origin: http://app\.lab\.localhost:\d+ ◂ decides`))
	})

	DescribeTable("asks from where, and by what, somebody chooses",
		func(link, result string, diagram ...string) {
			p.opens("#/play?" + link)
			p.Clicks("#run")
			p.Clicks("#skip")
			p.Shows("#result-title", Equal(result))
			for _, text := range diagram {
				Expect(p.Reads(".sequence")).To(ContainSubstring(text))
			}
		},
		Entry("the API's own origin", "origin=self", "The script can read the response."),
		Entry("an opaque origin", "origin=null&method=GET&headers=&body=", "The script gets a network error.", "Origin: null"),
		Entry("a stranger", "origin=evil", "The script gets a network error.", "Access-Control-Allow-Origin: missing ◂ decides"),
		Entry("another port", "origin=port", "The script gets a network error."),
		Entry("XMLHttpRequest with credentials", "via=xhr&credentials=include&path=/v1/me&method=GET&headers=&body=",
			"The script can read the response.", "XMLHttpRequest", "Cookie: sid=learner"),
		Entry("an image", "via=image&path=/v1/logo.png", "The element has it, and the script can read nothing of it."),
		Entry("an image with crossorigin", "via=image anonymous&path=/v1/logo.png", "The script can read the response."),
		Entry("a font from a stranger", "via=font&path=/v1/text.ttf&origin=evil", "The script gets a network error."),
		Entry("a redirect", "path=/v1/moved&method=GET&headers=&body=", "The script can read the response.", "307", "/v1/items"),
		Entry("a redirect to another origin", "path=/v1/away&method=GET&headers=&body=", "The script can read the response.", "302", "Origin: null"),
		Entry("a redirect to another origin that shares with the page alone", "path=/v1/away&method=GET&headers=&body=&fault=redirects.elsewhere.listed",
			"The script gets a network error.", "Origin: null", "◂ decides"),
		Entry("a server that hangs up", "fault=preflight.dropped", "The script gets a network error.", "no answer"),
	)

	It("keeps its state in the address", func() {
		p.Types("#allowHeaders", "Content-Type, X-Mine")
		p.Types("#method", "patch")
		p.Chooses("#origin", "evil")
		address := p.sees("location.hash")
		Expect(address).To(Equal("#/play?allowHeaders=Content-Type%2C+X-Mine&origin=evil&method=patch"))

		p.opens(address)
		Expect(p.sees("document.getElementById('allowHeaders').value")).To(Equal("Content-Type, X-Mine"))
		Expect(p.sees("document.getElementById('method').value")).To(Equal("patch"))
		Expect(p.sees("document.getElementById('origin').value")).To(Equal("evil"))
		p.predicts("yes", "no")
		p.runs()
		Expect(p.Reads("#result-title")).To(Equal("The script gets a network error."))
	})

	It("says the policy in the words of other servers", func() {
		p.predicts("yes", "yes")
		p.runs()
		p.Clicks("#outcome > details:last-of-type > summary")
		for _, server := range []struct{ title, line string }{
			{"nginx", "add_header Access-Control-Allow-Origin $cors_origin always;"},
			{"Apache", "Header always set Access-Control-Allow-Origin"},
			{"Express", "cors("},
			{"Go net/http with rs", "cors.New("},
			{"ASP.NET Core", "WithOrigins("},
		} {
			p.Chooses("#elsewhere", server.title)
			Expect(p.Reads(".configuration")).To(ContainSubstring(server.line))
		}
	})

	It("tells what curl gets", func() {
		p.opens("#/play?fault=all.bare&method=GET&headers=&body=")
		p.predicts("no", "no")
		p.runs()
		p.Clicks("#outcome > details > summary")
		Expect(p.Reads("#outcome > details")).To(MatchRegexp(`(?s)curl -i 'http://api-.*/v1/items'.*HTTP/1\.1 200 OK.*"items":`))
	})
})

var _ = Describe("somebody without a mouse", func() {
	It("passes a lesson", func() {
		p := newLearner()
		p.opens("")
		p.Presses("Tab") // the link that leads past the navigation
		Expect(p.sees("document.activeElement.textContent")).To(Equal("To the content"))
		p.Presses("Tab", "Tab", "Tab", "Tab", "Tab", "Enter")
		Eventually(p.sees, person.Patience).WithArguments("document.title").Should(HavePrefix("The header that shares"))
		p.until("allowOrigins")
		p.Does("document.activeElement.select()")
		p.Presses("*")
		p.until("check")
		p.Presses("Enter")
		p.Shows("#checks-title", Equal("Your browser does not agree yet."))
		Expect(p.sees("document.activeElement.id")).To(Equal("checks-title"), "the reader is where the news is")
	})
})

var _ = Describe("the link to a case of a report", func() {
	DescribeTable("shows the same",
		func(origin, result string) {
			c := lab.Case{
				Policy: policy.Policy{AllowOrigins: []string{"https://app.example.com"}, AllowMethods: []string{"PUT"}},
				Origin: origin, Request: fetch.Request{API: fetch.Fetch, Method: "PUT"},
			}
			_, place, _ := strings.Cut(c.Link(), "#")
			// This lab is on another port.
			place = strings.ReplaceAll(place, strconv.Itoa(lab.DefaultPort), port(running))
			p := newLearner()
			p.opens("#" + place)
			p.predicts("yes", "yes")
			p.runs()
			Expect(p.Reads("#result-title")).To(Equal(result))
		},
		Entry("of an allowed origin", "https://app.example.com", "The script can read the response."),
		Entry("of a refused one", "https://evil.example.com", "The script gets a network error."),
	)
})
