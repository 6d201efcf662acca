// Package script is the way from a request to the fixture page's script and back.
package script

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/corsproof/corsproof/suite/fetch"
)

// OpaqueHost is the page around the sandboxed frame whose origin is opaque. It is an
// http page, so that no target is mixed content to its frame.
const OpaqueHost = "http://opaque.corsproof.test"

// FramesHost is the page around frames that few requests come from. It is an http page,
// so that frames by http are no mixed content to it, and of a site of its own, so that
// a browser may give each frame a process of its own.
const FramesHost = "http://frames.corsproof-frames.test"

// Location returns the origin of the page on which scripts of an origin run: its own,
// or that around the frame.
func Location(origin string) string {
	if origin == "null" {
		return OpaqueHost
	}
	return origin
}

// Seen is what page.js returns of a request.
type Seen struct {
	fetch.Response
	Exception string `json:"exception"`
	TimedOut  bool   `json:"timedOut"`
}

// Grace is how much longer than its request a script may take to say what it saw, before
// it is the browser's fault.
const Grace = 15 * time.Second

// NoAnswer says that the script of a page took longer.
func NoAnswer(origin string) error {
	return fmt.Errorf("the page on %s did not answer within %s of its request's timeout", origin, Grace)
}

// NotAsked is what is observed of a request that no script was asked to make.
func NotAsked(cause fetch.Cause, why string) fetch.Observation {
	return fetch.Observation{Response: fetch.Response{Type: fetch.NetworkError}, Cause: cause, Detail: why, Encrypted: true}
}

// Of writes the call of page.js that makes the request. Its value is a promise of Seen.
func Of(r fetch.Request) (string, error) {
	description, err := json.Marshal(Describe(r))
	return "corsproof.run(" + string(description) + ")", err
}

// Describe returns the request as page.js takes it, in JSON.
func Describe(r fetch.Request) map[string]any {
	headers := r.Headers
	if headers == nil {
		headers = fetch.HeaderList{}
	}
	return map[string]any{
		"api":            r.API,
		"global":         r.Global,
		"consumer":       r.Consumer,
		"crossOrigin":    r.CrossOrigin,
		"integrity":      r.Integrity,
		"mode":           cmp.Or(r.Mode, fetch.CORSMode),
		"cache":          cmp.Or(r.Cache, "default"),
		"keepalive":      r.Keepalive,
		"referrerPolicy": r.ReferrerPolicy,
		"url":            r.URL + "#" + r.Tag,
		"method":         r.Method,
		"headers":        headers,
		"body":           r.Body,
		"credentials":    cmp.Or(r.Credentials, fetch.SameOrigin),
		"redirect":       cmp.Or(r.Redirect, fetch.Follow),
		"uploadListener": r.UploadListener,
		"timeout":        r.Timeout.Milliseconds(),
	}
}
