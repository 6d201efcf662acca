package webkit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ fetch.FrameOpener = (*isolated)(nil)

// OpenFrames makes pages on the origins ready as frames of one page, in a part of their
// own: a window costs a process, and a command to another window than the last one costs
// several. The page around them passes requests on, so that all go to one window. An
// origin that no frame shows gets a window when it is needed.
func (c *isolated) OpenFrames(ctx context.Context, origins ...string) error {
	c.mu.Lock()
	done, cookies := c.frames != nil, c.cookies
	c.mu.Unlock()
	if done {
		return nil
	}
	var pages, hosts []string
	for _, origin := range origins {
		if c.browser.serve(origin) != nil {
			continue
		}
		pages = append(pages, origin)
		if host := secureHost(origin); host != "" {
			hosts = append(hosts, host)
		}
	}
	p, err := c.startPart(ctx, hosts, cookies)
	if err != nil {
		return err
	}
	if err := c.keep(p, func() { c.frames = p }); err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	ready, err := p.openFrames(within, c.browser, pages)
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
			part:   p,
			origin: origin,
			place:  place{window: p.session.first},
			around: script.FramesHost,
			frame:  i,
		}}
	}
	return nil
}

// openFrames opens a page with frames, and says of which the page is as it was meant.
func (p *part) openFrames(ctx context.Context, b *Browser, origins []string) (ready []bool, err error) {
	if err := b.serve(script.FramesHost); err != nil {
		return nil, err
	}
	if err := p.session.navigate(ctx, p.session.first, script.FramesHost+"/"); err != nil {
		return nil, err
	}
	list, err := json.Marshal(origins)
	if err != nil {
		return nil, err
	}
	open := fmt.Sprintf(`const origins = %s;
await corsproof.openFrames(origins.map(origin => origin + "/"));
return await corsproof.ready(origins)`, list)
	return ready, p.session.evaluate(ctx, place{window: p.session.first}, script.FramesHost, open, &ready)
}
