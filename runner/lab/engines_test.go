package lab_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/internal/person"
)

// The lab is for browsers that people have: a person's way through it, in each.
var _ = Describe("a person at the lab", func() {
	for name, open := range person.Engines {
		It("plays and finishes every lesson in "+name, func() {
			p := open()

			By("predicting, running and reading at the playground")
			opens(p, "#/play")
			p.Clicks("input[name=preflight][value=yes]")
			p.Clicks("input[name=shared][value=no]")
			p.Clicks("#run")
			p.Shows("#result-title", Equal("The script can read the response."))
			Expect(p.Reads(".compared tbody")).To(MatchRegexp(`(?s)A preflight\?\s+yes\s+yes\s+✓ right.*read it\?\s+no\s+yes\s+✗ not so`))
			Expect(p.Reads(".sequence")).To(MatchRegexp(`Access-Control-Allow-Origin: http://app\.lab\.localhost:\d+ ◂ allows`))

			By("changing the policy")
			p.Types("#allowMethods", "GET, POST")
			p.Clicks("input[name=preflight][value=yes]")
			p.Clicks("input[name=shared][value=no]")
			p.Clicks("#run")
			p.Shows("#result-title", Equal("The script gets a network error."))
			Expect(p.Reads(".sequence .decides")).To(Equal("Access-Control-Allow-Methods: GET, POST ◂ decides"))

			By("following a link")
			opens(p, "#/play?allowMethods=GET&origin=admin")
			p.Clicks("#run")
			p.Clicks("#skip")
			p.Shows("#result-title", Equal("The script gets a network error."))
			Expect(p.Reads(".sequence .decides")).To(Equal("Access-Control-Allow-Methods: GET ◂ decides"))

			for _, a := range attempts {
				By("finishing the lesson " + a.lesson + ", the wrong way and the right way")
				opens(p, "#/lesson/"+a.lesson)
				a.wrong(p)
				Expect(checks(p)).To(Equal("Your browser does not agree yet."))
				a.right(p)
				Expect(checks(p)).To(Equal("Your browser agrees."), p.Reads("#check-list"))
			}
		})
	}
})
