package chromium

import (
	"context"

	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/suite/fetch"
)

// guard pauses every request of a session before it leaves, lets those with safe
// methods through, CORS-preflight requests among them, and fails the others inside
// the browser.
//
// A frame of its own process has a session of its own and needs a guard of its
// own; workers, beacons and keepalive requests are paused in the page's session.
func guard(ctx, session context.Context) error {
	chromedp.Listen(session, func(event any) {
		paused, ok := event.(*cdpfetch.EventRequestPaused)
		if !ok {
			return
		}
		// The session's read loop delivers this, so a command must not wait here.
		go func() {
			if fetch.Hold.Holds(paused.Request.Method) {
				callIn(session, session, cdpfetch.FailRequest, cdpfetch.FailRequestParams{
					RequestID:   paused.RequestID,
					ErrorReason: network.ErrorReasonBlockedByClient,
				})
				return
			}
			callIn(session, session, cdpfetch.ContinueRequest, cdpfetch.ContinueRequestParams{RequestID: paused.RequestID})
		}()
	})
	_, err := callIn(ctx, session, cdpfetch.Enable, cdpfetch.EnableParams{
		Patterns: []*cdpfetch.RequestPattern{{URLPattern: "*"}},
	})
	return err
}
