package browser

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// ParseEndpoint reads the URL of a remote browser, whose scheme is one of these. An error
// says what is expected in its place.
func ParseEndpoint(endpoint, expected string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		return nil, fmt.Errorf("%q is no endpoint; expected %s", shown(endpoint), expected)
	}
	return u, nil
}

// CheckRemote returns an error if the options are none for a browser that somebody else
// has started.
func CheckRemote(options Options) error {
	if len(options.ConnectTo) > 0 {
		return errors.New("a remote browser connects where its names lead, and cannot be led elsewhere")
	}
	return nil
}

// EndpointError is the error of an endpoint at which no browser could be had. What may be
// secret of it, or of the other URLs, is not in its text.
func EndpointError(endpoint, protocol string, err error, others ...string) error {
	text := err.Error()
	for _, url := range append(others, endpoint) {
		if url != "" {
			text = strings.ReplaceAll(text, url, shown(url))
		}
	}
	return fmt.Errorf("no browser speaks %s at %s: %s", protocol, shown(endpoint), text)
}

// IsLoopback reports whether an address, "host:port", is one that a machine has for
// itself.
func IsLoopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host).IsLoopback()
}

// shown is an endpoint without what may be secret of it: who asks, and the query.
func shown(endpoint string) string {
	endpoint, _, _ = strings.Cut(endpoint, "?")
	scheme, rest, found := strings.Cut(endpoint, "://")
	if !found {
		return endpoint
	}
	authority, path, _ := strings.Cut(rest, "/")
	if path != "" {
		path = "/" + path
	}
	return scheme + "://" + authority[strings.LastIndex(authority, "@")+1:] + path
}
