package policy

import (
	"fmt"
	"net/netip"
	"strings"
)

// Advice returns what in the policy is well-formed but unwise, one sentence
// each that says why and what to do. It passes over what [Policy.Validate]
// reports.
func (p Policy) Advice() []string {
	var advice []string
	for _, value := range p.AllowOrigins {
		if o, err := ParseOrigin(value); err == nil {
			advice = append(advice, adviseOrigin(o, p.AllowCredentials)...)
		}
	}
	for _, method := range p.AllowMethods {
		advice = append(advice, adviseMethod(method)...)
	}
	if p.MaxAge != nil {
		advice = append(advice, adviseMaxAge(*p.MaxAge)...)
	}
	return advice
}

func adviseOrigin(o Origin, credentials bool) []string {
	switch {
	case o.Any && credentials:
		return []string{`allowOrigins is "*" and allowCredentials is true, so that any site may read what ` +
			`its visitors' cookies unlock: list the origins that need to, or set allowCredentials to false.`}
	case o.Opaque:
		return []string{`allowOrigins lists "null", which any site can take on by a sandboxed frame: ` +
			`serve the page from an origin of its own, and list that.`}
	case o.Scheme == "http" && credentials && !o.IsLoopback():
		return []string{fmt.Sprintf(`allowOrigins lists %q and allowCredentials is true, so that whoever sits on the `+
			`network between may change that page and read what cookies unlock: serve the page by https, and list that.`, o)}
	}
	return nil
}

// IsLoopback reports whether the origin is on the user agent's own machine, so that no
// one sits on the way.
//
// https://www.w3.org/TR/secure-contexts/#is-origin-trustworthy
func (o Origin) IsLoopback() bool {
	if host := strings.TrimSuffix(o.Host, "."); host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(o.Host, "[]"))
	return err == nil && address.IsLoopback()
}

func adviseMethod(method string) []string {
	upper := NormalizeMethod(method)
	if upper == method {
		return nil
	}
	return []string{fmt.Sprintf(`allowMethods lists %q, but browsers send it in upper case and compare by exact case: `+
		`list %q.`, method, upper)}
}

// adviseMaxAge names the user agents that remember for less long than asked.
//
// https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, step 7.10
func adviseMaxAge(seconds int) []string {
	var caps []string
	for _, limit := range []struct {
		engine  string
		seconds int
	}{
		{"WebKit", 600},
		{"Chromium", 7200},
		{"Firefox", 86400},
	} {
		if seconds > limit.seconds {
			caps = append(caps, fmt.Sprintf("%s for %d s", limit.engine, limit.seconds))
		}
	}
	if caps == nil {
		return nil
	}
	return []string{fmt.Sprintf(`maxAge is %d, but browsers remember the answer to a preflight for less (%s): `+
		`nothing breaks, but expect no more, or lower it to 600 for the same everywhere.`, seconds, strings.Join(caps, ", "))}
}
