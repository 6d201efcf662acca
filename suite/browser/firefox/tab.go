package firefox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/suite/browser/bidi"
	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

// openTimeout is how long a page may take to open. It is served by this process.
const openTimeout = 30 * time.Second

// A tab is a page on one origin and what watches it.
type tab struct {
	browser *Browser
	page    string // the page's browsing context
	scripts string // where scripts run: the page, or its sandboxed frame
	key     tabKey

	fragment string     // of its URL, which tells it from others in the browser's own window
	gate     fetch.Gate // nil where there is none to pass
	trace    *trace

	fulfilling atomic.Bool // the browser itself answers for the page's origin
	crashed    atomic.Bool // the page's process has ended

	preflighted sync.Map // what was, in a remote browser; see forgets
}

// newTab opens a tab, navigates it to the origin and watches it.
func newTab(ctx context.Context, b *Browser, j *jar, key tabKey, gate fetch.Gate) (*tab, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	t, err := openTab(ctx, b, j, key, gate)
	if err != nil {
		return nil, err
	}
	err = t.watch(ctx)
	if err == nil && key.origin == "null" {
		err = t.enterFrame(ctx)
	}
	if err != nil {
		t.forget()
		return nil, err
	}
	return t, nil
}

// openTab opens a tab and navigates it to the origin.
func openTab(ctx context.Context, b *Browser, j *jar, key tabKey, gate fetch.Gate) (_ *tab, err error) {
	t := &tab{browser: b, key: key, gate: gate, fragment: fmt.Sprintf("corsproof-tab-%d", b.numbers.Add(1))}
	location := script.Location(key.origin)
	if err := b.serve(ctx, location); err != nil {
		return nil, err
	}
	type created struct {
		Context string `json:"context"`
	}
	c, err := bidi.Call[created](ctx, b.conn, "browsingContext.create", map[string]any{
		"type": "tab", "background": true, "userContext": j.id,
	})
	if err != nil {
		return nil, fmt.Errorf("the browser opened no tab: %w", err)
	}
	t.page, t.scripts = c.Context, c.Context
	b.traces.watch(t)
	defer func() {
		if err != nil {
			t.forget()
		}
	}()
	if t.isTold() {
		if err := t.subscribe(ctx); err != nil {
			return nil, err
		}
	}
	if b.fulfils(location) {
		stop, err := t.fulfil(ctx)
		if err != nil {
			return nil, err
		}
		defer stop()
	}
	if err := bidi.Do(ctx, b.conn, "browsingContext.navigate", map[string]any{
		"context": t.page, "url": location + "/#" + t.fragment, "wait": "complete",
	}); err != nil {
		if ctx.Err() == nil && b.alive() == nil {
			return nil, &fetch.OriginError{Origin: key.origin, Why: err.Error()}
		}
		return nil, fmt.Errorf("the page on %s did not open: %w", location, err)
	}
	// The browser may have other ideas: HSTS, upgrades to https.
	got, err := evaluate[string](ctx, b.conn, t.page, "self.origin")
	if err != nil {
		return nil, err
	}
	if got != location {
		return nil, &fetch.OriginError{Origin: key.origin, Got: got, Why: "the browser upgrades such pages, as it does under an HSTS domain, preloaded or declared by the target"}
	}
	return t, nil
}

// isPaused reports whether the tab is paused at each request.
func (t *tab) isPaused() bool { return t.gate != nil || t.browser.remote }

// isTold reports whether WebDriver is to tell of the tab's network traffic: of what it
// stops, and where the browser's own window is out of reach.
func (t *tab) isTold() bool { return t.isPaused() || t.browser.fulfils(script.Location(t.key.origin)) }

// subscribe has WebDriver tell of the tab's network traffic.
func (t *tab) subscribe(ctx context.Context) error {
	return bidi.Do(ctx, t.browser.conn, "session.subscribe", map[string]any{
		"events": networkEvents, "contexts": []string{t.page},
	})
}

// watch begins to gather what the tab sends.
func (t *tab) watch(ctx context.Context) error {
	if t.isPaused() {
		return t.pause(ctx)
	}
	if t.isTold() {
		return nil
	}
	id, err := privilegedCall[int64](ctx, t.browser, "watch", t.fragment)
	if err == nil {
		t.browser.traces.watchTab(id, t.trace)
	}
	return err
}

// enterFrame opens the sandboxed frame and moves the tab's scripts there.
func (t *tab) enterFrame(ctx context.Context) error {
	if _, err := evaluate[bool](ctx, t.browser.conn, t.page, "corsproof.openFrame()"); err != nil {
		return fmt.Errorf("no sandboxed frame: %w", err)
	}
	type tree struct {
		Contexts []struct {
			Children []struct {
				Context string `json:"context"`
			} `json:"children"`
		} `json:"contexts"`
	}
	found, err := bidi.Call[tree](ctx, t.browser.conn, "browsingContext.getTree", map[string]any{"root": t.page})
	if err != nil {
		return err
	}
	if len(found.Contexts) != 1 || len(found.Contexts[0].Children) != 1 {
		return errors.New("the browser shows no sandboxed frame")
	}
	t.scripts = found.Contexts[0].Children[0].Context
	got, err := evaluate[string](ctx, t.browser.conn, t.scripts, "self.origin")
	if err != nil {
		return err
	}
	if got != "null" {
		return &fetch.OriginError{Origin: "null", Got: got, Why: "a sandboxed frame should have an opaque origin"}
	}
	return nil
}

// answer has the process answer in which the tab's scripts run.
func (t *tab) answer(ctx context.Context) error {
	_, err := evaluate[int](ctx, t.browser.conn, t.scripts, "0")
	return err
}

// forget ends the watching.
func (t *tab) forget() { t.browser.traces.forget(t.trace) }

// do makes one request from the tab's script and collects the evidence.
func (t *tab) do(ctx context.Context, r fetch.Request) (fetch.Observation, error) {
	if r.Timeout == 0 {
		r.Timeout = fetch.DefaultTimeout
	}
	if r.Tag == "" {
		r.Tag = fmt.Sprintf("untagged-%d", t.browser.untagged.Add(1))
	}
	within, cancel := context.WithTimeout(ctx, r.Timeout+script.Grace)
	defer cancel()
	if t.browser.remote && t.key.guarded && (r.IsUnsafe() || r.Executes()) {
		// What a script sends when its document goes is no request of the tab's.
		return script.NotAsked(fetch.ByHold, "WebDriver BiDi holds no request back after its preflight, and not all that a script sends, so that it was not asked for"), nil
	}
	call, err := script.Of(r)
	if err != nil {
		return fetch.Observation{}, err
	}
	record := t.trace.begin(t.key.origin, r)
	defer t.trace.end(record)
	began := time.Now()
	s, err := evaluate[script.Seen](within, t.browser.conn, t.scripts, call)
	if err != nil {
		return fetch.Observation{}, t.harnessError(ctx, within, err)
	}
	record.settle(within, s)
	o := fetch.Observation{Response: s.Response, Exception: s.Exception, Seconds: time.Since(began).Seconds()}
	record.conclude(&o, s.TimedOut)
	if t.browser.remote && o.Preflight() != nil && t.forgets(r) {
		return o, &fetch.ObservationError{Why: "Firefox that connects to an IP address without a proxy sends CORS-preflight requests again, whatever it was told to remember; try a name"}
	}
	return o, nil
}

// forgets reports whether a request was preflighted before, with the same tag, and the
// browser may have forgotten it by itself; see direct.
func (t *tab) forgets(r fetch.Request) bool {
	u, err := url.Parse(r.URL)
	if err != nil || net.ParseIP(u.Hostname()) == nil {
		return false
	}
	_, again := t.preflighted.LoadOrStore([3]string{r.Tag, r.URL, string(r.Credentials)}, true)
	return again
}

// harnessError says whose fault it is that a script did not answer.
func (t *tab) harnessError(caller, within context.Context, err error) error {
	switch {
	case caller.Err() != nil:
		return caller.Err()
	case t.browser.alive() != nil, errors.Is(err, bidi.ErrClosed):
		return fmt.Errorf("the browser ended in the middle of a request: %w", err)
	case gone(err):
		t.crashed.Store(true)
		return fmt.Errorf("the page on %s crashed: %w", t.key.origin, err)
	case errors.Is(within.Err(), context.DeadlineExceeded):
		return script.NoAnswer(t.key.origin)
	}
	return fmt.Errorf("the page on %s: %w", t.key.origin, err)
}

// gone reports whether a command failed since its page is no more.
func gone(err error) bool {
	return bidi.Is(err, "no such frame") || bidi.Is(err, "unknown error") && strings.Contains(err.Error(), "destroyed")
}
