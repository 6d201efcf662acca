package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/firefox"
	"github.com/corsproof/corsproof/suite/browser/webkit"
	"github.com/corsproof/corsproof/suite/fetch"
)

// The user agents that a run can use.
const (
	Chromium = "chromium" // a real Chromium or Chrome, headless
	Firefox  = "firefox"  // a real Firefox, headless
	WebKit   = "webkit"   // WebKitGTK's MiniBrowser, on a display that nobody sees
	None     = "none"     // no browser: the Fetch Standard as a Go model, over the wire
)

// An engine is a kind of browser.
type engine struct {
	name  string
	start func(context.Context, browser.Options) (browser.Browser, error)
}

// engines are all that are built, the default first.
var engines = []engine{
	{Chromium, starter(chromium.Start)},
	{Firefox, starter(firefox.Start)},
	{WebKit, starter(webkit.Start)},
}

// starter makes an engine's own function the one that all have.
func starter[B browser.Browser](start func(context.Context, browser.Options) (B, error)) func(context.Context, browser.Options) (browser.Browser, error) {
	return func(ctx context.Context, o browser.Options) (browser.Browser, error) { return start(ctx, o) }
}

// Browsers returns the names of the user agents, the default first.
func Browsers() []string { return append(engineNames(), None) }

func engineNames() []string {
	var names []string
	for _, e := range engines {
		names = append(names, e.name)
	}
	return names
}

// BrowsersInWords names the user agents as a sentence does.
func BrowsersInWords() string {
	names := Browsers()
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// start starts the user agent. What it returns second ends it, and waits for that.
func (o Options) start(ctx context.Context, name string, s *subject, transport http.RoundTripper) (fetch.UserAgent, func(), error) {
	if name == None {
		return fetch.Model{Transport: transport, Effects: s.target.Effects}, func() {}, nil
	}
	options := browser.Options{
		Path:      o.BrowserPath,
		ConnectTo: map[string]string{},
		Effects:   s.target.Effects,
	}
	for _, a := range s.addresses() {
		options.Targets = append(options.Targets, a.String())
		if host, port := s.route.of(a.host, a.port); host != a.host || port != a.port {
			options.ConnectTo[a.String()] = joined(host, port)
		}
	}
	if s.isTLS() {
		options.Authority = s.authority
	}
	if o.isRemote() {
		return o.connect(ctx, options)
	}
	return startBrowser(ctx, name, options, "judges by the Fetch Standard alone")
}

// startBrowser starts the browser of that name, or the default. What it returns second
// ends it, and waits for that. Should it not start, the error says what corsproof does
// without one.
func startBrowser(ctx context.Context, name string, options browser.Options, without string) (fetch.UserAgent, func(), error) {
	if ctx.Err() != nil {
		return nil, nil, interruptedEarly()
	}
	e := engines[max(0, slices.IndexFunc(engines, func(e engine) bool { return e.name == name }))]
	// A browser that starts is not interrupted halfway: it takes a moment, and then
	// suite.Run hears of the interrupt, and the browser ends in good order.
	started, err := e.start(context.WithoutCancel(ctx), options)
	if err != nil {
		return nil, nil, noJudgement(fmt.Errorf("%w\nwithout a browser, --browser none %s", err, without))
	}
	return started, func() { started.Close() }, nil
}

func interruptedEarly() error {
	return noJudgement(errors.New("interrupted before the browser started"))
}
