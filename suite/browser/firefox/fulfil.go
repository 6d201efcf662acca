package firefox

import (
	"context"
	"strings"

	"github.com/corsproof/corsproof/fixtures/page"
	"github.com/corsproof/corsproof/suite/browser/bidi"
	"github.com/corsproof/corsproof/suite/browser/internal/script"
)

// fulfil has the browser itself answer what the tab asks of its own origin with the page,
// until stop is called.
func (t *tab) fulfil(ctx context.Context) (stop func(), err error) {
	type added struct {
		Intercept string `json:"intercept"`
	}
	t.fulfilling.Store(true)
	a, err := bidi.Call[added](ctx, t.browser.conn, "network.addIntercept", map[string]any{
		"phases": []string{"beforeRequestSent"}, "contexts": []string{t.page},
	})
	return func() {
		_ = bidi.Do(ctx, t.browser.conn, "network.removeIntercept", map[string]any{"intercept": a.Intercept})
		t.fulfilling.Store(false)
	}, err
}

// fulfils answers a paused request with the page, if that is being done.
func (t *tab) fulfils(e networkEvent) bool {
	if !t.fulfilling.Load() || !strings.HasPrefix(e.Request.URL, script.Location(t.key.origin)+"/") {
		return false
	}
	_ = bidi.Do(context.Background(), t.browser.conn, "network.provideResponse", map[string]any{
		"request":      e.Request.ID,
		"statusCode":   200,
		"reasonPhrase": "OK",
		"headers": []any{map[string]any{
			"name": "Content-Type", "value": map[string]any{"type": "string", "value": "text/html; charset=utf-8"},
		}},
		"body": map[string]any{"type": "string", "value": page.HTML()},
	})
	return true
}
