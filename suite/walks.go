package suite

import (
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A Walk is one request of a scenario, and the steps of the Standard through which what
// came of it leads.
type Walk struct {
	Policy   policy.Policy // what is promised there
	Resource Resource
	Origin   string // of the page; empty if corsproof asked by itself
	Request  fetch.Request
	Steps    []fetch.Step
}

// Walks returns the walks of the attempts that decided, by the keys of the results: one
// for each request of the scenario that was made. It asks nobody; of what this version
// does not plan there is none.
func Walks(r *Report) map[string][]Walk {
	plays := plays(r)
	all := map[string][]Walk{}
	for _, result := range r.Results {
		p, known := plays[result.Key]
		if !known || len(result.Attempts) == 0 {
			continue
		}
		var walks []Walk
		for i, o := range result.Decided().Steps {
			if i < len(p.steps) {
				walks = append(walks, p.at(i).walk(p.steps[i], o.Exchanges))
			}
		}
		all[result.Key] = walks
	}
	return all
}

func (p play) walk(s boundStep, exchanges []fetch.Exchange) Walk {
	w := Walk{Policy: p.claim.Policy, Resource: s.resource, Origin: p.origin, Request: s.request}
	if p.scenario.AskedByCorsproof {
		w.Steps = s.walkByHand(exchanges)
	} else {
		w.Steps = fetch.Walk(p.origin, s.request, exchanges)
	}
	return w
}

// walkByHand takes what corsproof wrote by itself for what it asks leave for, from the
// origin that it names.
func (s boundStep) walkByHand(exchanges []fetch.Exchange) []fetch.Step {
	origin, ok := s.request.Headers.Get("Origin")
	if !ok {
		return nil // CORS has no say
	}
	request := s.request
	if s.intended.Method != "" {
		request = s.intended
	}
	var asked []fetch.Exchange
	for _, e := range exchanges {
		if e.Request.Headers.Contains(requestMethod) {
			e.Kind = fetch.Preflight
		}
		asked = append(asked, e)
	}
	return fetch.Walk(origin, request, asked)
}

// Decided returns the attempt that the verdict goes by: the last, unless the first
// failed in a way that the last did not show. A result without attempts has none.
func (r Result) Decided() Attempt {
	switch n := len(r.Attempts); {
	case n == 0:
		return Attempt{}
	case r.Intermittent:
		return r.Attempts[0]
	default:
		return r.Attempts[n-1]
	}
}
