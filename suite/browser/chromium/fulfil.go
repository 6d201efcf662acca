package chromium

import (
	"context"
	"strings"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/fixtures/page"
)

// fulfil has the browser itself answer what a session asks of the origin with the page,
// until stop is called.
func fulfil(ctx, session context.Context, origin string) (stop func(), err error) {
	chromedp.Listen(session, func(event any) {
		paused, ok := event.(*cdpfetch.EventRequestPaused)
		if !ok || !strings.HasPrefix(paused.Request.URL, origin+"/") {
			return
		}
		// The session's read loop delivers this, so a command must not wait here.
		go callIn(session, session, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{
			RequestID:       paused.RequestID,
			ResponseCode:    200,
			ResponseHeaders: []*cdpfetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}},
			Body:            []byte(page.HTML()),
		})
	})
	// A page that came from no address counts as one of the public network, which may
	// call no private one unasked. That is not CORS, and nothing to judge here.
	for _, name := range []string{"local-network", "loopback-network"} {
		if _, err := chromedp.CallBrowser(session, browser.SetPermission, browser.SetPermissionParams{
			Permission:       &browser.PermissionDescriptor{Name: name},
			Setting:          browser.PermissionSettingGranted,
			Origin:           origin,
			BrowserContextID: chromedp.FromContext(session).BrowserContextID,
		}); err != nil {
			return nil, err
		}
	}
	_, err = callIn(ctx, session, cdpfetch.Enable, cdpfetch.EnableParams{
		Patterns: []*cdpfetch.RequestPattern{{URLPattern: origin + "/*"}},
	})
	return func() { callIn(ctx, session, cdpfetch.Disable, cdp.Empty{}) }, err
}
