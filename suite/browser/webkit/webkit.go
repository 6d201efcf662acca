// Package webkit is the user agent that drives a real WebKit: the MiniBrowser of
// WebKitGTK, by classic WebDriver, on a display of its own that nobody sees. Web
// security stays on and the target's certificate is really validated.
//
// WebDriver shows nothing of the network. So all connections go through a relay of
// this process, a SOCKS proxy, which leads names to their addresses: the target's to
// the target, and all others to the fixture pages. What goes over the wire without TLS
// it reads, and can hold back; what is encrypted it cannot read, and observations say
// so. The browser's own words for a refusal are never known.
package webkit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/fixtures/origins"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/home"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Name is the engine's name in reports.
const Name = "webkit"

// A Browser is a display with as many WebKits as there are contexts: one process each
// is how they are kept apart. It is safe for use by several goroutines.
type Browser struct {
	options  browser.Options
	programs programs
	home     *home.Home
	display  *display
	origins  *origins.Server
	channels *channels
	about    fetch.About
	dialer   dialer
	pins     []pin // of targets with a private authority

	mu        sync.Mutex
	spare     *isolated // the first context, which is opened at the start
	contexts  map[*isolated]bool
	closed    bool
	closing   sync.WaitGroup // contexts that are being closed
	closeOnce sync.Once
	closeErr  error
}

var _ browser.Browser = (*Browser)(nil)

// Start starts WebKit. It ends with Close; if the process dies instead, the browser dies
// with it, and what it leaves in the temporary folder is swept by the next Start.
func Start(ctx context.Context, options browser.Options) (_ *Browser, err error) {
	found, err := findPrograms(options.Path)
	if err != nil {
		return nil, err
	}
	b := &Browser{options: options, programs: found, contexts: map[*isolated]bool{}, dialer: newDialer(options)}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if b.home, err = home.New(Name); err != nil {
		return nil, err
	}
	if b.origins, err = origins.Start(); err != nil {
		return nil, err
	}
	if b.channels, err = startChannels(); err != nil {
		return nil, err
	}
	if b.pins, err = b.pin(ctx); err != nil {
		return nil, err
	}
	if b.display, err = startDisplay(ctx, b.programs.xvfb, b.home, options.Log); err != nil {
		return nil, err
	}
	spare := newIsolated(b)
	b.contexts[spare] = true
	part, err := spare.part(ctx)
	if err != nil {
		return nil, err
	}
	b.spare = spare
	b.about = fetch.About{Name: Name, Version: part.session.version, Flags: b.flags()}
	return b, nil
}

// About describes the browser: its name, its version and the arguments in effect.
func (b *Browser) About() fetch.About { return b.about }

// Misdirected returns what the browser asked of names that are neither target
// nor fixture: its own traffic, which went no further than this process.
func (b *Browser) Misdirected() []string { return b.origins.Misdirected() }

// NewContext opens an isolated context: a WebKit of its own, with an empty cookie jar,
// once there is a page to open. It has no HTTP cache, which WebKit does not give to an
// automated session, and is no fetch.CacheClearer. What a page has in its own memory it
// asks for again, at times with If-None-Match.
func (b *Browser) NewContext(context.Context) (fetch.Context, error) {
	if err := b.alive(); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.spare; c != nil {
		b.spare = nil
		return c, nil
	}
	c := newIsolated(b)
	b.contexts[c] = true
	return c, nil
}

var errEnded = errors.New("the browser has ended")

// alive returns an error that says so if the browser has ended.
func (b *Browser) alive() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.display.ended() {
		return errEnded
	}
	return nil
}

// Close ends the browser and removes its folder. It waits for both.
func (b *Browser) Close() error {
	b.closeOnce.Do(func() {
		b.mu.Lock()
		b.closed = true
		var open []*isolated
		for c := range b.contexts {
			open = append(open, c)
		}
		b.mu.Unlock()
		for _, c := range open {
			c.Close()
		}
		b.closing.Wait()
		var errs []error
		if b.display != nil {
			b.display.close()
		}
		if b.channels != nil {
			b.channels.close()
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

// arguments are those of MiniBrowser. Cookies of third parties are let through, since
// WebKit knows no site of a top-level domain that does not exist, such as .test.
func arguments(relay string) []string {
	return []string{"--automation", "--proxy=" + relay, "--cookies-policy=always"}
}

// flags returns the arguments as a report shows them.
func (b *Browser) flags() []string {
	flags := arguments("fixtures")
	for _, p := range b.pins {
		flags = append(flags, "certificate of "+p.host+" as signed by the private authority")
	}
	slices.Sort(flags)
	return slices.Compact(flags)
}

// A dialer leads addresses to where they are.
type dialer struct {
	targets   []string
	ours      *sync.Map // addresses that are no target's, whatever targets say
	connectTo map[string]string
	dial      func(ctx context.Context, network, address string) (net.Conn, error)
}

func newDialer(o browser.Options) dialer {
	return dialer{o.Targets, new(sync.Map), o.ConnectTo, fetch.NewTransport(nil, nil).DialContext}
}

// isTarget reports whether pages may reach the address, "host:port".
func (d dialer) isTarget(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if _, ours := d.ours.Load(address); ours {
		return false
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return d.connectTo[address] != "" || slices.Contains(d.targets, address) || slices.Contains(d.targets, host+":*")
}

// connect connects to a target, or to the fixtures.
func (b *Browser) connect(ctx context.Context, address string) (net.Conn, bool, error) {
	if !b.dialer.isTarget(address) {
		ours := b.origins.Addr()
		if address == channelsHost+":80" {
			ours = b.channels.listener.Addr().String()
		}
		conn, err := b.dialer.dial(ctx, "tcp", ours)
		return conn, false, err
	}
	if to := b.dialer.connectTo[address]; to != "" {
		address = to
	}
	conn, err := b.dialer.dial(ctx, "tcp", address)
	return conn, true, err
}

// addressOf returns the address of an origin, "host:port". Hosts may have characters that
// net/url refuses.
func addressOf(origin string) (string, error) {
	scheme, authority, found := strings.Cut(origin, "://")
	if !found || scheme != "http" && scheme != "https" {
		return "", fmt.Errorf("%q is no origin of http or https", origin)
	}
	if _, _, err := net.SplitHostPort(authority); err == nil {
		return authority, nil
	}
	port := "80"
	if scheme == "https" {
		port = "443"
	}
	return net.JoinHostPort(strings.Trim(authority, "[]"), port), nil
}

// secureHosts returns the hosts of those origins that are by https, each once.
func secureHosts(origins []string) []string {
	var hosts []string
	for _, origin := range origins {
		if address, err := addressOf(origin); err == nil && strings.HasPrefix(origin, "https:") {
			host, _, _ := net.SplitHostPort(address)
			hosts = append(hosts, host)
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}
