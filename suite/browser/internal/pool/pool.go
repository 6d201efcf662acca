// Package pool opens things once for all who wait for them.
package pool

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// A Pool holds what was opened, by key. The zero value is empty.
type Pool[K comparable, V any] struct {
	mu    sync.Mutex
	slots map[K]*slot[V]
}

type slot[V any] struct {
	ready chan struct{} // closed when the rest is there
	value V
	err   error
}

// Get returns what a key has, and has it opened if there is nothing. Others may be
// waiting for it too, so that ctx ends the waiting and not the opening. An error stays if
// lasts says so; another is forgotten, since what failed for once may succeed for the
// next.
func (p *Pool[K, V]) Get(ctx context.Context, key K, open func() (V, error), lasts func(error) bool) (V, error) {
	p.mu.Lock()
	s := p.slots[key]
	if s == nil {
		s = &slot[V]{ready: make(chan struct{})}
		if p.slots == nil {
			p.slots = map[K]*slot[V]{}
		}
		p.slots[key] = s
		go func() {
			defer close(s.ready)
			s.value, s.err = open()
			if s.err != nil && !lasts(s.err) {
				p.drop(key, s)
			}
		}()
	}
	p.mu.Unlock()
	select {
	case <-s.ready:
		return s.value, s.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

func (p *Pool[K, V]) drop(key K, s *slot[V]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.slots[key] == s {
		delete(p.slots, key)
	}
}

// Forget drops what a key has, if is says that it is the one.
func (p *Pool[K, V]) Forget(key K, is func(V) bool) {
	p.mu.Lock()
	s := p.slots[key]
	p.mu.Unlock()
	if s == nil {
		return
	}
	select {
	case <-s.ready:
		if s.err == nil && is(s.value) {
			p.drop(key, s)
		}
	default:
	}
}

// Open waits for what is being opened, and returns all that is open.
func (p *Pool[K, V]) Open() []V {
	p.mu.Lock()
	waiting := slices.Collect(maps.Values(p.slots))
	p.mu.Unlock()
	return opened(waiting)
}

// Take empties the pool, waits for what is being opened, and returns all that is open.
func (p *Pool[K, V]) Take() []V {
	p.mu.Lock()
	waiting := slices.Collect(maps.Values(p.slots))
	p.slots = nil
	p.mu.Unlock()
	return opened(waiting)
}

func opened[V any](waiting []*slot[V]) []V {
	var all []V
	for _, s := range waiting {
		<-s.ready
		if s.err == nil {
			all = append(all, s.value)
		}
	}
	return all
}
