package fetch

import (
	"net/netip"
	"net/url"
	"strings"
)

// SameSite reports whether two origins are of the same site, so that a browser lets
// their pages share an HTTP cache: the same scheme and the same registrable domain,
// whatever the port. Without the list of public suffixes the domain is taken to be the
// last two labels of the host.
//
// https://html.spec.whatwg.org/#same-site
func SameSite(a, b string) bool { return siteOf(a) == siteOf(b) }

// siteOf returns what serves here as the key of a network partition.
//
// https://fetch.spec.whatwg.org/#network-partition-keys
func siteOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return origin
	}
	host := lower(u.Hostname())
	if _, err := netip.ParseAddr(host); err == nil {
		return u.Scheme + "://" + host
	}
	labels := strings.Split(host, ".")
	return u.Scheme + "://" + strings.Join(labels[max(0, len(labels)-2):], ".")
}
