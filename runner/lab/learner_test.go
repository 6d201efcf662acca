package lab_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/internal/person"
)

// A learner sits before the browser of all specs.
type learner struct{ person.Sitter }

func newLearner() learner {
	GinkgoHelper()
	return learner{browser.Sits()}
}

// opens goes to a place of the lab, such as "#/play", and waits until it is ready.
func (l learner) opens(place string) {
	GinkgoHelper()
	opens(l.Person, place)
}

func opens(p person.Person, place string) {
	GinkgoHelper()
	p.Goes(running.URL() + place)
	p.Until("'ready' in document.documentElement.dataset")
}

// predicts answers the two questions.
func (l learner) predicts(preflight, shared string) {
	GinkgoHelper()
	l.Clicks("input[name=preflight][value=" + preflight + "]")
	l.Clicks("input[name=shared][value=" + shared + "]")
}

// runs presses Run, and waits for what comes of it.
func (l learner) runs() {
	GinkgoHelper()
	atRest(l.Person)
	l.Clicks("#run")
	l.Shows("#result-title", Not(BeEmpty()))
}

// checks presses Check and returns what the browser says.
func (l learner) checks() string {
	GinkgoHelper()
	return checks(l.Person)
}

func checks(p person.Person) string {
	GinkgoHelper()
	atRest(p)
	p.Does(`document.getElementById("checks-title").textContent = ""`)
	p.Clicks("#check")
	p.Shows("#checks-title", Not(BeEmpty()))
	return p.Reads("#checks-title")
}

// atRest waits until the buttons can be pressed again: when a check has told what it
// found, the lab still opens a fresh session.
func atRest(p person.Person) {
	GinkgoHelper()
	p.Until("document.querySelector('#bench [aria-disabled]') === null")
}

// sees is what an expression comes to, as text.
func (l learner) sees(expression string) string {
	GinkgoHelper()
	return person.Ask[string](l, "String("+expression+")")
}

// until presses Tab until it comes to an element.
func (l learner) until(id string) {
	GinkgoHelper()
	for range 60 {
		if l.sees("document.activeElement.id") == id {
			return
		}
		l.Presses("Tab")
	}
	Fail("Tab does not lead to " + id)
}
