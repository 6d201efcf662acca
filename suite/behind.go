package suite

import (
	"context"
	"fmt"

	"github.com/corsproof/corsproof/suite/fetch"
)

// lookBehind asks for what the browser did not get to see: the actual response behind
// a refused preflight. Whoever repairs the preflight then learns at once what comes
// next. It asks for failures that are told, and once of each kind for those that are
// blocked, by safe methods alone. The origin and the headers are the same; the exchange
// is marked as its own. It reports whether it found anything to add.
func (run *run) lookBehind(ctx context.Context, trials []*trial, results []Result) bool {
	added := false
	answers := map[string][]fetch.Exchange{} // nil for what got no answer
	blocked := map[string]bool{}
	for i, t := range trials {
		if t.outcome.failures == nil || t.outcome.intermittent || ctx.Err() != nil {
			continue
		}
		attempt := &t.attempts[len(t.attempts)-1]
		observation := &attempt.Steps[t.outcome.step]
		request := t.play.step(t.outcome).request
		if !isBehind(*observation) || !fetch.IsSafeMethod(fetch.NormalizeMethod(request.Method)) {
			continue
		}
		if results[i].Verdict == Blocked {
			kind := fmt.Sprintf("%d %s %s %s", t.play.claim.number, request.Method, request.URL, request.Credentials)
			if blocked[kind] {
				continue
			}
			blocked[kind] = true
		}
		request.Headers = request.Headers.With("Origin", t.play.origin)
		request.Timeout = run.timeout
		key := fmt.Sprintf("%s %s %q %q", request.Method, request.URL, request.Headers, request.Body)
		behind, asked := answers[key]
		if !asked {
			o, err := run.asker.ask(ctx, request)
			if err == nil && o.Exchanges[0].Response != nil {
				behind = o.Exchanges
			}
			answers[key] = behind
		}
		if behind == nil {
			continue
		}
		observation.Exchanges = append(observation.Exchanges, behind...)
		t.outcome = conclude(t.play, t.attempts)
		added = true
	}
	return added
}

// isBehind reports whether the actual response was kept back by a CORS-preflight
// request that failed.
func isBehind(o fetch.Observation) bool { return o.Preflight() != nil && o.Actual() == nil }

// holds reports whether effects: hold keeps the request of the outcome from the target.
func (p *play) holds(o outcome) bool {
	return p.claim.Target.Effects.Holds(fetch.NormalizeMethod(p.step(o).request.Method))
}
