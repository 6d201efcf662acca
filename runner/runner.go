// Package runner runs the suite against a server: it binds a configuration and what
// overrides it to a target, starts the user agent, leads both to the server by the same
// way, and takes the secrets out of the report.
package runner

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/corsproof/corsproof/runner/config"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/browser/remote"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Options says what to run. The zero value judges the embedded reference server in
// Chromium.
type Options struct {
	// Config says which server to judge, and what it promises. Nil means the
	// embedded reference server with the sample policy.
	Config *config.Config

	// Target, Effects and CAFile replace what Config says, unless they are empty.
	// ConnectTo comes before what Config says. Target needs a Config, since without
	// one nothing is promised.
	Target    string
	Effects   fetch.Effects
	CAFile    string
	ConnectTo []config.ConnectTo

	// MaxRequests and Rate replace what Config says, unless they are 0.
	MaxRequests int
	Rate        suite.Rate

	// Browser is one of Browsers, or several of them by commas, or All, which judge side
	// by side. Empty means the first.
	Browser string

	// BrowserPath is the browser's executable. Empty looks for one.
	BrowserPath string

	// CDP is where a Chrome that is running already speaks the DevTools protocol. It
	// takes the place of Browser and BrowserPath.
	CDP string

	// WebDriver is an endpoint that is to start the browser, or a Firefox that is running
	// already, and Capabilities says which one, and how. They take the place of Browser, BrowserPath and CDP.
	WebDriver    string
	Capabilities remote.Capabilities

	Filter suite.Filter

	// Shard is the part of the run to make. The limits hold for each by itself.
	Shard suite.Shard

	// Timeout is how long a response may take. 0 means fetch.DefaultTimeout.
	Timeout time.Duration

	// MaxWait is how long a scenario may wait for something to expire. Nil means
	// suite.DefaultMaxWait.
	MaxWait *time.Duration

	// Version is what the report says of corsproof's own.
	Version string

	// Progress is called whenever a scenario has been tried, one call at a time.
	Progress func(done, total int)
}

// Run judges a server and returns the report. A target that cannot be reached, and a
// context that ends, are in the report too, which then says that it is partial.
//
// An error is an *Error.
func Run(ctx context.Context, o Options) (*suite.Report, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	subject, err := o.subject()
	if err != nil {
		return nil, err
	}
	defer subject.close()
	transport := subject.transport()
	defer transport.CloseIdleConnections()
	report, err := o.runIn(ctx, browsersOf(o.Browser), subject, transport)
	if err != nil {
		return nil, err
	}
	redact(report, subject.secrets)
	return report, nil
}

// check returns an error if something is wrong that needs no file to see.
func (o Options) check() error {
	if err := o.checkBrowsers(); err != nil {
		return usage(err)
	}
	if o.Timeout < 0 {
		return usage(fmt.Errorf("timeout %s: expected more than 0", o.Timeout))
	}
	if o.MaxWait != nil && *o.MaxWait < 0 {
		return usage(fmt.Errorf("max wait %s: expected 0 or more", *o.MaxWait))
	}
	switch o.Effects {
	case "", fetch.Hold, fetch.Deliver:
	default:
		return usage(fmt.Errorf("effects %q: expected hold or deliver", o.Effects))
	}
	if err := (suite.Limits{MaxRequests: o.MaxRequests, Rate: o.Rate}).Check(); err != nil {
		return usage(err)
	}
	if err := o.Filter.Check(); err != nil {
		return usage(err)
	}
	return nil
}

// limits are those of the options, or else those of the configuration.
func (o Options) limits() suite.Limits {
	var l suite.Limits
	if o.Config != nil {
		l = o.Config.Limits
	}
	return suite.Limits{MaxRequests: cmp.Or(o.MaxRequests, l.MaxRequests), Rate: cmp.Or(o.Rate, l.Rate)}
}

func (o Options) suiteOptions(transport http.RoundTripper) []suite.Option {
	options := []suite.Option{suite.WithTransport(transport), suite.WithVersion(o.Version), suite.WithShard(o.Shard)}
	if o.Timeout > 0 {
		options = append(options, suite.WithTimeout(o.Timeout))
	}
	if o.MaxWait != nil {
		options = append(options, suite.WithMaxWait(*o.MaxWait))
	}
	return options
}
