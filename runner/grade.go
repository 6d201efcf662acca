package runner

import (
	"context"
	"errors"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/useragent"
)

// GradeOptions says which browsers to judge. The zero value judges Chromium by all
// browser scenarios.
type GradeOptions struct {
	// Browser is one of Browsers, several of them by commas, or All. Empty means the
	// first.
	Browser string

	// BrowserPath is the browser's executable. Empty looks for one.
	BrowserPath string

	// Scenarios are patterns of ids. None keeps all.
	Scenarios []string

	// Version is what the report says of corsproof's own.
	Version string

	// Progress is called whenever a scenario has been tried, one call at a time.
	Progress func(done, total int)
}

// Grade judges browsers, side by side, by what each does with the answers of a stub, and
// returns a report for each. A context that ends is in the reports, which then say that
// they are partial.
//
// An error is an *Error.
func Grade(ctx context.Context, o GradeOptions) ([]*useragent.Report, error) {
	options := useragent.Options{Scenarios: o.Scenarios, Version: o.Version}
	if err := errors.Join(checkBrowsers(o.Browser, o.BrowserPath), options.Check()); err != nil {
		return nil, usage(err)
	}
	return inEach(browsersOf(o.Browser), o.Progress, func(name string, progress func(done, total int)) (*useragent.Report, error) {
		options := options
		options.Progress = progress
		return o.judge(ctx, name, options)
	})
}

// judge judges one browser.
func (o GradeOptions) judge(ctx context.Context, name string, options useragent.Options) (*useragent.Report, error) {
	server, err := stub.Start()
	if err != nil {
		return nil, noJudgement(err)
	}
	defer server.Close()
	ua, stop, err := o.start(ctx, name, server)
	if err != nil {
		return nil, err
	}
	defer stop()
	report, err := useragent.Run(ctx, ua, server, options)
	if err != nil {
		return nil, usage(err)
	}
	return report, nil
}

// start starts the user agent, which reaches the stub and nothing else. What it
// returns second ends it.
func (o GradeOptions) start(ctx context.Context, name string, server *stub.Server) (fetch.UserAgent, func(), error) {
	if name == None {
		ua, stop := useragent.Model(server)
		return ua, stop, nil
	}
	return startBrowser(ctx, name, browser.Options{
		Path:      o.BrowserPath,
		ConnectTo: useragent.ConnectTo(server),
		Effects:   fetch.Deliver, // the stub is ours
	}, "judges the model of the Fetch Standard")
}
