package lab_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/internal/person"
)

// attempts are what a person does in each lesson: first something that does not help, with
// what the lab says to that, and then what does. {app} is the app's origin.
var attempts = []struct {
	lesson string
	wrong  func(hands)
	says   string
	right  func(hands)
}{
	{"same-origin", origin("port"), "Access-Control-Allow-Origin is missing", origin("self")},
	{"sharing", types("#allowOrigins", "*"), "The script could read the response.", types("#allowOrigins", "{app}")},
	{"refused-and-sent", handler(1), "The server has made 1 transfers in all, and not 0.", handler(2)},
	{"preflight", types("#headers", "Content-Type: application/json"), "A CORS-preflight request was sent.", types("#headers", "")},
	{"who-answers-options", handler(1), "In the answer to the preflight: Access-Control-Allow-Origin is missing", handler(2)},
	{"methods", types("#allowMethods", "PUT, patch"), "did not reach the server", types("#allowMethods", "PUT, PATCH")},
	{"request-headers", types("#allowHeaders", "*"), "The actual request reached the server.", types("#allowHeaders", "Content-Type, x-requested-with")},
	{"x-requested-with", types("#headers", "X-Requested-With: XMLHttpRequest"), "The script got a network error.", func(h hands) {
		types("#headers", "")(h)
		handler(2)(h)
	}},
	{"content-types", types("#allowHeaders", "Authorization, Accept"), "Access-Control-Allow-Headers", types("#allowHeaders", "Authorization, Content-Type")},
	{"credentials", clicks("#allowCredentials"), "The script could read the response.", func(h hands) {
		types("#allowOrigins", "{app}")(h)
		if !h.Ticked("#allowCredentials") {
			clicks("#allowCredentials")(h)
		}
	}},
	{"exposed-headers", types("#allowHeaders", "Content-Type, X-Total-Count"), "The script could not read X-Total-Count.", types("#exposeHeaders", "X-Total-Count")},
	{"preflight-cache", types("#maxAge", ""), "A CORS-preflight request was sent.", types("#maxAge", "600")},
	{"errors", handler(1), "The script saw no status, and not 500.", handler(2)},
	{"elements", func(h hands) {
		types("#allowOrigins", "*")(h)
		h.Chooses("#via", "an image, crossorigin")
	}, "The script could read the response.", types("#allowOrigins", "{app}")},
	{"vary", handler(1), "The script got a network error.", handler(2)},
	{"look-alikes", handler(1), "The script could read the response.", func(h hands) {
		handler(2)(h)
		types("#allowOrigins", "{app}")(h)
	}},
	{"the-attackers-page", handler(1), "The script could read the response.", handler(2)},
}

// hands are what a form needs.
type hands interface {
	Clicks(selector string)
	Types(selector, text string)
	Chooses(selector, entry string)
	Ticked(selector string) bool
}

func origin(name string) func(hands) {
	return func(h hands) { h.Chooses("#origin", name+":") }
}

func types(selector, text string) func(hands) {
	return func(h hands) { h.Types(selector, strings.ReplaceAll(text, "{app}", "http://app."+name(running))) }
}

func clicks(selector string) func(hands) {
	return func(h hands) { h.Clicks(selector) }
}

// handler chooses one of a lesson's, by its number.
func handler(number int) func(hands) {
	return clicks(fmt.Sprintf("input[name=handler][value='%d']", number))
}

var _ = Describe("a lesson", func() {
	for _, a := range attempts {
		It("is passed when the browser agrees, and not before: "+a.lesson, func() {
			p := newLearner()
			p.opens("#/lesson/" + a.lesson)
			Expect(p.checks()).To(Equal("Your browser does not agree yet."), "nothing was repaired")
			a.wrong(p)
			Expect(p.checks()).To(Equal("Your browser does not agree yet."))
			Expect(p.Reads("#check-list")).To(ContainSubstring(a.says))
			Expect(p.Reads("#passed")).To(BeEmpty())
			a.right(p)
			Expect(p.checks()).To(Equal("Your browser agrees."), p.Reads("#check-list"))
			Expect(p.Reads("#passed")).To(HavePrefix("Passed"))

			p.Clicks("#to-lessons")
			p.Shows(`#lessons a[href="#/lesson/`+a.lesson+`"] + .mark`, ContainSubstring("passed"))
		})
	}

	It("is tried, each of them", func() {
		var tried []string
		for _, a := range attempts {
			tried = append(tried, a.lesson)
		}
		p := newLearner()
		p.opens("")
		Expect(person.Ask[[]string](p, `[...document.querySelectorAll("#lessons a")].map(a => a.hash.split("/").pop())`)).To(Equal(tried))
	})
})
