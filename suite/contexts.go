package suite

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/corsproof/corsproof/suite/fetch"
)

// Lanes are contexts that share the plays which do not mind company. A browser's HTTP
// cache lets equal GETs of one site pass one at a time, and each lane has a cache of
// its own. For a target that is near, the pages of a second lane cost more than the
// waiting.
const (
	lanesNear = 1
	lanesFar  = 3
	far       = 20 * time.Millisecond
)

// lanesFor returns how many lanes pay for a target that answers after d.
func lanesFor(d time.Duration) int {
	if d < far {
		return lanesNear
	}
	return lanesFar
}

// fewPlays is how many plays of an origin do not pay for a second page: those of
// look-alikes, mostly.
const fewPlays = 8

// contexts are those of a round of trials: the lanes, and one for each kind of
// Apart.
type contexts struct {
	lanes []fetch.Context
	apart map[Apart]fetch.Context
	err   error // why they could not be opened; then nothing can be tried

	cookiesErr error // why the cookies could not be planted
}

// openContexts opens what the trials need, and their pages, side by side. Pages by
// http come before any request: a target's HSTS may forbid them later.
func (run *run) openContexts(ctx context.Context, trials []*trial) *contexts {
	c := &contexts{apart: map[Apart]fetch.Context{}}
	assignLanes(trials, lanesFor(run.probe.latency))
	lanesUsed := 0
	for _, t := range trials {
		p := &t.play
		switch {
		case p.scenario.AskedByCorsproof:
		case p.scenario.Apart == Together:
			lanesUsed = max(lanesUsed, p.lane+1)
		case c.apart[p.scenario.Apart] == nil:
			c.apart[p.scenario.Apart] = c.open(ctx, run)
		}
	}
	for range lanesUsed {
		c.lanes = append(c.lanes, c.open(ctx, run))
	}
	if c.err != nil {
		return c
	}
	var wg sync.WaitGroup
	for i, lane := range c.lanes {
		wg.Go(func() { warmFrames(ctx, lane, originsOf(trials, Together, i)) })
	}
	for apart, own := range c.apart {
		open := warm
		if apart == CacheApart {
			open = warmFrames
		}
		wg.Go(func() { open(ctx, own, originsOf(trials, apart, 0)) })
	}
	wg.Wait()
	if own := c.apart[CookiesApart]; own != nil && len(run.target.Request.Cookies) > 0 {
		c.cookiesErr = own.SetCookies(ctx, run.target.URL, run.target.Request.Cookies)
	}
	return c
}

func (c *contexts) open(ctx context.Context, run *run) fetch.Context {
	opened, err := run.ua.NewContext(ctx)
	if err != nil && c.err == nil {
		c.err = err
	}
	if err == nil && run.meter != nil {
		opened.Limit(run.meter)
	}
	return opened
}

// warm opens the pages of so many plays by origin. What goes wrong comes again, and is
// reported, when the page is used.
func warm(ctx context.Context, in fetch.Context, plays map[string]int) {
	if len(plays) > 0 {
		_ = in.Open(ctx, slices.Sorted(maps.Keys(plays))...)
	}
}

// warmFrames does so too, with frames where the user agent says that these cost less. They
// are third parties to the page around them, which is nothing for the subject of cookies
// or of an HTTP cache.
func warmFrames(ctx context.Context, in fetch.Context, plays map[string]int) {
	framer, ok := in.(fetch.FrameOpener)
	if !ok {
		warm(ctx, in, plays)
		return
	}
	pages, frames := map[string]int{}, []string(nil)
	for _, origin := range slices.Sorted(maps.Keys(plays)) {
		if framer.PaysAsFrame(origin, plays[origin]) {
			frames = append(frames, origin)
		} else {
			pages[origin] = plays[origin]
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { warm(ctx, in, pages) })
	if len(frames) > 0 {
		wg.Go(func() { _ = framer.OpenFrames(ctx, frames...) })
	}
	wg.Wait()
}

// originsOf returns the origins whose plays come to that lane, or to that kind of
// context, and how many do.
func originsOf(trials []*trial, apart Apart, lane int) map[string]int {
	origins := map[string]int{}
	for _, t := range trials {
		p := &t.play
		if p.scenario.AskedByCorsproof || p.scenario.Apart != apart || p.lane != lane {
			continue
		}
		for i := range p.steps {
			origins[p.at(i).origin]++
		}
	}
	return origins
}

// assignLanes deals the plays of each origin out among so many lanes.
func assignLanes(trials []*trial, lanes int) {
	plays, dealt := map[string]int{}, map[string]int{}
	inLanes := func(p *play) bool { return p.scenario.Apart == Together && !p.scenario.AskedByCorsproof }
	for _, t := range trials {
		if p := &t.play; inLanes(p) {
			plays[p.origin]++
		}
	}
	for _, t := range trials {
		p := &t.play
		p.lane = 0
		if inLanes(p) && plays[p.origin] > fewPlays {
			p.lane = dealt[p.origin] % lanes
			dealt[p.origin]++
		}
	}
}

// of returns the context for a play.
func (c *contexts) of(p *play) (fetch.Context, error) {
	switch {
	case p.scenario.AskedByCorsproof:
		return nil, nil
	case c.err != nil:
		return nil, c.err
	case p.scenario.Apart == CookiesApart && c.cookiesErr != nil:
		return nil, fmt.Errorf("the declared cookies could not be planted: %w", c.cookiesErr)
	case p.scenario.Apart != Together:
		return c.apart[p.scenario.Apart], nil
	}
	return c.lanes[p.lane], nil
}

func (c *contexts) close() {
	for _, own := range c.all() {
		own.Close()
	}
}

// all returns the contexts that were opened.
func (c *contexts) all() []fetch.Context {
	var opened []fetch.Context
	for _, own := range append(slices.Clone(c.lanes), slices.Collect(maps.Values(c.apart))...) {
		if own != nil {
			opened = append(opened, own)
		}
	}
	return opened
}
