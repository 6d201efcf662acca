package suite

import (
	"context"
	"sync"
	"time"

	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/internal/pause"
)

// A meter keeps the limits of a run. It is the gate that every request passes, and it
// says which plays the budget lasts for.
type meter struct {
	limits Limits
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error

	mu       sync.Mutex
	changed  sync.Cond // when something was given back
	passed   int       // requests that left
	reserved int       // requests that are set aside: for plays under way, and to confirm what failed
	underWay int       // plays
	next     time.Time // when the next request may leave
}

var _ fetch.Gate = (*meter)(nil)

// newMeter returns nil if there are no limits: then there is nothing to keep.
func newMeter(l Limits) *meter {
	if l == (Limits{}) {
		return nil
	}
	m := &meter{limits: l, now: time.Now, sleep: pause.For}
	m.changed.L = &m.mu
	return m
}

// Pass takes one request of the budget and waits for its turn.
func (m *meter) Pass(ctx context.Context) error {
	if err := m.count(); err != nil {
		return err
	}
	m.mu.Lock()
	now := m.now()
	turn := now
	if m.next.After(now) {
		turn = m.next
	}
	m.next = turn.Add(m.limits.Rate.interval())
	m.mu.Unlock()
	err := m.sleep(ctx, turn.Sub(now))
	if err != nil { // its turn is lost, and it did not leave
		m.mu.Lock()
		m.passed--
		m.mu.Unlock()
	}
	return err
}

// count takes one request of the budget.
func (m *meter) count() error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.limits.MaxRequests > 0 && m.passed >= m.limits.MaxRequests {
		return fetch.ErrBudget
	}
	m.passed++
	return nil
}

// admit sets requests aside: for a play, and to try it again should it fail. Where they
// do not suffice now but may when a play under way gives back what it did not need, it
// waits. It reports whether the play may be tried.
func (m *meter) admit(need, again int) bool {
	if m == nil || m.limits.MaxRequests == 0 {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.passed+m.reserved+need+again > m.limits.MaxRequests {
		if m.underWay == 0 {
			return false
		}
		m.changed.Wait()
	}
	m.reserved += need + again
	m.underWay++
	return true
}

// release ends a play. What was to try it again is kept if it failed.
func (m *meter) release(need, again int, failed bool) {
	if m == nil || m.limits.MaxRequests == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reserved -= need
	if !failed {
		m.reserved -= again
	}
	m.underWay--
	m.changed.Broadcast()
}

// unreserve gives back all that was set aside.
func (m *meter) unreserve() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reserved = 0
}

// suffices reports whether the budget lasts for so many more requests.
func (m *meter) suffices(n int) bool {
	if m == nil || m.limits.MaxRequests == 0 {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.passed+n <= m.limits.MaxRequests
}

// gate is the meter as a gate, or nil if there is none to pass.
func (m *meter) gate() fetch.Gate {
	if m == nil {
		return nil
	}
	return m
}

// sent returns how many requests have left.
func (m *meter) sent() int {
	if m == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.passed
}

// patience is how much longer than its timeout a request may take, where it waits for
// its turn at the gate and so do others: those of so many plays, each of which has one
// request at a time.
func (m *meter) patience(plays int) time.Duration {
	if m == nil {
		return 0
	}
	return gatesPerRequest * time.Duration(plays) * m.limits.Rate.interval()
}

// gatesPerRequest is how often a script's request may come to the gate: by itself and by
// its CORS-preflight request, and again after a redirect.
const gatesPerRequest = 4

// inFlight is how many plays keep a rate busy, so that more would only wait.
func (m *meter) inFlight(width int, latency time.Duration) int {
	if m == nil || m.limits.Rate == 0 {
		return width
	}
	const ours = 50 * time.Millisecond // what a browser takes besides
	perSecond := float64(m.limits.Rate) * 2 * (latency + ours).Seconds()
	return max(1, min(width, 1+int(min(perSecond, mostPlays))))
}

// needs is how many requests a play sends at most, where the target redirects no more
// than it declares.
func (p *play) needs() int {
	n := 0
	for _, s := range p.steps {
		each := 1
		if !p.scenario.AskedByCorsproof && fetch.NeedsPreflight(s.request) {
			each = 2
			if p.claim.Target.Effects.Holds(fetch.NormalizeMethod(s.request.Method)) {
				each = 1
			}
		} else if !p.scenario.AskedByCorsproof && p.claim.Target.Effects.Holds(fetch.NormalizeMethod(s.request.Method)) {
			each = 0
		}
		if s.resource.RedirectsTo != "" {
			each *= 2
		}
		if s.verified {
			each++ // corsproof looks at the bytes first
		}
		n += each
	}
	return n
}

// again is what is set aside for a play that fails: to confirm it, and to look behind
// it or for a target that went away.
func (p *play) again() int { return p.needs() + 1 }
