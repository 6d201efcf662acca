package report

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A field is one thing that a report says of a failure, in visible text.
type field struct {
	label    string
	lines    []string
	verbatim bool // the lines are to be copied: nothing may break them
}

// explain says of a result all that its owner needs to repair it.
func explain(r suite.Result, target string, verbose bool) []field {
	var fields []field
	add := func(label string, lines ...string) {
		var text []string
		for _, line := range lines {
			if line != "" {
				text = append(text, visible(line, sentenceLimit))
			}
		}
		if len(text) > 0 {
			fields = append(fields, field{label: label, lines: text})
		}
	}
	add("required", r.Expected)
	add("observed", r.Observed)
	if r.Intermittent {
		add("", "Intermittent: when it was tried again, it passed. One of several servers behind one name may differ.")
	}
	if r.Severity != "" {
		add("severity", fmt.Sprintf("%s: %s", r.Severity, inWords(string(r.Severity))))
	}
	step := r.Spec
	if r.Step != "" {
		step = r.Step + ": " + r.Spec
	}
	add("standard", step)
	add("reason", reasonInBrowsers(r))
	add("next", further(r)...)
	add("change", r.Fixes...)
	if len(r.Repairs) == 1 { // the lines of more are at the end of the report alone
		fields = append(fields, inServer(r.Repairs[0])...)
	}
	if wire := exchanges(r.Exchanges, target, verbose); len(wire) > 0 {
		fields = append(fields, field{label: "wire", lines: wire})
	}
	if len(r.Replay) > 0 {
		fields = append(fields, field{label: "replay", lines: verbatim(r.Replay), verbatim: true})
	}
	return fields
}

// reasonInBrowsers is the reason, and what browsers call it where they call it
// something else.
func reasonInBrowsers(r suite.Result) string {
	if len(r.Failures) == 0 || string(r.Failures[0].Reason) != r.Reason {
		return r.Reason
	}
	var others []string
	if f := r.Failures[0]; f.Firefox != "" {
		others = append(others, f.Firefox+" in Firefox")
		if f.Chromium != r.Reason {
			others = append(others, f.Chromium+" in Chromium")
		}
	}
	if len(others) == 0 {
		return r.Reason
	}
	return r.Reason + " (" + strings.Join(others, ", ") + ")"
}

// mostLines is how many lines of a configuration are shown with one failure. The whole
// of it is at the end of the report.
const mostLines = 12

// mostFurther is how many further failures are told of one result.
const mostFurther = 8

// further are the failures that come up once the first is repaired, in their order.
func further(r suite.Result) []string {
	if len(r.Failures) < 2 {
		return nil
	}
	var lines []string
	for i, f := range r.Failures[1:] {
		if i == mostFurther {
			lines = append(lines, fmt.Sprintf("and %d more", len(r.Failures)-1-i))
			break
		}
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, step(f)))
	}
	return lines
}

// step says in a line which step fails and why.
func step(f suite.Failure) string {
	text := f.Given
	switch {
	case f.Algorithm == "":
	case f.Step == "":
		subject := f.Header
		if subject == "" {
			subject = "the answer"
		}
		text = fmt.Sprintf("%s: %s is %s, expected %s", f.Algorithm, subject, f.Given, f.Expected)
	default:
		text = f.Error()
	}
	text += " (" + string(f.Reason)
	if f.Firefox != "" {
		text += "; " + f.Firefox + " in Firefox"
	}
	text += ")"
	if f.By != "" {
		text += ", asked by corsproof, not the browser"
	}
	return text
}

// inServer is what to change in one kind of server.
func inServer(r suite.Repair) []field {
	var why []string
	for i, sentence := range r.Why {
		if i == 0 {
			sentence = r.Server + ": " + sentence
		}
		why = append(why, visible(sentence, sentenceLimit))
	}
	if len(why) == 0 {
		why = []string{visible(r.Server, valueLimit) + ":"}
	}
	fields := []field{{label: "in server", lines: why}}
	lines := verbatim(r.Lines[:min(len(r.Lines), mostLines)])
	if len(lines) < len(r.Lines) {
		lines = append(lines, fmt.Sprintf("… %d of %d lines; the whole is at the end of the report", len(lines), len(r.Lines)))
	}
	return append(fields, field{lines: lines, verbatim: true})
}

// verbatim are lines to be copied. Blanks stand for tabs, which terminals show in their
// own way.
func verbatim(lines []string) []string {
	var shown []string
	for _, l := range lines {
		text := strings.TrimLeft(l, "\t")
		shown = append(shown, strings.Repeat("    ", len(l)-len(text))+visible(text, copiedLimit))
	}
	return shown
}

// exchanges sums up what went over the wire: a line for each request, and one for the
// headers of its response that CORS is about, or for each header if all are wanted.
func exchanges(all []fetch.Exchange, target string, verbose bool) []string {
	var lines []string
	for _, e := range all {
		lines = append(lines, asked(e, target)+" → "+answered(e))
		switch {
		case verbose:
			lines = append(lines, headerLines("> ", e.Request.Headers)...)
			if e.Response != nil {
				lines = append(lines, headerLines("< ", e.Response.Headers)...)
			}
		case e.Response != nil:
			lines = append(lines, "  "+corsHeaders(e.Response.Headers))
		}
	}
	return lines
}

// asked is the request in short, with what its preflight asked for.
func asked(e fetch.Exchange, target string) string {
	path := strings.TrimPrefix(e.Request.URL, target)
	text := visible(e.Request.Method, valueLimit) + " " + visible(path, valueLimit)
	if method, ok := e.Request.Headers.Get("Access-Control-Request-Method"); ok && e.Kind == fetch.Preflight {
		text += " for " + visible(method, valueLimit)
		if names, ok := e.Request.Headers.Get("Access-Control-Request-Headers"); ok {
			text += " with " + visible(names, valueLimit)
		}
	}
	return text
}

// answered is the response in short, and how it came.
func answered(e fetch.Exchange) string {
	var text string
	switch {
	case e.Held:
		text = "held back in the browser"
	case e.Response != nil:
		text = strings.TrimSpace(fmt.Sprintf("%d %s", e.Response.Status, visible(e.Response.StatusText, valueLimit)))
	case e.Error != "":
		text = visible(e.Error, valueLimit)
	default:
		text = "no answer"
	}
	if e.Cached {
		text += ", from the HTTP cache"
	}
	if e.By != "" {
		text += ", asked by corsproof, not the browser"
	}
	return text
}

func headerLines(mark string, headers fetch.HeaderList) []string {
	var lines []string
	for _, h := range headers {
		lines = append(lines, mark+header(h))
	}
	return lines
}

func header(h fetch.Header) string {
	return visible(h.Name, valueLimit) + ": " + visible(h.Value, valueLimit)
}

// maxHeaders is how many headers of CORS are shown of one response. No honest one has
// more.
const maxHeaders = 8

// corsHeaders are those of a response that decide whether it is shared.
func corsHeaders(headers fetch.HeaderList) string {
	var shown []string
	n := 0
	for _, h := range headers {
		name := strings.ToLower(h.Name)
		if !strings.HasPrefix(name, "access-control-") && name != "location" {
			continue
		}
		if n++; n <= maxHeaders {
			shown = append(shown, header(h))
		}
	}
	switch {
	case n == 0:
		return "no Access-Control-* header"
	case n > maxHeaders:
		shown = append(shown, fmt.Sprintf("and %d more", n-maxHeaders))
	}
	return strings.Join(shown, "; ")
}
