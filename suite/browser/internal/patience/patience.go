// Package patience waits for what a browser tells late.
package patience

import (
	"context"
	"time"

	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

// usual is how long evidence may come after the script has spoken.
const usual = 500 * time.Millisecond

// For returns how long the evidence of a request may come after what its script has seen.
func For(r fetch.Request, s script.Seen) time.Duration {
	switch {
	case r.Consumer == fetch.Beacon && s.Type == fetch.Opaque:
		return r.Timeout // the script does not wait for it; the evidence does
	case s.Type == fetch.NetworkError && (r.Consumer == fetch.Beacon || r.EffectiveMode() == fetch.SameOriginMode):
		return 0 // nothing was sent
	}
	return usual
}

// answers is how often a browser answers before nothing more of it is expected. What it
// tells of a request goes through so many queues of its own, one after the other, and an
// answer comes after what is in one of them.
const answers = 3

// answerTimeout is how long all the answers may take: a script of the target's may have the
// page for itself.
const answerTimeout = 5 * time.Second

// Wait waits until a condition holds, at which it looks whenever something has changed, and
// reports whether it does. After d nothing more is expected, once the browser has answered a
// few times: on a busy machine it can be behind with what it tells for longer than any time
// that one could name, and then its answers are behind too. With no patience, 0, nothing is
// waited for; where answer is nil, nothing is asked.
func Wait(ctx context.Context, d time.Duration, changed <-chan struct{}, answer func(context.Context) error, holds func() bool) bool {
	if d == 0 {
		return holds()
	}
	deadline := time.NewTimer(d)
	defer deadline.Stop()
	for !holds() {
		select {
		case <-changed:
		case <-deadline.C:
			return answer != nil && answered(ctx, answer, holds)
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func answered(ctx context.Context, answer func(context.Context) error, holds func() bool) bool {
	within, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	for range answers {
		err := answer(within)
		if holds() {
			return true
		}
		if err != nil {
			return false
		}
	}
	return false
}
