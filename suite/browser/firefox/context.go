package firefox

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"

	"github.com/corsproof/corsproof/suite/browser/bidi"
	"github.com/corsproof/corsproof/suite/browser/internal/pool"
	"github.com/corsproof/corsproof/suite/fetch"
)

// An isolated context is a user context of the browser's, with one tab per origin. If it
// is asked both to hold effects back and to deliver them, it is two: a user context as a
// whole is guarded or not.
type isolated struct {
	browser *Browser
	life    context.Context // ends with Close
	end     context.CancelFunc
	gate    fetch.Gate // nil where there is none to pass

	jars pool.Pool[bool, *jar] // by whether they are guarded
	tabs pool.Pool[tabKey, *tab]

	mu      sync.Mutex
	closed  bool
	cookies []plantedCookie
}

// A jar is a user context: a cookie jar, a cache and the like.
type jar struct {
	id     string // in WebDriver
	number int    // in the browser; not known of a remote one
	tab    string // its first, which stays blank; a remote browser has none
}

type tabKey struct {
	origin  string
	guarded bool
}

type plantedCookie struct {
	fetch.Cookie
	host   string
	secure bool
}

func newIsolated(b *Browser) *isolated {
	c := &isolated{browser: b}
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
		wg.Go(func() { _, errs[i] = c.tab(ctx, tabKey{origin, c.guards(fetch.Request{})}) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// guards reports whether the request is made where effects are held back.
func (c *isolated) guards(r fetch.Request) bool {
	return r.Hold || c.browser.options.Effects != fetch.Deliver
}

// Do makes the request from the page of that origin.
func (c *isolated) Do(ctx context.Context, origin string, r fetch.Request) (fetch.Observation, error) {
	key := tabKey{origin, c.guards(r)}
	t, err := c.tab(ctx, key)
	if err != nil {
		return fetch.Observation{}, err
	}
	o, err := t.do(ctx, r)
	if t.crashed.Load() {
		t.forget()
		c.tabs.Forget(key, func(current *tab) bool { return current == t }) // the next request gets another page
	}
	return o, err
}

var errClosed = errors.New("the context is closed")

// open returns an error if the context is closed.
func (c *isolated) open() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	return nil
}

// tab returns the tab for a key, and opens it if there is none.
func (c *isolated) tab(ctx context.Context, key tabKey) (*tab, error) {
	if err := c.open(); err != nil {
		return nil, err
	}
	return c.tabs.Get(ctx, key, func() (*tab, error) {
		j, err := c.jar(c.life, key.guarded)
		if err != nil {
			return nil, err
		}
		return newTab(c.life, c.browser, j, key, c.gate)
	}, func(err error) bool {
		var impossible *fetch.OriginError
		return errors.As(err, &impossible)
	})
}

// jar returns the user context that is guarded, or the one that is not.
func (c *isolated) jar(ctx context.Context, guarded bool) (*jar, error) {
	return c.jars.Get(ctx, guarded, func() (*jar, error) {
		j, err := c.browser.newJar(c.life, guarded)
		if err != nil {
			return nil, fmt.Errorf("the browser opened no context: %w", err)
		}
		c.mu.Lock()
		cookies := slices.Clone(c.cookies)
		c.mu.Unlock()
		return j, c.browser.plant(c.life, j, cookies)
	}, func(error) bool { return false })
}

// newJar makes a user context. What tells which one it is in the browser is a tab.
func (b *Browser) newJar(ctx context.Context, guarded bool) (*jar, error) {
	type created struct {
		UserContext string `json:"userContext"`
		Context     string `json:"context"`
	}
	user, err := bidi.Call[created](ctx, b.conn, "browser.createUserContext", b.ownContext())
	if err != nil {
		return nil, err
	}
	b.users.Store(user.UserContext, true)
	if b.remote {
		return &jar{id: user.UserContext}, nil
	}
	first, err := bidi.Call[created](ctx, b.conn, "browsingContext.create", map[string]any{
		"type": "tab", "background": true, "userContext": user.UserContext,
	})
	if err != nil {
		return nil, err
	}
	j := &jar{id: user.UserContext, tab: first.Context}
	fragment := fmt.Sprintf("corsproof-context-%d", b.numbers.Add(1))
	if err := bidi.Do(ctx, b.conn, "browsingContext.navigate", map[string]any{
		"context": j.tab, "url": "about:blank#" + fragment, "wait": "complete",
	}); err != nil {
		return nil, err
	}
	if j.number, err = privilegedCall[int](ctx, b, "userContextOf", fragment); err != nil {
		return nil, err
	}
	if guarded {
		_, err = privilegedCall[bool](ctx, b, "guard", j.number)
	}
	return j, err
}

// SetCookies plants cookies in the context's jar. Those for an https URL are Secure and
// SameSite=None, so that a cross-site page may send them where the browser's own rules
// allow it.
func (c *isolated) SetCookies(ctx context.Context, rawURL string, cookies []fetch.Cookie) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		return err
	}
	if err := c.open(); err != nil {
		return err
	}
	var planted []plantedCookie
	for _, cookie := range cookies {
		planted = append(planted, plantedCookie{cookie, u.Hostname(), u.Scheme == "https"})
	}
	c.mu.Lock()
	c.cookies = append(c.cookies, planted...)
	c.mu.Unlock()
	for _, j := range c.jars.Open() {
		if err := c.browser.plant(ctx, j, planted); err != nil {
			return err
		}
	}
	return nil
}

func (b *Browser) plant(ctx context.Context, j *jar, cookies []plantedCookie) error {
	for _, cookie := range cookies {
		sameSite := "default"
		if cookie.secure {
			sameSite = "none"
		}
		if err := bidi.Do(ctx, b.conn, "storage.setCookie", map[string]any{
			"cookie": map[string]any{
				"name":     cookie.Name,
				"value":    map[string]any{"type": "string", "value": cookie.Value},
				"domain":   cookie.host,
				"path":     "/",
				"secure":   cookie.secure,
				"sameSite": sameSite,
			},
			"partition": map[string]any{"type": "storageKey", "userContext": j.id},
		}); err != nil {
			return err
		}
	}
	return nil
}

var _ fetch.CacheClearer = (*isolated)(nil)

// ClearHTTPCache empties the HTTP cache of the context. In a remote browser it starts
// anew, with nothing but the planted cookies: WebDriver has no command for less.
func (c *isolated) ClearHTTPCache(ctx context.Context) error {
	if err := c.open(); err != nil {
		return err
	}
	if c.browser.remote {
		c.dispose()
		return nil
	}
	for _, j := range c.jars.Open() {
		if _, err := privilegedCall[bool](ctx, c.browser, "clearHTTPCache", j.number); err != nil {
			return err
		}
	}
	return nil
}

// Close disposes of the context and its tabs, without waiting for the browser to be done
// with it; the browser's own Close waits. What is under way in a guarded one is held as
// long as the browser lives.
func (c *isolated) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	c.end()
	c.browser.closing.Go(c.dispose)
	return nil
}

// dispose removes the user contexts of the context, and with them its tabs.
func (c *isolated) dispose() {
	for _, t := range c.tabs.Take() {
		t.forget()
	}
	for _, j := range c.jars.Take() {
		c.browser.remove(j.id)
	}
}

func (b *Browser) remove(user string) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = bidi.Do(ctx, b.conn, "browser.removeUserContext", map[string]any{"userContext": user})
	b.users.Delete(user)
}
