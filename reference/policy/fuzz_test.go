package policy_test

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/reference/policy"
)

// wellFormed is the obvious reading of what an origin may be: an expression for its
// form, and a word on each part that is more than form.
func wellFormed(s string) bool {
	if s == "*" || s == "null" {
		return true
	}
	form := regexp.MustCompile(`\A([a-z][a-z0-9+.-]{0,63})://(\*\.)?(\[[0-9a-f:]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::([1-9][0-9]*|\*))?\z`)
	parts := form.FindStringSubmatch(s)
	if parts == nil {
		return false
	}
	scheme, wildcard, host, port := parts[1], parts[2] != "", parts[3], parts[4]
	switch n, _ := strconv.Atoi(port); {
	case scheme == "file":
		return false
	case port != "" && port != "*" && (n < 1 || n > 65535):
		return false
	case scheme == "http" && n == 80, scheme == "https" && n == 443:
		return false
	}
	if host[0] == '[' {
		return !wildcard && isIPv6(host[1:len(host)-1])
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := labels[len(labels)-1]
	if regexp.MustCompile(`\A([0-9]+|0x[0-9a-f]*)\z`).MatchString(last) {
		address, err := netip.ParseAddr(host)
		return !wildcard && err == nil && address.Is4()
	}
	for _, label := range labels {
		if len(label) > 63 {
			return false
		}
	}
	return len(host) <= 253 && !(wildcard && len(host) > 251)
}

// isIPv6 compares with the address written in full, shortened by the obvious rules.
func isIPv6(s string) bool {
	address, err := netip.ParseAddr(s)
	if err != nil || !address.Is6() {
		return false
	}
	groups := strings.Split(address.StringExpanded(), ":")
	if address.Is4In6() { // spelled with an IPv4 address at its end
		b := address.As16()
		groups = nil
		for i := 0; i < 16; i += 2 {
			groups = append(groups, strconv.FormatInt(int64(b[i])<<8|int64(b[i+1]), 16))
		}
	}
	for i, group := range groups {
		if groups[i] = strings.TrimLeft(group, "0"); groups[i] == "" {
			groups[i] = "0"
		}
	}
	// The first longest run of more than one group of zeros is left out.
	from, most := -1, 1
	for i := range groups {
		n := 0
		for i+n < len(groups) && groups[i+n] == "0" {
			n++
		}
		if n > most {
			from, most = i, n
		}
	}
	if from < 0 {
		return s == strings.Join(groups, ":")
	}
	return s == strings.Join(groups[:from], ":")+"::"+strings.Join(groups[from+most:], ":")
}

func FuzzParseOrigin(f *testing.F) {
	for _, seed := range []string{
		"*", "null", "https://app.example.com", "https://*.example.org:8443", "http://localhost:*", "http://[::1]:3000",
		"https://[::ffff:102:304]", "https://[2001:db8:0:0:1:0:0:1]", "https://1.2.3.4", "https://0x7f.1", "https://a.0xg",
		"file://a", "https://a.example:443", "HTTPS://a", "https://a/", "https://user@a", "https://a..b", "https://*.*.a",
		"https://[fe80::1%25eth0]", "https://a.example.", "https://*.a.:1", "https://1.2.3.4.", "https://a:065", "chrome-extension://abc", "https://xn--bcher-kva.example",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := policy.ParseOrigin(s)
		if want := wellFormed(s); (err == nil) != want {
			t.Errorf("%q is well-formed: %t, but ParseOrigin says %v", s, want, err)
		}
		if err == nil && o.String() != s {
			t.Errorf("%q is given back as %q", s, o)
		}
		for mistake := range policy.Errors(err) {
			if quoted, ok := strings.CutPrefix(mistake.Expected, `"http`); ok {
				repaired, err := strconv.Unquote(`"http` + quoted)
				if _, malformed := policy.ParseOrigin(repaired); err != nil || malformed != nil {
					t.Errorf("%q is repaired as %s, which is no better", s, mistake.Expected)
				}
			}
		}
	})
}
