package suite

import (
	"cmp"
	"slices"

	"github.com/corsproof/corsproof/suite/fetch"
)

// The budget of a run goes to what matters most: the required scenarios come first, and
// a play is tried only if what would confirm its failure can be set aside too. So no
// failure is left unconfirmed for want of a request.

// lasts reports whether the budget lasts for every trial, though all of them fail, and
// for the probes.
func (run *run) lasts(trials []*trial) bool {
	if run.meter == nil {
		return true
	}
	requests := 1
	for _, c := range claims(run.target) {
		requests += len(c.Resources)
	}
	return run.meter.suffices(requests + needed(trials))
}

// needed is what the trials send at most.
func needed(trials []*trial) int {
	n := 0
	for _, t := range trials {
		if t.play.gap == nil {
			n += t.play.needs() + t.play.again()
		}
	}
	return n
}

// inOrder returns the trials in the order in which they are begun: those that wait and
// those with the most steps first, so that no long one is left alone at the end. Where the budget is short it
// is the order of their levels, and of the given one within each.
func (run *run) inOrder(trials []*trial) []*trial {
	sorted := slices.Clone(trials)
	if run.meter == nil || run.meter.suffices(needed(trials)) {
		slices.SortStableFunc(sorted, func(a, b *trial) int {
			return cmp.Or(
				cmp.Compare(b.play.waits(), a.play.waits()),
				cmp.Compare(len(b.play.steps), len(a.play.steps)),
			)
		})
		return sorted
	}
	slices.SortStableFunc(sorted, func(a, b *trial) int {
		return cmp.Compare(slices.Index(levels, a.play.scenario.Level), slices.Index(levels, b.play.scenario.Level))
	})
	return sorted
}

// admit sets aside what a trial needs. What it cannot be given is unjudged; a failure
// that cannot be confirmed is none.
func (run *run) admit(t *trial) bool {
	if run.meter == nil {
		return true
	}
	need, again := t.costs()
	if run.meter.admit(need, again) {
		return true
	}
	if len(t.attempts) > 0 {
		t.latest = Attempt{Error: fetch.ErrBudget.Error(), Unjudged: Budget}
	} else {
		t.skipped = new(outOfBudget())
	}
	return false
}

// settle gives back what a trial set aside. A failure keeps what will confirm it.
func (run *run) settle(t *trial) {
	if run.meter == nil {
		return
	}
	need, again := t.costs()
	run.meter.release(need, again, judge(t.play, t.latest).verdict == Fail)
}

// costs is what to set aside for a trial: to try it, and to try it again.
func (t *trial) costs() (need, again int) {
	if len(t.attempts) > 0 {
		return t.play.needs(), 1
	}
	return t.play.needs(), t.play.again()
}
