package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/remote"
	"github.com/corsproof/corsproof/suite/fetch"
)

// isRemote reports whether somebody else starts the browser.
func (o Options) isRemote() bool { return o.CDP != "" || o.WebDriver != "" }

// checkRemote returns an error if something is wrong with a browser that somebody else
// starts.
func (o Options) checkRemote() error {
	flag := "--cdp"
	if o.WebDriver != "" {
		flag = "--webdriver"
	}
	switch {
	case !o.isRemote():
		if o.Capabilities != nil {
			return errors.New("--capabilities are of the browser that --webdriver is to start")
		}
		return nil
	case o.CDP != "" && o.WebDriver != "":
		return errors.New("--cdp and --webdriver each name a browser; expected one of them")
	case o.Browser != "" || o.BrowserPath != "":
		return fmt.Errorf("%s names a browser that somebody else starts; --browser and --browser-path are of one that corsproof starts", flag)
	case o.CDP != "" && o.Capabilities != nil:
		return errors.New("--capabilities are of the browser that --webdriver is to start")
	case len(o.ConnectTo) > 0 || o.Config != nil && len(o.Config.ConnectTo) > 0:
		return fmt.Errorf("%s names a browser that connects where names lead; connectTo can lead only one elsewhere that corsproof starts", flag)
	}
	err := chromium.CheckEndpoint(o.CDP)
	if o.WebDriver != "" {
		err = remote.CheckEndpoint(o.WebDriver)
	}
	if err != nil {
		return fmt.Errorf("%s %w", flag, err)
	}
	return nil
}

// connect connects to a browser that somebody else starts. What it returns second leaves
// everything there as it was, and waits for that.
func (o Options) connect(ctx context.Context, options browser.Options) (fetch.UserAgent, func(), error) {
	if ctx.Err() != nil {
		return nil, nil, interruptedEarly()
	}
	ctx = context.WithoutCancel(ctx)
	wayOut := "start a Chrome with --remote-debugging-port=9222 and name it by --cdp http://127.0.0.1:9222"
	var connected browser.Browser
	var err error
	switch {
	case o.CDP != "":
		connected, err = chromium.Connect(ctx, o.CDP, options)
	case strings.HasPrefix(o.WebDriver, "ws"):
		wayOut = "start a Firefox with --remote-debugging-port=9222 and name it by --webdriver ws://127.0.0.1:9222"
		connected, err = remote.Request(ctx, o.WebDriver, o.Capabilities, options)
	default:
		wayOut = `say by --capabilities what it needs, such as '{"goog:chromeOptions": {"args": ["--headless", "--no-sandbox"]}}' where a driver runs as root, or '{"browserName": "firefox"}'`
		connected, err = remote.Request(ctx, o.WebDriver, o.Capabilities, options)
	}
	if err != nil {
		return nil, nil, noJudgement(fmt.Errorf("%w\n%s, or leave it out and corsproof starts a browser", err, wayOut))
	}
	return connected, func() { connected.Close() }, nil
}
