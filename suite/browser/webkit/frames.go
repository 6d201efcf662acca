package webkit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ fetch.FrameOpener = (*isolated)(nil)

// PaysAsFrame reports true: no window costs as little.
func (c *isolated) PaysAsFrame(string, int) bool { return true }

// OpenFrames makes pages on the origins ready as frames of one page: a window costs a
// process, and a command to another window than the last one costs several. The page
// around them passes requests on, which come to it by a channel. An origin that no frame
// shows gets a window when it is needed.
func (c *isolated) OpenFrames(ctx context.Context, origins ...string) error {
	var pages []string
	for _, origin := range origins {
		if origin != "null" && c.browser.serve(origin) != nil {
			continue
		}
		pages = append(pages, origin)
	}
	if len(pages) == 0 {
		return nil
	}
	p, err := c.part(ctx, secureHosts(pages)...)
	if err != nil {
		return err
	}
	around, err := c.window(ctx, new(tabSlot), p)
	if err != nil {
		return p.blame(err, "the browser opened no window")
	}
	within, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	through, ready, err := c.browser.openFrames(within, around, pages)
	if err != nil {
		return p.blame(err, "no frames")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, origin := range pages {
		if !ready[i] || c.tabs[origin] != nil {
			continue
		}
		opened := make(chan struct{})
		close(opened)
		c.tabs[origin] = &tabSlot{ready: opened, framed: true, tab: &tab{
			part:    p,
			origin:  origin,
			channel: through,
			frame:   i,
		}}
	}
	return nil
}

// openFrames leads a window to a page with frames. It returns the channel to that page,
// and of which frames the page is as it was meant.
func (b *Browser) openFrames(ctx context.Context, in *window, origins []string) (_ *channel, ready []bool, err error) {
	if err := b.serve(script.FramesHost); err != nil {
		return nil, nil, err
	}
	session := in.part.session
	if err := session.navigate(ctx, in.handle, script.FramesHost+"/"); err != nil {
		return nil, nil, err
	}
	list, err := json.Marshal(origins)
	if err != nil {
		return nil, nil, err
	}
	through := b.channels.expect()
	open := fmt.Sprintf(`const origins = %s;
await corsproof.openFrames(origins);
const ready = await corsproof.ready(origins);
await corsproof.takeOrders(%q);
return ready`, list, through.url())
	if err := session.evaluate(ctx, place{window: in.handle}, script.FramesHost, open, &ready); err != nil {
		return nil, nil, err
	}
	select {
	case <-through.open: // the page has heard of it
		return through, ready, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}
