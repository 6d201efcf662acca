package chromium

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/suite/fetch"
)

// An isolated context is a browser context, with one tab per origin. Origins that
// send unsafe methods while these are held have a second, guarded tab, since
// pausing requests makes each five times as slow.
type isolated struct {
	browser *Browser

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
	once sync.Once
	tab  *tab
	err  error
}

// A root is the tab that came with the browser context. The first origin takes it.
type root struct {
	once   sync.Once
	ctx    context.Context
	cancel context.CancelFunc
	err    error
	taken  bool
}

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
	t, err := c.tab(ctx, tabKey{origin, c.browser.options.Effects.Holds(fetch.NormalizeMethod(r.Method))})
	if err != nil {
		return fetch.Observation{}, err
	}
	return t.do(ctx, r)
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

// tab returns the tab for a key, and opens it if there is none.
func (c *isolated) tab(ctx context.Context, key tabKey) (*tab, error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, errors.New("the context is closed")
	}
	slot := c.tabs[key]
	if slot == nil {
		slot = new(tabSlot)
		c.tabs[key] = slot
	}
	c.mu.Unlock()
	slot.once.Do(func() { slot.tab, slot.err = c.openTab(ctx, key) })
	if slot.err != nil && c.browser.alive() == nil && ctx.Err() == nil {
		var impossible *fetch.OriginError
		if !errors.As(slot.err, &impossible) {
			c.forget(key, slot) // what failed for once may succeed for the next
		}
	}
	return slot.tab, slot.err
}

func (c *isolated) forget(key tabKey, slot *tabSlot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tabs[key] == slot {
		delete(c.tabs, key)
	}
}

// openTab opens the tab. Somebody else may be waiting for it too, so the caller's
// context ends the waiting, not the tab.
func (c *isolated) openTab(ctx context.Context, key tabKey) (*tab, error) {
	first, err := c.rootTab(ctx)
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
	return newTab(ctx, c.browser, tabCtx, key)
}

// rootTab returns the tab of the browser context, which is made on first use.
func (c *isolated) rootTab(ctx context.Context) (context.Context, error) {
	c.mu.Lock()
	if c.root == nil {
		c.root = new(root)
	}
	r := c.root
	c.mu.Unlock()
	r.once.Do(func() {
		r.ctx, r.cancel = chromedp.NewContext(c.browser.ctx, chromedp.WithNewBrowserContext())
		if err := chromedp.Do(r.ctx); err != nil {
			r.err = fmt.Errorf("the browser opened no context: %w", err)
			r.cancel()
		}
	})
	return r.ctx, r.err
}

// Close disposes of the context and its tabs, without waiting for the browser to
// be done with it; the browser's own Close waits.
func (c *isolated) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	if c.root != nil && c.root.cancel != nil {
		c.browser.closing.Go(c.root.cancel)
	}
	return nil
}
