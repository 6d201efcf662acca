package lab_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("the lab's page", func() {
	for _, width := range []int64{1280, 360} {
		for _, dark := range []bool{false, true} {
			name := fmt.Sprintf("%d-%s", width, map[bool]string{false: "light", true: "dark"}[dark])
			It("fits at "+name, func() {
				p := newPerson()
				p.sits(width, dark)
				look := func(what string) {
					GinkgoHelper()
					Expect(p.finds()).To(BeEmpty(), "axe-core finds something on "+what)
					p.photographs(what + "-" + name)
					Expect(ask[int64](p, "document.documentElement.scrollWidth")).To(BeNumerically("<=", width), "it scrolls sideways")
				}
				p.opens("")
				look("lessons")
				p.opens("#/lesson/the-attackers-page")
				look("lesson")
				p.checks()
				look("lesson-checked")
				p.clicks("input[name=handler][value='2']")
				p.checks()
				look("lesson-passed")
				p.opens("#/play")
				p.predicts("yes", "no")
				look("play")
				p.runs()
				look("played")
			})
		}
	}
})
