package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/suite"
)

// ForecastJSON writes what a run would send as indented JSON; see suite.Forecast.
func ForecastJSON(w io.Writer, f *suite.Forecast) error { return writeJSON(w, f) }

// Forecast writes for people what a run would send, by resource and origin.
func Forecast(w io.Writer, f *suite.Forecast, o ConsoleOptions) error {
	c := &forecast{console{out: bufio.NewWriter(w), options: o, palette: newPalette(o.Color)}, f}
	c.line("%s", c.palette.strong(visible(f.Target, valueLimit))+" would be sent this; nothing was sent")
	c.requests()
	c.totals()
	return c.out.Flush()
}

// A forecast is one that is being written.
type forecast struct {
	console
	of *suite.Forecast
}

// requests writes them by resource, and by origin within each, both in the order in
// which they come first.
func (c *forecast) requests() {
	for _, path := range distinct(c.of.Requests, func(r suite.ForecastRequest) string { return r.Path }) {
		c.line("")
		c.line("%s", c.palette.strong(visible(path, valueLimit)))
		here := kept(c.of.Requests, func(r suite.ForecastRequest) bool { return r.Path == path })
		for _, origin := range distinct(here, func(r suite.ForecastRequest) string { return r.Origin }) {
			switch origin {
			case "":
				c.line("  by corsproof itself, without a page")
			case "null":
				c.line("  from a sandboxed frame, whose origin is null")
			default:
				c.line("  from %s", visible(origin, valueLimit))
			}
			for _, r := range here {
				if r.Origin == origin {
					c.request(r)
				}
			}
		}
	}
}

func (c *forecast) request(r suite.ForecastRequest) {
	text := visible(r.Method, valueLimit)
	var more []string
	for _, h := range r.Headers {
		more = append(more, visible(h.Name+": "+h.Value, valueLimit))
	}
	if r.Credentials != "" {
		more = append(more, "credentials "+string(r.Credentials))
	}
	if len(r.By) > 0 {
		more = append(more, "by "+strings.Join(r.By, ", "))
	}
	if r.Preflights > 0 {
		more = append(more, counted(r.Preflights, "preflight"))
	}
	if refused := r.Count - r.Sent - r.Held - r.LeftOut; refused > 0 && r.Preflights > 0 {
		more = append(more, fmt.Sprintf("%d must not leave", refused))
	}
	if r.Held > 0 {
		more = append(more, fmt.Sprintf("%d held back", r.Held))
	}
	if r.LeftOut > 0 {
		more = append(more, fmt.Sprintf("%d left out by the budget", r.LeftOut))
	}
	if len(more) > 0 {
		text += " · " + strings.Join(more, " · ")
	}
	c.hanging(fmt.Sprintf("    %3d × ", r.Count), 10, text)
}

func (c *forecast) totals() {
	f := c.of
	c.line("")
	c.hanging("", 0, fmt.Sprintf("%s would be sent if the server keeps its policy: %s, %s, %d by corsproof itself.",
		counted(f.Total(), "request"), counted(f.Preflights, "CORS-preflight request"), counted(f.Actual, "actual request"), f.Asked))
	if f.Held > 0 {
		c.hanging("", 0, fmt.Sprintf("%s would be held back in the browser (effects: hold).", counted(f.Held, "actual request")))
	}
	if f.LeftOut > 0 {
		c.hanging("", 0, fmt.Sprintf("%s would be left out by the budget.", counted(f.LeftOut, "request")))
	}
	most := fmt.Sprintf("At most %d would be sent, if everything fails and is tried again.", f.AtMost)
	if f.Limits.MaxRequests == 0 {
		most += " Redirects that are not declared would come on top; --max-requests bounds them too."
	}
	c.hanging("", 0, most)
	if f.Limits.Rate > 0 {
		c.hanging("", 0, fmt.Sprintf("At %s that takes %.0f s at least.", f.Limits.Rate, f.Seconds))
	}
}

// distinct returns what the elements have, without repeats.
func distinct[T any](all []T, of func(T) string) []string {
	var values []string
	seen := map[string]bool{}
	for _, t := range all {
		if v := of(t); !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	return values
}

func kept[T any](all []T, keep func(T) bool) []T {
	var some []T
	for _, t := range all {
		if keep(t) {
			some = append(some, t)
		}
	}
	return some
}
