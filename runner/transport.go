package runner

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// transport returns what sends the requests that corsproof asks for itself, and those
// of the model. It reaches the target by the way that the browser does, and like the
// browser nothing else: a redirect may lead anywhere.
func (s *subject) transport() *http.Transport {
	t := fetch.NewTransport(s.route.address, s.roots)
	dial, declared := t.DialContext, s.addresses()
	t.DialContext = func(ctx context.Context, network, to string) (net.Conn, error) {
		if !slices.ContainsFunc(declared, func(a address) bool { return strings.EqualFold(a.String(), to) }) {
			return nil, fmt.Errorf("%s is not the target, nor declared by redirectsTo", to)
		}
		return dial(ctx, network, to)
	}
	return t
}

// address returns the address to which the route leads from another.
func (r route) address(from string) string {
	host, given, err := net.SplitHostPort(from)
	if err != nil {
		return from // the dialer says what is wrong with it
	}
	port, err := strconv.Atoi(given)
	if err != nil {
		return from
	}
	return joined(r.of(strings.ToLower(host), port))
}
