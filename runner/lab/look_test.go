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
				p := newLearner()
				p.Before(width, dark)
				look := func(what string) {
					GinkgoHelper()
					Expect(p.Violations()).To(BeEmpty(), "axe-core finds something on "+what)
					p.Photographs(what + "-" + name)
					Expect(p.Overflows()).To(BeZero(), "it scrolls sideways")
				}
				p.opens("")
				look("lessons")
				p.opens("#/lesson/the-attackers-page")
				look("lesson")
				p.checks()
				look("lesson-checked")
				p.Clicks("input[name=handler][value='2']")
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
