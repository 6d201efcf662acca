// Package remote has a WebDriver endpoint start a browser, and drives it by what its
// session offers: the DevTools Protocol, or else WebDriver BiDi.
package remote

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"strings"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/firefox"
	"github.com/corsproof/corsproof/suite/browser/internal/webdriver"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A Capabilities says which browser a WebDriver endpoint is to start, and how. What it
// leaves out of "browserName" is chrome; a chrome or a firefox whose options it leaves
// out is headless.
//
// https://www.w3.org/TR/webdriver2/#capabilities
type Capabilities map[string]any

// wanted are the capabilities with what was left out.
func (c Capabilities) wanted() Capabilities {
	all := Capabilities{"browserName": "chrome"}
	maps.Copy(all, c)
	left := Capabilities{}
	switch all["browserName"] {
	case "chrome":
		left["goog:chromeOptions"] = map[string]any{"args": []string{"--headless"}}
	case "firefox":
		left["moz:firefoxOptions"] = map[string]any{"args": []string{"-headless"}}
		left["webSocketUrl"] = true
	}
	maps.Copy(left, all)
	return left
}

// Request has a WebDriver endpoint, "http://host:port[/path]", start a browser, and
// drives it by the DevTools protocol if its session offers that, or else, if it is a
// Firefox, by WebDriver BiDi. An endpoint "ws://host:port[/path]" is one of WebDriver
// BiDi alone, such as a Firefox that runs already. The session ends with Close.
//
// Of the options, ConnectTo and Authority are out of its reach and Path is not needed.
func Request(ctx context.Context, endpoint string, capabilities Capabilities, options browser.Options) (browser.Browser, error) {
	if strings.HasPrefix(endpoint, "ws") {
		return found(firefox.Connect(ctx, endpoint, capabilities, options))
	}
	s, err := webdriver.Open(ctx, strings.TrimSuffix(endpoint, "/"), capabilities.wanted())
	if err != nil {
		return nil, browser.EndpointError(endpoint, protocol, err)
	}
	b, err := drive(ctx, endpoint, s, options)
	if err != nil {
		return nil, browser.EndpointError(endpoint, protocol, errors.Join(err, s.End()))
	}
	return &started{b, s}, nil
}

const protocol = "WebDriver with the DevTools Protocol or BiDi"

// found is a browser of any engine, or none.
func found[B browser.Browser](b B, err error) (browser.Browser, error) {
	if err != nil {
		return nil, err
	}
	return b, nil
}

// CheckEndpoint returns an error if Request takes no such endpoint.
func CheckEndpoint(endpoint string) error {
	_, err := browser.ParseEndpoint(endpoint, "http://host:port[/path], such as http://127.0.0.1:4444 of a Selenium Grid, or http://127.0.0.1:9515 of a chromedriver; "+
		"or ws://host:port[/path], such as ws://127.0.0.1:9222 of a Firefox that was started with --remote-debugging-port=9222", "http", "https", "ws", "wss")
	return err
}

// drive drives the browser of a session.
func drive(ctx context.Context, endpoint string, s *webdriver.Session, options browser.Options) (browser.Browser, error) {
	type debugged struct {
		Debugger string `json:"debuggerAddress"`
	}
	var c struct {
		BrowserName    string   `json:"browserName"`
		BrowserVersion string   `json:"browserVersion"`
		CDP            string   `json:"se:cdp"`
		Chrome         debugged `json:"goog:chromeOptions"`
		Edge           debugged `json:"ms:edgeOptions"`
		WebSocket      any      `json:"webSocketUrl"` // true of an endpoint that does not know it
	}
	if err := json.Unmarshal(s.Capabilities, &c); err != nil {
		return nil, err
	}
	debugger := cmp.Or(c.Chrome.Debugger, c.Edge.Debugger)
	if c.CDP != "" {
		return found(chromium.Connect(ctx, c.CDP, options))
	}
	if u, _ := url.Parse(endpoint); debugger != "" && browser.IsLoopback(net.JoinHostPort(u.Hostname(), "0")) { // a driver's browser listens on its own machine
		return found(chromium.Connect(ctx, "http://"+debugger, options))
	}
	if socket, ok := c.WebSocket.(string); ok && c.BrowserName == "firefox" {
		return found(firefox.Join(ctx, socket, c.BrowserVersion, options))
	}
	return nil, fmt.Errorf("its session with %s offers none: neither se:cdp, as Selenium Grid does, nor a debuggerAddress of this machine, nor the webSocketUrl of a firefox", cmp.Or(c.BrowserName, "a browser"))
}

// started is the browser of a session, which ends with it.
type started struct {
	browser.Browser
	session *webdriver.Session
}

// About describes the browser, and who has started it.
func (b *started) About() fetch.About {
	about := b.Browser.About()
	about.Remote = "started by a WebDriver endpoint and " + about.Remote
	return about
}

// Close ends the session, and its browser with it.
func (b *started) Close() error { return errors.Join(b.Browser.Close(), b.session.End()) }
