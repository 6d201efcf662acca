package useragent

import "github.com/corsproof/corsproof/suite/fetch"

// A permission is a row about what the response to a CORS-preflight request allows.
// The actual response is always shared with a request that is let through.
type permission struct {
	slug, title string
	covers      string
	request     fetch.Request
	asks        Sent     // the CORS-preflight request
	lines       []string // of the response to it
	reason      fetch.Reason
}

// scenario is the row as a scenario of a chapter. No reason means that the actual
// request must be sent.
func (p permission) scenario(chapter, spec string) Scenario {
	method := fetch.Header{}
	for _, h := range p.asks.Headers {
		if h.Name == "Access-Control-Request-Method" {
			method = h
		}
	}
	s := Scenario{
		ID:     "browser." + chapter + "." + p.slug,
		Title:  p.title,
		Spec:   spec,
		Covers: []string{p.covers},
		Stub:   preflight(ok(p.lines...), ok(thisOrigin, trusted)),
		Steps:  once(p.request, shared(p.asks, sends(method.Value))),
	}
	if p.reason != "" {
		s.Steps = once(p.request, refused(p.reason, p.asks))
	}
	return s
}

func permissions(chapter, spec string, rows []permission) []Scenario {
	var all []Scenario
	for _, p := range rows {
		all = append(all, p.scenario(chapter, spec))
	}
	return all
}
