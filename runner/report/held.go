package report

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/corsproof/corsproof/suite"
)

// heldRows are the scenarios in which something was held back.
func heldRows(r *suite.Report) []heldRow {
	var rows []heldRow
	for _, chapter := range chapters(r) {
		for _, s := range chapter.scenarios {
			row := heldRow{id: visible(s.id, valueLimit)}
			for _, result := range s.results {
				switch {
				case result.Verdict == suite.Unjudged && result.Reason == suite.Held:
					row.add(result, r.Target.URL)
				case result.Unseen == suite.Held:
					row.add(result, r.Target.URL)
					row.behind = true
				}
			}
			if len(row.requests) > 0 {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

const heldIntro = "Requests that may change something did not reach the target, so their responses were not looked at. " +
	"effects: deliver in cors.yaml, or --effects deliver, sends them, for a server whose data may change, and adds:"

// held says once what only a held request could show, and what delivering it would add.
func (c *console) held() {
	rows := heldRows(c.report)
	if len(rows) == 0 {
		return
	}
	c.line("")
	c.line("%s", c.palette.strong("Held back"))
	c.hanging("  ", 2, heldIntro)
	column := 0
	for _, r := range rows {
		column = max(column, utf8.RuneCountInString(r.id))
	}
	for _, r := range rows {
		c.hanging("  "+r.id+strings.Repeat(" ", column-utf8.RuneCountInString(r.id))+"  ", 2+column+2, r.text())
	}
}

// A heldRow is a scenario with requests that were held back.
type heldRow struct {
	id       string
	requests []string // method and path, each once
	behind   bool     // a refused preflight would have kept them back too
}

// text says what was held back.
func (h heldRow) text() string {
	text := listed(h.requests, valueLimit)
	if h.behind {
		text += ", behind a preflight that is refused now"
	}
	return text
}

func (h *heldRow) add(r suite.Result, target string) {
	method := r.Bindings["listed-method"]
	for _, a := range r.Attempts {
		for _, s := range a.Steps {
			for _, e := range s.Exchanges {
				if e.Held {
					method = e.Request.Method
				} else if asked, ok := e.Request.Headers.Get("Access-Control-Request-Method"); ok && method == "" {
					method = asked
				}
			}
		}
	}
	request := visible(strings.TrimSpace(method+" "+strings.TrimPrefix(r.Resource, target)), valueLimit)
	if !slices.Contains(h.requests, request) {
		h.requests = append(h.requests, request)
	}
}
