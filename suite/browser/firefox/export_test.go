package firefox

import (
	"context"

	"github.com/corsproof/corsproof/suite/browser/bidi"
)

// Evaluate runs a script that resolves to a number in a fresh page: what a fetch costs
// without corsproof. Nothing watches the page, unless the browser is to report its
// network traffic.
func (b *Browser) Evaluate(ctx context.Context, origin, script string, reported bool) (float64, error) {
	if !reported {
		if err := bidi.Do(ctx, b.conn, "session.unsubscribe", map[string]any{"events": events}); err != nil {
			return 0, err
		}
		defer bidi.Do(ctx, b.conn, "session.subscribe", map[string]any{"events": events})
	}
	c := newIsolated(b)
	defer c.Close()
	t, err := c.tab(ctx, tabKey{origin: origin})
	if err != nil {
		return 0, err
	}
	return evaluate[float64](ctx, b.conn, t.page, script)
}

// Pid returns the process id of the browser.
func (b *Browser) Pid() int { return b.process.Pid() }

// Home returns the browser's folder.
func (b *Browser) Home() string { return b.home.Dir }

// ParseEntry reads an entry of the console, and returns the name of its reason.
func ParseEntry(text string) (name, url string, blocked bool) {
	reason, url, blocked := parseEntry(text)
	return nameOf(reason), url, blocked
}
