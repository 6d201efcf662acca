package firefox

import "context"

// Evaluate runs a script that resolves to a number in a fresh page: what a fetch costs
// without corsproof. Nothing watches the page, unless the browser is to report its
// network traffic.
func (b *Browser) Evaluate(ctx context.Context, origin, script string, reported bool) (float64, error) {
	c := newIsolated(b)
	defer c.Close()
	key := tabKey{origin: origin}
	if reported {
		t, err := c.tab(ctx, key)
		if err != nil {
			return 0, err
		}
		return evaluate[float64](ctx, b.conn, t.page, script)
	}
	j, err := c.jar(ctx, false)
	if err != nil {
		return 0, err
	}
	t, err := openTab(ctx, b, j, key, nil)
	if err != nil {
		return 0, err
	}
	defer t.forget()
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
