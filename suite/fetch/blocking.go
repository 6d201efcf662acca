package fetch

import (
	"net/netip"
	"net/url"
	"strings"
)

// MixedContent reports whether a page on an origin may not call a URL because
// the page came by https and the target would be called by plain http. No
// request is sent then, and CORS has nothing to do with it. Loopback addresses,
// localhost and names below it may be called: they never leave the machine.
//
// Only the page's own scheme counts, as in browsers. An opaque origin tells no
// scheme, so that "null" is let through.
//
// https://w3c.github.io/webappsec-mixed-content/#should-block-fetch
func MixedContent(origin, targetURL string) bool {
	u, err := url.Parse(targetURL)
	return err == nil && strings.HasPrefix(origin, "https://") && u.Scheme == "http" &&
		!isLoopback(u.Hostname())
}

// isLoopback reports whether a host is potentially trustworthy without TLS.
//
// https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
func isLoopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return !ip.Is4In6() && ip.IsLoopback()
	}
	return isLocalhost(host)
}

// isLocalhost reports whether a name is "localhost" or below it.
func isLocalhost(name string) bool {
	name = strings.TrimSuffix(lower(name), ".")
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// IsBadPort reports whether no user agent calls the port.
func IsBadPort(port string) bool { return badPorts[port] }

// badPorts are the ports that no user agent calls.
//
// https://fetch.spec.whatwg.org/#bad-port
var badPorts = map[string]bool{
	"0": true, "1": true, "7": true, "9": true, "11": true, "13": true, "15": true, "17": true,
	"19": true, "20": true, "21": true, "22": true, "23": true, "25": true, "37": true, "42": true,
	"43": true, "53": true, "69": true, "77": true, "79": true, "87": true, "95": true, "101": true,
	"102": true, "103": true, "104": true, "109": true, "110": true, "111": true, "113": true, "115": true,
	"117": true, "119": true, "123": true, "135": true, "137": true, "139": true, "143": true, "161": true,
	"179": true, "389": true, "427": true, "465": true, "512": true, "513": true, "514": true, "515": true,
	"526": true, "530": true, "531": true, "532": true, "540": true, "548": true, "554": true, "556": true,
	"563": true, "587": true, "601": true, "636": true, "989": true, "990": true, "993": true, "995": true,
	"1719": true, "1720": true, "1723": true, "2049": true, "3659": true, "4045": true, "4190": true, "5060": true,
	"5061": true, "6000": true, "6566": true, "6665": true, "6666": true, "6667": true, "6668": true, "6669": true,
	"6679": true, "6697": true, "10080": true,
}
