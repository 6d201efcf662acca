package runner

import (
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// transport returns what sends the requests that corsproof asks for itself. It reaches
// the target by the way that the browser does.
func (s *subject) transport() *http.Transport {
	return fetch.NewTransport(s.route.address, s.roots)
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
