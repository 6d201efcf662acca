package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/fetch"
)

// The user agents that a run can use.
const (
	Chromium = "chromium" // a real Chromium or Chrome, headless
	None     = "none"     // no browser: the Fetch Standard as a Go model, over the wire
)

// Browsers returns the names of the user agents, the default first.
func Browsers() []string { return []string{Chromium, None} }

// planned are the names that will be browsers.
var planned = []string{"firefox", "webkit", "all"}

func checkBrowser(name string) error {
	switch {
	case name == "", slices.Contains(Browsers(), name):
		return nil
	case slices.Contains(planned, name):
		return fmt.Errorf("browser %q is not built yet; expected %s", name, strings.Join(Browsers(), " or "))
	}
	return fmt.Errorf("browser %q is unknown; expected %s", name, strings.Join(Browsers(), " or "))
}

// start starts the user agent. What it returns second ends it, and waits for that.
func (o Options) start(ctx context.Context, s *subject, transport http.RoundTripper) (fetch.UserAgent, func(), error) {
	if o.Browser == None {
		return fetch.Model{Transport: transport, Effects: s.target.Effects}, func() {}, nil
	}
	options := chromium.Options{
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
	return startChromium(ctx, options)
}

// startChromium starts a browser. What it returns second ends it, and waits for that.
func startChromium(ctx context.Context, options chromium.Options) (fetch.UserAgent, func(), error) {
	if ctx.Err() != nil {
		return nil, nil, noJudgement(errors.New("interrupted before the browser started"))
	}
	// A browser that starts is not interrupted halfway: it takes a moment, and then
	// suite.Run hears of the interrupt, and the browser ends in good order.
	browser, err := chromium.Start(context.WithoutCancel(ctx), options)
	if err != nil {
		return nil, nil, noJudgement(fmt.Errorf("%w\n%s", err, wayOut))
	}
	return browser, func() { browser.Close() }, nil
}

// wayOut is what is left to somebody without a browser.
const wayOut = "without a browser, --browser none judges by the Fetch Standard alone"
