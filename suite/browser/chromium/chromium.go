// Package chromium is the user agent that drives a real Chromium, headless, by
// the DevTools protocol. Web security stays on, the target's certificate is
// really validated, and no name but the target's is ever resolved: everything
// else ends at the fixture pages.
package chromium

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/fixtures/origins"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/home"
	"github.com/corsproof/corsproof/suite/browser/internal/process"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Options says how to start Chromium. A private authority needs certutil, of Debian's
// libnss3-tools.
type Options = browser.Options

// A Browser is a running Chromium. It is safe for use by several goroutines.
type Browser struct {
	options Options
	remote  bool            // somebody else has started it
	home    *home.Home      // nil of a remote one
	origins *origins.Server // nil of a remote one that cannot reach it
	reports reports
	about   fetch.About
	ctx     context.Context // of chromedp, with the browser in it
	cancel  context.CancelFunc
	ending  <-chan struct{} // closed when all contexts are to be disposed of

	untagged  atomic.Int64   // requests so far that had no tag
	open      sync.Map       // the contexts that nobody has closed
	closing   sync.WaitGroup // contexts that are being disposed of
	closeOnce sync.Once
	closeErr  error
}

var _ browser.Browser = (*Browser)(nil)

// Start starts Chromium. The browser ends with Close; if the process dies
// instead, the browser dies with it, and what it leaves in the temporary folder
// is swept by the next Start.
func Start(ctx context.Context, options Options) (_ *Browser, err error) {
	path, err := process.Find(options.Path, names, "Chromium", "chromium")
	if err != nil {
		return nil, err
	}
	b := &Browser{options: options}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	if b.home, err = home.New("chromium"); err != nil {
		return nil, err
	}
	if options.Authority != nil {
		if err := home.Trust(ctx, filepath.Join(b.home.Dir, ".pki", "nssdb"), options.Authority); err != nil {
			return nil, err
		}
	}
	if b.origins, err = origins.Start(); err != nil {
		return nil, err
	}
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(ctx), b.allocatorOptions(path)...)
	tab, closeTab := chromedp.NewContext(allocator)
	b.endWith(tab, closeTab, stop)
	b.ending = tab.Done()
	// The first Do binds the browser's life to its context, so that one has no
	// deadline; a caller who gives up is heard all the same.
	started := make(chan error, 1)
	go func() { started <- chromedp.Do(tab) }()
	select {
	case err = <-started:
	case <-ctx.Done():
		b.cancel()
		<-started
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%s did not start: %w", path, err)
	}
	if b.about, err = b.describe(); err != nil {
		return nil, fmt.Errorf("%s does not say what it is: %w", path, err)
	}
	return b, nil
}

// endWith has the browser's life end by these.
func (b *Browser) endWith(ctx context.Context, end ...context.CancelFunc) {
	// Once: a second call would wait for a browser that has ended.
	b.ctx, b.cancel = ctx, sync.OnceFunc(func() {
		for _, end := range end {
			end()
		}
	})
}

// describe asks the browser for its version and the flags in effect.
func (b *Browser) describe() (fetch.About, error) {
	version, err := chromedp.CallBrowser(b.ctx, cdpbrowser.GetVersion, cdp.Empty{})
	if err != nil {
		return fetch.About{}, err
	}
	_, number, _ := strings.Cut(version.Product, "/")
	about := fetch.About{Name: "chromium", Version: number}
	if b.remote {
		return about, nil // it tells its flags to none but who automates it
	}
	line, err := chromedp.CallBrowser(b.ctx, cdpbrowser.GetBrowserCommandLine, cdp.Empty{})
	about.Flags = b.reportable(line.Arguments)
	return about, err
}

// serve makes pages live on an origin, or says why there can be none.
func (b *Browser) serve(origin string) error {
	if b.origins == nil {
		return origins.Check(origin)
	}
	return b.origins.Add(origin)
}

// fulfils reports whether the browser itself has to answer for an origin.
func (b *Browser) fulfils(origin string) bool { return b.remote || origins.CannotServe(origin) }

// About describes the browser: its name, its version and the flags in effect.
func (b *Browser) About() fetch.About { return b.about }

// Misdirected returns what the browser asked of names that are neither target
// nor fixture: its own traffic, which went no further than this process.
func (b *Browser) Misdirected() []string {
	if b.origins == nil {
		return nil
	}
	return b.origins.Misdirected()
}

// NewContext opens an isolated context, with an empty cache and cookie jar.
func (b *Browser) NewContext(ctx context.Context) (fetch.Context, error) {
	if err := b.alive(); err != nil {
		return nil, err
	}
	return newIsolated(b), nil
}

// alive returns an error that says so if the browser has ended. Its connection ends
// first: what was under way fails by that, a moment before chromedp ends the context.
func (b *Browser) alive() error {
	select {
	case <-chromedp.FromContext(b.ctx).Browser.LostConnection:
	case <-b.ctx.Done():
	default:
		return nil
	}
	return errors.New("the browser has ended")
}

// Close ends the browser and removes its folder. It waits for both.
func (b *Browser) Close() error {
	b.closeOnce.Do(func() {
		var errs []error
		b.closeOpen()
		if b.cancel != nil {
			b.cancel()
		}
		b.closing.Wait() // for contexts whose tabs were just being closed
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

// closeOpen closes the contexts that a remote browser would keep. A local one takes them
// with it.
func (b *Browser) closeOpen() {
	if !b.remote {
		return
	}
	for c := range b.open.Range {
		_ = c.(*isolated).Close()
	}
}

// reportable returns the flags as a report shows them: sorted, and without what
// differs from run to run.
func (b *Browser) reportable(arguments []string) []string {
	var flags []string
	for _, argument := range arguments {
		name, value, _ := strings.Cut(argument, "=")
		switch {
		case !strings.HasPrefix(name, "--") || name == "--user-data-dir" || strings.HasPrefix(name, "--flag-switches"):
			continue
		case name == "--host-resolver-rules":
			value = strings.ReplaceAll(value, b.origins.Addr(), "fixtures")
		case name == "--ignore-certificate-errors-spki-list":
			value = "fixtures"
		}
		if value != "" {
			name += "=" + value
		}
		flags = append(flags, name)
	}
	slices.Sort(flags)
	return slices.Compact(flags)
}
