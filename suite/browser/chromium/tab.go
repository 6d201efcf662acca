package chromium

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/suite/browser/internal/patience"
	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

// openTimeout is how long a page may take to open. It is served by this process.
const openTimeout = 30 * time.Second

// A tab is a page on one origin and what watches it: its own protocol session, and
// one for its sandboxed frame or its worker.
type tab struct {
	browser *Browser
	ctx     context.Context // of chromedp: where scripts run, in the page or the frame
	page    context.Context // of chromedp: the page itself
	key     tabKey
	gate    fetch.Gate // nil where there is none to pass
	trace   *trace

	fulfilled []string // the URLs that the browser itself answers

	crashed atomic.Bool // the page's process has ended
	crash   func()      // ends what is under way in the page
	lost    context.Context

	// outliving counts the requests that no one can end, which may be under way though
	// their script has gone: only the guard holds them.
	outliving atomic.Int32

	workerOnce sync.Once
	workerErr  error
}

// newTab navigates a fresh tab to the origin and starts to watch it.
func newTab(ctx context.Context, b *Browser, tabCtx context.Context, key tabKey, gate fetch.Gate) (*tab, error) {
	t := watchable(b, tabCtx, key, gate)
	location := key.location()
	if err := b.serve(location); err != nil {
		return nil, &fetch.OriginError{Origin: key.origin, Why: err.Error()}
	}
	// The tab must exist before a context with a deadline may touch it: chromedp
	// binds its life to the first one.
	if err := chromedp.Do(tabCtx); err != nil {
		return nil, fmt.Errorf("the browser opened no tab: %w", err)
	}
	within, cancel := t.bounded(ctx, openTimeout)
	defer cancel()
	if b.fulfils(location) {
		if err := t.fulfil(within, location); err != nil {
			return nil, err
		}
	}
	if err := chromedp.Do(within, chromedp.Navigate(location+"/")); err != nil {
		if unopenable(err) {
			return nil, &fetch.OriginError{Origin: key.origin, Why: err.Error()}
		}
		return nil, fmt.Errorf("the page on %s did not open: %w", location, err)
	}
	if err := t.settle(within); err != nil {
		return nil, err
	}
	if err := t.release(within); err != nil {
		return nil, err
	}
	if key.origin == "null" {
		if err := t.enterFrame(within); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// watchable returns the tab of a session that has a page, before it is watched.
func watchable(b *Browser, session context.Context, key tabKey, gate fetch.Gate) *tab {
	t := &tab{browser: b, ctx: session, page: session, key: key, gate: gate}
	t.trace = newTrace(t.answer)
	t.lost, t.crash = context.WithCancel(context.Background())
	t.decide(session)
	return t
}

// answer has the process answer in which the tab's scripts run.
func (t *tab) answer(ctx context.Context) error {
	_, err := runIn(ctx, t.ctx, chromedp.Evaluate[int]("0"))
	return err
}

// settle makes sure that the page is where it should be, and starts to watch it.
func (t *tab) settle(ctx context.Context) error {
	// The browser may have other ideas: HSTS, upgrades to https.
	got, err := runIn(ctx, t.page, chromedp.Evaluate[string](`fetch("/").then(r => r.text()).then(() => self.origin)`, chromedp.EvalAwaitPromise))
	if err != nil {
		return err
	}
	upgraded, err := t.isUpgraded(ctx)
	if err != nil {
		return err
	}
	if got != t.key.location() || upgraded {
		return &fetch.OriginError{Origin: t.key.origin, Got: got, Why: "the browser upgrades such pages, as it does under an HSTS domain, preloaded or declared by the target"}
	}
	return t.watch(ctx, t.page)
}

// location is the origin of the page, around its frame if that is where scripts run.
func (k tabKey) location() string { return script.Location(k.origin) }

// unopenable reports whether an error of navigation says that no page can be at that
// address: its port is one that browsers do not call, it is the target's own, or in a
// remote browser it came to be another one, which nothing leads to.
func unopenable(err error) bool {
	for _, code := range []string{"ERR_UNSAFE_PORT", "ERR_CONNECTION_REFUSED", "ERR_SSL_", "ERR_CERT_", "ERR_INVALID_", "ERR_BLOCKED_BY_CLIENT", "ERR_PROXY_CONNECTION_FAILED", "invalid URL"} {
		if strings.Contains(err.Error(), code) {
			return true
		}
	}
	return false
}

// bounded returns the page's context with a deadline, which ends with the caller's
// too.
func (t *tab) bounded(caller context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(t.ctx, d)
	stop := context.AfterFunc(caller, cancel)
	stopLost := context.AfterFunc(t.lost, cancel)
	return ctx, func() { stop(); stopLost(); cancel() }
}

// watch makes a session report its network events, and guards it if the tab is.
func (t *tab) watch(ctx, session context.Context) error {
	t.hear(session)
	chromedp.Listen(session, func(event any) {
		if _, ok := event.(*inspector.EventTargetCrashed); ok {
			t.crashed.Store(true)
			t.crash()
		}
	})
	if err := quieten(ctx, session); err != nil {
		return err
	}
	if t.guards() {
		return guard(ctx, session)
	}
	return nil
}

// hear has the network's events of a session come to the trace.
func (t *tab) hear(session context.Context) {
	chromedp.Listen(session, t.trace.handle) // what the reports leave
	t.browser.reports.watch(session, t.trace)
}

// enterFrame opens the sandboxed frame and moves the tab's scripts there. A frame
// with an opaque origin is a target of its own, with a session of its own.
func (t *tab) enterFrame(ctx context.Context) error {
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("corsproof.openFrame()", chromedp.EvalAwaitPromise)); err != nil {
		return fmt.Errorf("no sandboxed frame: %w", err)
	}
	frame, err := t.attach(ctx, "iframe")
	if err != nil {
		return err
	}
	got, err := runIn(ctx, frame, chromedp.Evaluate[string]("self.origin"))
	if err != nil {
		return err
	}
	if got != "null" {
		return &fetch.OriginError{Origin: "null", Got: got, Why: "a sandboxed frame should have an opaque origin"}
	}
	t.ctx = frame
	return nil
}

// startWorker starts the page's dedicated worker, once. Half of its evidence comes
// through its own session, half through the page's, and the page's guard holds it.
func (t *tab) startWorker(ctx context.Context) error {
	t.workerOnce.Do(func() {
		if _, t.workerErr = runIn(ctx, t.ctx, chromedp.Evaluate[bool]("corsproof.startWorker()", chromedp.EvalAwaitPromise)); t.workerErr != nil {
			return
		}
		var worker context.Context
		if worker, t.workerErr = t.attach(ctx, "worker"); t.workerErr != nil {
			return
		}
		t.hear(worker)
		t.workerErr = report(ctx, worker)
	})
	return t.workerErr
}

// attach opens a session to the child of that type which the tab's scripts have
// made, and watches frames.
func (t *tab) attach(ctx context.Context, childType string) (context.Context, error) {
	children, err := t.children(childType)
	if err != nil {
		return nil, err
	}
	if len(children) == 0 {
		return nil, fmt.Errorf("the browser shows no %s of the script on %s", childType, t.key.origin)
	}
	child, _ := chromedp.NewContext(t.page, chromedp.WithTargetID(children[0].TargetID))
	if err := chromedp.Do(child); err != nil {
		return nil, fmt.Errorf("no session for the %s: %w", childType, err)
	}
	if childType == "iframe" {
		t.decide(child)
		if err := t.watch(ctx, child); err != nil {
			return nil, err
		}
	}
	return child, nil
}

// children are the targets of that type which the tab's scripts have made.
func (t *tab) children(childType string) ([]*target.Info, error) {
	infos, err := chromedp.Targets(t.page)
	parent := chromedp.FromContext(t.ctx).Target.TargetID
	return slices.DeleteFunc(infos, func(info *target.Info) bool {
		return info.Type != childType || info.ParentID != parent && target.ID(info.ParentFrameID) != parent
	}), err
}

// do makes one request from the tab's script and collects the evidence.
func (t *tab) do(ctx context.Context, r fetch.Request) (fetch.Observation, error) {
	if r.Timeout == 0 {
		r.Timeout = fetch.DefaultTimeout
	}
	if r.Tag == "" {
		r.Tag = fmt.Sprintf("untagged-%d", t.browser.untagged.Add(1))
	}
	within, cancel := t.bounded(ctx, r.Timeout+script.Grace)
	defer cancel()
	if r.Global == fetch.Worker {
		if err := t.startWorker(within); err != nil {
			return fetch.Observation{}, fmt.Errorf("no worker on %s: %w", t.key.origin, err)
		}
	}
	call, err := script.Of(r)
	if err != nil {
		return fetch.Observation{}, err
	}
	record := t.trace.begin(r)
	defer t.trace.end(record)
	if r.Executes() || r.Consumer == fetch.Beacon || r.Keepalive {
		t.outliving.Add(1)
	}
	began := time.Now()
	s, err := chromedp.Run(within, chromedp.Evaluate[script.Seen](call, chromedp.EvalAwaitPromise))
	if err != nil {
		return fetch.Observation{}, t.harnessError(ctx, within, err)
	}
	unqueued := r.Consumer == fetch.Beacon && s.Type == fetch.NetworkError
	if (record.settle(within, patience.For(r, s)) || unqueued) && !r.Executes() && (r.Consumer == fetch.Beacon || r.Keepalive && !s.TimedOut) {
		t.outliving.Add(-1)
	}
	o := fetch.Observation{Response: s.Response, Exception: s.Exception, Seconds: time.Since(began).Seconds()}
	record.conclude(&o, r, s.TimedOut)
	if o.Cause == fetch.ByLocal && t.browser.origins == nil {
		return o, &fetch.OriginError{Origin: t.key.origin, Why: "in a remote browser a page of plain http may not call a private address: " + o.Detail}
	}
	if t.guards() && losesOrigin(o) {
		return o, &fetch.ObservationError{Why: "Chromium leaves Origin out of a redirected request whose method changes, if requests are paused, as they are here"}
	}
	return o, nil
}

// harnessError says whose fault it is that a script did not answer.
func (t *tab) harnessError(caller, within context.Context, err error) error {
	switch {
	case caller.Err() != nil:
		return caller.Err()
	case t.browser.alive() != nil:
		return fmt.Errorf("the browser ended in the middle of a request: %w", err)
	case t.crashed.Load():
		return fmt.Errorf("the page on %s crashed", t.key.origin)
	case errors.Is(within.Err(), context.DeadlineExceeded):
		return script.NoAnswer(t.key.origin)
	}
	return fmt.Errorf("the page on %s: %w", t.key.origin, err)
}
