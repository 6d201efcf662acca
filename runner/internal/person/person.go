// Package person has people at corsproof's pages, for specs: somebody who sits before
// Chromium, Firefox or WebKit, clicks, types and reads. A browser, and all that it leaves,
// goes with the spec or the suite that opened it.
package person

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// Patience is how long a step may take on a busy machine.
const Patience = time.Minute

// A Person sits at a browser that remembers nothing. What cannot be done fails the spec.
type Person struct{ engine }

// An engine is what a browser is driven by. Each step waits for what it is about, or
// fails.
type engine interface {
	// goes opens a URL, and waits until it is loaded.
	goes(url string) error
	// evaluates returns what an expression comes to, as JSON. It awaits no promise.
	evaluates(expression string) (json.RawMessage, error)
	clicks(selector string) error
	// types puts a text in the place of what a field has.
	types(selector, text string) error
	// chooses takes an entry of a list, by its place.
	chooses(selector string, place int) error
}

// Goes opens a URL in a page that has nothing of the last one: to the same document with
// another fragment would be no way.
func (p Person) Goes(url string) {
	GinkgoHelper()
	Expect(p.goes("about:blank")).To(Succeed())
	Expect(p.goes(url)).To(Succeed())
}

// Clicks at an element that is there to see.
func (p Person) Clicks(selector string) {
	GinkgoHelper()
	Expect(p.clicks(selector)).To(Succeed(), selector)
}

// Types puts a text in the place of what a field has.
func (p Person) Types(selector, text string) {
	GinkgoHelper()
	Expect(p.types(selector, text)).To(Succeed(), selector)
}

// Chooses takes the entry of a list that begins so.
func (p Person) Chooses(selector, entry string) {
	GinkgoHelper()
	place := Ask[int](p, fmt.Sprintf("[...document.querySelector(%q).options].findIndex(o => o.label.startsWith(%q))", selector, entry))
	Expect(place).To(BeNumerically(">=", 0), "%s has no entry that begins %s", selector, entry)
	Expect(p.chooses(selector, place)).To(Succeed(), selector)
}

// Ticked reports whether a box is.
func (p Person) Ticked(selector string) bool {
	GinkgoHelper()
	return Ask[bool](p, fmt.Sprintf("document.querySelector(%q).checked", selector))
}

// Reads is the text of all such elements that are there for everybody to see, each on
// lines of its own.
func (p Person) Reads(selector string) string {
	GinkgoHelper()
	return strings.Join(p.Finds(selector, "innerText"), "\n")
}

// Finds is a property of all such elements that are there to see.
func (p Person) Finds(selector, property string) []string {
	GinkgoHelper()
	return Ask[[]string](p, fmt.Sprintf("[...document.querySelectorAll(%q)].filter(e => e.checkVisibility()).map(e => String(e[%q]))", selector, property))
}

// Shows waits until the text that is there to see is as it should be: what a click brings
// comes with a later event.
func (p Person) Shows(selector string, as types.GomegaMatcher) {
	GinkgoHelper()
	Eventually(p.Reads, Patience).WithArguments(selector).Should(as, selector)
}

// Until waits until an expression is true, be it on a page that comes yet: between two
// there may be nobody to ask.
func (p Person) Until(expression string) {
	GinkgoHelper()
	Eventually(func() (string, error) {
		got, err := p.evaluates(expression)
		return string(got), err
	}, Patience).Should(Equal("true"), expression)
}

// Does evaluates a script for what it does.
func (p Person) Does(script string) {
	GinkgoHelper()
	_, err := p.evaluates("(() => { " + script + "; return null })()")
	Expect(err).NotTo(HaveOccurred())
}

// Ask returns what an expression comes to on a person's page.
func Ask[T any](p interface {
	evaluates(string) (json.RawMessage, error)
}, expression string) T {
	GinkgoHelper()
	got, err := p.evaluates(expression)
	Expect(err).NotTo(HaveOccurred())
	var value T
	Expect(json.Unmarshal(got, &value)).To(Succeed(), "%s: %s", expression, got)
	return value
}

// Engines are all browsers in which people are, by name. Each opens one of its own.
var Engines = map[string]func() Person{
	"Chromium": func() Person { return OpenChromium().Sits().Person },
	"Firefox":  openFirefox,
	"WebKit":   openWebKit,
}
