package policy_test

import (
	"errors"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
)

var _ = Describe("ParseOrigin", func() {
	DescribeTable("takes a well-formed origin apart, and String puts it together again",
		func(value string, want policy.Origin) {
			o, err := policy.ParseOrigin(value)
			Expect(err).NotTo(HaveOccurred())
			Expect(o).To(Equal(want))
			Expect(o.String()).To(Equal(value))
		},
		func(value string, _ policy.Origin) string { return value },
		Entry(nil, "*", policy.Origin{Any: true}),
		Entry(nil, "null", policy.Origin{Opaque: true}),

		Entry(nil, "https://app.example.com", policy.Origin{Scheme: "https", Host: "app.example.com"}),
		Entry(nil, "http://app.example.test:7001", policy.Origin{Scheme: "http", Host: "app.example.test", Port: 7001}),
		Entry(nil, "http://localhost:1", policy.Origin{Scheme: "http", Host: "localhost", Port: 1}),
		Entry(nil, "https://localhost:65535", policy.Origin{Scheme: "https", Host: "localhost", Port: 65535}),
		Entry(nil, "http://example.com:443", policy.Origin{Scheme: "http", Host: "example.com", Port: 443}),
		Entry(nil, "https://example.com:80", policy.Origin{Scheme: "https", Host: "example.com", Port: 80}),
		Entry(nil, "https://xn--lve-6la9d.example", policy.Origin{Scheme: "https", Host: "xn--lve-6la9d.example"}),
		Entry(nil, "https://a_b.r3---x-.example.com", policy.Origin{Scheme: "https", Host: "a_b.r3---x-.example.com"}),
		Entry(nil, "https://0xg.example.0xg", policy.Origin{Scheme: "https", Host: "0xg.example.0xg"}),
		Entry(nil, "https://example.com.", policy.Origin{Scheme: "https", Host: "example.com."}),
		Entry(nil, "http://localhost.:3000", policy.Origin{Scheme: "http", Host: "localhost.", Port: 3000}),
		Entry(nil, "https://*.example.com.", policy.Origin{Scheme: "https", Host: "example.com.", Subdomains: true}),
		Entry(nil, "https://1.2.3.4.example", policy.Origin{Scheme: "https", Host: "1.2.3.4.example"}),

		Entry(nil, "https://*.example.org", policy.Origin{Scheme: "https", Host: "example.org", Subdomains: true}),
		Entry(nil, "http://*.example.org:8080", policy.Origin{Scheme: "http", Host: "example.org", Port: 8080, Subdomains: true}),
		Entry(nil, "http://*.localhost", policy.Origin{Scheme: "http", Host: "localhost", Subdomains: true}),

		Entry(nil, "http://localhost:*", policy.Origin{Scheme: "http", Host: "localhost", AnyPort: true}),
		Entry(nil, "http://[::1]:*", policy.Origin{Scheme: "http", Host: "[::1]", AnyPort: true}),
		Entry(nil, "https://*.example.org:*", policy.Origin{Scheme: "https", Host: "example.org", AnyPort: true, Subdomains: true}),

		Entry(nil, "http://127.0.0.1:3000", policy.Origin{Scheme: "http", Host: "127.0.0.1", Port: 3000}),
		Entry(nil, "http://[::1]", policy.Origin{Scheme: "http", Host: "[::1]"}),
		Entry(nil, "https://[2001:db8::1]:8443", policy.Origin{Scheme: "https", Host: "[2001:db8::1]", Port: 8443}),
		Entry(nil, "https://[::ffff:102:304]", policy.Origin{Scheme: "https", Host: "[::ffff:102:304]"}),

		Entry(nil, "chrome-extension://abcdefghijklmnopabcdefghijklmnop", policy.Origin{Scheme: "chrome-extension", Host: "abcdefghijklmnopabcdefghijklmnop"}),
		Entry(nil, "moz-extension://0b5e1a52-5c0e-4a3f-9d43-8b8d5ae1a0f2", policy.Origin{Scheme: "moz-extension", Host: "0b5e1a52-5c0e-4a3f-9d43-8b8d5ae1a0f2"}),
		Entry(nil, "capacitor://localhost", policy.Origin{Scheme: "capacitor", Host: "localhost"}),
		Entry(nil, "a+b.c-1://host:80", policy.Origin{Scheme: "a+b.c-1", Host: "host", Port: 80}),
	)

	const (
		anOrigin  = `scheme://host or scheme://host:port, such as "https://app.example.com"`
		aWildcard = `"*" alone, "*." in front of a domain, such as "https://*.example.org", or ":*" for any port`
		aHost     = `a domain of letters, digits, "-", "_" and ".", an IPv4 address, or an IPv6 address in brackets`
		aPort     = `a number from 1 to 65535, or "*"`
	)
	DescribeTable("refuses what is not well-formed, and says what is expected",
		func(value string, reason policy.Reason, expected string) {
			o, err := policy.ParseOrigin(value)
			Expect(o).To(BeZero())
			var mistake *policy.Error
			Expect(errors.As(err, &mistake)).To(BeTrue())
			Expect(*mistake).To(Equal(policy.Error{Index: -1, Value: value, Reason: reason, Expected: expected}))
		},
		func(value string, reason policy.Reason, _ string) string { return value + ": " + string(reason) },
		Entry(nil, "", policy.Empty, anOrigin),

		Entry(nil, "app.example.com", policy.MissingScheme, anOrigin),
		Entry(nil, "//app.example.com", policy.MissingScheme, anOrigin),
		Entry(nil, "://app.example.com", policy.MissingScheme, anOrigin),
		Entry(nil, "https:/app.example.com", policy.MissingScheme, anOrigin),
		Entry(nil, "localhost:3000", policy.MissingScheme, anOrigin),
		Entry(nil, "**", policy.MissingScheme, anOrigin),
		Entry(nil, "1http://app.example.com", policy.InvalidScheme, anOrigin),
		Entry(nil, "ht_tp://app.example.com", policy.InvalidScheme, anOrigin),
		Entry(nil, " https://app.example.com", policy.InvalidScheme, `"https://app.example.com"`),

		Entry(nil, "https://", policy.MissingHost, anOrigin),
		Entry(nil, "https://:8443", policy.MissingHost, anOrigin),
		Entry(nil, "https://example.com:8*", policy.MisplacedWildcard, aWildcard),
		Entry(nil, "https://"+strings.Repeat("a", 63)+":**", policy.MisplacedWildcard, aWildcard),
		Entry(nil, "file:///", policy.FileScheme, "the origin of a server from which to load the page"),
		Entry(nil, "file://", policy.FileScheme, "the origin of a server from which to load the page"),
		Entry(nil, strings.Repeat("a", 65)+"://example.com", policy.InvalidScheme, anOrigin),
		Entry(nil, "https://*."+strings.Repeat("a.", 125)+"aa", policy.InvalidHost, aHost),
		Entry(nil, "https://a..example", policy.InvalidHost, aHost),
		Entry(nil, "https://.example", policy.InvalidHost, aHost),
		Entry(nil, "https://example..", policy.InvalidHost, aHost),
		Entry(nil, "https://.", policy.InvalidHost, aHost),
		Entry(nil, "https://1.2.3.4.", policy.InvalidHost, aHost),
		Entry(nil, "https://example.255.", policy.InvalidHost, aHost),
		Entry(nil, "https://*.", policy.InvalidHost, aHost),
		Entry(nil, "https://exa mple.com", policy.InvalidHost, aHost),
		Entry(nil, "https://example.com ", policy.InvalidHost, `"https://example.com"`),
		Entry(nil, "https://example%2ecom", policy.InvalidHost, aHost),
		Entry(nil, "https://a.example,https", policy.InvalidHost, aHost),
		Entry(nil, "https://1.2.3", policy.InvalidHost, aHost),
		Entry(nil, "https://1.2.3.256", policy.InvalidHost, aHost),
		Entry(nil, "https://0x7f.1", policy.InvalidHost, aHost),
		Entry(nil, "https://example.0x1f", policy.InvalidHost, aHost),
		Entry(nil, "https://::1", policy.InvalidHost, aHost),
		Entry(nil, "https://2001:db8::1", policy.InvalidHost, aHost),
		Entry(nil, "https://[::1", policy.InvalidHost, aHost),
		Entry(nil, "https://[1.2.3.4]", policy.InvalidHost, `"https://1.2.3.4"`),
		Entry(nil, "https://[0:0::1]", policy.InvalidHost, `"https://[::1]"`),
		Entry(nil, "https://[::ffff:1.2.3.4]:8443", policy.InvalidHost, `"https://[::ffff:102:304]:8443"`),
		Entry(nil, "https://[fe80::1%eth0]", policy.InvalidHost, `"https://[fe80::1]"`),
		Entry(nil, "https://"+strings.Repeat("a", 64), policy.InvalidHost, aHost),
		Entry(nil, "https://"+strings.Repeat("a.", 127), policy.InvalidHost, aHost),
		Entry(nil, "https://"+strings.Repeat("a.", 126)+"aa", policy.InvalidHost, aHost),

		Entry(nil, "https://example.com:", policy.InvalidPort, aPort),
		Entry(nil, "https://example.com:0", policy.InvalidPort, aPort),
		Entry(nil, "https://example.com:08443", policy.InvalidPort, aPort),
		Entry(nil, "https://example.com:65536", policy.InvalidPort, aPort),
		Entry(nil, "https://example.com:+1", policy.InvalidPort, aPort),
		Entry(nil, "https://example.com:http", policy.InvalidPort, aPort),
		Entry(nil, "https://example.com:443", policy.DefaultPort, `"https://example.com"`),
		Entry(nil, "http://*.example.com:80", policy.DefaultPort, `"http://*.example.com"`),

		Entry(nil, "https://user@example.com", policy.HasUserinfo, `"https://example.com"`),
		Entry(nil, "https://user:pass@word@example.com:8443", policy.HasUserinfo, `"https://example.com:8443"`),
		Entry(nil, "https://example.com/", policy.HasPath, `"https://example.com"`),
		Entry(nil, `https://example.com\`, policy.HasPath, `"https://example.com"`),
		Entry(nil, "https://example.com:8443/v1/items?q#f", policy.HasPath, `"https://example.com:8443"`),
		Entry(nil, "https://example.com?q", policy.HasQuery, `"https://example.com"`),
		Entry(nil, "https://example.com#f", policy.HasFragment, `"https://example.com"`),

		Entry(nil, "HTTPS://example.com", policy.UpperCase, `"https://example.com"`),
		Entry(nil, "https://Example.com", policy.UpperCase, `"https://example.com"`),
		Entry(nil, "https://[2001:DB8::1]", policy.UpperCase, `"https://[2001:db8::1]"`),
		Entry(nil, "Null", policy.UpperCase, `"null"`),
		Entry(nil, "HTTPS://User@Example.com:443/Path", policy.UpperCase, `"https://example.com"`),

		Entry(nil, "https://élève.example", policy.NotASCII, `the host's ASCII form, whose labels begin with "xn--"`),
		Entry(nil, "https://\xff.example", policy.NotASCII, `the host's ASCII form, whose labels begin with "xn--"`),

		Entry(nil, "https://*", policy.MisplacedWildcard, aWildcard),
		Entry(nil, "*://example.com", policy.MisplacedWildcard, aWildcard),
		Entry(nil, "https://*example.com", policy.MisplacedWildcard, aWildcard),
		Entry(nil, "https://a*.example.com", policy.MisplacedWildcard, aWildcard),
		Entry(nil, "https://a.*.example.com", policy.MisplacedWildcard, aWildcard),
		Entry(nil, "https://*.*.example.com", policy.MisplacedWildcard, aWildcard),
		Entry(nil, "https://example.*", policy.MisplacedWildcard, aWildcard),
		Entry(nil, "https://*.1.2.3.4", policy.MisplacedWildcard, aWildcard),
		Entry(nil, "https://*.[::1]", policy.MisplacedWildcard, aWildcard),
	)

	It("accepts the longest host, and the longest pattern that a host can match", func() {
		_, err := policy.ParseOrigin("https://" + strings.Repeat("a.", 126) + "a")
		Expect(err).NotTo(HaveOccurred())
		_, err = policy.ParseOrigin("https://" + strings.Repeat("a", 63))
		Expect(err).NotTo(HaveOccurred())
		_, err = policy.ParseOrigin("https://*." + strings.Repeat("a.", 125) + "a")
		Expect(err).NotTo(HaveOccurred())
	})
})
