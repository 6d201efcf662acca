package runner

import (
	"context"
	"errors"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/selftest"
)

// SelftestOptions says how corsproof judges the servers that it knows. The zero value
// judges all of them in Chromium.
type SelftestOptions struct {
	// Browser is one of Browsers, several of them by commas, or All. Empty means the
	// first.
	Browser string

	// BrowserPath is the browser's executable. Empty looks for one.
	BrowserPath string

	// Fault is a pattern of the ids of faults. Empty means all, and the servers that
	// are right.
	Fault string

	// Version is what the matrix says of corsproof's own.
	Version string

	// Progress is called whenever a server has been judged, one call at a time.
	Progress func(done, total int)
}

// atOnceInBrowser is how many servers a browser judges side by side.
const atOnceInBrowser = 2

// Selftest judges the servers of fixtures/faults, each with a mistake, and those of
// fixtures/policies, which make none. All of them are inside of this process.
//
// It returns a matrix for each browser. An error is an *Error.
func Selftest(ctx context.Context, o SelftestOptions) ([]*selftest.Matrix, error) {
	options := selftest.Options{Fault: o.Fault}
	if err := errors.Join(checkBrowsers(o.Browser, o.BrowserPath), options.Check()); err != nil {
		return nil, usage(err)
	}
	return inEach(browsersOf(o.Browser), o.Progress, func(name string, progress func(done, total int)) (*selftest.Matrix, error) {
		options := options
		options.Progress = progress
		return o.judge(ctx, name, options)
	})
}

// judge has one browser judge.
func (o SelftestOptions) judge(ctx context.Context, name string, options selftest.Options) (*selftest.Matrix, error) {
	if name != None {
		ua, stop, err := startBrowser(ctx, name, browser.Options{
			Path:    o.BrowserPath,
			Targets: []string{"127.0.0.1:*", faults.OtherName + ":*"},
			Effects: fetch.Deliver,
		}, "judges by the Fetch Standard alone")
		if err != nil {
			return nil, err
		}
		defer stop()
		options.UserAgent, options.AtOnce = ua, atOnceInBrowser
	}
	m, err := selftest.Run(ctx, options)
	if err != nil {
		return nil, noJudgement(errors.New("interrupted before all servers were judged"))
	}
	m.Tool = suite.Tool{Name: "corsproof", Version: o.Version}
	return m, nil
}
