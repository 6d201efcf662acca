package runner

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// transport returns what sends the requests that corsproof asks for itself. It takes no
// proxy from the environment, adds no header that nobody asked for, and reaches the
// target by the way that the browser does.
func (s *subject) transport() *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true) // as fetch.Model has it
	return &http.Transport{
		DialContext:         s.route.dial,
		TLSClientConfig:     &tls.Config{RootCAs: s.roots},
		DisableCompression:  true,
		MaxIdleConnsPerHost: 16,
		Protocols:           &protocols,
	}
}

// dial connects to where the route leads. Like a browser, it asks no resolver for names
// below localhost.
func (r route) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, given, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(given)
	if err != nil {
		return nil, err
	}
	var dialer net.Dialer
	host, port = r.of(strings.ToLower(host), port)
	if host != "localhost" && !strings.HasSuffix(host, ".localhost") {
		return dialer.DialContext(ctx, network, joined(host, port))
	}
	conn, err := dialer.DialContext(ctx, network, joined("127.0.0.1", port))
	if err != nil {
		if other, err := dialer.DialContext(ctx, network, joined("::1", port)); err == nil {
			return other, nil
		}
	}
	return conn, err
}
