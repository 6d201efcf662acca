package useragent

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Explain says what a scenario asks for: what the script does, what the server answers,
// what must come of it, and which browsers are known to do otherwise. It reports
// whether there is such a scenario.
func Explain(id string) (string, bool) {
	all := Scenarios()
	i := slices.IndexFunc(all, func(s Scenario) bool { return s.ID == id })
	if i < 0 {
		return "", false
	}
	s := all[i].At("…")
	var b strings.Builder
	fmt.Fprintf(&b, "%s (of a browser)\n\n  %s.\n  %s\n\n  The page is on %s.\n", s.ID, s.Title, s.SpecURL(), s.origin())
	for i, step := range s.Steps {
		fmt.Fprintf(&b, "  %d. %s: %s\n", i+1, step.inWords(), strings.ReplaceAll(step.Want.inWords(), "/…", ""))
	}
	for _, r := range s.Stub {
		fmt.Fprintf(&b, "\n  %s\n", strings.TrimSuffix(r.URL, "/…"))
		answersInWords(&b, "answers OPTIONS", r.Preflights)
		answersInWords(&b, "answers", r.Answers)
	}
	for _, d := range deviations {
		if d.Scenario == id {
			fmt.Fprintf(&b, "\n  Known of %s: %s (%s)\n", d.Browser, d.Instead, d.source())
		}
	}
	return b.String(), true
}

// source is where a deviation is known from.
func (d Deviation) source() string {
	return strings.Join(slices.DeleteFunc([]string{d.Evidence, d.Link}, func(s string) bool { return s == "" }), ", ")
}

// inWords says what the script does.
func (step Step) inWords() string {
	r := step.Request
	what := r.Method
	if r.Consumer != fetch.ByAPI {
		what = string(r.Consumer)
	}
	words := what + " " + strings.TrimSuffix(r.URL, "/…")
	for _, h := range r.Headers {
		words += fmt.Sprintf(", %s: %s", h.Name, strings.Trim(strconv.Quote(h.Value), `"`))
	}
	for _, word := range []struct{ name, value string }{
		{"mode", string(r.Mode)}, {"credentials", string(r.Credentials)}, {"redirect", string(r.Redirect)},
		{"crossorigin", string(r.CrossOrigin)}, {"referrer policy", r.ReferrerPolicy}, {"in a", string(r.Global)},
	} {
		if word.value != "" {
			words += ", " + word.name + " " + word.value
		}
	}
	if r.Keepalive {
		words += ", kept alive"
	}
	if r.Body != "" {
		words += fmt.Sprintf(", with a body of %d bytes", len(r.Body))
	}
	if r.UploadListener {
		words += ", with an upload listener"
	}
	if step.After > 0 {
		words += fmt.Sprintf(", after %s", step.After)
	}
	return words
}

func answersInWords(b *strings.Builder, verb string, answers []stub.Answer) {
	for i, a := range answers {
		if i > 0 {
			verb = "and then"
		}
		what := strconv.Itoa(cmp.Or(a.Status, http.StatusOK))
		if a.Silent {
			what = "nothing"
		}
		fmt.Fprintf(b, "    %s %s\n", verb, what)
		for _, line := range a.Lines {
			fmt.Fprintf(b, "      %s\n", strings.Trim(strconv.Quote(line), `"`))
		}
	}
}
