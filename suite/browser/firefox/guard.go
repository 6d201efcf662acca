package firefox

import (
	"context"
	"net/url"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/bidi"
	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

// pause pauses every request of the tab before it leaves, CORS-preflight requests and
// each hop of a redirect among them, for the gate.
//
// A request is paused before its CORS-preflight request, and not again after it, so that
// one that its preflight forbids has passed the gate too: more is counted than is sent,
// and never less.
func (t *tab) pause(ctx context.Context) error {
	return bidi.Do(ctx, t.browser.conn, "network.addIntercept", map[string]any{
		"phases": []string{"beforeRequestSent"}, "contexts": []string{t.page},
	})
}

// decide says what becomes of a paused request.
func (t *tab) decide(e networkEvent) {
	switch {
	case t.fulfils(e):
	case t.browser.remote && !t.mayLeave(e.Request):
		t.fail(e)
	default:
		t.pass(e)
	}
}

// mayLeave reports whether a request of a remote browser is one to the target, and none
// that is to be held back: there nothing else stops it.
func (t *tab) mayLeave(r eventRequest) bool {
	u, err := url.Parse(r.URL)
	if err != nil || t.key.guarded && fetch.Hold.Holds(r.Method) {
		return false
	}
	return u.Scheme == "data" || u.Scheme == "blob" || t.browser.isTarget(browser.AddressOf(u))
}

// fail ends a paused request before it leaves.
func (t *tab) fail(e networkEvent) {
	_ = bidi.Do(context.Background(), t.browser.conn, "network.failRequest", map[string]any{"request": e.Request.ID})
}

// pass takes a paused request through the gate, if there is one, and lets it go on, or
// fails it.
func (t *tab) pass(e networkEvent) {
	ctx := context.Background() // the connection's end ends a command
	if t.gate != nil && t.leaves(e.Request.URL) {
		if err := t.gate.Pass(ctx); err != nil {
			t.trace.stop(e)
			t.fail(e)
			return
		}
	}
	_ = bidi.Do(ctx, t.browser.conn, "network.continueRequest", map[string]any{"request": e.Request.ID})
}

// leaves reports whether a request for the URL leaves this process: what the page asks
// of its own origin does not, and need not pass.
func (t *tab) leaves(rawURL string) bool {
	u, err := url.Parse(rawURL)
	if err != nil {
		return true
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Scheme+"://"+u.Host != script.Location(t.key.origin)
}
