package useragent

import (
	"strings"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// What a form could send needs no CORS-preflight request; every other header, and
// every other value, does.
var safelist = Chapter{
	Name:      "safelist",
	Title:     "Safelisted request headers",
	Scenarios: append(append(safelisted(), unsafe()...), forbidden()...),
}

// A headerCase is a header that a script sets, and what it is in words.
type headerCase struct {
	slug, what, name, value, covers string
}

func safelisted() []Scenario {
	var all []Scenario
	for _, h := range []headerCase{
		{"accept", "Accept", "Accept", "*/*", "SH-01"},
		{"accept.128", "Accept of 128 bytes", "Accept", strings.Repeat("1", 128), "SH-06"},
		{"accept-language", "Accept-Language", "Accept-Language", "fr", "SH-01"},
		{"accept-language.list", "an Accept-Language of several languages", "Accept-Language", "en-US, fr;q=0.9, *", "SH-01"},
		{"content-language", "Content-Language", "Content-Language", "fr", "SH-01"},
		{"upper-case", "a safelisted header in upper case", "ACCEPT-LANGUAGE", "fr", "SH-13"},
		{"lower-case", "a safelisted header in lower case", "content-language", "fr", "SH-13"},
		{"form", "Content-Type: application/x-www-form-urlencoded", "Content-Type", "application/x-www-form-urlencoded", "SH-02"},
		{"multipart", "Content-Type: multipart/form-data", "Content-Type", "multipart/form-data", "SH-02"},
		{"text", "Content-Type: text/plain", "Content-Type", "text/plain", "SH-02"},
		{"text.charset", "Content-Type: text/plain with a charset", "Content-Type", "text/plain;charset=utf-8", "SH-02"},
		{"text.upper-case", "Content-Type: Text/Plain", "Content-Type", "Text/Plain;charset=utf-8", "SH-02"},
		{"text.parameter", "Content-Type: text/plain with a parameter", "Content-Type", "text/plain; parameter=whatever", "SH-02"},
		{"text.semicolon", "Content-Type: text/plain with a semicolon", "Content-Type", "text/plain;", "SH-03"},
		{"text.garbage", "Content-Type: text/plain with a parameter that is none", "Content-Type", "text/plain;garbage", "SH-03"},
		{"range", "a Range with both ends", "Range", "bytes=100-200", "SH-08"},
		{"range.open", "a Range without end", "Range", "bytes=200-", "SH-08"},
		{"range.zeros", "a Range with leading zeros", "Range", "bytes=00100-00200", "SH-08"},
	} {
		all = append(all, Scenario{
			ID:     "browser.safelist.safe." + h.slug,
			Title:  h.what + " must need no CORS-preflight request",
			Spec:   "cors-safelisted-request-header",
			Covers: []string{h.covers},
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(ask(methodFor(h.name), h.name+": "+h.value), shared(sends(methodFor(h.name)))),
		})
	}
	return all
}

// methodFor is the method of a request with that header: one with a content, if the
// header describes it.
func methodFor(name string) string {
	if strings.HasPrefix(strings.ToLower(name), "content-") {
		return "POST"
	}
	return "GET"
}

func unsafe() []Scenario {
	var all []Scenario
	for _, h := range []headerCase{
		{"accept.quote", "Accept with a quote", "Accept", `"`, "SH-06"},
		{"accept.parenthesis", "Accept with a parenthesis", "Accept", "(", "SH-06"},
		{"accept.colon", "Accept with a colon", "Accept", "a:b", "SH-06"},
		{"accept.bracket", "Accept with a bracket", "Accept", "[", "SH-06"},
		{"accept.brace", "Accept with a brace", "Accept", "{", "SH-06"},
		{"accept.less", "Accept with a less-than sign", "Accept", "<", "SH-06"},
		{"accept.at", "Accept with an at sign", "Accept", "@", "SH-06"},
		{"accept.question", "Accept with a question mark", "Accept", "?", "SH-06"},
		{"accept.backslash", "Accept with a backslash", "Accept", `\`, "SH-06"},
		{"accept.delete", "Accept with DEL", "Accept", "\x7f", "SH-06"},
		{"accept.129", "Accept of 129 bytes", "Accept", strings.Repeat("1", 129), "SH-06"},
		{"accept-language.at", "Accept-Language with an at sign", "Accept-Language", "@", "SH-07"},
		{"accept-language.underscore", "Accept-Language with an underscore", "Accept-Language", "en_US", "SH-07"},
		{"accept-language.control", "Accept-Language with a control byte", "Accept-Language", "\x01", "SH-07"},
		{"content-language.at", "Content-Language with an at sign", "Content-Language", "@", "SH-07"},
		{"content-language.control", "Content-Language with a control byte", "Content-Language", "\x01", "SH-07"},

		{"json", "Content-Type: application/json", "Content-Type", "application/json", "SH-05"},
		{"html", "Content-Type: text/html", "Content-Type", "text/html", "SH-05"},
		{"xml", "Content-Type: application/xml", "Content-Type", "application/xml", "SH-05"},
		{"text.long", "Content-Type: text/plain of more than 128 bytes", "Content-Type", "text/plain; long=" + strings.Repeat("0", 128), "SH-05"},
		{"text.space", "Content-Type with a space in front of the slash", "Content-Type", "text /plain", "SH-04"},
		{"text.tabs", "Content-Type with tabs around the slash", "Content-Type", "text\t/\tplain", "SH-04"},
		{"text.comma", "Content-Type: text/plain with a comma", "Content-Type", "text/plain,", "SH-04"},
		{"text.comma-first", "Content-Type with a comma in front", "Content-Type", ",text/plain", "SH-04"},
		{"text.twice", "Content-Type: text/plain twice", "Content-Type", "text/plain,text/plain", "SH-04"},
		{"text.list", "Content-Type: text/plain and another type", "Content-Type", "text/plain,x/x", "SH-04"},
		{"text.vt", "Content-Type: text/plain with a vertical tab", "Content-Type", "text/plain\x0b", "SH-04"},
		{"text.ff", "Content-Type: text/plain with a form feed", "Content-Type", "text/plain\x0c", "SH-04"},
		{"text.control", "Content-Type: text/plain with control bytes in its parameter", "Content-Type", "text/plain;garbage\x01\x02", "SH-04"},
		{"form.mistyped", "Content-Type: application/www-form-urlencoded", "Content-Type", "application/www-form-urlencoded", "SH-04"},
		{"form.delete", "Content-Type of a form with DEL", "Content-Type", "application/x-www-form-urlencoded;\x7f", "SH-04"},
		{"multipart.quote", "Content-Type: multipart/form-data with a quote", "Content-Type", `multipart/form-data;"`, "SH-04"},
		{"multipart.parenthesis", "a boundary in parentheses", "Content-Type", "multipart/form-data; boundary=(x)", "SH-04"},

		{"range.no-unit", "a Range without unit", "Range", "100-200", "SH-09"},
		{"range.unit", "a Range of another unit", "Range", "MB=100-200", "SH-09"},
		{"range.upper-case", "a Range with an upper-case unit", "Range", "BYTES=100-200", "SH-09"},
		{"range.title-case", "a Range with a title-case unit", "Range", "Bytes=100-200", "SH-09"},
		{"range.space", "a Range with a space", "Range", "bytes= 100-200", "SH-09"},
		{"range.space-unit", "a Range with a space in place of =", "Range", "bytes 100-200", "SH-09"},
		{"range.tab", "a Range with a tab", "Range", "bytes=100-\t200", "SH-09"},
		{"range.suffix", "a Range of the last bytes", "Range", "bytes=-200", "SH-09"},
		{"range.reversed", "a Range that ends before it begins", "Range", "bytes=200-100", "SH-09"},
		{"range.list", "a Range of two ranges", "Range", "bytes=100-200,300-400", "SH-09"},
		{"range.comma", "a Range with a comma in front", "Range", ",bytes=100-200", "SH-09"},
		{"range.plus", "a Range with a plus sign", "Range", "bytes=+0-100", "SH-09"},
		{"range.plus-end", "a Range with a plus sign at its end", "Range", "bytes=0-+100", "SH-09"},
		{"range.minus", "a Range with two dashes", "Range", "bytes=0--1", "SH-09"},
		{"range.ff", "a Range with a form feed", "Range", "bytes=\x0c0-100", "SH-09"},
		{"range.long", "a Range of more than 128 bytes", "Range", "bytes=" + strings.Repeat("0", 128) + "-", "SH-09"},

		{"last-event-id", "Last-Event-ID", "Last-Event-ID", "1", "SH-10"},
		{"authorization", "Authorization", "Authorization", "Bearer corsproof", "SH-12"},
		{"custom", "a header of the author's own", "X-Test", "1", "SH-12"},
		{"if-none-match", "If-None-Match", "If-None-Match", `"a"`, "SH-12"},
		{"cache-control", "Cache-Control", "Cache-Control", "no-cache", "SH-12"},
		{"pragma", "Pragma", "Pragma", "no-cache", "SH-12"},
		{"upgrade-insecure-requests", "Upgrade-Insecure-Requests", "Upgrade-Insecure-Requests", "1", "SH-12"},
		{"user-agent", "User-Agent", "User-Agent", "corsproof", "SH-12"},
		{"method-override", "X-HTTP-Method-Override: PUT", "X-HTTP-Method-Override", "PUT", "SH-17"},

		{"dpr", "the client hint DPR", "DPR", "2", "SH-11"},
		{"save-data", "the client hint Save-Data", "Save-Data", "on", "SH-11"},
		{"device-memory", "the client hint Device-Memory", "Device-Memory", "1", "SH-11"},
		{"width", "the client hint Width", "Width", "100", "SH-11"},
		{"viewport-width", "the client hint Viewport-Width", "Viewport-Width", "100", "SH-11"},
		{"downlink", "the client hint Downlink", "Downlink", "1", "SH-11"},
		{"ect", "the client hint ECT", "ECT", "4g", "SH-11"},
		{"rtt", "the client hint RTT", "RTT", "100", "SH-11"},
	} {
		method := methodFor(h.name)
		all = append(all, Scenario{
			ID:     "browser.safelist.unsafe." + h.slug,
			Title:  h.what + " must be asked for in a CORS-preflight request",
			Spec:   "cors-safelisted-request-header",
			Covers: []string{h.covers},
			Stub:   preflight(stub.Answer{Status: 403}, ok(anyOrigin)),
			Steps: once(ask(method, h.name+": "+h.value),
				refused(fetch.PreflightMissingAllowOriginHeader, asks(method, strings.ToLower(h.name)))),
		})
	}
	return all
}

// forbidden are headers that the user agent keeps for itself: what a script says of
// them is dropped, without a word.
func forbidden() []Scenario {
	var all []Scenario
	for _, h := range []struct{ slug, name, value string }{
		{"accept-charset", "Accept-Charset", "utf-8"},
		{"request-headers", "Access-Control-Request-Headers", "x-test"},
		{"request-method", "Access-Control-Request-Method", "PUT"},
		{"cookie", "Cookie", "a=b"},
		{"date", "Date", "Tue, 01 Jan 2030 00:00:00 GMT"},
		{"expect", "Expect", "100-continue"},
		{"te", "TE", "trailers"},
		{"trailer", "Trailer", "X-Test"},
		{"upgrade", "Upgrade", "websocket"},
		{"via", "Via", "1.1 corsproof"},
		{"proxy", "Proxy-Test", "1"},
		{"sec", "Sec-Test", "1"},
		{"method-trace", "X-HTTP-Method-Override", "TRACE"},
		{"method-list", "X-Method-Override", "GET, track"},
	} {
		all = append(all, Scenario{
			ID:     "browser.safelist.forbidden." + h.slug,
			Title:  h.name + ": " + h.value + " must be dropped when a script sets it",
			Spec:   "forbidden-request-header",
			Covers: []string{"SH-17"},
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(ask("GET", h.name+": "+h.value), shared(sends("GET").without(h.name))),
		})
	}
	return append(all, Scenario{
		ID:     "browser.safelist.forbidden.origin",
		Title:  "Origin must be the page's, whatever a script sets, and never be asked for",
		Spec:   "forbidden-request-header",
		Covers: []string{"SH-17", "PR-03"},
		Stub:   preflight(ok(anyOrigin, allowHeaders+"x-test"), ok(anyOrigin)),
		Steps: once(ask("GET", "Origin: "+Other, "X-Test: 1"),
			shared(asks("GET", "x-test"), sends("GET", "X-Test: 1"))),
	})
}
