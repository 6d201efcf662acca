package report_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/repair"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// judgedFault is the report on a server with a mistake, by the model.
func judgedFault(ctx context.Context, id string) *suite.Report {
	GinkgoHelper()
	i := slices.IndexFunc(faults.All(), func(f faults.Fault) bool { return f.ID == id })
	Expect(i).To(BeNumerically(">=", 0))
	server := httptest.NewServer(faults.All()[i].Handler())
	DeferCleanup(server.Close)
	r, err := suite.Run(ctx, suite.Target{
		URL: server.URL, Policy: policy.Sample(), Effects: fetch.Deliver,
		Resources: []suite.Resource{{Path: "/v1/items"}, {Path: "/v1/missing", Status: 404}},
	}, &fetch.Model{Effects: fetch.Deliver}, suite.Filter{Scenarios: []string{"simple.*", "preflight.*", "methods.*", "cache.*", "errors.*", "credentials.*"}}, suite.WithMaxWait(0))
	Expect(err).NotTo(HaveOccurred())
	repair.Fill(r, "nginx,express")
	return r
}

// attack is what runs if any of it is taken for markup.
const attack = `</script></style></title>--><script>pwned=1</script><img src=x onerror=pwned=1><svg onload=pwned=1> javascript:pwned=1 "onmouseover=pwned=1 x="`

var _ = Describe("the HTML report in Chromium", Ordered, ContinueOnFailure, func() {
	var browser context.Context
	BeforeAll(func() { browser = startBrowser() })

	Describe("of a server with a mistake", func() {
		var r *suite.Report
		BeforeAll(func(ctx SpecContext) { r = judgedFault(ctx, "methods.missing") })

		It("opens from disk without any other request", func() {
			reader := newReader(browser)
			address := reader.opens(r, "")
			reader.opensEverything()
			close(reader.sent)
			for sent := range reader.sent {
				Expect(sent).To(Or(Equal(address), HavePrefix("data:,")))
			}
			Expect(reader.said).NotTo(Receive())
		})

		It("filters by words, verdict and resource, as a person does", func() {
			reader := newReader(browser)
			reader.opens(r, "")
			all := reader.scenarios()
			Expect(len(all)).To(BeNumerically(">", 40))

			reader.clicks("button[value=fail]")
			failed := reader.scenarios()
			Expect(failed).NotTo(BeEmpty())
			Expect(len(failed)).To(BeNumerically("<", len(all)))
			reader.shows("[role=status]", HavePrefix(fmt.Sprintf("%d of %d scenarios, ", len(failed), len(all))))

			reader.clicks("button[value=pass]")
			Expect(len(reader.scenarios())).To(BeNumerically(">", len(failed)), "pass as well")

			reader.clicks("button.clear")
			Eventually(reader.scenarios, patience).Should(Equal(all))

			reader.clicks("input[type=search]")
			reader.types("PREFLIGHT Listed")
			Eventually(reader.scenarios, patience).Should(And(ContainElement("methods.listed"), Not(ContainElement("simple.get"))))
			reader.clicks("input[type=search]")
			reader.types(" nothing like that")
			Eventually(reader.scenarios, patience).Should(BeEmpty())
			reader.shows(".nothing", Equal("Nothing matches."))
			reader.shows("tr.chapter", BeEmpty())

			reader.clicks("button.clear")
			Eventually(reader.scenarios, patience).Should(Equal(all))
			reader.do(chromedp.Focus(chromedp.CSS("select[name=resource]"), chromedp.NodeVisible))
			reader.types("/v1/m")
			Eventually(reader.scenarios, patience).Should(And(ContainElement("errors.not-found"), Not(ContainElement("simple.get"))))
		})

		It("opens a scenario to what went over the wire, the line that decides, and the walk", func() {
			reader := newReader(browser)
			reader.opens(r, "")
			reader.clicks("#methods\\.listed .open")
			reader.shows(".detail .result[open] .sequence", And(ContainSubstring("OPTIONS /v1/items CORS-preflight request"), ContainSubstring("Access-Control-Allow-Methods"), ContainSubstring("network error")))
			reader.shows(".detail .result[open] .decides .name", Equal("Access-Control-Allow-Methods"))
			reader.shows(".detail .walk .decides", And(ContainSubstring("Access-Control-Allow-Methods is missing"), ContainSubstring("CORS-preflight fetch, step 7.5")))
			reader.shows(".detail", ContainSubstring("curl -i -X OPTIONS"))

			reader.clicks("#methods\\.listed .open")
			reader.shows(".detail", BeEmpty())
		})

		It("leads from a result to the same case in the lab", func() {
			reader := newReader(browser)
			reader.opens(r, "#methods.listed")
			reader.opensEverything()
			links := ask[[]string](reader, `[...document.querySelectorAll("#methods\\.listed + * a[href^='http://lab.localhost:7070/#/play?']")].map(a => a.href)`)
			Expect(links).To(ContainElement(And(
				ContainSubstring("method=PUT"), ContainSubstring("origin=app"), ContainSubstring("path=%2Fv1%2Fitems"),
				ContainSubstring("allowMethods=GET%2C+HEAD%2C+POST%2C+PUT%2C+PATCH%2C+DELETE"))))
		})

		It("shows where the CORS-preflight cache knew the answer", func() {
			reader := newReader(browser)
			reader.opens(r, "#cache.hit")
			reader.shows(".detail .message.note", ContainSubstring("CORS-preflight cache: the answer is known"))
			reader.shows(".detail h3", ContainSubstring("Request 2 of 2"))
		})

		It("follows a permalink, even to what the filter hides", func() {
			reader := newReader(browser)
			reader.opens(r, "#simple.get")
			reader.shows("#simple\\.get + .detail .result[open]", ContainSubstring("200 shared"))
			reader.clicks("button[value=fail]")
			Eventually(reader.scenarios, patience).ShouldNot(ContainElement("simple.get"))
			ask[string](reader, `location.hash = "#simple.head"`)
			reader.shows("#simple\\.head + .detail .result[open]", ContainSubstring("200 shared"))
		})

		It("is used by the keyboard alone", func() {
			reader := newReader(browser)
			reader.opens(r, "")
			reader.types(kb.Tab)
			Expect(ask[string](reader, "document.activeElement.className")).To(Equal("skip"))
			reader.shows(".skip", Equal("Skip to the matrix"))
			reader.do(chromedp.Focus(chromedp.CSS("#methods\\.listed .open"), chromedp.NodeVisible))
			reader.types(kb.Enter)
			Expect(ask[string](reader, "document.activeElement.getAttribute('aria-expanded')")).To(Equal("true"))
			reader.types(kb.Tab)
			Expect(ask[string](reader, "document.activeElement.tagName")).To(Equal("SUMMARY"), "the first result is next")
			reader.types(kb.Enter)
			reader.shows(".detail .result[open]", BeEmpty())
		})

		It("reads without its script", func() {
			reader := newReader(browser)
			call(reader, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			address := reader.opens(r, "")
			Expect(address).NotTo(BeEmpty())
			call(reader, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{}) // to ask
			reader.shows(".judgement", ContainSubstring(" does not keep its policy. "))
			reader.shows(".repairs > li:first-child", ContainSubstring("Access-Control-Allow-Methods is missing"))
			reader.shows("form", BeEmpty())
			reader.shows("noscript", ContainSubstring("With JavaScript each scenario opens here"))
			Eventually(reader.scenarios, patience).Should(ContainElement("methods.listed"))
		})

		It("prints what matters", func() {
			reader := newReader(browser)
			reader.opens(r, "")
			call(reader, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
			reader.sits(700, false) // about a page of A4
			call(reader, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
			reader.shows("form, .copy", BeEmpty())
			reader.shows(".judgement", Not(BeEmpty()))
			Expect(ask[bool](reader, "[...document.querySelectorAll('pre')].every(e => e.scrollWidth <= e.clientWidth)")).To(BeTrue(), "no line is cut off")
			Expect(ask[string](reader, "getComputedStyle(document.body).backgroundColor")).To(Equal("rgb(255, 255, 255)"))
		})

		for _, width := range []int64{1280, 360} {
			for _, dark := range []bool{false, true} {
				name := fmt.Sprintf("%d-%s", width, map[bool]string{false: "light", true: "dark"}[dark])
				It("fits, and axe-core finds nothing amiss, at "+name, func() {
					reader := newReader(browser)
					reader.sits(width, dark)
					reader.opens(r, "")
					reader.photographs(name)
					Expect(reader.violations()).To(BeEmpty())
					for _, id := range []string{"methods.listed", "cache.hit", "errors.not-found"} {
						ask[bool](reader, fmt.Sprintf(`document.getElementById(%q).querySelector(".open").click(), true`, id))
					}
					ask[bool](reader, `document.querySelectorAll("details").forEach(d => d.open = true), true`)
					reader.shows(".detail .sequence", Not(BeEmpty()))
					reader.photographs(name + "-open")
					Expect(reader.violations()).To(BeEmpty())
					Expect(ask[int64](reader, "document.documentElement.scrollWidth")).To(BeNumerically("<=", width), "it scrolls sideways")
				})
			}
		}
	})

	It("shows of each browser what came of the resource that is chosen", func() {
		var results []suite.Result
		for i := range 20 { // too many for a column each
			for _, name := range []string{"chromium", "firefox"} {
				one := result("simple.get", fetch.Fetch, suite.Pass, "")
				if i == 7 && name == "firefox" {
					one = result("simple.get", fetch.Fetch, suite.Fail, "MissingAllowOriginHeader")
				}
				one.Browser, one.Resource = name, fmt.Sprintf("/%d", i)
				results = append(results, one)
			}
		}
		reader := newReader(browser)
		reader.opens(reported(results...), "")
		marks := func() []string {
			return ask[[]string](reader, `[...document.querySelectorAll("#simple\\.get > *")].map(e => e.querySelector("b").textContent + e.querySelector("i").textContent)`)
		}
		Expect(marks()).To(Equal([]string{"✗1 fail, 39 pass: ", "✓20 pass", "✗1 fail, 19 pass"}))
		reader.do(chromedp.Focus(chromedp.CSS("select[name=resource]"), chromedp.NodeVisible))
		reader.types("/7")
		Eventually(marks, patience).Should(Equal([]string{"✗1 fail, 1 pass: ", "✓1 pass", "✗1 fail"}))
		reader.clicks("button.clear")
		reader.clicks("button[value=pass]")
		Expect(marks()).To(Equal([]string{"✓39 pass: ", "✓20 pass", "✓19 pass"}))
	})

	DescribeTable("shows 5,000 results, and filters and opens them, within a second of work",
		func(of func() *suite.Report) {
			r := of()
			reader := newReader(browser)
			call(reader, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
			takes := func(what string, f func(), selector string, as types.GomegaMatcher) {
				GinkgoHelper()
				began := reader.cpuSeconds()
				f()
				reader.shows(selector, as)
				ask[bool](reader, `new Promise(done => requestAnimationFrame(() => setTimeout(() => done(true))))`) // it is painted
				took := reader.cpuSeconds() - began
				AddReportEntry(what, fmt.Sprintf("%.3f s of CPU time", took))
				Expect(took).To(BeNumerically("<", 1), what)
			}
			takes("opened", func() { reader.opens(r, "") }, "[role=status]", ContainSubstring("5000 of 5000 results"))
			takes("filtered", func() { reader.clicks("button[value=fail]") }, "[role=status]", ContainSubstring(fmt.Sprintf("%d of 5000 results", r.Summary[suite.Fail])))
			takes("opened a scenario", func() { reader.clicks("tr.scenario:not([hidden]) .open") }, ".detail .result[open]", Not(BeEmpty()))
			takes("searched", func() {
				reader.clicks("input[type=search]")
				reader.types("methods")
			}, "[role=status]", Not(ContainSubstring(fmt.Sprintf("%d of 5000 results", r.Summary[suite.Fail]))))
		},
		Entry("of a server like others", func() *suite.Report { return many(5000, "x") }),
		Entry("of a hostile target, in its headers", func() *suite.Report { return many(5000, strings.Repeat("👩‍👩‍👧\u202e&", 150)) }),
		Entry("of a hostile target, in whatever it can say", func() *suite.Report { return theirs(5000, strings.Repeat("\x1b&\u202e", 300)) }),
	)

	Describe("of a target that is hostile", func() {
		texts := map[string]string{"an attack": attack}
		for name, text := range hostile {
			texts[name] = text
		}
		for name, text := range texts {
			It("executes nothing and keeps its layout, with "+name, func() {
				for _, r := range hostileReports(text) {
					if len(text) >= 1<<20 { // a megabyte of origin is the owner's own, and takes its time
						r.Target.URL, r.Target.Policy, r.Target.Resources = target, policy.Policy{}, nil
					}
					reader := newReader(browser)
					reader.sits(360, false)
					reader.opens(r, "")
					reader.opensEverything()
					Expect(ask[int64](reader, "document.documentElement.scrollWidth")).To(BeNumerically("<=", 360), "it scrolls sideways")
					reader.sits(1280, false)
					Expect(ask[int64](reader, "document.documentElement.scrollWidth")).To(BeNumerically("<=", 1280), "it scrolls sideways")
					Expect(ask[bool](reader, "'pwned' in window")).To(BeFalse())
					Expect(ask[int](reader, "document.querySelectorAll('script, img, iframe, object, embed, base').length")).To(Equal(2), "the data and the script")
					Expect(ask[bool](reader, `/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(document.body.innerText.replaceAll("\n", "").replaceAll("\t", ""))`)).To(BeFalse())
					Expect(reader.said).NotTo(Receive())
					Expect(strings.Join(received(reader.sent), "\n")).NotTo(ContainSubstring("http"))
				}
			})
		}
	})
})

// received is what a channel holds.
func received(c chan string) []string {
	close(c)
	var all []string
	for s := range c {
		all = append(all, s)
	}
	return all
}
