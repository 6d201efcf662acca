package chromium

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	cruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// callIn sends a command to the target of session, bounded by ctx, which may be
// the context of another target of the same browser.
func callIn[P, R any](ctx, session context.Context, command cdp.Command[P, R], params P) (R, error) {
	return cdp.Call(ctx, chromedp.FromContext(session).Target, command, params)
}

// runIn runs an action on the target of session, bounded by ctx.
func runIn[T any](ctx, session context.Context, action chromedp.Action[T]) (T, error) {
	return action(ctx, chromedp.FromContext(session).Target)
}

// quieten leaves a page's session with the network's events. chromedp enables more
// domains than are read here, and each refused request would be logged to one.
func quieten(ctx, session context.Context) error {
	for _, disable := range []cdp.Command[cdp.Empty, cdp.Empty]{log.Disable, css.Disable, dom.Disable, cruntime.Disable, page.Disable} {
		if _, err := callIn(ctx, session, disable, cdp.Empty{}); err != nil {
			return err
		}
	}
	// Else each session is told of each target of all the others.
	if _, err := callIn(ctx, session, target.SetDiscoverTargets, target.SetDiscoverTargetsParams{Discover: false}); err != nil {
		return err
	}
	return report(ctx, session)
}

// report has a session report the network's events. The browser keeps no bodies, for
// which nobody asks.
func report(ctx, session context.Context) error {
	_, err := callIn(ctx, session, network.Enable, network.EnableParams{
		MaxTotalBufferSize:    new(int64(1)),
		MaxResourceBufferSize: new(int64(1)),
	})
	return err
}
