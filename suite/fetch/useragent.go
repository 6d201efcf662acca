package fetch

import (
	"context"
	"fmt"
)

// A UserAgent makes requests as a script on a page would make them. A browser
// is one; Model, which follows the Standard step by step, is another.
type UserAgent interface {
	// About describes the user agent. It is the same for its whole life.
	About() About

	// NewContext opens a context: caches and cookies of its own, empty, shared
	// with no other. The caller closes it.
	NewContext(context.Context) (Context, error)
}

// About is what a report says of a user agent.
type About struct {
	Name    string   `json:"name"` // "chromium", "model"
	Version string   `json:"version"`
	Flags   []string `json:"flags,omitempty"` // start-up flags in effect

	// Remote says how a browser is driven that corsproof has not started, and what is
	// out of reach there, as the end of a sentence. Empty of all others.
	Remote string `json:"remote,omitempty"`
}

// A Context is a set of pages that share caches and cookies. Its methods may be
// called from several goroutines at once.
type Context interface {
	// Limit makes every request of the pages pass a gate before it leaves. It comes
	// before all other calls, or not at all.
	Limit(Gate)

	// Open makes pages on these origins ready, side by side, so that the first
	// request of each need not wait. It is no error to leave it out.
	Open(ctx context.Context, origins ...string) error

	// Do makes the request from a script whose origin is the given one, in
	// serialized form: "https://app.example.com", or "null" for a sandboxed
	// frame. A network error is an Observation. An error means that there is
	// none: the user agent or its page is to blame, never the server.
	Do(ctx context.Context, origin string, r Request) (Observation, error)

	// SetCookies plants cookies for a URL, as if that server had set them.
	SetCookies(ctx context.Context, url string, cookies []Cookie) error

	Close() error
}

// A CacheClearer is a Context with an HTTP cache that it can empty. One that is none has
// no such cache, and nothing can be judged that takes one.
type CacheClearer interface {
	ClearHTTPCache(context.Context) error
}

// A FrameOpener is a Context that can make many pages ready for less as frames of one.
// Requests come from them as from pages of their own.
type FrameOpener interface {
	OpenFrames(ctx context.Context, origins ...string) error

	// PaysAsFrame reports whether a page on the origin, from which about so many requests
	// come, costs less as such a frame.
	PaysAsFrame(origin string, requests int) bool
}

// A Cookie is a name and a value to plant.
type Cookie struct {
	Name  string `json:"name" yaml:"name"`
	Value string `json:"value" yaml:"value"`
}

// Effects says what becomes of a request with an unsafe method.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1
type Effects string

const (
	// Hold keeps such a request back after its preflight was answered for
	// real. It is what the zero value means.
	Hold Effects = "hold"

	// Deliver lets it through.
	Deliver Effects = "deliver"
)

// Holds reports whether a request with this method is to be held back.
func (e Effects) Holds(method string) bool {
	return e != Deliver && !IsSafeMethod(method)
}

// IsSafeMethod reports whether a method is safe, which means that it asks for
// no change of state on the server. Methods that nobody knows are not.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1
func IsSafeMethod(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return true
	}
	return false
}

// An ObservationError reports that what a user agent shows of a request is not what it
// would have done had nobody watched, or somewhere else.
type ObservationError struct {
	Why string
}

func (e *ObservationError) Error() string { return e.Why }

// An OriginError reports that no page can live on an origin.
type OriginError struct {
	Origin string // what was asked for
	Got    string // where the page came to live instead; may be empty
	Why    string
}

func (e *OriginError) Error() string {
	if e.Got != "" {
		return fmt.Sprintf("no page on origin %q: the browser put it on %q (%s)", e.Origin, e.Got, e.Why)
	}
	return fmt.Sprintf("no page on origin %q: %s", e.Origin, e.Why)
}
