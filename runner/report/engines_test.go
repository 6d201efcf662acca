package report_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/internal/person"
	"github.com/corsproof/corsproof/runner/lab"
)

// The report opens in whatever browser its reader has: a person's way through it, in each.
var _ = Describe("a person at the HTML report", func() {
	for name, open := range person.Engines {
		It("filters, reads a diagram and follows the link to the lab in "+name, func(ctx SpecContext) {
			learning, err := lab.Start(0)
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(learning.Close)
			r := judgedFault(ctx, "methods.missing")
			p := open()

			By("opening it from disk")
			opens(p, r, "")
			p.Shows(".judgement", ContainSubstring(" does not keep its policy. "))
			all := scenarios(p)
			Expect(len(all)).To(BeNumerically(">", 40))

			By("filtering by verdict and by words")
			p.Clicks("button[value=fail]")
			p.Shows("[role=status]", MatchRegexp(fmt.Sprintf(`^\d+ of %d scenarios, %d of %d results$`, len(all), r.Summary["fail"], len(r.Results))))
			Expect(scenarios(p)).To(And(ContainElement("methods.listed"), Not(ContainElement("simple.get"))))
			p.Types("input[type=search]", "methods listed")
			Eventually(scenarios, person.Patience).WithArguments(p).Should(HaveEach(HavePrefix("methods.listed")))
			p.Types("input[type=search]", "nothing like that")
			p.Shows(".nothing", Equal("Nothing matches."))
			p.Clicks("button.clear")
			Eventually(scenarios, person.Patience).WithArguments(p).Should(Equal(all))

			By("opening a scenario and reading its diagram")
			p.Clicks(`#methods\.listed .open`)
			p.Shows(".detail .result[open] .sequence", And(ContainSubstring("CORS-preflight request"), ContainSubstring("network error")))
			Expect(p.Reads(".detail .result[open] .decides .name")).To(Equal("Access-Control-Allow-Methods"))
			Expect(p.Reads(".detail .walk .decides")).To(ContainSubstring("CORS-preflight fetch, step 7.5"))

			By("following its permalink, and the link to the same case in the lab")
			opens(p, r, "#methods.listed")
			p.Shows(`#methods\.listed + .detail .result[open]`, Not(BeEmpty()))
			home, err := url.Parse(learning.URL())
			Expect(err).NotTo(HaveOccurred())
			// This lab is on another port than the one that links lead to.
			p.Does(fmt.Sprintf(`document.querySelectorAll(".detail a[href^='http://lab.localhost:']").forEach(a => { a.href = a.href.replaceAll(%q, %q); })`, strconv.Itoa(lab.DefaultPort), home.Port()))
			p.Clicks(".detail .result[open] a[href^='http://lab.localhost:']")
			p.Until("'ready' in document.documentElement.dataset")
			Expect(person.Ask[string](p, "document.getElementById('method').value")).To(Equal("PUT"))
			p.Clicks("input[name=preflight][value=yes]")
			p.Clicks("input[name=shared][value=yes]")
			p.Clicks("#run")
			// This server keeps the policy that the other did not.
			p.Shows("#result-title", Equal("The script can read the response."))
			Expect(strings.Count(p.Reads(".compared"), "✓ right")).To(BeNumerically(">=", 2))
		})
	}
})
