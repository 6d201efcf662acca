package webkit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

// An isolated context is a WebKit with one window per origin.
//
// A WebKit learns at its start which certificates of pages to trust. A context that is
// asked for a page on yet another host by https therefore starts another part, a WebKit
// of its own, which shares no cookies with the first. Open, before all
// else, avoids that.
type isolated struct {
	browser *Browser
	watch   *watch

	mu         sync.Mutex
	parts      []*part
	tabs       map[string]*tabSlot // by origin
	impossible map[string]error    // origins on which no page can live, and why
	freed      chan struct{}       // closed when a tab is no longer in use, and then replaced
	cookies    []planted
	closed     bool

	starting sync.Mutex   // one part starts at a time
	untagged atomic.Int64 // requests so far that had no tag
}

// A part is a driver and its browser, and the relay through which that connects.
type part struct {
	relay   *relay
	driver  *driver
	session *session
	hosts   []string    // of pages by https
	taken   bool        // the window that came with it is in use
	ended   atomic.Bool // the driver has said that its browser has ended
}

// A tabSlot is a tab that is being opened, once for all who wait for it.
type tabSlot struct {
	ready  chan struct{} // closed when the rest is there
	tab    *tab
	err    error
	window *window // where it is, or nil while it has none
	framed bool    // it is a frame, and has no window
	users  int     // requests that are under way in it, or wait for it
	used   time.Time
}

// A window is one of a part, whichever page is in it.
type window struct {
	part   *part
	handle string
}

type planted struct {
	url     string
	cookies []fetch.Cookie
}

func newIsolated(b *Browser) *isolated {
	return &isolated{
		browser:    b,
		watch:      newWatch(b.options.Effects),
		tabs:       map[string]*tabSlot{},
		impossible: map[string]error{},
		freed:      make(chan struct{}),
	}
}

// Limit makes requests pass a gate. What is encrypted passes it before the script asks,
// with the CORS-preflight request that may be needed; where redirects lead is not known.
func (c *isolated) Limit(g fetch.Gate) { c.watch.gate = g }

var errClosed = errors.New("the context is closed")

// part returns a part for pages on these hosts by https, and for all others. It starts one
// if there is none.
func (c *isolated) part(ctx context.Context, hosts ...string) (*part, error) {
	c.starting.Lock()
	defer c.starting.Unlock()
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, errClosed
	}
	for _, p := range c.parts {
		if p.serves(hosts) {
			c.mu.Unlock()
			return p, nil
		}
	}
	var unused *part
	if len(c.parts) == 1 && c.windows() == 0 && !c.parts[0].taken {
		unused, c.parts = c.parts[0], nil
	}
	cookies := slices.Clone(c.cookies)
	c.mu.Unlock()
	if unused != nil {
		unused.close()
	}
	p, err := c.browser.startPart(ctx, c.watch, hosts)
	if err != nil {
		return nil, err
	}
	for _, planted := range cookies {
		if err := c.plant(ctx, p, planted); err != nil {
			p.close()
			return nil, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		p.close()
		return nil, errClosed
	}
	c.parts = append(c.parts, p)
	return p, nil
}

// serves reports whether the part can open pages on all of these hosts by https.
func (p *part) serves(hosts []string) bool {
	return !p.hasEnded() && !slices.ContainsFunc(hosts, func(h string) bool { return !slices.Contains(p.hosts, h) })
}

// hasEnded reports whether the driver has ended, or has said that its browser has.
func (p *part) hasEnded() bool {
	select {
	case <-p.driver.process.Done():
		return true
	default:
		return p.ended.Load()
	}
}

func (b *Browser) startPart(ctx context.Context, w *watch, hosts []string) (_ *part, err error) {
	p := &part{hosts: hosts}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if p.relay, err = startRelay(w, b.connect); err != nil {
		return nil, err
	}
	if p.driver, err = startDriver(ctx, b); err != nil {
		return nil, err
	}
	trusted, err := b.trusted(hosts)
	if err != nil {
		return nil, err
	}
	p.session, err = startSession(ctx, p.driver, b.programs.miniBrowser, arguments(p.relay.url()), trusted)
	return p, err
}

func (p *part) close() {
	if p.driver != nil {
		p.driver.close()
	}
	if p.relay != nil {
		p.relay.Close()
	}
}

// Open makes pages on the origins ready.
func (c *isolated) Open(ctx context.Context, origins ...string) error {
	if hosts := secureHosts(origins); len(hosts) > 0 {
		if _, err := c.part(ctx, hosts...); err != nil {
			return err
		}
	}
	errs := make([]error, len(origins))
	var wg sync.WaitGroup
	for i, origin := range origins[:min(len(origins), mostWindows)] {
		wg.Go(func() {
			var slot *tabSlot
			if slot, errs[i] = c.tab(ctx, origin); errs[i] == nil {
				c.release(slot)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Do makes the request from the page of that origin.
func (c *isolated) Do(ctx context.Context, origin string, r fetch.Request) (fetch.Observation, error) {
	r.Timeout = cmp.Or(r.Timeout, fetch.DefaultTimeout)
	if r.Tag == "" {
		r.Tag = fmt.Sprintf("untagged-%d", c.untagged.Add(1))
	}
	slot, err := c.tab(ctx, origin)
	if err != nil {
		return fetch.Observation{}, err
	}
	defer c.release(slot)
	encrypted := isEncrypted(r.URL)
	holds := r.Hold || c.browser.options.Effects != fetch.Deliver
	if encrypted && holds && (r.IsUnsafe() || r.Executes()) {
		// Whether it would leave cannot be seen, and it could not be stopped.
		return script.NotAsked(fetch.ByHold, "WebKit cannot hold back what is encrypted, so that it was not asked for"), nil
	}
	record, err := c.watch.begin(ctx, origin, r)
	if err != nil {
		return fetch.Observation{}, err
	}
	defer record.end()
	if encrypted && !record.pass(ctx) {
		return script.NotAsked(fetch.ByBudget, fetch.ErrBudget.Error()), ctx.Err()
	}
	began := time.Now()
	s, err := slot.tab.run(ctx, r)
	if err != nil {
		c.forget(origin, slot) // the next request gets another page
		return fetch.Observation{}, err
	}
	if record.fromMemory() {
		if s, err = c.runAnew(ctx, origin, r); err != nil {
			return fetch.Observation{}, err
		}
	}
	record.settle(ctx, s)
	o := fetch.Observation{Response: s.Response, Exception: s.Exception, Seconds: time.Since(began).Seconds()}
	record.conclude(&o, s.TimedOut)
	return o, nil
}

// runAnew makes the request from a page in a window of its own, which is a process of its
// own with nothing in its memory.
func (c *isolated) runAnew(ctx context.Context, origin string, r fetch.Request) (script.Seen, error) {
	slot := new(tabSlot)
	t, err := c.openTab(slot, origin)
	if err != nil {
		return script.Seen{}, err
	}
	s, err := t.run(ctx, r)
	if err != nil {
		return script.Seen{}, err
	}
	return s, t.part.session.closeWindow(ctx, slot.window.handle)
}

func isEncrypted(rawURL string) bool {
	u, err := url.Parse(rawURL)
	return err == nil && u.Scheme == "https"
}

// SetCookies plants cookies in the context's jar. Those for an https URL are Secure and
// SameSite=None, so that a cross-site page may send them.
func (c *isolated) SetCookies(ctx context.Context, rawURL string, cookies []fetch.Cookie) error {
	if _, err := c.part(ctx); err != nil {
		return err
	}
	p := planted{rawURL, cookies}
	c.mu.Lock()
	c.cookies = append(c.cookies, p)
	parts := slices.Clone(c.parts)
	c.mu.Unlock()
	for _, part := range parts {
		if err := c.plant(ctx, part, p); err != nil {
			return err
		}
	}
	return nil
}

// plant plants cookies in a part. WebDriver does so for the host of the page that is
// open. One is served there on another port than the target's, since cookies know none.
func (c *isolated) plant(ctx context.Context, to *part, p planted) error {
	u, err := url.Parse(p.url)
	if err != nil {
		return err
	}
	location, err := c.browser.neighbour(u)
	if err != nil {
		return err
	}
	window, err := to.session.newWindow(ctx)
	if err != nil {
		return err
	}
	if err := to.session.navigate(ctx, window, location+"/"); err != nil {
		return err
	}
	for _, cookie := range p.cookies {
		planting := map[string]any{"name": cookie.Name, "value": cookie.Value, "path": "/"}
		if u.Scheme == "https" {
			planting["secure"], planting["sameSite"] = true, "None"
		}
		if err := to.session.addCookie(ctx, window, planting); err != nil {
			return err
		}
	}
	return nil
}

// neighbour returns an origin of the URL's host where a page can be served.
func (b *Browser) neighbour(u *url.URL) (string, error) {
	host := u.Hostname()
	if u.Host != host && u.Port() == "" || len(u.Host) > 0 && u.Host[0] == '[' {
		host = "[" + host + "]"
	}
	for _, port := range []string{"", ":8080", ":8081", ":8082", ":8083"} {
		origin := "http://" + host + port
		address, err := addressOf(origin)
		if err != nil {
			return "", err
		}
		if !b.dialer.isTarget(address) {
			return origin, b.origins.Add(origin)
		}
	}
	// All ports of the host are a target's: one that nobody listens at becomes ours.
	port, err := freePort()
	if err != nil {
		return "", fmt.Errorf("no port of %s is left for a page that plants cookies: %w", host, err)
	}
	origin := fmt.Sprintf("http://%s:%d", host, port)
	address, err := addressOf(origin)
	if err != nil {
		return "", err
	}
	b.dialer.ours.Store(address, true)
	return origin, b.origins.Add(origin)
}

// mostWindows is how many windows a context has at once. Each costs a process; to lead
// one to another origin costs a fifth of that.
const mostWindows = 8

// tab returns the tab for an origin, in use, and opens it if there is none. Others may be
// waiting for it too, so that the caller's context ends the waiting and not the tab.
func (c *isolated) tab(ctx context.Context, origin string) (*tabSlot, error) {
	for {
		c.mu.Lock()
		slot, err := c.slot(origin)
		freed := c.freed
		c.mu.Unlock()
		switch {
		case err != nil:
			return nil, err
		case slot == nil: // all windows are in use
			select {
			case <-freed:
				continue
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		select {
		case <-slot.ready:
			err = slot.err
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			c.release(slot)
			return nil, err
		}
		return slot, nil
	}
}

// slot returns the slot of an origin, in use, or nil if there must be a window first. The
// caller holds the lock.
func (c *isolated) slot(origin string) (*tabSlot, error) {
	if c.closed {
		return nil, errClosed
	}
	if err := c.impossible[origin]; err != nil {
		return nil, err
	}
	slot := c.tabs[origin]
	if slot == nil {
		var left *window
		if c.windows() >= mostWindows {
			if left = c.leave(); left == nil {
				return nil, nil
			}
		}
		slot = &tabSlot{ready: make(chan struct{}), window: left}
		c.tabs[origin] = slot
		go c.open(slot, origin)
	}
	slot.users++
	return slot, nil
}

// windows is how many windows the tabs have, or are going to have. The caller holds the
// lock.
func (c *isolated) windows() int {
	n := 0
	for _, slot := range c.tabs {
		if !slot.framed {
			n++
		}
	}
	return n
}

// leave takes the window of the tab that was not in use for longest, or returns nil if
// all are. The caller holds the lock.
func (c *isolated) leave() *window {
	oldest := ""
	for origin, slot := range c.tabs {
		if !slot.framed && slot.users == 0 && (oldest == "" || slot.used.Before(c.tabs[oldest].used)) {
			oldest = origin
		}
	}
	if oldest == "" {
		return nil
	}
	left := c.tabs[oldest].window
	delete(c.tabs, oldest)
	return left
}

// open opens the tab of a slot.
func (c *isolated) open(slot *tabSlot, origin string) {
	defer close(slot.ready)
	slot.tab, slot.err = c.openTab(slot, origin)
	if slot.err == nil {
		return
	}
	c.forget(origin, slot) // what failed for once may succeed for the next
	var impossible *fetch.OriginError
	if errors.As(slot.err, &impossible) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.impossible[origin] = slot.err
	}
}

// release says that a request no longer needs the tab.
func (c *isolated) release(slot *tabSlot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	slot.users--
	slot.used = time.Now()
	if slot.users == 0 {
		c.wake()
	}
}

// forget drops the slot of an origin, if it is that one.
func (c *isolated) forget(origin string, slot *tabSlot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tabs[origin] == slot {
		delete(c.tabs, origin)
		c.wake()
	}
}

// wake is called with the lock held.
func (c *isolated) wake() {
	close(c.freed)
	c.freed = make(chan struct{})
}

// window returns a window of a part: the slot's, if it has one there, or another.
func (c *isolated) window(ctx context.Context, slot *tabSlot, of *part) (*window, error) {
	c.mu.Lock()
	if w := slot.window; w != nil && w.part == of {
		c.mu.Unlock()
		return w, nil
	}
	w := &window{part: of, handle: of.session.first}
	slot.window = w
	free := !of.taken
	of.taken = true
	c.mu.Unlock()
	if free {
		return w, nil
	}
	var err error
	w.handle, err = of.session.newWindow(ctx)
	return w, err
}

// Close ends the context's browsers, without waiting for it; the browser's own Close
// waits.
func (c *isolated) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	parts := c.parts
	b := c.browser
	b.closing.Go(func() {
		for _, p := range parts {
			p.close()
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.contexts, c)
	})
	return nil
}
