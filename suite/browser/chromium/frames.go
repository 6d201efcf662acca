package chromium

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	fixtures "github.com/corsproof/corsproof/fixtures/origins"
	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ fetch.FrameOpener = (*isolated)(nil)

// fewRequests is how many pay for no tab of their own.
const fewRequests = 8

// PaysAsFrame reports whether few requests come from the origin. One that is opaque has a
// frame already, in a tab.
func (c *isolated) PaysAsFrame(origin string, requests int) bool {
	return origin != "null" && requests <= fewRequests
}

// OpenFrames makes pages on the origins ready as frames of one page, for half of what
// tabs cost. An origin that no frame shows gets a page by Open.
func (c *isolated) OpenFrames(ctx context.Context, origins ...string) error {
	first, err := c.rootTab(ctx)
	if err != nil {
		return err
	}
	session, _ := chromedp.NewContext(first, chromedp.WithNewWindow(false)) // closed with the browser context
	host, err := newTab(ctx, c.browser, session, tabKey{origin: script.FramesHost}, nil)
	if err != nil {
		return err
	}
	within, cancel := host.bounded(ctx, openTimeout)
	defer cancel()
	originAt := map[string]string{}
	for _, origin := range origins {
		if !fixtures.CannotServe(origin) && c.browser.serve(origin) == nil {
			originAt[origin+"/"] = origin
		}
	}
	if c.browser.remote {
		if err := host.fulfil(within, slices.Collect(maps.Values(originAt))...); err != nil {
			return err
		}
	}
	list, err := json.Marshal(slices.Sorted(maps.Values(originAt)))
	if err != nil {
		return err
	}
	open := chromedp.Evaluate[bool]("corsproof.openFrames("+string(list)+")", chromedp.EvalAwaitPromise)
	if _, err := runIn(within, host.page, open); err != nil {
		return fmt.Errorf("no frames: %w", err)
	}
	children, err := host.children("iframe")
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	for _, child := range children {
		if origin, ok := originAt[child.URL]; ok {
			wg.Go(func() { c.openFrame(within, host, child.TargetID, origin) })
		}
	}
	wg.Wait()
	return c.Open(ctx, origins...)
}

// openFrame makes the frame the page of its origin, if it is there and is on it.
func (c *isolated) openFrame(ctx context.Context, host *tab, id target.ID, origin string) {
	session, _ := chromedp.NewContext(host.page, chromedp.WithTargetID(id))
	if chromedp.Do(session) != nil {
		return
	}
	t := watchable(c.browser, session, tabKey{origin: origin}, c.gate)
	if c.browser.fulfils(origin) && t.fulfil(ctx, origin) != nil || t.settle(ctx) != nil || t.release(ctx) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.tabs[t.key] != nil {
		return
	}
	slot := &tabSlot{ready: make(chan struct{}), tab: t}
	close(slot.ready)
	c.tabs[t.key] = slot
}
