package webkit

import (
	"context"
	"net/http"

	"github.com/corsproof/corsproof/suite/fetch"
)

// Evaluate runs a script that resolves to a number in a fresh page: what a fetch costs
// without corsproof. The browser connects to the target by itself, unless what it sends
// is to be read on its way.
func (b *Browser) Evaluate(ctx context.Context, origin, script string, reported bool) (value float64, err error) {
	if err := b.origins.Add(origin); err != nil {
		return 0, err
	}
	p := new(part)
	defer p.close()
	if p.relay, err = startRelay(newWatch(fetch.Deliver), b.connect); err != nil {
		return 0, err
	}
	if p.driver, err = startDriver(ctx, b); err != nil {
		return 0, err
	}
	flags := arguments(p.relay.url())
	if !reported {
		for _, target := range b.options.Targets {
			flags = append(flags, "--ignore-host="+target)
		}
	}
	if p.session, err = startSession(ctx, p.driver, b.programs.miniBrowser, flags, nil); err != nil {
		return 0, err
	}
	if err := p.session.navigate(ctx, p.session.first, origin+"/"); err != nil {
		return 0, err
	}
	err = p.session.evaluate(ctx, place{window: p.session.first}, origin, "return await "+script, &value)
	return value, err
}

// Frames are the origins whose pages are frames in a context.
func Frames(of fetch.Context) (origins []string) {
	c := of.(*isolated)
	c.mu.Lock()
	defer c.mu.Unlock()
	for origin, slot := range c.tabs {
		if slot.framed {
			origins = append(origins, origin)
		}
	}
	return origins
}

// Quit ends the WebKits of a context, and leaves their drivers.
func Quit(of fetch.Context) {
	for _, p := range of.(*isolated).parts {
		p.driver.call(context.Background(), http.MethodDelete, p.session.path, nil)
	}
}

// Kill ends the WebKits of a context and their drivers.
func Kill(of fetch.Context) {
	for _, p := range of.(*isolated).parts {
		p.driver.process.Kill()
	}
}
