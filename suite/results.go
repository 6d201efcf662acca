package suite

import (
	"cmp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// results turns the trials into results, in the order of the table, and works out
// which failures are no news.
func (run *run) results(trials []*trial) []Result {
	var all []Result
	for _, t := range trials {
		all = append(all, t.result(run.ua.About().Name))
	}
	block(all)
	return all
}

func (t *trial) result(browser string) Result {
	p, o := &t.play, t.outcome
	r := Result{
		Key:          p.key(browser),
		ID:           p.scenario.ID,
		Title:        p.scenario.Title,
		Browser:      browser,
		Resource:     p.resource,
		Origin:       p.origin,
		API:          p.api,
		Bindings:     p.shown(),
		Level:        p.scenario.Level,
		Verdict:      o.verdict,
		Reason:       o.reason,
		Intermittent: o.intermittent,
		Severity:     o.severity,
		Expected:     p.expectation(),
		Observed:     o.observed,
		Spec:         p.scenario.SpecURL(),
		Attempts:     t.attempts,
		policy:       p.claim.number,
	}
	if len(t.attempts) > 0 {
		decided := r.Decided()
		if o.step < len(decided.Steps) {
			r.Exchanges = decided.Steps[o.step].Exchanges
		}
		if o.verdict == Fail {
			r.Fixes = fixes(o, p)
			r.Failures = failures(*p, o, decided)
			r.Replay = p.replay(o, decided)
			r.Step, r.Spec = r.Failures[0].inStandard(), r.Failures[0].Spec
			if o.failures != nil && isBehind(decided.Steps[o.step]) && p.holds(o) {
				r.Unseen = Held
			}
		}
		for _, s := range decided.Steps {
			r.Seconds += s.Seconds
		}
	}
	return r
}

// block changes failures to blocked where a scenario failed that they depend on: for
// the same policy, in the same browser, and not for other values.
func block(results []Result) {
	scenarios := map[string]Scenario{}
	for _, s := range Scenarios() {
		scenarios[s.ID] = s
	}
	failed := map[string][]*Result{}
	for i := range results {
		if r := &results[i]; r.Verdict == Fail {
			failed[r.ID] = append(failed[r.ID], r)
		}
	}
	// A failure blocks though it is itself blocked: what depends on it depends on
	// its cause too. So all causes are looked up before any verdict changes.
	causes := make([]string, len(results))
	for i := range results {
		r := &results[i]
		if r.Verdict != Fail {
			continue
		}
		for _, id := range scenarios[r.ID].Needs {
			each := scenarios[id].Each
			if slices.ContainsFunc(failed[id], func(cause *Result) bool { return concerns(cause, r, each) }) {
				causes[i] = id
				break
			}
		}
	}
	for i, cause := range causes {
		if cause != "" {
			results[i].Verdict, results[i].Reason, results[i].Fixes, results[i].Replay = Blocked, cause, nil, nil
			results[i].Severity = ""
		}
	}
}

// concerns reports whether the cause is about the same as the result. Where a
// scenario takes a role's values in turn, each speaks for itself: a PUT that fails
// says nothing of DELETE.
func concerns(cause, r *Result, each Role) bool {
	if cause.Browser != r.Browser || cause.policy != r.policy {
		return false
	}
	if !sameVisitor(cause, r) {
		return false
	}
	value := cause.Bindings[each.slug()]
	if each != "" && value == cause.Resource {
		return r.Resource == cause.Resource
	}
	other, both := r.Bindings[each.slug()]
	return !both || other == value
}

// sameVisitor reports whether a cause among the origins that are refused has a say. Who
// lets in everybody by http says nothing of what comes by https; and of the preflights
// of look-alikes each depends on its own origin's response.
func sameVisitor(cause, r *Result) bool {
	causeScheme, _, _ := strings.Cut(cause.Origin, "://")
	scheme, _, isTuple := strings.Cut(r.Origin, "://")
	switch {
	case cause.ID == "origins.refused", cause.ID == "origins.refused.unrelated-scheme":
		return !isTuple || scheme == causeScheme || strings.HasSuffix(r.Origin, "//"+unrelatedHost)
	case r.Bindings[Role(LookAlike).slug()] != "":
		return cause.Origin == r.Origin || cause.ID == "origins.refused.preflight"
	}
	return true
}

// sortHeaders puts headers in an order that does not change from run to run.
func sortHeaders(l fetch.HeaderList) {
	slices.SortStableFunc(l, func(a, b fetch.Header) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}
