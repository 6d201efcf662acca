package report

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A field is one thing that a report says of a failure, in visible text.
type field struct {
	label string
	lines []string
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
			fields = append(fields, field{label, text})
		}
	}
	add("required", r.Expected)
	add("observed", r.Observed)
	if r.Intermittent {
		add("", "Intermittent: when it was tried again, it passed. One of several servers behind one name may differ.")
	}
	if r.Severity != "" {
		add("severity", string(r.Severity))
	}
	step := r.Spec
	if r.Step != "" {
		step = r.Step + ": " + r.Spec
	}
	add("standard", step)
	add("reason", r.Reason)
	add("change", r.Fixes...)
	if wire := exchanges(r.Exchanges, target, verbose); len(wire) > 0 {
		fields = append(fields, field{"wire", wire})
	}
	return fields
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
