package useragent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/internal/ids"
	"github.com/corsproof/corsproof/suite/internal/pause"
)

// Options changes how Run works. The zero value runs everything.
type Options struct {
	// Scenarios are patterns of ids, such as "browser.redirects.*". "*" stands for any
	// run of characters, dots included. None keeps all.
	Scenarios []string

	// Version is what the report says of corsproof's own.
	Version string

	// Progress is called whenever a scenario has been tried, one call at a time.
	Progress func(done, total int)
}

// Check returns an error if the options are malformed or keep nothing.
func (o Options) Check() error {
	for _, pattern := range o.Scenarios {
		if err := ids.Check("scenario", pattern); err != nil {
			return err
		}
		one := Options{Scenarios: []string{pattern}}
		if !slices.ContainsFunc(Scenarios(), one.keeps) {
			return fmt.Errorf("scenario %q matches none of the browser family; corsproof list shows all", pattern)
		}
	}
	return nil
}

func (o Options) keeps(s Scenario) bool {
	return ids.Keeps(o.Scenarios, s.ID)
}

// ConnectTo returns where a user agent is to connect to for the origins of the
// scenarios, "host:port" for "host:port".
func ConnectTo(server *stub.Server) map[string]string {
	to := map[string]string{}
	for _, origin := range []string{Page, Port, API, Sister, Other} {
		address := strings.TrimPrefix(origin, "http://")
		if !strings.Contains(address, ":") {
			address += ":80"
		}
		to[address] = server.Addr()
	}
	return to
}

// Model returns the Fetch Standard as a user agent that reaches the stub, and the
// function that ends it.
func Model(server *stub.Server) (ua fetch.UserAgent, stop func()) {
	transport := fetch.NewTransport(func(string) string { return server.Addr() }, nil)
	return fetch.Model{Transport: transport, Effects: fetch.Deliver}, transport.CloseIdleConnections
}

// width is how many scenarios are tried at once. Browsers open six connections to a
// host; more scenarios keep those busy while answers are read.
const width = 12

// redirectedAtOnce is how many of these scenarios are redirected. Chromium keeps the
// connection of a redirected request until the next has one, after its preflight: if
// six of them have the six of a host, none goes on.
const redirectedAtOnce = 3

// A trial is a scenario by one API and what came of it.
type trial struct {
	scenario Scenario
	api      fetch.API
	seen     []Seen
	err      error
	seconds  float64
	result   Result
}

// Run judges a user agent, which must reach the stub as ConnectTo says and deliver
// effects, and reports in the order of the tables. What fails is tried once more
// before it is reported.
//
// It returns an error if the options are malformed. Everything else is in the report.
func Run(ctx context.Context, ua fetch.UserAgent, server *stub.Server, o Options) (*Report, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	var scenarios []Scenario
	for _, s := range Scenarios() {
		if o.keeps(s) {
			scenarios = append(scenarios, s)
		}
	}
	return run(ctx, ua, server, scenarios, o), nil
}

func run(ctx context.Context, ua fetch.UserAgent, server *stub.Server, scenarios []Scenario, o Options) *Report {
	var trials []*trial
	for _, s := range scenarios {
		for _, api := range s.apis() {
			trials = append(trials, &trial{scenario: s, api: api})
		}
	}
	r := &runner{ua: ua, server: server, progress: o.Progress, total: len(trials), redirected: make(chan struct{}, redirectedAtOnce)}
	report := &Report{
		SchemaVersion: SchemaVersion,
		Tool:          Tool{Name: "corsproof", Version: o.Version},
		Browser:       ua.About(),
		Summary:       map[Verdict]int{},
	}
	r.tryAll(ctx, trials)
	r.confirm(ctx, trials)
	if ctx.Err() != nil {
		report.Partial = "interrupted; what was not tried is broken"
	}
	for _, t := range trials {
		report.Results = append(report.Results, t.result)
		report.Summary[t.result.Verdict]++
	}
	return report
}

// A runner tries scenarios in one user agent.
type runner struct {
	ua       fetch.UserAgent
	server   *stub.Server
	progress func(done, total int)

	redirected chan struct{} // holds one for each scenario under way that is redirected

	mu          sync.Mutex
	done, total int
}

// confirm tries all failures once more, together, in a fresh context.
func (r *runner) confirm(ctx context.Context, trials []*trial) {
	var failed []*trial
	for _, t := range trials {
		if t.result.Verdict == Fail || t.result.Verdict == Broken {
			failed = append(failed, t)
		}
	}
	if len(failed) == 0 || ctx.Err() != nil {
		return
	}
	first := map[*trial]Result{}
	for _, t := range failed {
		first[t] = t.result
	}
	r.total += len(failed)
	r.tryAll(ctx, failed)
	for _, t := range failed {
		// A browser that does both is not to be relied on: that is a failure of the
		// harness until somebody has found out which.
		if before := first[t]; before.Verdict == Fail && t.result.Verdict != Fail {
			before.Verdict, before.Reason = Broken, "unconfirmed"
			t.result = before
		}
	}
}

// tryAll tries the trials in one fresh context, side by side, and judges them. Those
// that wait begin first.
func (r *runner) tryAll(ctx context.Context, trials []*trial) {
	round := rounds.Add(1)
	in, err := r.ua.NewContext(ctx)
	if err != nil {
		for _, t := range trials {
			t.err = err
			t.result = r.judge(t, round)
		}
		return
	}
	defer in.Close()
	_ = in.Open(ctx, origins(trials)...) // what goes wrong comes again when the page is used

	queue := make(chan *trial)
	var wg sync.WaitGroup
	for _, t := range trials {
		if t.scenario.waits() > 0 {
			wg.Go(func() { r.try(ctx, in, t, round) })
		}
	}
	for range width {
		wg.Go(func() {
			for t := range queue {
				r.try(ctx, in, t, round)
			}
		})
	}
	for _, t := range trials {
		if t.scenario.waits() == 0 {
			queue <- t
		}
	}
	close(queue)
	wg.Wait()
	for _, t := range trials {
		r.addLate(t, round)
		t.result = r.judge(t, round)
	}
}

func origins(trials []*trial) []string {
	var all []string
	for _, t := range trials {
		if origin := t.scenario.origin(); !slices.Contains(all, origin) {
			all = append(all, origin)
		}
	}
	return all
}

// rounds counts those of all runs, since a stub remembers what it got in each.
var rounds atomic.Int64

// path is the scenario's own on every origin of the stub.
func (t *trial) path(round int64) string {
	return fmt.Sprintf("/%s/%s/%d", t.scenario.ID, t.api, round)
}

func (r *runner) try(ctx context.Context, in fetch.Context, t *trial, round int64) {
	began := time.Now()
	t.seen, t.err = r.steps(ctx, in, t, round)
	t.seconds = time.Since(began).Seconds()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	if r.progress != nil {
		r.progress(r.done, r.total)
	}
}

func (r *runner) steps(ctx context.Context, in fetch.Context, t *trial, round int64) ([]Seen, error) {
	if t.scenario.redirects() {
		r.redirected <- struct{}{}
		defer func() { <-r.redirected }()
	}
	path := t.path(round)
	s := t.scenario.At(path)
	r.server.Dictate(s.Stub...)
	var seen []Seen
	got := 0
	for _, step := range s.Steps {
		if err := pause.For(ctx, step.After); err != nil {
			return seen, err
		}
		request := step.Request
		request.API = t.api
		if request.Tag == "" {
			request.Tag = strings.ReplaceAll(path[1:], "/", "-")
		}
		o, err := in.Do(ctx, s.origin(), request)
		if err != nil {
			return seen, err
		}
		all := r.server.Got(path)
		seen = append(seen, Seen{Observation: o, Got: all[got:]})
		got = len(all)
	}
	return seen, nil
}

// addLate adds to the last step what came when its script was done: a request that
// must not come at all may take its time.
func (r *runner) addLate(t *trial, round int64) {
	if len(t.seen) == 0 {
		return
	}
	known := 0
	for _, s := range t.seen {
		known += len(s.Got)
	}
	last := &t.seen[len(t.seen)-1]
	last.Got = slices.Concat(last.Got, r.server.Got(t.path(round))[known:])
}

func (r *runner) judge(t *trial, round int64) Result {
	path := t.path(round)
	s := t.scenario.At(path)
	browser := r.ua.About().Name
	result := Result{
		Key:        fmt.Sprintf("%s api=%s browser=%s", s.ID, t.api, browser),
		ID:         s.ID,
		Title:      s.Title,
		Browser:    browser,
		API:        t.api,
		Behaviours: s.Covers,
		Expected:   strings.ReplaceAll(s.expectation(), path, ""),
		Spec:       s.SpecURL(),
		Seconds:    t.seconds,
	}
	if t.err != nil {
		result.Verdict, result.Reason, result.Observed = Broken, "browser", t.err.Error()
		if errors.Is(t.err, context.Canceled) {
			result.Reason = "interrupted"
		}
		return result
	}
	known := deviation(browser, s.ID, t.api)
	observed := strings.ReplaceAll(s.judge(t.seen, s.wants()), path, "")
	if observed == "" {
		result.Verdict, result.Deviation, result.Stale = Pass, known, known != nil
		if cause := s.accident(t.seen); cause != "" {
			result.Verdict, result.Reason, result.Observed = Broken, string(cause), "the request came to nothing, but not for CORS"
			result.Seen = t.seen
		}
		return result
	}
	result.Observed, result.Seen = observed, t.seen
	if known != nil && s.judge(t.seen, known.filled(path, s.origin())) == "" {
		result.Verdict, result.Deviation = Deviates, known
		return result
	}
	result.Verdict = Fail
	if cause := s.accident(t.seen); cause != "" {
		result.Verdict, result.Reason = Broken, string(cause)
	}
	return result
}

// accident is the cause of a network error that has nothing to do with CORS, and that
// would pass for a refusal.
func (s Scenario) accident(seen []Seen) fetch.Cause {
	for _, one := range seen {
		switch cause := one.Observation.Cause; cause {
		case fetch.NoCause, fetch.ByCORS, fetch.ByOther, s.Cause:
		default:
			return cause
		}
	}
	return ""
}
