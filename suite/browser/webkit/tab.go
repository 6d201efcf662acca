package webkit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/browser/internal/webdriver"
	"github.com/corsproof/corsproof/suite/fetch"
)

// openTimeout is how long a page may take to open. It is served by this process.
const openTimeout = 60 * time.Second

// A tab is a window with a page on one origin, or a frame with it.
type tab struct {
	part    *part
	origin  string
	place   place    // where its scripts run, in a window
	channel *channel // to the page around its frame, if it is one
	frame   int      // the frame's index in that page
}

func (c *isolated) openTab(slot *tabSlot, origin string) (*tab, error) {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	location := script.Location(origin)
	if err := c.browser.serve(location); err != nil {
		return nil, &fetch.OriginError{Origin: origin, Why: err.Error()}
	}
	p, err := c.part(ctx, secureHosts([]string{location})...)
	if err != nil {
		return nil, err
	}
	w, err := c.window(ctx, slot, p)
	if err != nil {
		return nil, p.blame(err, "the browser opened no window")
	}
	t := &tab{part: p, origin: origin, place: place{window: w.handle}}
	if err := p.session.navigate(ctx, w.handle, location+"/"); err != nil {
		var failed *webdriver.Error
		if errors.As(err, &failed) && (failed.Code == "insecure certificate" || failed.Code == "invalid argument") {
			return nil, &fetch.OriginError{Origin: origin, Why: failed.Error()}
		}
		return nil, p.blame(err, "the page on %s did not open", location)
	}
	// The browser may have other ideas: HSTS, upgrades to https.
	if err := t.check(ctx, location); err != nil {
		return nil, err
	}
	if origin != "null" {
		return t, nil
	}
	if err := p.session.evaluate(ctx, t.place, location, "await corsproof.openFrame()", nil); err != nil {
		return nil, p.blame(err, "no sandboxed frame")
	}
	t.place.frame = true
	return t, t.check(ctx, "null")
}

// serve has the fixtures serve a page, if the browser can open it.
func (b *Browser) serve(location string) error {
	address, err := addressOf(location)
	switch {
	case err != nil:
		return err
	case b.dialer.isTarget(address) && b.dialer.connectTo[address] == "": // to the stub, say, which serves the page
		return errors.New("its address is a target's, where no page of ours can be")
	case strings.Contains(address, ";"):
		return errors.New("WebKitGTK 2.50 crashes when it opens a page on a host with a semicolon")
	case strings.Contains(address, "%"):
		return errors.New("WebKit keeps no character of a host escaped")
	}
	return b.origins.Add(location)
}

// check makes sure that the page is ours, on the origin that was meant.
func (t *tab) check(ctx context.Context, origin string) error {
	var ready bool
	err := t.part.session.evaluate(ctx, t.place, origin, "return typeof corsproof === 'object'", &ready)
	switch {
	case errors.Is(err, errElsewhere), err == nil && !ready:
		return &fetch.OriginError{Origin: t.origin, Why: "the browser opens no page there, or another"}
	case err != nil:
		return t.part.blame(err, "the page on %s", origin)
	}
	return nil
}

// run makes one request from the tab's script.
func (t *tab) run(ctx context.Context, r fetch.Request) (s script.Seen, err error) {
	within, cancel := context.WithTimeout(ctx, r.Timeout+script.Grace)
	defer cancel()
	if t.channel != nil {
		s, err = t.channel.ask(within, t.frame, t.origin, r)
	} else {
		s, err = t.runInWindow(within, r)
	}
	switch {
	case err == nil:
		return s, nil
	case ctx.Err() != nil:
		return s, ctx.Err()
	case errors.Is(within.Err(), context.DeadlineExceeded):
		return s, script.NoAnswer(t.origin)
	}
	return s, t.part.blame(err, "the page on %s", t.origin)
}

func (t *tab) runInWindow(ctx context.Context, r fetch.Request) (s script.Seen, err error) {
	call, err := script.Of(r)
	if err != nil {
		return s, err
	}
	err = t.part.session.evaluate(ctx, t.place, t.origin, "return await "+call, &s)
	return s, err
}

// blame says whose fault an error is: the driver and its browser may have ended.
func (p *part) blame(err error, format string, a ...any) error {
	var failed *webdriver.Error
	if errors.As(err, &failed) && failed.Code == "invalid session id" || errors.Is(err, errChannelEnded) {
		p.ended.Store(true)
	}
	if p.hasEnded() {
		return fmt.Errorf("the browser ended in the middle of a request: %w", err)
	}
	return fmt.Errorf(format+": %w", append(a, err)...)
}
