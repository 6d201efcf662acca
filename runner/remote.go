package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/fetch"
)

// checkRemote returns an error if something is wrong with a browser that somebody else
// has started.
func (o Options) checkRemote() error {
	if o.CDP == "" {
		return nil
	}
	if err := chromium.CheckEndpoint(o.CDP); err != nil {
		return fmt.Errorf("--cdp %w", err)
	}
	if o.Browser != "" || o.BrowserPath != "" {
		return errors.New("--cdp names a browser that is running already; --browser and --browser-path are of one to start")
	}
	if len(o.ConnectTo) > 0 || o.Config != nil && len(o.Config.ConnectTo) > 0 {
		return errors.New("--cdp names a browser that connects where names lead; connectTo can lead only one elsewhere that corsproof starts")
	}
	return nil
}

// connect connects to a browser that somebody else has started. What it returns second
// leaves that browser as it was, and waits for it.
func (o Options) connect(ctx context.Context, options browser.Options) (fetch.UserAgent, func(), error) {
	if ctx.Err() != nil {
		return nil, nil, interruptedEarly()
	}
	connected, err := chromium.Connect(context.WithoutCancel(ctx), o.CDP, options)
	if err != nil {
		return nil, nil, noJudgement(fmt.Errorf("%w\nstart a Chrome with --remote-debugging-port=9222 and name it by --cdp http://127.0.0.1:9222, or leave --cdp out and corsproof starts one", err))
	}
	return connected, func() { connected.Close() }, nil
}
