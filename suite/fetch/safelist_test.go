package fetch_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("IsUnsafeRequestHeaderByte", func() {
	It("knows the Standard's list and no other byte", func() {
		var unsafe []byte
		for b := range 256 {
			if fetch.IsUnsafeRequestHeaderByte(byte(b)) {
				unsafe = append(unsafe, byte(b))
			}
		}
		var want []byte
		for b := range byte(0x20) {
			if b != 0x09 {
				want = append(want, b)
			}
		}
		want = append(want, 0x22, 0x28, 0x29, 0x3A, 0x3C, 0x3E, 0x3F, 0x40, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x7F)
		Expect(unsafe).To(Equal(want))
	})
})

var _ = DescribeTable("IsSafelistedRequestHeader",
	func(name, value string, want bool) {
		Expect(fetch.IsSafelistedRequestHeader(name, value)).To(Equal(want))
	},
	Entry("SH-01: Accept", "Accept", "*/*", true),
	Entry("SH-01: Accept-Language", "Accept-Language", "fr", true),
	Entry("SH-01: Content-Language", "Content-Language", "fr", true),
	Entry("SH-13: any case", "aCCept", "*/*", true),

	Entry("SH-02: form", "Content-Type", "application/x-www-form-urlencoded", true),
	Entry("SH-02: multipart", "Content-Type", "multipart/form-data; boundary=x", true),
	Entry("SH-02: text", "Content-Type", "text/plain", true),
	Entry("SH-02: charset", "Content-Type", "text/plain;charset=utf-8", true),
	Entry("SH-02: case", "Content-Type", "Text/Plain;charset=utf-8", true),
	Entry("SH-02: parameter", "Content-Type", "text/plain; parameter=whatever", true),
	Entry("SH-03: semicolon", "Content-Type", "text/plain;", true),
	Entry("SH-03: garbage", "Content-Type", "text/plain;garbage", true),
	Entry("space around", "Content-Type", " text/plain ; x", true),
	Entry("SH-04: space before slash", "Content-Type", "text /plain", false),
	Entry("SH-04: tabs", "Content-Type", "text\t/\tplain", false),
	Entry("SH-04: trailing comma", "Content-Type", "text/plain,", false),
	Entry("SH-04: leading comma", "Content-Type", ",text/plain", false),
	Entry("SH-04: twice", "Content-Type", "text/plain,text/plain", false),
	Entry("SH-04: two types", "Content-Type", "text/plain,x/x", false),
	Entry("SH-04: VT", "Content-Type", "text/plain\x0B", false),
	Entry("SH-04: FF", "Content-Type", "text/plain\x0C", false),
	Entry("SH-04: control bytes", "Content-Type", "text/plain;garbage\x01\x02", false),
	Entry("SH-04: no x-", "Content-Type", "application/www-form-urlencoded", false),
	Entry("SH-04: DEL", "Content-Type", "application/x-www-form-urlencoded;\x7F", false),
	Entry("SH-04: quote", "Content-Type", "multipart/form-data;\"", false),
	Entry("boundary with parentheses", "Content-Type", "multipart/form-data; boundary=(x)", false),
	Entry("SH-05: html", "Content-Type", "text/html", false),
	Entry("SH-05: json", "Content-Type", "application/json", false),
	Entry("SH-05: long", "Content-Type", "text/plain; long="+strings.Repeat("0", 128), false),
	Entry("empty type", "Content-Type", "", false),
	Entry("no subtype", "Content-Type", "text", false),

	Entry("SH-06: quote in Accept", "Accept", "\"", false),
	Entry("SH-06: 128 bytes", "Accept", strings.Repeat("1", 128), true),
	Entry("SH-06: 129 bytes", "Accept", strings.Repeat("1", 129), false),
	Entry("tab in Accept", "Accept", "a\tb", true),
	Entry("SH-07: control byte", "Accept-Language", "\x01", false),
	Entry("SH-07: @", "Content-Language", "@", false),
	Entry("underscore in a language", "Accept-Language", "en_US", false),
	Entry("whole language list", "Accept-Language", "de-DE, de;q=0.9, *;q=0.5", true),

	Entry("SH-08: range", "Range", "bytes=100-200", true),
	Entry("SH-08: open range", "Range", "bytes=200-", true),
	Entry("SH-08: leading zeros", "Range", "bytes=0000000000000000000000000001-2", true),
	Entry("one byte", "Range", "bytes=5-5", true),
	Entry("numbers of any length", "Range", "bytes=99999999999999999999-100000000000000000000", true),
	Entry("SH-09: no unit", "Range", "100-200", false),
	Entry("SH-09: other unit", "Range", "MB=100-200", false),
	Entry("SH-09: space after =", "Range", "bytes= 100-200", false),
	Entry("SH-09: space before =", "Range", "bytes =100-200", false),
	Entry("SH-09: tab around -", "Range", "bytes=100\t-200", false),
	Entry("SH-09: no start", "Range", "bytes=-200", false),
	Entry("SH-09: backwards", "Range", "bytes=200-100", false),
	Entry("SH-09: two ranges", "Range", "bytes=100-200,300-", false),
	Entry("SH-09: junk", "Range", "bytes=100-200x", false),
	Entry("SH-09: long", "Range", "bytes="+strings.Repeat("0", 128)+"-", false),
	Entry("SH-09: no =", "Range", "bytes 100-200", false),
	Entry("SH-09: leading comma", "Range", "bytes=,100-200", false),
	Entry("SH-09: upper case", "Range", "BYTES=100-200", false),
	Entry("SH-09: title case", "Range", "Bytes=100-200", false),
	Entry("SH-09: plus", "Range", "bytes=+0-100", false),
	Entry("SH-09: plus after -", "Range", "bytes=0-+100", false),
	Entry("SH-09: plus, open", "Range", "bytes=+5-", false),
	Entry("SH-09: two hyphens", "Range", "bytes=0--1", false),
	Entry("SH-09: FF", "Range", "bytes=0-\x0C100", false),
	Entry("hyphen alone", "Range", "bytes=-", false),

	Entry("SH-10: Last-Event-ID", "Last-Event-ID", "1", false),
	Entry("SH-11: client hint", "DPR", "1", false),
	Entry("SH-12: Authorization", "Authorization", "Bearer x", false),
	Entry("SH-12: If-None-Match", "If-None-Match", "\"x\"", false),
	Entry("SH-12: Cache-Control", "Cache-Control", "no-cache", false),
	Entry("SH-12: Upgrade-Insecure-Requests", "Upgrade-Insecure-Requests", "1", false),
	Entry("SH-12: X-Test", "X-Test", "1", false),
)

var _ = DescribeTable("UnsafeRequestHeaderNames",
	func(headers fetch.HeaderList, want ...string) {
		Expect(fetch.UnsafeRequestHeaderNames(headers)).To(HaveExactElements(want))
	},
	Entry("none", nil),
	Entry("SH-15: safelisted alone", fetch.HeaderList{{"Accept", "*/*"}, {"Content-Type", "text/plain"}}),
	Entry("PR-02: lower case, sorted, each once",
		fetch.HeaderList{{"X-test-B", "1"}, {"Content-Type", "application/json"}, {"x-Test-A", "2"},
			{"x-test-b", "3"}, {"Accept", "*/*"}},
		"content-type", "x-test-a", "x-test-b"),
	Entry("1024 bytes of safelisted values", many(8)),
	Entry("more of them make all unsafe", append(many(9), fetch.Header{Name: "X-A", Value: ""}),
		"accept", "x-a"),
)

// many is a header list of so many safelisted values of 128 bytes.
func many(n int) fetch.HeaderList {
	var list fetch.HeaderList
	for range n {
		list = list.With("Accept", strings.Repeat("a", 128))
	}
	return list
}

var _ = DescribeTable("IsForbiddenRequestHeader",
	func(name, value string, want bool) {
		Expect(fetch.IsForbiddenRequestHeader(name, value)).To(Equal(want))
	},
	Entry("SH-17: Origin", "Origin", "x", true),
	Entry("SH-17: cookie", "cookie", "x", true),
	Entry("SH-17: ACRM", "Access-Control-Request-Method", "x", true),
	Entry("SH-17: ACRH", "access-control-request-headers", "x", true),
	Entry("SH-17: Sec-", "Sec-Anything", "", true),
	Entry("SH-17: Proxy-", "proxy-x", "", true),
	Entry("SH-17: override with TRACE", "X-HTTP-Method-Override", "GET, trace", true),
	Entry("SH-17: override with CONNECT", "X-HTTP-Method", "CONNECT", true),
	Entry("SH-17: override in quotes", "X-Method-Override", "\"a,TRACK,\"", false),
	Entry("SH-17: harmless override", "X-Method-Override", "PUT", false),
	Entry("User-Agent", "User-Agent", "x", false),
	Entry("SecX", "SecX", "x", false),
	Entry("Authorization", "Authorization", "x", false),
)

var _ = DescribeTable("IsSafelistedResponseHeaderName",
	func(name string, exposed []string, want bool) {
		Expect(fetch.IsSafelistedResponseHeaderName(name, exposed)).To(Equal(want))
	},
	Entry("EX-01: Cache-Control", "Cache-Control", nil, true),
	Entry("EX-01: content-language", "content-language", nil, true),
	Entry("EX-01: Content-Length", "Content-Length", nil, true),
	Entry("EX-01: Content-Type", "Content-Type", nil, true),
	Entry("EX-01: Expires", "Expires", nil, true),
	Entry("EX-01: Last-Modified", "Last-Modified", nil, true),
	Entry("EX-01: Pragma", "PRAGMA", nil, true),
	Entry("EX-02: Date", "Date", nil, false),
	Entry("EX-02: Server", "Server", nil, false),
	Entry("EX-03: exposed, any case", "Date", []string{"dATE"}, true),
	Entry("EX-04: Set-Cookie", "Set-Cookie", []string{"Set-Cookie"}, false),
	Entry("EX-04: Set-Cookie2", "set-cookie2", []string{"Set-Cookie2"}, false),
)
