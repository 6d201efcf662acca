package firefox

import (
	"context"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/bidi"
)

// connectTimeout is how long a remote browser may take to open a session.
const connectTimeout = 20 * time.Second

// Connect opens a session with a Firefox that somebody else has started, where it listens
// for WebDriver BiDi: "ws://host:port", or the URL of its WebSocket. All that is done
// there is done in user contexts of its own, which go with Close, and from which nothing
// can be reached but the targets. The browser itself answers for the pages' origins,
// before a name is resolved. If this process is killed, the session stays, and
// the browser takes no other until it is started anew.
//
// Where effects are held back, requests with unsafe methods are not made, and no script of
// the target's is loaded: the protocol stops a request before its CORS-preflight request,
// and not after it, and not what a script sends when its document goes.
// Of the options, ConnectTo and Authority are out of its reach and Path is not needed.
func Connect(ctx context.Context, endpoint string, capabilities map[string]any, options Options) (*Browser, error) {
	return connect(ctx, endpoint, options, "session.end", func(ctx context.Context, b *Browser) error {
		return b.openSession(ctx, capabilities)
	})
}

// Join drives the Firefox of a session that is open, by its WebSocket, as Connect does.
// The version is that of the session's capabilities. Close does not end the session.
func Join(ctx context.Context, socket, version string, options Options) (*Browser, error) {
	return connect(ctx, socket, options, "", func(ctx context.Context, b *Browser) error {
		return b.begin(ctx, version)
	})
}

const protocol = "WebDriver BiDi"

func connect(ctx context.Context, endpoint string, options Options, bye string, begin func(context.Context, *Browser) error) (_ *Browser, err error) {
	if err := browser.CheckRemote(options); err != nil {
		return nil, err
	}
	b := &Browser{options: options, remote: true}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	socket := endpoint
	if u, err := url.Parse(endpoint); err == nil && strings.Trim(u.Path, "/") == "" {
		socket = u.JoinPath("session").String()
	}
	if b.conn, err = bidi.Dial(ctx, socket, b.traces.handle); err != nil {
		return nil, browser.EndpointError(endpoint, protocol, err, socket)
	}
	if err := begin(ctx, b); err != nil {
		return nil, browser.EndpointError(endpoint, protocol, err)
	}
	b.bye = bye
	b.about.Remote = "driven by " + protocol + " in user contexts of corsproof's own, which reach nothing but the target; its preferences and what it does besides are out of reach"
	return b, nil
}

// ownContext are the parameters of a user context. In a remote browser no name is
// resolved for it but the targets': everything else goes to a proxy that there is not,
// if it is not stopped before; see mayLeave.
func (b *Browser) ownContext() any {
	if !b.remote {
		return nil
	}
	direct := []string{}
	for _, target := range b.options.Targets {
		host, _, _ := net.SplitHostPort(target)
		direct = append(direct, host)
	}
	return map[string]any{"proxy": map[string]any{
		"proxyType": "manual", "socksProxy": nowhereAtAll, "socksVersion": 5, "noProxy": direct,
	}}
}

// nowhereAtAll is a proxy to which no connection can be made: TCP knows no broadcast.
const nowhereAtAll = "255.255.255.255:1"
