package chromium

import (
	"context"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/fixtures/page"
)

// fulfil has the browser itself answer what the page and its frames ask of the origins,
// until they are released. That comes before any name is resolved.
func (t *tab) fulfil(ctx context.Context, origins ...string) error {
	t.fulfilled = nil
	for _, origin := range origins {
		t.fulfilled = append(t.fulfilled, origin+"/")
		if host, isHTTP := strings.CutPrefix(origin, "http://"); isHTTP {
			t.fulfilled = append(t.fulfilled, "https://"+host+upgradePath)
		}
	}
	if t.browser.origins == nil {
		if err := t.allowLocal(); err != nil {
			return err
		}
	}
	return intercept(ctx, t.page, t.fulfilled...)
}

// upgradePath is answered on https pages alone.
const upgradePath = "/upgrade"

// isUpgraded reports whether the browser would have made an https page of an http one, had
// it not answered for it by itself: it does so to another request, which leads nowhere if
// not.
func (t *tab) isUpgraded(ctx context.Context) (bool, error) {
	if !t.browser.remote || !strings.HasPrefix(t.key.location(), "http://") {
		return false, nil
	}
	return runIn(ctx, t.page, chromedp.Evaluate[bool](`fetch("`+upgradePath+`", {mode: "no-cors"}).then(() => true, () => false)`, chromedp.EvalAwaitPromise))
}

// release ends that where nothing else is paused; see losesOrigin.
func (t *tab) release(ctx context.Context) error {
	if len(t.fulfilled) == 0 || t.guards() {
		return nil
	}
	_, err := callIn(ctx, t.page, cdpfetch.Disable, cdp.Empty{})
	return err
}

// allowLocal gives pages that came from no address what those of the public network have
// to ask for: to call a private address. That is not CORS, and nothing to judge here.
func (t *tab) allowLocal() error {
	for _, name := range []string{"local-network", "loopback-network"} {
		if _, err := chromedp.CallBrowser(t.page, browser.SetPermission, browser.SetPermissionParams{
			Permission:       &browser.PermissionDescriptor{Name: name},
			Setting:          browser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(t.page).BrowserContextID,
		}); err != nil {
			return err
		}
	}
	return nil
}

// intercept pauses the requests of a session whose URLs match, before they leave, and no
// others.
func intercept(ctx, session context.Context, patterns ...string) error {
	var params cdpfetch.EnableParams
	for _, pattern := range patterns {
		params.Patterns = append(params.Patterns, &cdpfetch.RequestPattern{URLPattern: pattern})
	}
	_, err := callIn(ctx, session, cdpfetch.Enable, params)
	return err
}

// fulfils reports whether the browser itself answers a request for the URL.
func (t *tab) fulfils(url string) bool {
	return slices.Contains(t.fulfilled, url)
}

// document answers a paused request with the page. Fetched from the fixtures without the
// page's knowledge, it comes from a loopback address, and may call one as if it had been
// served there. Where there are none, it comes from nowhere.
func (t *tab) document(session context.Context, id cdpfetch.RequestID) {
	if t.browser.origins != nil {
		callIn(session, session, cdpfetch.ContinueRequest, cdpfetch.ContinueRequestParams{
			RequestID: id,
			URL:       "http://" + t.browser.origins.Addr() + "/",
		})
		return
	}
	callIn(session, session, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{
		RequestID:       id,
		ResponseCode:    200,
		ResponseHeaders: []*cdpfetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}},
		Body:            []byte(page.HTML()),
	})
}
