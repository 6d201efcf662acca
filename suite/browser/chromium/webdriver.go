package chromium

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/webdriver"
)

// sessionTimeout is how long a WebDriver endpoint may take to start a browser: a grid may
// have to wait for one.
const sessionTimeout = 2 * time.Minute

// A Capabilities says which browser a WebDriver endpoint is to start, and how. What it
// leaves out of "browserName" and "goog:chromeOptions" is a Chrome, headless.
//
// https://www.w3.org/TR/webdriver2/#capabilities
type Capabilities map[string]any

// Request has a WebDriver endpoint, "http://host:port[/path]", start a Chrome or another
// browser of that family, and drives it by the DevTools protocol that the session offers:
// what it shows of CORS, WebDriver BiDi does not. The session ends with Close.
//
// Of the options, ConnectTo and Authority are out of its reach and Path is not needed.
func Request(ctx context.Context, endpoint string, capabilities Capabilities, options Options) (*Browser, error) {
	return connect(ctx, options, endpoint, "WebDriver with "+devTools, func(b *Browser) (string, error) {
		return b.open(ctx, endpoint, capabilities)
	}, "started by a WebDriver endpoint and driven by "+devTools+" in contexts of corsproof's own")
}

// CheckWebDriver returns an error if Request takes no such endpoint.
func CheckWebDriver(endpoint string) error {
	_, err := browser.ParseEndpoint(endpoint, "http://host:port[/path], such as http://127.0.0.1:4444 of a Selenium Grid, or http://127.0.0.1:9515 of a chromedriver", "http", "https")
	return err
}

// A session is one of WebDriver.
type session struct {
	client webdriver.Client
	path   string
}

// open opens a session and returns where its browser speaks the DevTools protocol.
func (b *Browser) open(ctx context.Context, endpoint string, capabilities Capabilities) (socket string, err error) {
	ctx, cancel := context.WithTimeout(ctx, sessionTimeout)
	defer cancel()
	wanted := Capabilities{"browserName": "chrome", "goog:chromeOptions": map[string]any{"args": []string{"--headless"}}}
	maps.Copy(wanted, capabilities)
	// No proxy of the environment comes between.
	client := webdriver.Client{URL: strings.TrimSuffix(endpoint, "/"), HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	value, err := client.Call(ctx, http.MethodPost, "/session", map[string]any{
		"capabilities": map[string]any{"alwaysMatch": wanted},
	})
	if err != nil {
		return "", err
	}
	var opened struct {
		SessionID    string `json:"sessionId"`
		Capabilities struct {
			BrowserName   string `json:"browserName"`
			CDP           string `json:"se:cdp"`
			ChromeOptions struct {
				Debugger string `json:"debuggerAddress"`
			} `json:"goog:chromeOptions"`
			EdgeOptions struct {
				Debugger string `json:"debuggerAddress"`
			} `json:"ms:edgeOptions"`
		} `json:"capabilities"`
	}
	if err := json.Unmarshal(value, &opened); err != nil {
		return "", err
	}
	if opened.SessionID == "" {
		return "", errors.New("its answer to a new session has none")
	}
	b.session = &session{client, "/session/" + opened.SessionID}
	c := opened.Capabilities
	debugger := cmp.Or(c.ChromeOptions.Debugger, c.EdgeOptions.Debugger)
	switch u, _ := url.Parse(endpoint); {
	case c.CDP != "":
		return c.CDP, nil
	case debugger != "" && isLoopback(net.JoinHostPort(u.Hostname(), "0")): // a driver's browser listens on its own machine
		return socketOf(ctx, "http://"+debugger)
	}
	return "", fmt.Errorf("its session with %s offers none: neither se:cdp, as Selenium Grid does, nor a debuggerAddress of this machine", cmp.Or(c.BrowserName, "a browser"))
}

// end ends the session, and its browser with it.
func (s *session) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	if _, err := s.client.Call(ctx, http.MethodDelete, s.path, nil); err != nil {
		return fmt.Errorf("the WebDriver session did not end: %w", err)
	}
	return nil
}
