package suite

import (
	"context"

	"github.com/corsproof/corsproof/suite/fetch"
)

// lookBehind asks for what the browser did not get to see: the actual response behind
// a refused preflight. Whoever repairs the preflight then learns at once what comes
// next. It asks for failures that are told, by safe methods alone, with the same
// origin and headers, and marks the exchange as its own. It reports whether it found
// anything to add.
func (run *run) lookBehind(ctx context.Context, trials []*trial, results []Result) bool {
	added := false
	for i, t := range trials {
		if results[i].Verdict != Fail || t.outcome.failures == nil || ctx.Err() != nil {
			continue
		}
		attempt := &t.attempts[len(t.attempts)-1]
		observation := &attempt.Steps[t.outcome.step]
		request := t.play.step(t.outcome).request
		if observation.Preflight() == nil || observation.Actual() != nil || !fetch.IsSafeMethod(fetch.NormalizeMethod(request.Method)) {
			continue
		}
		request.Headers = request.Headers.With("Origin", t.play.origin)
		request.Timeout = run.timeout
		behind, err := run.asker.ask(ctx, request)
		if err != nil || behind.Exchanges[0].Response == nil {
			continue
		}
		observation.Exchanges = append(observation.Exchanges, behind.Exchanges...)
		t.outcome = conclude(t.play, t.attempts)
		added = true
	}
	return added
}
