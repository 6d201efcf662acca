package chromium

import (
	"context"
	"slices"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/suite/fetch"
)

// Evaluate runs a script that resolves to a number in a fresh page: what a fetch costs
// without corsproof. Nothing watches the page, unless the browser is to report its
// network traffic.
func (b *Browser) Evaluate(ctx context.Context, origin, script string, reported bool) (float64, error) {
	if err := b.origins.Add(origin); err != nil {
		return 0, err
	}
	tab, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	defer cancel()
	if err := chromedp.Do(tab, chromedp.Navigate(origin+"/")); err != nil {
		return 0, err
	}
	if reported {
		b.reports.watch(tab, newTrace(nil))
		if err := report(tab, tab); err != nil {
			return 0, err
		}
	} else if _, err := chromedp.Call(tab, network.Disable, cdp.Empty{}); err != nil { // chromedp enables the domain for itself
		return 0, err
	}
	return chromedp.Run(tab, chromedp.Evaluate[float64](script, chromedp.EvalAwaitPromise))
}

// Shells are the executables of headless shells that are looked for.
var Shells = shells

// Pid returns the process id of the browser.
func (b *Browser) Pid() int { return chromedp.FromContext(b.ctx).Browser.Process().Pid }

// Home returns the browser's folder.
func (b *Browser) Home() string { return b.home.Dir }

// Crash ends the process of the page that a context has on an origin.
func Crash(ctx context.Context, c fetch.Context, origin string) error {
	t, err := c.(*isolated).tab(ctx, tabKey{origin: origin})
	if err != nil {
		return err
	}
	go chromedp.Call(t.page, page.Crash, cdp.Empty{}) // has no answer
	<-t.lost.Done()
	return nil
}

// Frames are the origins whose page is a frame.
func Frames(c fetch.Context) []string {
	own := c.(*isolated)
	own.mu.Lock()
	defer own.mu.Unlock()
	var origins []string
	for key, slot := range own.tabs {
		<-slot.ready
		if slot.err == nil && slot.tab.isFrame() {
			origins = append(origins, key.origin)
		}
	}
	return origins
}

func (t *tab) isFrame() bool {
	infos, err := chromedp.Targets(t.page)
	id := chromedp.FromContext(t.page).Target.TargetID
	return err == nil && slices.ContainsFunc(infos, func(i *target.Info) bool { return i.TargetID == id && i.Type == "iframe" })
}
