package chromium

import (
	"context"
	"net/url"

	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/suite/fetch"
)

// decide says what becomes of the requests of a session that are paused. The page's own
// document is answered here. Where effects are held, those with safe methods go on and
// the others fail inside the browser. What goes on passes the gate first, if there is one.
func (t *tab) decide(session context.Context) {
	chromedp.Listen(session, func(event any) {
		paused, ok := event.(*cdpfetch.EventRequestPaused)
		if !ok {
			return
		}
		// The session's read loop delivers this, so a command must not wait here.
		go func() {
			switch {
			case t.fulfils(paused.Request.URL):
				t.document(session, paused.RequestID)
			case t.holds(paused), !t.passes(session, paused):
				callIn(session, session, cdpfetch.FailRequest, cdpfetch.FailRequestParams{
					RequestID:   paused.RequestID,
					ErrorReason: network.ErrorReasonBlockedByClient,
				})
			default:
				callIn(session, session, cdpfetch.ContinueRequest, cdpfetch.ContinueRequestParams{RequestID: paused.RequestID})
			}
		}()
	})
}

// guards reports whether the tab's requests are paused.
func (t *tab) guards() bool { return t.key.guarded || t.gate != nil }

// guard pauses every request of a session before it leaves, CORS-preflight requests and
// each hop of a redirect among them.
//
// A frame of its own process has a session of its own and needs a guard of its
// own; workers, beacons and keepalive requests are paused in the page's session.
func guard(ctx, session context.Context) error { return intercept(ctx, session, "*") }

// losesOrigin reports whether a redirected request has no Origin, though it had one before.
// Chromium 156 leaves it out where a redirect changes the method, if its session pauses any
// requests at all: a POST that is redirected by 301, 302 or 303.
func losesOrigin(o fetch.Observation) bool {
	var before *fetch.WireRequest
	for _, e := range o.Exchanges {
		if e.Kind != fetch.Actual {
			continue
		}
		if before != nil && before.Method != e.Request.Method && before.Headers.Contains("Origin") && !e.Request.Headers.Contains("Origin") {
			return true
		}
		before = &e.Request
	}
	return false
}

// holds reports whether effects hold the request back.
func (t *tab) holds(paused *cdpfetch.EventRequestPaused) bool {
	return t.key.guarded && fetch.Hold.Holds(paused.Request.Method)
}

// passes takes the request through the gate. What the page asks of its own origin goes
// no further than this process, and need not pass.
func (t *tab) passes(ctx context.Context, paused *cdpfetch.EventRequestPaused) bool {
	if t.gate == nil || !t.leaves(paused.Request.URL) {
		return true
	}
	if err := t.gate.Pass(ctx); err != nil {
		tag := paused.Request.URLFragment
		if tag != "" {
			tag = tag[1:]
		}
		t.trace.stop(tag, network.RequestID(paused.NetworkID))
		return false
	}
	return true
}

// leaves reports whether a request for the URL leaves this process.
func (t *tab) leaves(rawURL string) bool {
	u, err := url.Parse(rawURL)
	if err != nil {
		return true
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Scheme+"://"+u.Host != t.key.location()
}
