package suite

import (
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = ginkgo.Describe("The behaviours of the protocol", func() {
	ginkgo.It("are each covered by a scenario, or excused, and not both", func() {
		for _, b := range Behaviours() {
			if b.Excused == "" {
				Expect(covered()).To(HaveKey(b.ID), "no scenario covers it: %s", b.Says)
			} else {
				Expect(covered()).NotTo(HaveKey(b.ID), "it is covered, though it is excused: %s", b.Excused)
			}
		}
	})

	ginkgo.It("are well-formed", func() {
		var ids []string
		for _, b := range Behaviours() {
			Expect(b.ID).To(MatchRegexp(`^[A-Z]{2}-[0-9]{2}$`))
			Expect(b.Says).To(MatchRegexp(`^[a-zA-Z0-9"].*[^.]$`), b.ID)
			Expect(ids).NotTo(ContainElement(b.ID))
			ids = append(ids, b.ID)
		}
		Expect(ids).NotTo(ContainElements(strings.Fields(ofBrowsers)))
	})

	ginkgo.It("are known where a scenario names one", func() {
		for id, by := range covered() {
			concernsServers := slices.ContainsFunc(behaviours, func(b Behaviour) bool { return b.ID == id })
			Expect(concernsServers || slices.Contains(strings.Fields(ofBrowsers), id)).To(BeTrue(), "%s names %s", by, id)
		}
	})
})

// covered returns the ids of the behaviours that a scenario covers, and which.
func covered() map[string]string {
	ids := map[string]string{}
	for _, s := range Scenarios() {
		for _, id := range s.Covers {
			ids[id] = s.ID
		}
	}
	return ids
}
