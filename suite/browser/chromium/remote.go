package chromium

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"github.com/corsproof/corsproof/fixtures/origins"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/script"
)

// connectTimeout is how long a remote browser may take to answer.
const connectTimeout = 10 * time.Second

// Connect drives a Chrome that somebody else has started, by the DevTools protocol. The
// endpoint is where it listens, "http://host:port" or "ws://host:port", or the URL of its
// WebSocket. All that is done there is done in browser contexts of its own, which go with
// Close, or with this process. From them nothing can be reached but the targets; what the
// browser does besides is not corsproof's business.
//
// Of the options, ConnectTo and Authority are out of its reach and Path is not needed.
func Connect(ctx context.Context, endpoint string, options Options) (_ *Browser, err error) {
	if err := browser.CheckRemote(options); err != nil {
		return nil, err
	}
	b := &Browser{options: options, remote: true}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	socket, err := socketOf(ctx, endpoint)
	if err != nil {
		return nil, browser.EndpointError(endpoint, devTools, err)
	}
	allocator, stop := remote.NewAllocator(context.WithoutCancel(ctx), socket, remote.NoModifyURL)
	connection, disconnect := chromedp.NewContext(allocator)
	life, end := context.WithCancel(connection)
	b.endWith(connection, end, b.closing.Wait, disconnect, stop)
	b.ending = life.Done()
	if b.about, err = b.describe(); err != nil {
		return nil, browser.EndpointError(endpoint, devTools, err, socket)
	}
	b.about.Remote = "driven by " + devTools + " in contexts of corsproof's own, which reach nothing but the target; its flags, its settings and what it does besides are out of reach"
	if slices.ContainsFunc(options.Targets, browser.IsLoopback) {
		return b, b.serveFromHere(ctx)
	}
	return b, nil
}

const devTools = "the DevTools Protocol"

// serveFromHere has pages come from this process. Only such a page may call a loopback
// address, and only a browser of this machine can reach either.
func (b *Browser) serveFromHere(ctx context.Context) (err error) {
	if b.origins, err = origins.Start(); err != nil {
		return err
	}
	c := newIsolated(b)
	defer c.Close()
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := c.Open(ctx, script.FramesHost); err != nil {
		return fmt.Errorf("%s is an address of this machine, which the browser does not reach: %w", strings.Join(b.options.Targets, ", "), err)
	}
	return nil
}

// CheckEndpoint returns an error if Connect takes no such endpoint.
func CheckEndpoint(endpoint string) error {
	_, err := parseEndpoint(endpoint)
	return err
}

func parseEndpoint(endpoint string) (*url.URL, error) {
	return browser.ParseEndpoint(endpoint, "http://host:port or ws://host:port, such as http://127.0.0.1:9222 of a Chrome that was started with --remote-debugging-port=9222",
		"http", "https", "ws", "wss")
}

// socketOf returns the URL of the WebSocket of an endpoint: itself, or what the browser
// that listens there says.
func socketOf(ctx context.Context, endpoint string) (string, error) {
	u, err := parseEndpoint(endpoint)
	if err != nil {
		return "", err
	}
	if scheme, isSocket := strings.CutPrefix(u.Scheme, "ws"); isSocket {
		if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return endpoint, nil
		}
		u.Scheme = "http" + scheme
	}
	return askForSocket(ctx, u.JoinPath("/json/version"))
}

// askForSocket asks a browser for the URL of its WebSocket.
func askForSocket(ctx context.Context, at *url.URL) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return "", err
	}
	if net.ParseIP(at.Hostname()) == nil && at.Scheme == "http" {
		request.Host = "localhost:" + cmp.Or(at.Port(), "80") // a browser answers no other name
	}
	// No proxy of the environment comes between.
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var version struct {
		Socket string `json:"webSocketDebuggerUrl"`
	}
	if json.NewDecoder(response.Body).Decode(&version) != nil || version.Socket == "" {
		return "", fmt.Errorf("what is asked for /json/version answers %s, without a webSocketDebuggerUrl", response.Status)
	}
	socket, err := url.Parse(version.Socket)
	if err != nil {
		return "", fmt.Errorf("its webSocketDebuggerUrl is none: %w", err)
	}
	if request.Host != at.Host {
		socket.Host = at.Host
	}
	return socket.String(), nil
}

// ownContext are the options of a browser context. In a remote browser nothing but the
// targets and the fixtures can be reached from it: everything else goes to a proxy that
// there is not, and no name is resolved for it.
func (b *Browser) ownContext() chromedp.ContextOption {
	return chromedp.WithNewBrowserContext(func(p *target.CreateBrowserContextParams) {
		if !b.remote {
			return
		}
		direct := []string{"<-loopback>"}
		if b.origins != nil {
			direct = append(direct, b.origins.Addr())
		}
		for _, target := range b.options.Targets {
			direct = append(direct, strings.TrimSuffix(target, ":*"))
		}
		p.ProxyServer, p.ProxyBypassList = nowhere, strings.Join(direct, ";")
	})
}

// nowhere is a proxy to which no connection can be made: TCP knows no broadcast.
const nowhere = "http://255.255.255.255:1"
