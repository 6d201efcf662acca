package suite_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/useragent"
)

var _ = Describe("the behaviours of the protocol", func() {
	It("are each covered by a scenario, or excused, and not both", func() {
		covered := coveredBehaviours()
		for _, b := range suite.Behaviours() {
			if b.Excused == "" {
				Expect(covered).To(HaveKey(b.ID), "no scenario covers it: %s", b.Says)
			} else {
				Expect(covered).NotTo(HaveKey(b.ID), "take its excuse out of behaviours.go: %s", b.Excused)
			}
		}
	})

	It("are well-formed", func() {
		var ids []string
		for _, b := range suite.Behaviours() {
			Expect(b.ID).To(MatchRegexp(`^[A-Z]{2}-[0-9]{2}$`))
			Expect(b.Says).To(MatchRegexp(`^[a-zA-Z0-9"].*[^.]$`), b.ID)
			Expect(ids).NotTo(ContainElement(b.ID))
			Expect(suite.OfBrowsers).NotTo(ContainElement(b.ID))
			ids = append(ids, b.ID)
		}
	})

	It("are known where a scenario names one", func() {
		for id, by := range coveredBehaviours() {
			concernsServers := slices.ContainsFunc(suite.Behaviours(), func(b suite.Behaviour) bool { return b.ID == id })
			Expect(concernsServers || slices.Contains(suite.OfBrowsers, id)).To(BeTrue(), "%s names %s", by, id)
		}
	})
})

// coveredBehaviours returns the ids of the behaviours that a scenario covers, of a
// server or of a browser, and one that does.
func coveredBehaviours() map[string]string {
	by := map[string]string{}
	for _, s := range suite.Scenarios() {
		for _, id := range s.Covers {
			by[id] = s.ID
		}
	}
	for _, s := range useragent.Scenarios() {
		for _, id := range s.Covers {
			by[id] = s.ID
		}
	}
	return by
}
