package lab_test

import (
	"net/url"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/lab"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("the playground", func() {
	var p person

	BeforeEach(func() {
		p = newPerson()
		p.opens("#/play")
	})

	It("tells what was predicted from what was so", func() {
		p.predicts("yes", "no")
		p.clicks("input[value=ETag]")
		p.clicks("input[value=Content-Type]")
		p.clicks("input[value=X-Total-Count]")
		p.runs()

		Expect(p.reads("#result-title")).To(Equal("The script can read the response."))
		Expect(p.reads(".compared tbody tr:nth-child(1)")).To(MatchRegexp(`A preflight\?\s+yes\s+yes\s+✓ right`))
		Expect(p.reads(".compared tbody tr:nth-child(2)")).To(MatchRegexp(`Can the script read it\?\s+no\s+yes\s+✗ not so`))
		Expect(p.reads(".compared tbody tr:nth-child(3)")).To(MatchRegexp(`Which headers\?\s+Content-Type, ETag, X-Total-Count\s+Content-Type, ETag, X-Total-Count\s+✓ right`))
		diagram := p.reads(".sequence")
		Expect(diagram).To(ContainSubstring("Access-Control-Request-Method: PUT"))
		Expect(diagram).To(MatchRegexp(`Access-Control-Allow-Origin: http://app\.lab\.localhost:\d+ ◂ allows`))
		Expect(p.reads(".walk .decides")).To(ContainSubstring("CORS check"))
	})

	It("wants a prediction first, and lets who has none go on", func() {
		p.clicks("#run")
		Expect(p.reads("#status")).To(Equal("Predict first: answer both questions."))
		Expect(p.reads("#result")).To(BeEmpty())
		p.clicks("#skip")
		Eventually(p.reads, patience).WithArguments("#result-title").Should(Equal("The script can read the response."))
		Expect(p.reads(".compared")).To(BeEmpty())
	})

	It("shows which line refuses, of a policy that somebody changed", func() {
		p.types("#allowMethods", "GET, POST")
		p.predicts("yes", "yes")
		p.runs()
		Expect(p.reads("#result-title")).To(Equal("The script gets a network error."))
		Expect(p.reads(".sequence .decides")).To(Equal("Access-Control-Allow-Methods: GET, POST ◂ decides"))
		Expect(p.reads(".walk .decides")).To(ContainSubstring("CORS-preflight fetch, step 7.5"))
	})

	It("says which field is wrong, and sends nothing", func() {
		p.types("#allowOrigins", "https://app.example.com/")
		p.types("#maxAge", "soon")
		p.clicks("input[name=preflight][value=yes]")
		p.clicks("input[name=shared][value=yes]")
		p.clicks("#run")
		Eventually(p.reads, patience).WithArguments("#maxAge-mistake").Should(Equal(`"soon" is no number of seconds`))
		p.types("#maxAge", "600")
		p.predicts("yes", "yes")
		p.clicks("#run")
		Eventually(p.reads, patience).WithArguments("#allowOrigins-mistake").Should(ContainSubstring("has a path"))
		Expect(ask[string](p, `document.activeElement.id`)).To(Equal("allowOrigins"))
		Expect(p.reads("#result")).To(BeEmpty())
	})

	It("asks nothing of other servers, whatever a link says", func() {
		for _, path := range []string{"https://example.com/", "//example.com/", "http://app.lab.localhost:1/"} {
			p.opens("#/play?path=" + url.QueryEscape(path))
			p.predicts("yes", "yes")
			p.clicks("#run")
			Eventually(p.reads, patience).WithArguments("#path-mistake").Should(HaveSuffix("Nothing is asked of other servers."))
		}
	})

	It("runs a server with one mistake, and says what it promises", func() {
		p.chooses("#fault", "Access-Control-Allow-Origin is sent twice")
		p.predicts("yes", "yes")
		p.runs()
		Expect(p.reads("#result-title")).To(Equal("The script gets a network error."))
		Expect(p.reads("#outcome > .lead")).To(ContainSubstring("Access-Control-Allow-Origin"))
		Expect(p.evaluatesTo("location.hash")).To(ContainSubstring("fault=allow-origin."))
	})

	It("shows what a cache kept from the server, until the caches are emptied", func() {
		for _, preflight := range []string{"yes", "no"} {
			p.predicts(preflight, "yes")
			p.runs()
			Expect(p.reads(".compared tbody tr:nth-child(1)")).To(MatchRegexp(`A preflight\?\s+%s\s+%s\s+✓ right`, preflight, preflight))
			p.evaluates(`document.getElementById("result-title").textContent = ""`)
		}
		Expect(p.reads(".sequence .note")).To(HavePrefix("CORS-preflight cache: "))

		p.clicks("#fresh")
		Eventually(p.reads, patience).WithArguments("#status").Should(BeEmpty())
		p.predicts("yes", "yes")
		p.runs()
		Expect(p.reads(".sequence")).To(ContainSubstring("OPTIONS"))
	})

	It("shows the response that the HTTP cache kept for another page", func() {
		p.opens("#/lesson/vary")
		p.predicts("no", "yes")
		p.runs()
		Expect(p.reads("#result-title")).To(Equal("The script can read the response."))

		p.chooses("#origin", "admin")
		p.predicts("no", "no")
		p.clicks("#run")
		Eventually(p.reads, patience).WithArguments("#result-title").Should(Equal("The script gets a network error."))
		Expect(p.reads(".sequence .note")).To(HavePrefix("HTTP cache: "))
		Expect(p.reads(".sequence .decides")).To(MatchRegexp(`Access-Control-Allow-Origin: http://app\.lab\.localhost:\d+ ◂ decides`))
	})

	DescribeTable("asks from where, and by what, somebody chooses",
		func(link, result string, diagram ...string) {
			p.opens("#/play?" + link)
			p.clicks("#run")
			p.clicks("#skip")
			Eventually(p.reads, patience).WithArguments("#result-title").Should(Equal(result))
			for _, text := range diagram {
				Expect(p.reads(".sequence")).To(ContainSubstring(text))
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
		p.types("#allowHeaders", "Content-Type, X-Mine")
		p.types("#method", "patch")
		p.chooses("#origin", "evil")
		address := p.evaluatesTo("location.hash")
		Expect(address).To(Equal("#/play?allowHeaders=Content-Type%2C+X-Mine&origin=evil&method=patch"))

		p.opens(address)
		Expect(p.evaluatesTo("document.getElementById('allowHeaders').value")).To(Equal("Content-Type, X-Mine"))
		Expect(p.evaluatesTo("document.getElementById('method').value")).To(Equal("patch"))
		Expect(p.evaluatesTo("document.getElementById('origin').value")).To(Equal("evil"))
		p.predicts("yes", "no")
		p.runs()
		Expect(p.reads("#result-title")).To(Equal("The script gets a network error."))
	})

	It("says the policy in the words of other servers", func() {
		p.predicts("yes", "yes")
		p.runs()
		p.clicks("#outcome > details:last-of-type > summary")
		for _, server := range []struct{ title, line string }{
			{"nginx", "add_header Access-Control-Allow-Origin $cors_origin always;"},
			{"Apache", "Header always set Access-Control-Allow-Origin"},
			{"Express", "cors("},
			{"Go net/http with rs", "cors.New("},
			{"ASP.NET Core", "WithOrigins("},
		} {
			p.chooses("#elsewhere", server.title)
			Expect(p.reads(".configuration")).To(ContainSubstring(server.line))
		}
	})

	It("tells what curl gets", func() {
		p.opens("#/play?fault=all.bare&method=GET&headers=&body=")
		p.predicts("no", "no")
		p.runs()
		p.clicks("#outcome > details > summary")
		Expect(p.reads("#outcome > details")).To(MatchRegexp(`(?s)curl -i 'http://api-.*/v1/items'.*HTTP/1\.1 200 OK.*"items":`))
	})
})

var _ = Describe("somebody without a mouse", func() {
	It("passes a lesson", func() {
		p := newPerson()
		p.opens("")
		p.presses("Tab") // the link that leads past the navigation
		Expect(p.evaluatesTo("document.activeElement.textContent")).To(Equal("To the content"))
		p.presses("Tab", "Tab", "Tab", "Tab", "Tab", "Enter")
		Eventually(p.evaluatesTo, patience).WithArguments("document.title").Should(HavePrefix("The header that shares"))
		p.until("allowOrigins")
		p.evaluates("document.activeElement.select()")
		p.presses("*")
		p.until("check")
		p.presses("Enter")
		Eventually(p.reads, patience).WithArguments("#checks-title").Should(Equal("Your browser does not agree yet."))
		Expect(p.evaluatesTo("document.activeElement.id")).To(Equal("checks-title"), "the reader is where the news is")
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
			p := newPerson()
			p.opens("#" + place)
			p.predicts("yes", "yes")
			p.runs()
			Expect(p.reads("#result-title")).To(Equal(result))
		},
		Entry("of an allowed origin", "https://app.example.com", "The script can read the response."),
		Entry("of a refused one", "https://evil.example.com", "The script gets a network error."),
	)
})
