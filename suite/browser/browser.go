// Package browser says what all browsers have in common that corsproof drives: how
// they are started, and that they end. Each engine has a package of its own below.
package browser

import "github.com/corsproof/corsproof/suite/fetch"

// A Browser is a running browser. It is safe for use by several goroutines.
type Browser interface {
	fetch.UserAgent

	// Misdirected returns what the browser asked of names that are neither target
	// nor fixture: its own traffic, which went no further than this process.
	Misdirected() []string

	// Close ends the browser and removes its folder. It waits for both.
	Close() error
}

// Options says how to start a browser. The zero value finds it, reaches no target and
// holds effects back.
type Options struct {
	// Path is the browser's executable. Empty looks for it.
	Path string

	// Targets are the addresses that pages may reach, "host:port" with the port
	// always given. "host:*" allows every port of a host.
	Targets []string

	// ConnectTo maps a target, "host:port", to the address to connect to in its
	// place. The name that is sent and validated stays the target's.
	ConnectTo map[string]string

	// Authority is a certificate authority for the target, in PEM, besides those
	// that the browser knows.
	Authority []byte

	// Effects says what becomes of requests with unsafe methods.
	Effects fetch.Effects

	// Log takes what the browser prints; nil drops it.
	Log func(line string)
}
