// Package useragent holds the browser scenarios: what a user agent must do of the
// CORS protocol, whatever a server says. A stub answers what a scenario dictates,
// byte for byte, and remembers what it got; the user agent makes the requests of a
// script, and says what the script saw. Both together are judged.
//
// There are three opinions on each scenario: what is written here, fetch.Model, and
// the browser. Where a browser is known to differ, deviations.go says how, and since
// when we know.
package useragent

import (
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// The origins of the scenarios. All are the stub's.
const (
	Page   = "http://app.example.test"      // where scripts run
	Port   = "http://app.example.test:8080" // the same host, another port
	API    = "http://api.example.test"      // another host of the same site, so that cookies go along
	Sister = "http://sister.example.test"   // and one more
	Other  = "http://api.example.net"       // another site
)

// around is the origin of the page around a sandboxed frame.
const around = "http://opaque.corsproof.test"

// Target is the URL that is asked unless a step says otherwise. "{id}" stands for a
// path of the scenario's own, in URLs and header lines alike.
const Target = API + "/{id}"

// A Scenario is something that a user agent must, or must not, do. It is data: how to
// run it is written once, in run.go, and how to judge it once, in judge.go.
type Scenario struct {
	// ID is a stable slug with dots that begins with "browser." and the chapter.
	ID string

	// Title says subject, modal, outcome.
	Title string

	// Spec is the section of the Fetch Standard that it follows, as a fragment.
	Spec string

	// Covers are the ids of the behaviours that it covers.
	Covers []string

	// APIs are those by which a script does it. None means fetch and xhr.
	APIs []fetch.API

	// Origin is the page's, or "null" for a sandboxed frame. None means Page.
	Origin string

	// Stub says what is answered.
	Stub []stub.Resource

	// Steps are requested one after the other, in one page.
	Steps []Step

	// Cause is one other than CORS for which the response may be a network error: the
	// answer is no valid HTTP, or there is none.
	Cause fetch.Cause
}

// A Step is a request of a script and what must come of it.
type Step struct {
	// Request is what the script asks for. An empty URL means Target, and an empty
	// method GET.
	Request fetch.Request

	// After is how long to wait before.
	After time.Duration

	Want Want
}

// Want is what a script must see, and what the stub must get.
type Want struct {
	// Type is that of the response. What XMLHttpRequest shows counts as CORS.
	Type fetch.ResponseType

	Status   int              // of the response; 0 is not judged
	Readable fetch.HeaderList // headers that the script can read, with their values
	Hidden   []string         // headers that it cannot
	Body     *int             // how many bytes it can read; nil is not judged

	// Exception is how what the script catches begins. Empty is not judged.
	Exception string

	// Thrown is in what the script is told of an error in one that it loaded. Empty is
	// not judged, nor is a user agent that runs no scripts.
	Thrown string

	// Sent are the requests that the stub gets, all of them, in order.
	Sent []Sent

	// Alike are headers that have the same value in all of Sent.
	Alike []string

	// Reason is why the response is a network error. Scripts cannot see it, so that
	// it is not judged; the tests hold against it what a user agent says.
	Reason fetch.Reason
}

// Sent is a request that the stub must get.
type Sent struct {
	Method string

	// URL is empty for Target.
	URL string

	// Origin is the header's value: empty for the origin of the page, Absent for none.
	Origin string

	Headers fetch.HeaderList // with these values
	Without []string         // headers that it must not have
}

// Absent as Sent.Origin asks for a request without the header.
const Absent = "-"

// A Chapter is a table of scenarios about one subject.
type Chapter struct {
	Name      string // the second part of its scenarios' ids
	Title     string
	Scenarios []Scenario
}

// Scenarios returns the scenarios of all chapters, in the order of reports.
func Scenarios() []Scenario {
	var all []Scenario
	for _, c := range Chapters() {
		all = append(all, c.Scenarios...)
	}
	return all
}

// SpecURL returns the link to the scenario's section of the Fetch Standard.
func (s Scenario) SpecURL() string { return "https://fetch.spec.whatwg.org/#" + s.Spec }

func (s Scenario) origin() string {
	if s.Origin == "" {
		return Page
	}
	return s.Origin
}

func (s Scenario) apis() []fetch.API {
	if s.APIs == nil {
		return []fetch.API{fetch.Fetch, fetch.XHR}
	}
	return s.APIs
}

// waits is how long the scenario waits in all.
func (s Scenario) waits() time.Duration {
	var sum time.Duration
	for _, step := range s.Steps {
		sum += step.After
	}
	return sum
}

// At returns the scenario with a path in place of "{id}", and with what was left out.
func (s Scenario) At(path string) Scenario {
	path = strings.TrimPrefix(path, "/")
	fill := func(text string) string { return strings.ReplaceAll(text, "{id}", path) }
	fillAll := func(answers []stub.Answer) []stub.Answer {
		answers = slices.Clone(answers)
		for i := range answers {
			answers[i].Lines = slices.Clone(answers[i].Lines)
			for j, line := range answers[i].Lines {
				answers[i].Lines[j] = fill(line)
			}
		}
		return answers
	}
	s.Stub = slices.Clone(s.Stub)
	for i, r := range s.Stub {
		if r.URL == "" {
			r.URL = Target
		}
		s.Stub[i] = stub.Resource{URL: fill(r.URL), Preflights: fillAll(r.Preflights), Answers: fillAll(r.Answers)}
	}
	s.Steps = slices.Clone(s.Steps)
	for i := range s.Steps {
		step := &s.Steps[i]
		if step.Request.URL == "" {
			step.Request.URL = Target
		}
		if step.Request.Method == "" {
			step.Request.Method = "GET"
		}
		step.Request.URL = fill(step.Request.URL)
		step.Want = step.Want.filled(fill, s.origin())
	}
	return s
}

// filled returns the want with what is left out in Sent filled in.
func (w Want) filled(fill func(string) string, origin string) Want {
	w.Sent = slices.Clone(w.Sent)
	for i := range w.Sent {
		sent := &w.Sent[i]
		if sent.URL == "" {
			sent.URL = Target
		}
		if sent.Origin == "" {
			sent.Origin = origin
		}
		sent.URL = fill(sent.URL)
	}
	return w
}

// redirects reports whether the stub redirects an actual request of the scenario.
func (s Scenario) redirects() bool {
	return slices.ContainsFunc(s.Stub, func(r stub.Resource) bool {
		return slices.ContainsFunc(r.Answers, func(a stub.Answer) bool { return a.Status/100 == 3 && a.Status != 304 })
	})
}
