package browser

import (
	"cmp"
	"net"
	"net/url"
)

// AddressOf is where a URL of http or https leads, "host:port", as Options has it of
// targets: the port is always given.
func AddressOf(u *url.URL) string {
	port := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port))
}
