package report_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/performance"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/internal/person"
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
	var browser person.Chromium
	BeforeAll(func() { browser = person.OpenChromium() })

	Describe("of a server with a mistake", func() {
		var r *suite.Report
		BeforeAll(func(ctx SpecContext) { r = judgedFault(ctx, "methods.missing") })

		It("opens from disk without any other request", func() {
			reader := browser.Sits()
			address := saved(r)
			reader.Goes(address)
			opensEverything(reader)
			for _, sent := range reader.Sent() {
				Expect(sent).To(Or(Equal(address), HavePrefix("data:,"), Equal("about:blank")))
			}
			Expect(reader.Said()).To(BeEmpty())
		})

		It("filters by words, verdict and resource, as a person does", func() {
			reader := browser.Sits()
			opens(reader, r, "")
			all := scenarios(reader)
			Expect(len(all)).To(BeNumerically(">", 40))

			reader.Clicks("button[value=fail]")
			failed := scenarios(reader)
			Expect(failed).NotTo(BeEmpty())
			Expect(len(failed)).To(BeNumerically("<", len(all)))
			reader.Shows("[role=status]", HavePrefix(fmt.Sprintf("%d of %d scenarios, ", len(failed), len(all))))

			reader.Clicks("button[value=pass]")
			Expect(len(scenarios(reader))).To(BeNumerically(">", len(failed)), "pass as well")

			reader.Clicks("button.clear")
			Eventually(scenarios, person.Patience).WithArguments(reader).Should(Equal(all))

			reader.Clicks("input[type=search]")
			reader.Presses("PREFLIGHT Listed")
			Eventually(scenarios, person.Patience).WithArguments(reader).Should(And(ContainElement("methods.listed"), Not(ContainElement("simple.get"))))
			reader.Clicks("input[type=search]")
			reader.Presses(" nothing like that")
			Eventually(scenarios, person.Patience).WithArguments(reader).Should(BeEmpty())
			reader.Shows(".nothing", Equal("Nothing matches."))
			reader.Shows("tr.chapter", BeEmpty())

			reader.Clicks("button.clear")
			Eventually(scenarios, person.Patience).WithArguments(reader).Should(Equal(all))
			reader.Focuses("select[name=resource]")
			reader.Presses("/v1/m")
			Eventually(scenarios, person.Patience).WithArguments(reader).Should(And(ContainElement("errors.not-found"), Not(ContainElement("simple.get"))))
		})

		It("opens a scenario to what went over the wire, the line that decides, and the walk", func() {
			reader := browser.Sits()
			opens(reader, r, "")
			reader.Clicks("#methods\\.listed .open")
			reader.Shows(".detail .result[open] .sequence", And(ContainSubstring("OPTIONS /v1/items CORS-preflight request"), ContainSubstring("Access-Control-Allow-Methods"), ContainSubstring("network error")))
			reader.Shows(".detail .result[open] .decides .name", Equal("Access-Control-Allow-Methods"))
			reader.Shows(".detail .walk .decides", And(ContainSubstring("Access-Control-Allow-Methods is missing"), ContainSubstring("CORS-preflight fetch, step 7.5")))
			reader.Shows(".detail", ContainSubstring("curl -i -X OPTIONS"))

			reader.Clicks("#methods\\.listed .open")
			reader.Shows(".detail", BeEmpty())
		})

		It("leads from a result to the same case in the lab", func() {
			reader := browser.Sits()
			opens(reader, r, "#methods.listed")
			opensEverything(reader)
			links := person.Ask[[]string](reader, `[...document.querySelectorAll("#methods\\.listed + * a[href^='http://lab.localhost:7070/#/play?']")].map(a => a.href)`)
			Expect(links).To(ContainElement(And(
				ContainSubstring("method=PUT"), ContainSubstring("origin=app"), ContainSubstring("path=%2Fv1%2Fitems"),
				ContainSubstring("allowMethods=GET%2C+HEAD%2C+POST%2C+PUT%2C+PATCH%2C+DELETE"))))
		})

		It("shows where the CORS-preflight cache knew the answer", func() {
			reader := browser.Sits()
			opens(reader, r, "#cache.hit")
			reader.Shows(".detail .message.note", ContainSubstring("CORS-preflight cache: the answer is known"))
			reader.Shows(".detail h3", ContainSubstring("Request 2 of 2"))
		})

		It("follows a permalink, even to what the filter hides", func() {
			reader := browser.Sits()
			opens(reader, r, "#simple.get")
			reader.Shows("#simple\\.get + .detail .result[open]", ContainSubstring("200 shared"))
			reader.Clicks("button[value=fail]")
			Eventually(scenarios, person.Patience).WithArguments(reader).ShouldNot(ContainElement("simple.get"))
			person.Ask[string](reader, `location.hash = "#simple.head"`)
			reader.Shows("#simple\\.head + .detail .result[open]", ContainSubstring("200 shared"))
		})

		It("is used by the keyboard alone", func() {
			reader := browser.Sits()
			opens(reader, r, "")
			reader.Presses("Tab")
			Expect(person.Ask[string](reader, "document.activeElement.className")).To(Equal("skip"))
			reader.Shows(".skip", Equal("Skip to the matrix"))
			reader.Focuses("#methods\\.listed .open")
			reader.Presses("Enter")
			Expect(person.Ask[string](reader, "document.activeElement.getAttribute('aria-expanded')")).To(Equal("true"))
			reader.Presses("Tab")
			Expect(person.Ask[string](reader, "document.activeElement.tagName")).To(Equal("SUMMARY"), "the first result is next")
			reader.Presses("Enter")
			reader.Shows(".detail .result[open]", BeEmpty())
		})

		It("reads without its script", func() {
			reader := browser.Sits()
			person.Call(reader, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			opens(reader, r, "")
			person.Call(reader, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{}) // to ask
			reader.Shows(".judgement", ContainSubstring(" does not keep its policy. "))
			reader.Shows(".repairs > li:first-child", ContainSubstring("Access-Control-Allow-Methods is missing"))
			reader.Shows("form", BeEmpty())
			reader.Shows("noscript", ContainSubstring("With JavaScript each scenario opens here"))
			Eventually(scenarios, person.Patience).WithArguments(reader).Should(ContainElement("methods.listed"))
		})

		It("prints what matters", func() {
			reader := browser.Sits()
			opens(reader, r, "")
			reader.Prints()
			reader.Shows("form, .copy", BeEmpty())
			reader.Shows(".judgement", Not(BeEmpty()))
			Expect(person.Ask[bool](reader, "[...document.querySelectorAll('pre')].every(e => e.scrollWidth <= e.clientWidth)")).To(BeTrue(), "no line is cut off")
			Expect(person.Ask[string](reader, "getComputedStyle(document.body).backgroundColor")).To(Equal("rgb(255, 255, 255)"))
		})

		for _, width := range []int64{1280, 360} {
			for _, dark := range []bool{false, true} {
				name := fmt.Sprintf("%d-%s", width, map[bool]string{false: "light", true: "dark"}[dark])
				It("fits, and axe-core finds nothing amiss, at "+name, func() {
					reader := browser.Sits()
					reader.Before(width, dark)
					opens(reader, r, "")
					reader.Photographs("report-" + name)
					Expect(reader.Violations()).To(BeEmpty())
					for _, id := range []string{"methods.listed", "cache.hit", "errors.not-found"} {
						person.Ask[bool](reader, fmt.Sprintf(`document.getElementById(%q).querySelector(".open").click(), true`, id))
					}
					person.Ask[bool](reader, `document.querySelectorAll("details").forEach(d => d.open = true), true`)
					reader.Shows(".detail .sequence", Not(BeEmpty()))
					reader.Photographs("report-" + name + "-open")
					Expect(reader.Violations()).To(BeEmpty())
					Expect(reader.Overflows()).To(BeZero(), "it scrolls sideways")
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
		reader := browser.Sits()
		opens(reader, reported(results...), "")
		marks := func() []string {
			return person.Ask[[]string](reader, `[...document.querySelectorAll("#simple\\.get > *")].map(e => e.querySelector("b").textContent + e.querySelector("i").textContent)`)
		}
		Expect(marks()).To(Equal([]string{"✗1 fail, 39 pass: ", "✓20 pass", "✗1 fail, 19 pass"}))
		reader.Focuses("select[name=resource]")
		reader.Presses("/7")
		Eventually(marks, person.Patience).Should(Equal([]string{"✗1 fail, 1 pass: ", "✓1 pass", "✗1 fail"}))
		reader.Clicks("button.clear")
		reader.Clicks("button[value=pass]")
		Expect(marks()).To(Equal([]string{"✓39 pass: ", "✓20 pass", "✓19 pass"}))
	})

	// Opening takes 4 to 7 of them, which take a tenth of a second each, or more on a busy
	// machine.
	const tables = 15
	DescribeTable("shows 5,000 results, and filters and opens them, within the work of so many plain tables",
		func(of func() *suite.Report) {
			r := of()
			reader, beside := browser.Sits(), browser.Sits()
			for _, s := range []person.Sitter{reader, beside} {
				person.Call(s, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
			}
			takes := func(what string, f func(), selector string, as types.GomegaMatcher) {
				GinkgoHelper()
				plain := plainTable(beside)
				began := cpuSeconds(reader)
				f()
				reader.Shows(selector, as)
				person.Awaits[bool](reader, `new Promise(done => requestAnimationFrame(() => setTimeout(() => done(true))))`) // it is painted
				took := cpuSeconds(reader) - began
				plain = (plain + plainTable(beside)) / 2
				AddReportEntry(what, fmt.Sprintf("%.3f s of CPU time, a plain table %.3f s", took, plain))
				Expect(took).To(BeNumerically("<", tables*plain), what)
			}
			takes("opened", func() { opens(reader, r, "") }, "[role=status]", ContainSubstring("5000 of 5000 results"))
			takes("filtered", func() { reader.Clicks("button[value=fail]") }, "[role=status]", ContainSubstring(fmt.Sprintf("%d of 5000 results", r.Summary[suite.Fail])))
			takes("opened a scenario", func() { reader.Clicks("tr.scenario:not([hidden]) .open") }, ".detail .result[open]", Not(BeEmpty()))
			takes("searched", func() {
				reader.Clicks("input[type=search]")
				reader.Presses("methods")
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
					reader := browser.Sits()
					reader.Before(360, false)
					opens(reader, r, "")
					opensEverything(reader)
					Expect(reader.Overflows()).To(BeZero(), "it scrolls sideways")
					reader.Before(1280, false)
					Expect(reader.Overflows()).To(BeZero(), "it scrolls sideways")
					Expect(person.Ask[bool](reader, "'pwned' in window")).To(BeFalse())
					Expect(person.Ask[int](reader, "document.querySelectorAll('script, img, iframe, object, embed, base').length")).To(Equal(2), "the data and the script")
					Expect(person.Ask[bool](reader, `/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(document.body.innerText.replaceAll("\n", "").replaceAll("\t", ""))`)).To(BeFalse())
					Expect(reader.Said()).To(BeEmpty())
					Expect(strings.Join(reader.Sent(), "\n")).NotTo(ContainSubstring("http"))
				}
			})
		}
	})
})
