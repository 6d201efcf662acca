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
				for _, a := range attempts {
					p.opens("#/lesson/" + a.lesson)
					look("lesson-" + a.lesson)
				}
				p.checks()
				look("lesson-checked")
				p.Does(`document.querySelectorAll("#check-list details").forEach(d => { d.open = true })`)
				look("lesson-checked-open")
				p.Clicks("input[name=handler][value='2']")
				p.checks()
				look("lesson-passed")

				p.opens("#/play")
				look("play")
				p.Chooses("#via", "an image")
				look("play-image")
				p.Clicks("#reset")
				p.Types("#maxAge", "soon")
				p.predicts("yes", "no")
				p.Clicks("#run")
				p.Shows("#maxAge-mistake", Not(BeEmpty()))
				look("play-mistaken")
				p.Types("#maxAge", "600")
				p.predicts("yes", "no")
				p.runs()
				look("played")
				p.Does(`document.querySelectorAll("#outcome details").forEach(d => { d.open = true })`)
				look("played-open")
				p.opens("#/play?fault=all.bare&origin=evil")
				p.predicts("yes", "no")
				p.runs()
				look("refused")
			})
		}
	}
})
