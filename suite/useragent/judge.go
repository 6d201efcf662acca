package useragent

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Seen is what came of a step: what the user agent says, and what the stub got.
type Seen struct {
	Observation fetch.Observation `json:"observation"`
	Got         []stub.Request    `json:"got,omitempty"`
}

// judge says in which the steps differ from what was wanted, the first of them, or
// nothing. The scenario is one with its path filled in.
func (s Scenario) judge(seen []Seen, wants []Want) string {
	for i, want := range wants {
		if i == len(seen) {
			return fmt.Sprintf("step %d was not tried", i+1)
		}
		if differs := want.differs(seen[i]); differs != "" {
			if len(wants) > 1 {
				return fmt.Sprintf("step %d: %s", i+1, differs)
			}
			return differs
		}
	}
	return ""
}

// wants are those of the steps.
func (s Scenario) wants() []Want {
	var wants []Want
	for _, step := range s.Steps {
		wants = append(wants, step.Want)
	}
	return wants
}

// differs says what is not as wanted, or nothing.
func (w Want) differs(seen Seen) string {
	var parts []string
	add := func(format string, a ...any) { parts = append(parts, fmt.Sprintf(format, a...)) }
	o := seen.Observation
	if !sameType(w.Type, o.Response.Type) || w.Status != 0 && w.Status != o.Response.Status {
		add("%s", responseInWords(o))
	}
	for _, h := range w.Readable {
		if value, ok := o.Response.Headers.Get(h.Name); !ok {
			add("the script cannot read %s", h.Name)
		} else if value != h.Value {
			add("the script reads %s: %q", h.Name, value)
		}
	}
	for _, name := range w.Hidden {
		if o.Response.Headers.Contains(name) {
			add("the script can read %s", name)
		}
	}
	if w.Body != nil && *w.Body != o.Response.BodyBytes {
		add("the script reads %d bytes", o.Response.BodyBytes)
	}
	if !strings.HasPrefix(o.Exception, w.Exception) {
		add("the script catches %q", o.Exception)
	}
	if o.Response.Thrown != "" && !strings.Contains(o.Response.Thrown, w.Thrown) {
		add("the script is told of the error by %q", o.Response.Thrown)
	}
	return joined(append(parts, w.sentDiffers(seen.Got)...))
}

// sameType takes into account that XMLHttpRequest shows no type, which is reported as
// CORS if there is a response.
func sameType(want, got fetch.ResponseType) bool {
	return want == got || want == fetch.Basic && got == fetch.CORS
}

func (w Want) sentDiffers(got []stub.Request) []string {
	if gotLine, line := sentLine(got), wantLine(w.Sent); gotLine != line {
		return []string{"the server got " + gotLine}
	}
	var parts []string
	for i, sent := range w.Sent {
		parts = append(parts, sent.differs(got[i])...)
	}
	for _, name := range w.Alike {
		for i := 1; i < len(got); i++ {
			if a, b := got[0].Header.Values(name), got[i].Header.Values(name); !slices.Equal(a, b) {
				parts = append(parts, fmt.Sprintf("%s was %q and then %q", name, a, b))
			}
		}
	}
	return parts
}

func (s Sent) differs(got stub.Request) []string {
	var parts []string
	origin := got.Header.Values("Origin")
	switch {
	case s.Origin == Absent && len(origin) > 0:
		parts = append(parts, fmt.Sprintf("%s had Origin %q", got.Method, origin))
	case s.Origin != Absent && !slices.Equal(origin, []string{s.Origin}):
		parts = append(parts, fmt.Sprintf("%s had Origin %q", got.Method, origin))
	}
	for _, h := range s.Headers {
		if values := got.Header.Values(h.Name); strings.Join(values, ", ") != h.Value || len(values) == 0 {
			parts = append(parts, fmt.Sprintf("%s had %s %q", got.Method, h.Name, values))
		}
	}
	for _, name := range s.Without {
		if values := got.Header.Values(name); len(values) > 0 {
			parts = append(parts, fmt.Sprintf("%s had %s %q", got.Method, name, values))
		}
	}
	return parts
}

// sentLine names requests by their methods and URLs.
func sentLine(got []stub.Request) string {
	var parts []string
	for _, r := range got {
		parts = append(parts, r.Method+" "+r.URL)
	}
	return listed(parts)
}

func wantLine(sent []Sent) string {
	var parts []string
	for _, s := range sent {
		parts = append(parts, s.Method+" "+s.URL)
	}
	return listed(parts)
}

func listed(parts []string) string {
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// responseInWords says what the script has.
func responseInWords(o fetch.Observation) string {
	words := ""
	switch o.Response.Type {
	case fetch.NetworkError:
		words = "the script gets a network error"
		if reason := reasonOf(o); reason != "" {
			words += " (" + reason + ")"
		}
		return words
	case fetch.Opaque, fetch.OpaqueRedirect:
		return "the script gets a response of type " + string(o.Response.Type)
	}
	return fmt.Sprintf("the script gets the response with status %d", o.Response.Status)
}

// reasonOf is the user agent's own code for a refusal, or its cause.
func reasonOf(o fetch.Observation) string {
	for _, e := range o.Exchanges {
		if e.Reason != "" {
			return e.Reason
		}
	}
	return string(o.Cause)
}

// expectation says what is wanted, in a sentence.
func (s Scenario) expectation() string {
	var parts []string
	for i, step := range s.Steps {
		words := step.Want.inWords()
		if len(s.Steps) > 1 {
			words = fmt.Sprintf("step %d: %s", i+1, words)
		}
		if i > 0 && slices.Contains(parts, words) {
			continue
		}
		parts = append(parts, words)
	}
	return strings.Join(parts, "; ")
}

func (w Want) inWords() string {
	o := fetch.Observation{Response: fetch.Response{Type: w.Type, Status: w.Status}}
	if w.Type == fetch.NetworkError && w.Reason != "" {
		o.Exchanges = []fetch.Exchange{{Reason: string(w.Reason)}}
	}
	parts := []string{responseInWords(o)}
	for _, h := range w.Readable {
		parts = append(parts, fmt.Sprintf("reads %s: %q", h.Name, h.Value))
	}
	for _, name := range w.Hidden {
		parts = append(parts, "cannot read "+name)
	}
	if w.Body != nil {
		parts = append(parts, fmt.Sprintf("reads %d bytes", *w.Body))
	}
	if w.Exception != "" {
		parts = append(parts, fmt.Sprintf("catches %q", w.Exception))
	}
	if w.Thrown != "" {
		parts = append(parts, fmt.Sprintf("is told of the error by %q", w.Thrown))
	}
	var sent []string
	for _, s := range w.Sent {
		sent = append(sent, s.inWords())
	}
	return joined(append(parts, "the server gets "+listed(sent)))
}

// inWords names the request, with what must be particular about it.
func (s Sent) inWords() string {
	var particulars []string
	switch s.Origin {
	case Absent:
		particulars = append(particulars, "no Origin")
	case "null":
		particulars = append(particulars, "Origin: null")
	}
	for _, h := range s.Headers {
		particulars = append(particulars, h.Name+": "+h.Value)
	}
	for _, name := range s.Without {
		particulars = append(particulars, "no "+http.CanonicalHeaderKey(name))
	}
	words := s.Method + " " + s.URL
	if len(particulars) > 0 {
		words += " (" + strings.Join(particulars, "; ") + ")"
	}
	return words
}

// joined joins clauses as a sentence does.
func joined(clauses []string) string { return strings.Join(clauses, "; ") }
