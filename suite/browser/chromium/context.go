package chromium

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/internal/pause"
)

// An isolated context is a browser context, with one tab per origin. Origins that
// send unsafe methods while these are held have a second, guarded tab, since
// pausing requests makes each five times as slow.
type isolated struct {
	browser *Browser
	life    context.Context // ends with Close
	end     context.CancelFunc
	gate    fetch.Gate // nil where there is none to pass

	mu     sync.Mutex
	root   *root
	tabs   map[tabKey]*tabSlot
	closed bool
}

type tabKey struct {
	origin  string
	guarded bool
}

// A tabSlot is a tab that is being opened, once for all who wait for it.
type tabSlot struct {
	ready chan struct{} // closed when the rest is there
	tab   *tab
	err   error
}

// A root is the tab that came with the browser context. The first origin takes it.
type root struct {
	ready chan struct{} // closed when the browser context is there
	ctx   context.Context
	end   context.CancelFunc
	err   error
	taken bool
}

func newIsolated(b *Browser) *isolated {
	c := &isolated{browser: b, tabs: map[tabKey]*tabSlot{}}
	b.open.Store(c, nil)
	c.life, c.end = context.WithCancel(context.Background())
	return c
}

// Limit makes requests pass a gate: every tab is paused at each.
func (c *isolated) Limit(g fetch.Gate) { c.gate = g }

// Open makes pages on the origins ready, side by side.
func (c *isolated) Open(ctx context.Context, origins ...string) error {
	errs := make([]error, len(origins))
	var wg sync.WaitGroup
	for i, origin := range origins {
		wg.Go(func() { _, errs[i] = c.tab(ctx, tabKey{origin: origin}) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Do makes the request from the page of that origin.
func (c *isolated) Do(ctx context.Context, origin string, r fetch.Request) (fetch.Observation, error) {
	effects := c.browser.options.Effects
	if r.Hold {
		effects = fetch.Hold
	}
	// What a script of the target's asks for, once it runs, is held too.
	key := tabKey{origin, effects != fetch.Deliver && (r.IsUnsafe() || r.Executes())}
	t, err := c.tab(ctx, key)
	if err != nil {
		return fetch.Observation{}, err
	}
	o, err := t.do(ctx, r)
	if t.crashed.Load() {
		c.forget(key, t) // the next request gets another page
	}
	return o, err
}

// SetCookies plants cookies in the context's jar. Those for an https URL are
// Secure and SameSite=None, so that a cross-site page may send them where the
// browser's own rules allow it.
func (c *isolated) SetCookies(ctx context.Context, rawURL string, cookies []fetch.Cookie) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		return err
	}
	tab, err := c.rootTab(ctx)
	if err != nil {
		return err
	}
	var params []*network.CookieParam
	for _, cookie := range cookies {
		p := &network.CookieParam{Name: cookie.Name, Value: cookie.Value, URL: rawURL}
		if u.Scheme == "https" {
			p.Secure, p.SameSite = true, network.CookieSameSiteNone
		}
		params = append(params, p)
	}
	_, err = chromedp.CallBrowser(tab, storage.SetCookies, storage.SetCookiesParams{
		Cookies:          params,
		BrowserContextID: chromedp.FromContext(tab).BrowserContextID,
	})
	return err
}

var _ fetch.CacheClearer = (*isolated)(nil)

// ClearHTTPCache empties the HTTP cache of the browser context.
func (c *isolated) ClearHTTPCache(ctx context.Context) error {
	tab, err := c.rootTab(ctx)
	if err != nil {
		return err
	}
	_, err = callIn(ctx, tab, network.ClearBrowserCache, cdp.Empty{})
	return err
}

// tab returns the tab for a key, and opens it if there is none. Others may be waiting
// for it too, so that the caller's context ends the waiting and not the tab.
func (c *isolated) tab(ctx context.Context, key tabKey) (*tab, error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, errClosed
	}
	slot := c.tabs[key]
	if slot == nil {
		slot = &tabSlot{ready: make(chan struct{})}
		c.tabs[key] = slot
		go func() {
			defer close(slot.ready)
			slot.tab, slot.err = c.openTab(key)
			var impossible *fetch.OriginError
			if slot.err != nil && !errors.As(slot.err, &impossible) {
				c.forget(key, nil) // what failed for once may succeed for the next
			}
		}()
	}
	c.mu.Unlock()
	select {
	case <-slot.ready:
		return slot.tab, slot.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

var errClosed = errors.New("the context is closed")

// forget drops the tab of a key, if it is that one.
func (c *isolated) forget(key tabKey, t *tab) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slot := c.tabs[key]; slot != nil && slot.tab == t {
		delete(c.tabs, key)
	}
}

func (c *isolated) openTab(key tabKey) (*tab, error) {
	first, err := c.rootTab(c.life)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	free := !c.root.taken
	c.root.taken = true
	c.mu.Unlock()
	tabCtx := first
	if !free {
		// In the same window: one of its own costs several times as much. Hidden
		// tabs fetch as fast as others, and their timers are not throttled here.
		tabCtx, _ = chromedp.NewContext(first, chromedp.WithNewWindow(false)) // closed with the browser context
	}
	return newTab(c.life, c.browser, tabCtx, key, c.gate)
}

// rootTab returns the tab of the browser context, which is made on first use.
func (c *isolated) rootTab(ctx context.Context) (context.Context, error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, errClosed
	}
	r := c.root
	if r == nil {
		r = &root{ready: make(chan struct{})}
		c.root = r
		r.ctx, r.end = chromedp.NewContext(c.browser.ctx, c.browser.ownContext())
		go func() {
			defer close(r.ready)
			if err := chromedp.Do(r.ctx); err != nil {
				r.err = fmt.Errorf("the browser opened no context: %w", err)
			}
		}()
	}
	c.mu.Unlock()
	select {
	case <-r.ready:
		return r.ctx, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close disposes of the context and its tabs, without waiting for the browser to
// be done with it; the browser's own Close waits. Where a request may still be under
// way that no script can end, a beacon for one, the guarded tabs stay until the browser
// ends.
func (c *isolated) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	c.browser.open.Delete(c)
	var guarded []*tabSlot
	for key, slot := range c.tabs {
		if key.guarded {
			guarded = append(guarded, slot)
		}
	}
	if c.root == nil {
		c.end()
		return nil
	}
	c.browser.closing.Go(func() {
		// A guard goes with its session, and the session before its page: what the
		// page still asks for would then be delivered. So it is stopped first.
		lingers := make([]bool, len(guarded))
		var wg sync.WaitGroup
		for i, slot := range guarded {
			wg.Go(func() { lingers[i] = !slot.stop() || slot.lingers() })
		}
		wg.Wait()
		if slices.Contains(lingers, true) {
			<-c.browser.ending
		}
		c.end()
		if c.browser.remote {
			// What ends with a local browser may outlive a context: it is held until no
			// more of it comes.
			for i, slot := range guarded {
				slot.calm(lingers[i])
			}
			c.root.dispose()
		}
		c.root.end()
	})
	return nil
}

// disposeTimeout is how long a remote browser may take to dispose of a context.
const disposeTimeout = 5 * time.Second

// dispose ends the browser context with all that is in it, guards included, at once. The
// end of a remote browser would not.
func (r *root) dispose() {
	<-r.ready
	if r.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(r.ctx, disposeTimeout)
	defer cancel()
	_, _ = chromedp.CallBrowser(ctx, target.DisposeBrowserContext, target.DisposeBrowserContextParams{
		BrowserContextID: chromedp.FromContext(r.ctx).BrowserContextID,
	})
}

// lingers reports whether something may be under way that only the guard holds.
func (s *tabSlot) lingers() bool { return s.used() && s.tab.outliving.Load() > 0 }

// A guarded page of a remote browser is calm when nothing has been heard of its requests
// for so long: longer where some may still be under way, for then a busy machine can take
// its time. It is given so much time at most.
const (
	calmAfter          = 300 * time.Millisecond
	calmAfterLingering = 2 * time.Second
	calmTimeout        = fetch.DefaultTimeout
)

// used reports whether scripts may have run in the tab.
func (s *tabSlot) used() bool {
	select {
	case <-s.ready:
		return s.err == nil
	default:
		return false
	}
}

// calm waits until the requests that scripts have left behind have come to the guard.
func (s *tabSlot) calm(lingers bool) {
	if !s.used() {
		return
	}
	after := calmAfter
	if lingers {
		after = calmAfterLingering
	}
	deadline := time.Now().Add(calmTimeout)
	for {
		left := min(after-s.tab.trace.silence(), time.Until(deadline))
		if left <= 0 || pause.For(s.tab.ctx, left) != nil {
			return
		}
	}
}

// stopTimeout is how long a page may take to stop its requests.
const stopTimeout = 2 * time.Second

// stop ends every request that the tab's scripts have under way, and reports whether
// they have confirmed it. A page that has crashed has none.
func (s *tabSlot) stop() bool {
	if !s.used() || s.tab.crashed.Load() {
		return true
	}
	ctx, cancel := context.WithTimeout(s.tab.ctx, stopTimeout)
	defer cancel()
	stopped, _ := runIn(ctx, s.tab.ctx, chromedp.Evaluate[bool]("corsproof.stop()", chromedp.EvalAwaitPromise))
	return stopped
}
