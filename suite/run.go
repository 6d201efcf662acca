package suite

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/internal/pause"
)

// An Option changes how Run works.
type Option func(*run)

// WithTransport makes what corsproof asks for itself go by a transport, which knows
// how to reach the target: its private authority, the address to connect to. The
// default takes no proxy from the environment.
func WithTransport(t http.RoundTripper) Option {
	return func(r *run) { r.asker.transport = t }
}

// WithTimeout sets how long a response may take. The default is
// fetch.DefaultTimeout.
func WithTimeout(d time.Duration) Option {
	return func(r *run) { r.timeout = d }
}

// WithMaxWait sets how long a scenario may wait for something to expire. The default
// is DefaultMaxWait.
func WithMaxWait(d time.Duration) Option {
	return func(r *run) { r.maxWait = d }
}

// WithProgress has f called whenever a scenario has been tried: how many have, of
// how many. Calls come one at a time.
func WithProgress(f func(done, total int)) Option {
	return func(r *run) { r.progress = f }
}

// WithVersion sets the version that the report says of the tool.
func WithVersion(version string) Option {
	return func(r *run) { r.version = version }
}

// WithRepeats runs the whole table several times over and reports the last; it is
// for measuring.
func WithRepeats(n int) Option {
	return func(r *run) { r.repeats = n }
}

// WithLimits bounds what is sent to the target. What the budget does not last for is
// Unjudged; what matters most comes first, and the order of the report stays.
func WithLimits(l Limits) Option {
	return func(r *run) { r.limits = l }
}

// WithTimes has f called with where the time of the run went.
func WithTimes(f func(Times)) Option {
	return func(r *run) { r.times = f }
}

// DefaultMaxWait is how long a scenario may wait unless WithMaxWait says otherwise.
const DefaultMaxWait = 5 * time.Second

// Times says where the time of a run went.
type Times struct {
	Open       time.Duration // contexts and pages
	Requests   time.Duration // all requests, from the first to the last, waits included
	Waits      time.Duration // the longest wait for something to expire
	Fetches    int           // actual requests that were tried
	Preflights int           // CORS-preflight requests that were sent
}

// mostPlays is how many plays are under way at once. Browsers open six connections to a
// host; more plays keep those busy while answers are read.
const mostPlays = 16

// redirectedAtOnce is how many of them are redirected. Chromium keeps the connection of
// a redirected request until the next has one, after its preflight: if six of them have
// the six of a host, none goes on.
const redirectedAtOnce = 3

// width is how many plays may be under way at once so that none waits in the browser's
// queue for its whole timeout: a play can need two answers, and equal GETs of a lane
// take their turns.
func (run *run) width() int {
	if run.probe.latency == 0 {
		return run.meter.inFlight(mostPlays, 0)
	}
	inTime := int(run.timeout / (3 * run.probe.latency))
	return run.meter.inFlight(max(1, min(mostPlays, lanesFor(run.probe.latency)*inTime)), run.probe.latency)
}

// A run is one call of Run.
type run struct {
	target   Target
	ua       fetch.UserAgent
	asker    asker
	timeout  time.Duration
	maxWait  time.Duration
	progress func(done, total int)
	version  string
	repeats  int
	times    func(Times)
	limits   Limits
	shard    Shard
	meter    *meter // nil where there are no limits

	redirected chan struct{} // holds one for each play under way that is redirected

	probe probe
	tags  atomic.Int64
	spent Times
	mu    sync.Mutex
	done  int
	total int
}

// Run judges the target in the user agent and reports in the order of the table.
//
// It returns an error if the filter is malformed. Everything else is in the report:
// a target that cannot be reached, a browser that dies, a context that ends, after
// which the report says that it is partial.
func Run(ctx context.Context, target Target, ua fetch.UserAgent, filter Filter, options ...Option) (*Report, error) {
	if err := filter.Check(); err != nil {
		return nil, err
	}
	run := &run{target: target, ua: ua, timeout: fetch.DefaultTimeout, maxWait: DefaultMaxWait, repeats: 1, redirected: make(chan struct{}, redirectedAtOnce)}
	for _, option := range options {
		option(run)
	}
	if run.asker.transport == nil {
		transport := fetch.NewTransport(nil, nil)
		defer transport.CloseIdleConnections()
		run.asker.transport = transport
	}
	if err := run.limits.Check(); err != nil {
		return nil, err
	}
	run.meter = newMeter(run.limits)
	run.asker.gate = run.meter.gate()
	plays := run.shard.of(plan(target, filter, run.maxWait))
	trials := newTrials(plays)
	report := &Report{
		Shard:         run.shard,
		Limits:        run.limits,
		SchemaVersion: SchemaVersion,
		Tool:          Tool{Name: "corsproof", Version: run.version},
		Browsers:      []fetch.About{ua.About()},
		Target:        target,
		Advice:        advice(target),
	}
	report.Partial = run.tryAll(ctx, trials)
	report.Results = run.results(trials)
	if run.lookBehind(ctx, trials, report.Results) {
		report.Results = run.results(trials)
	}
	report.Summary = summarize(report.Results)
	report.Sent = run.meter.sent()
	if run.times != nil {
		run.times(run.spent)
	}
	return report, nil
}

// A trial is a play and what came of it.
type trial struct {
	play     play
	latest   Attempt
	attempts []Attempt
	skipped  *outcome // why it was not tried after all
	outcome  outcome
}

func newTrials(plays []play) []*trial {
	var trials []*trial
	for _, p := range plays {
		t := &trial{play: p}
		if p.gap != nil {
			t.outcome = outcome{verdict: p.gap.verdict, reason: p.gap.reason}
		}
		trials = append(trials, t)
	}
	return trials
}

// tryAll tries what can be tried, and again what failed. It returns why it ended
// early, or nothing.
func (run *run) tryAll(ctx context.Context, trials []*trial) string {
	var err error
	if run.probe, err = run.probeTarget(ctx, run.lasts(trials)); err != nil {
		run.breakRest(trials, interrupted)
		return "interrupted before the first request: " + err.Error()
	}
	if run.probe.cause != "" {
		run.breakRest(trials, string(run.probe.cause))
		return run.probe.sentence(run.target.URL)
	}
	var runnable []*trial
	for _, t := range trials {
		if t.play.gap == nil {
			runnable = append(runnable, t)
		}
	}
	run.total = len(runnable) * run.repeats
	run.tryIn(ctx, runnable, run.repeats)
	for _, t := range runnable {
		if t.skipped != nil {
			t.outcome = *t.skipped
		} else {
			t.outcome = judge(t.play, t.attempts[0])
		}
	}
	run.confirm(ctx, runnable)
	if ctx.Err() != nil {
		return "interrupted; what was not tried is broken"
	}
	return ""
}

// interrupted is the Error of an attempt that the end of the run's context ended.
const interrupted = "interrupted"

// breakRest marks everything that could have been tried.
func (run *run) breakRest(trials []*trial, reason string) {
	for _, t := range trials {
		if t.play.gap == nil {
			t.outcome = outcome{verdict: Broken, reason: reason}
		}
	}
}

// confirm tries all failures once more, together, in fresh contexts. Both attempts
// are kept.
func (run *run) confirm(ctx context.Context, trials []*trial) {
	var failed []*trial
	for _, t := range trials {
		if t.outcome.verdict == Fail {
			failed = append(failed, t)
		}
	}
	if len(failed) == 0 {
		return
	}
	run.meter.unreserve() // it was set aside for these
	run.mu.Lock()
	run.total += len(failed)
	run.mu.Unlock()
	run.tryIn(ctx, failed, 1)
	run.meter.unreserve()
	run.lookForLost(ctx, failed)
	for _, t := range failed {
		t.outcome = conclude(t.play, t.attempts)
	}
}

// conclude judges both attempts of what failed at first.
func conclude(p play, attempts []Attempt) outcome {
	first := judge(p, attempts[0])
	if first.verdict != Fail || len(attempts) == 1 {
		return first
	}
	second := judge(p, attempts[1])
	switch {
	case second.verdict == Fail:
		return second
	case second.reason == Budget:
		return outcome{verdict: Unjudged, reason: Budget, observed: "it failed once, and the budget left nothing to confirm it"}
	case attempts[1].Error == interrupted:
		return outcome{verdict: Broken, reason: interrupted, observed: "it failed once, and could not be confirmed"}
	case first.onTheWire:
		// One bad node behind a balancer is the server's fault.
		first.intermittent = true
		return first
	}
	return outcome{verdict: Broken, reason: "unconfirmed", observed: "it failed once without a cause on the wire, and not again"}
}

// tryIn tries the trials in fresh contexts, side by side, and adds an attempt to
// each, the last of so many rounds.
func (run *run) tryIn(ctx context.Context, trials []*trial, rounds int) {
	began := time.Now()
	contexts := run.openContexts(ctx, trials)
	defer contexts.close()
	run.spent.Open += time.Since(began)

	began = time.Now()
	for range rounds {
		for _, t := range trials {
			run.spent.Waits = max(run.spent.Waits, t.play.waits())
			t.latest = Attempt{}
		}
		run.round(ctx, contexts, trials)
	}
	run.spent.Requests += time.Since(began)
	for _, t := range trials {
		if t.skipped == nil {
			t.attempts = append(t.attempts, t.latest)
		}
	}
}

// round tries each trial once. Those that wait begin first; those whose preflight
// would hang come last.
func (run *run) round(ctx context.Context, contexts *contexts, trials []*trial) {
	var waiting, prompt, caching, hanging []*trial
	for _, t := range trials {
		switch {
		case t.play.hangs(run.probe):
			hanging = append(hanging, t)
		case t.play.waits() > 0:
			waiting = append(waiting, t)
		case t.play.scenario.Apart == HTTPCacheApart && !t.play.scenario.AskedByCorsproof:
			caching = append(caching, t)
		default:
			prompt = append(prompt, t)
		}
	}
	var wg sync.WaitGroup
	// One after the other, since each has the cache for itself.
	wg.Go(func() { run.sideBySide(ctx, contexts, caching, 1, run.timeout) })
	run.sideBySide(ctx, contexts, run.inOrder(append(waiting, prompt...)), run.width(), run.timeout)
	wg.Wait()
	run.tryHanging(ctx, contexts, run.inOrder(hanging))
	for _, t := range trials {
		for _, o := range t.latest.Steps {
			run.spent.Fetches++
			if o.Preflight() != nil {
				run.spent.Preflights++
			}
		}
	}
}

// tryHanging tries the trials whose CORS-preflight request the target is not going to
// answer, by what the probe says. Each keeps a connection for its whole timeout, so
// they have a short one, the probe having given the target its time; and if the
// scenario hangs that all others need, these are blocked without being tried.
func (run *run) tryHanging(ctx context.Context, contexts *contexts, trials []*trial) {
	var first, rest []*trial
	for _, t := range trials {
		if t.play.scenario.ID == preflightAnswered {
			first = append(first, t)
		} else {
			rest = append(rest, t)
		}
	}
	blocked := map[int]bool{} // the policies whose preflights are not answered
	timeout := min(run.timeout, hangingTimeout)
	run.sideBySide(ctx, contexts, first, hangingWidth, timeout)
	for _, t := range first {
		if judge(t.play, t.latest).verdict != Fail {
			continue
		}
		blocked[t.play.claim.number] = true
	}
	rest = slices.DeleteFunc(rest, func(t *trial) bool {
		if !blocked[t.play.claim.number] {
			return false
		}
		t.skipped = &outcome{verdict: Blocked, reason: preflightAnswered}
		return true
	})
	run.sideBySide(ctx, contexts, rest, hangingWidth, timeout)
}

const (
	hangingWidth   = 4
	hangingTimeout = time.Second

	// preflightAnswered is the scenario without which nothing that is preflighted
	// can pass.
	preflightAnswered = "preflight.answered"
)

// sideBySide tries trials, so many at once, and those that wait besides. It leaves out
// those that the budget does not last for.
func (run *run) sideBySide(ctx context.Context, contexts *contexts, trials []*trial, width int, timeout time.Duration) {
	queue := make(chan *trial)
	var wg sync.WaitGroup
	plays := width
	for _, t := range trials {
		if t.play.waits() > 0 {
			plays++
		}
	}
	timeout += run.meter.patience(plays)
	for range min(width, len(trials)) {
		wg.Go(func() {
			for t := range queue {
				run.try(ctx, contexts, t, timeout)
			}
		})
	}
	for _, t := range trials {
		switch {
		case !run.admit(t):
			run.tried()
		case t.play.waits() > 0:
			wg.Go(func() { run.try(ctx, contexts, t, timeout) })
		default:
			queue <- t
		}
	}
	close(queue)
	wg.Wait()
}

// try makes one attempt.
func (run *run) try(ctx context.Context, contexts *contexts, t *trial, timeout time.Duration) {
	t.latest = run.attempt(ctx, contexts, &t.play, timeout)
	run.settle(t)
	run.tried()
}

// tried counts a trial that is done with.
func (run *run) tried() {
	run.mu.Lock()
	defer run.mu.Unlock()
	run.done++
	if run.progress != nil {
		run.progress(run.done, run.total)
	}
}

func (run *run) attempt(ctx context.Context, contexts *contexts, p *play, timeout time.Duration) Attempt {
	var a Attempt
	in, err := contexts.of(p)
	if err != nil {
		a.Error = err.Error()
		return a
	}
	asker := run.asker
	if p.scenario.Apart == HTTPCacheApart {
		if asker.cache, err = emptyCache(ctx, in); err != nil {
			a.Error, a.Unjudged = err.Error(), NotObservable
			return a
		}
	}
	if p.redirects() {
		run.redirected <- struct{}{}
		defer func() { <-run.redirected }()
	}
	// One tag for all steps: they may share a CORS-preflight cache entry, and no
	// other play does.
	tag := fmt.Sprintf("corsproof-%d", run.tags.Add(1))
	for i, s := range p.steps {
		if err := pause.For(ctx, s.after); err != nil {
			a.Error = interrupted
			return a
		}
		r := s.request
		if err := p.revalidates(i, &r, a.Steps); err != nil {
			a.Error, a.Unjudged = err.Error(), NotObservable
			return a
		}
		r.Tag, r.Timeout, r.Hold = tag, timeout, run.target.Effects != fetch.Deliver
		if s.verified {
			if r.Integrity, err = run.asker.integrity(ctx, p.origin, r); err != nil {
				a.Error = err.Error()
				a.Unjudged = NotObservable
				if errors.Is(err, fetch.ErrBudget) {
					a.Unjudged = Budget
				}
				return a
			}
		}
		var o fetch.Observation
		if p.scenario.AskedByCorsproof {
			o, err = asker.ask(ctx, r)
		} else {
			o, err = in.Do(ctx, p.at(i).origin, r)
		}
		if err != nil {
			a.Error = err.Error()
			if ctx.Err() != nil {
				a.Error = interrupted
			}
			var impossible *fetch.OriginError
			if errors.As(err, &impossible) {
				a.Unjudged = OriginImpossible
			}
			var altered *fetch.ObservationError
			if errors.As(err, &altered) {
				a.Unjudged = NotObservable
			}
			if errors.Is(err, fetch.ErrBudget) {
				a.Unjudged = Budget
			}
			return a
		}
		if o.Encrypted && o.Cause == fetch.ByCORS && s.want.wantsThrough() {
			o.Exchanges = asker.inItsPlace(ctx, p.at(i).origin, r)
		}
		a.Steps = append(a.Steps, o)
		if o.Cause == fetch.ByBudget {
			return a
		}
		if i < len(p.steps)-1 && s.want.Preflight == Yes && o.Actual() == nil && o.Cause == fetch.ByTimeout {
			return a // what follows would only wait as long again
		}
	}
	return a
}

// waits returns how long the play waits between its steps.
func (p *play) waits() time.Duration {
	var d time.Duration
	for _, s := range p.steps {
		d += s.after
	}
	return d
}

// redirects reports whether the play asks a resource that declares a redirect.
func (p *play) redirects() bool {
	return slices.ContainsFunc(p.steps, func(s boundStep) bool { return s.resource.RedirectsTo != "" })
}

// hangs reports whether a CORS-preflight request will be sent for some step, and the
// target is not going to answer.
func (p *play) hangs(found probe) bool {
	return slices.ContainsFunc(p.steps, func(s boundStep) bool {
		preflighted := s.intended.Method != "" || !p.scenario.AskedByCorsproof && fetch.NeedsPreflight(s.request)
		return found.optionsHang[s.resource.Path] && preflighted
	})
}

// summarize counts the verdicts.
func summarize(results []Result) map[Verdict]int {
	counts := map[Verdict]int{Pass: 0, Fail: 0, Blocked: 0, Unclaimed: 0, Unjudged: 0, Broken: 0}
	for _, r := range results {
		counts[r.Verdict]++
	}
	return counts
}

// advice says what is unwise in the target's declaration.
func advice(t Target) []string {
	var all []string
	mixed := false
	for _, c := range claims(t) {
		for _, a := range slices.Concat(c.Policy.Advice(), c.hosted()) {
			if !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
		if names := c.unsendable(); len(names) > 0 {
			all = append(all, fmt.Sprintf("request declares %s, which the policy lets no script send to %s; credentials.authorized is not tried there.",
				strings.Join(names, ", "), c.Resources[0].Path))
		}
		for _, o := range c.allowedOrigins() {
			mixed = mixed || c.obstacle(o) == MixedContent
		}
	}
	if mixed {
		all = append(all, fmt.Sprintf("%s is plain http: browsers forbid https pages to call it, whatever its CORS says (mixed content). Test it behind TLS: %s, with connectTo and caFile if it has no public name yet.",
			t.URL, strings.Replace(t.URL, "http://", "https://", 1)))
	}
	return all
}
