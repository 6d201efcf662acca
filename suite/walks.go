package suite

import "github.com/corsproof/corsproof/suite/fetch"

// Walks returns the steps of the Standard that the attempts which decided led through,
// by the keys of the results: a walk for each step of the scenario that was taken. It
// asks nobody; of what this version does not plan there is none.
func Walks(r *Report) map[string][][]fetch.Step {
	plays := plays(r)
	all := map[string][][]fetch.Step{}
	for _, result := range r.Results {
		p, known := plays[result.Key]
		if !known || len(result.Attempts) == 0 {
			continue
		}
		var walks [][]fetch.Step
		for i, o := range result.Decided().Steps {
			if i < len(p.steps) {
				walks = append(walks, p.at(i).walk(p.steps[i], o.Exchanges))
			}
		}
		all[result.Key] = walks
	}
	return all
}

// walk is that of one step. What corsproof writes by hand counts as what it asks leave
// for, from the origin that it names.
func (p play) walk(s boundStep, exchanges []fetch.Exchange) []fetch.Step {
	if !p.scenario.AskedByCorsproof {
		return fetch.Walk(p.origin, s.request, exchanges)
	}
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
