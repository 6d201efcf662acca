// Package firefox is the user agent that drives a real Firefox, headless, by WebDriver
// BiDi. What goes over the network is told by the browser's own window, and by WebDriver
// BiDi where that is out of reach or requests are stopped. Web security stays on, the
// target's certificate is really validated, and no name but the target's is ever resolved:
// everything else ends at the fixture pages.
package firefox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/fixtures/origins"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/bidi"
	"github.com/corsproof/corsproof/suite/browser/internal/home"
	"github.com/corsproof/corsproof/suite/browser/internal/process"
	"github.com/corsproof/corsproof/suite/browser/internal/socks"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Options says how to start Firefox, the Extended Support Release or a newer one. A
// private authority needs certutil, of Debian's libnss3-tools.
type Options = browser.Options

// A Browser is a running Firefox. It is safe for use by several goroutines.
type Browser struct {
	options Options
	remote  bool // somebody else has started it; see Connect
	home    *home.Home
	origins *origins.Server
	tunnel  *socks.Server // to the fixtures, and to targets that are not where their names lead
	nowhere *nowhere      // where requests end that are held back
	process *process.Process
	conn    *bidi.Conn
	bye     string // the command that ends the session
	chrome  string // the browsing context of the browser's own window
	about   fetch.About

	untagged  atomic.Int64 // requests so far that had no tag
	numbers   atomic.Int64 // of tabs and contexts, in the fragments of URLs
	users     sync.Map     // user contexts that are not removed yet
	traces    traces
	closing   sync.WaitGroup // contexts that are being disposed of
	closeOnce sync.Once
	closeErr  error
}

var _ browser.Browser = (*Browser)(nil)

// names are the executables that are looked for, in this order.
var names = []string{"firefox-esr", "firefox"}

// Start starts Firefox. The browser ends with Close; if the process dies instead, the
// browser dies with it, and what it leaves in the temporary folder is swept by the next
// Start.
func Start(ctx context.Context, options Options) (_ *Browser, err error) {
	path, err := process.Find(options.Path, names, "Firefox", "firefox-esr")
	if err != nil {
		return nil, err
	}
	b := &Browser{options: options, bye: "browser.close"}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	if b.home, err = home.New("firefox"); err != nil {
		return nil, err
	}
	if options.Authority != nil {
		if err := home.Trust(ctx, b.home.Profile, options.Authority); err != nil {
			return nil, err
		}
	}
	if b.origins, err = origins.Start(); err != nil {
		return nil, err
	}
	if b.tunnel, err = socks.Start(b.route); err != nil {
		return nil, err
	}
	if b.nowhere, err = newNowhere(); err != nil {
		return nil, err
	}
	if err := b.writePreferences(filepath.Join(b.home.Profile, "user.js")); err != nil {
		return nil, err
	}
	if err := b.launch(ctx, path); err != nil {
		return nil, fmt.Errorf("%s did not start: %w", path, err)
	}
	return b, nil
}

// route says where a connection through the tunnel ends: at the target, or else at the
// fixtures, which tell pages that are theirs from the browser's own traffic.
func (b *Browser) route(address string) (string, bool) {
	if to, ok := b.options.ConnectTo[address]; ok {
		return to, true
	}
	if b.isTarget(address) {
		return local(address), true
	}
	return b.origins.Addr(), true
}

// local leads names under localhost to this machine, as browsers do; not every system's
// resolver knows them.
//
// https://www.rfc-editor.org/rfc/rfc6761#section-6.3
func local(address string) string {
	host, port, _ := net.SplitHostPort(address)
	if strings.HasSuffix(host, ".localhost") {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

// isTarget reports whether pages may reach an address as it is.
func (b *Browser) isTarget(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	return slices.ContainsFunc(b.options.Targets, func(target string) bool {
		return target == address || strings.HasSuffix(target, ":*") && strings.Trim(strings.TrimSuffix(target, ":*"), "[]") == host
	})
}

// About describes the browser: its name, its version and the flags in effect.
func (b *Browser) About() fetch.About { return b.about }

// Misdirected returns what the browser asked of names that are neither target nor
// fixture: its own traffic, which went no further than this process.
func (b *Browser) Misdirected() []string {
	if b.remote {
		return nil
	}
	return b.origins.Misdirected()
}

// serve makes pages live on an origin, or says why there can be none.
func (b *Browser) serve(ctx context.Context, origin string) error {
	err := origins.Check(origin)
	if !b.remote {
		err = b.origins.Add(origin)
	}
	if err != nil {
		return &fetch.OriginError{Origin: origin, Why: err.Error()}
	}
	if b.remote {
		return nil
	}
	return b.trustFixture(ctx, origin)
}

// fulfils reports whether the browser itself has to answer for an origin.
func (b *Browser) fulfils(origin string) bool { return b.remote || origins.CannotServe(origin) }

// NewContext opens an isolated context, with an empty cache and cookie jar.
func (b *Browser) NewContext(ctx context.Context) (fetch.Context, error) {
	if err := b.alive(); err != nil {
		return nil, err
	}
	return newIsolated(b), nil
}

// alive returns an error that says so if the browser has ended.
func (b *Browser) alive() error {
	select {
	case <-b.conn.Done():
	case <-b.ended():
	default:
		return nil
	}
	return errors.New("the browser has ended")
}

// ended is closed when the process has ended, if it is ours.
func (b *Browser) ended() <-chan struct{} {
	if b.process == nil {
		return nil
	}
	return b.process.Done()
}

// closeTimeout is how long the browser may take to end by itself.
const closeTimeout = 3 * time.Second

// Close ends the browser and removes its folder. It waits for both.
func (b *Browser) Close() error {
	b.closeOnce.Do(func() {
		var errs []error
		if b.remote { // what is not removed would stay
			b.closing.Wait()
			b.users.Range(func(user, _ any) bool { b.remove(user.(string)); return true })
		}
		if b.conn != nil {
			ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
			if b.bye != "" && bidi.Do(ctx, b.conn, b.bye, nil) == nil && b.process != nil {
				select {
				case <-b.process.Done():
				case <-ctx.Done():
				}
			}
			cancel()
			b.conn.Close()
		}
		b.closing.Wait()
		if b.process != nil {
			b.process.Kill()
		}
		if b.nowhere != nil {
			errs = append(errs, b.nowhere.Close())
		}
		if b.tunnel != nil {
			errs = append(errs, b.tunnel.Close())
		}
		if b.origins != nil {
			errs = append(errs, b.origins.Close())
		}
		if b.home != nil {
			errs = append(errs, b.home.Remove())
		}
		b.closeErr = errors.Join(errs...)
	})
	return b.closeErr
}
