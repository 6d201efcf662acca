package useragent

import (
	"fmt"

	"github.com/corsproof/corsproof/suite/fetch"
)

const (
	webkit     = "webkit"
	seenWebKit = "seen in WebKitGTK 2.50.6"
)

// webKitDeviations are those of WebKitGTK. It sends its own requests by libsoup, which may be why
// some of them are not in Safari.
func webKitDeviations() []Deviation {
	const bearer = "Authorization: Bearer corsproof"
	all := []Deviation{
		{
			Browser:  webkit,
			Scenario: "browser.wildcards.authorization",
			Instead:  "It lets Authorization through under *, as all engines do.",
			Evidence: "D-01",
			Link:     "https://github.com/whatwg/fetch/issues/1919",
			Wants:    []Want{shared(asks("GET", "authorization"), sends("GET", bearer))},
		},
		{
			Browser:  webkit,
			Scenario: "browser.cache.star.authorization",
			Instead:  "It remembers * for Authorization too, and lets it through without asking.",
			Evidence: "D-01",
			Link:     "https://github.com/whatwg/fetch/issues/1919",
			Wants:    []Want{shared(asks("GET", "x-a"), sends("GET")), shared(sends("GET", bearer))},
		},
		{
			Browser:  webkit,
			Scenario: "browser.cache.max-age.negative",
			Instead:  "It does not remember the answer: all engines, and web-platform-tests, take a negative number for 0.",
			Evidence: "CA-04",
			Link:     "https://github.com/web-platform-tests/wpt/blob/master/cors/preflight-cache.htm",
			Wants:    []Want{putAnew(0).Want, putAnew(0).Want},
		},
		{
			Browser:  webkit,
			Scenario: "browser.cache.max-age.plus",
			Instead:  "It takes +0 for 0.",
			Evidence: seenWebKit,
			Wants:    []Want{putAnew(0).Want, putAnew(0).Want},
		},
		{
			Browser:  webkit,
			Scenario: "browser.cache.kept",
			Instead:  "It keeps one answer for an origin and a URL, the last.",
			Evidence: seenWebKit,
			Wants:    []Want{putAnew(0).Want, shared(asks("GET", "x-test"), sends("GET")), putAnew(0).Want},
		},
		{
			Browser:  webkit,
			Scenario: "browser.cache.cleared",
			Instead:  "It remembers what was allowed, though the actual response was not shared.",
			Evidence: seenWebKit,
			Wants:    []Want{refused(fetch.MissingAllowOriginHeader, asks("PUT", ""), sends("PUT")), putAgain(0).Want},
		},
		{
			Browser:  webkit,
			Scenario: "browser.preflight.endless",
			Instead:  "It waits for the end of a body that says nothing before it sends the actual request.",
			Evidence: seenWebKit,
			Wants:    []Want{{Type: fetch.NetworkError, Sent: []Sent{asks("PUT", "")}}},
		},
		{
			Browser:  webkit,
			Scenario: "browser.exposed.value.latin-1",
			Instead:  "It reads bytes that are no UTF-8 as the three of U+FFFD.",
			Evidence: seenWebKit,
			Wants:    []Want{reads("X-Test", "\u00ef\u00bf\u00bdl\u00ef\u00bf\u00bdve", sends("GET"))},
		},
		{
			Browser:  webkit,
			Scenario: "browser.redirects.authorization.on",
			Instead:  "It takes Authorization off, and asks for it all the same.",
			Evidence: seenWebKit,
			Wants: []Want{shared(asks("GET", "authorization"), sends("GET", bearer),
				asks("GET", "authorization").to(Other+"/{id}", "null"), sends("GET").to(Other+"/{id}", "null").without("Authorization"))},
		},
		{
			Browser:  webkit,
			Scenario: "browser.consumers.beacon.opaque",
			Instead:  "It says the origin of the page around a sandboxed frame in a beacon of the frame.",
			Evidence: seenWebKit,
			Wants:    []Want{tainted(sends("POST").to(Target, around))},
		},
	}
	all = append(all, webKitRanges()...)
	all = append(all, webKitFonts()...)
	all = append(all, webKitTracks()...)
	return append(all, webKitRedirects()...)
}

// webKitRanges are values of Range that WebKit takes for safelisted.
func webKitRanges() []Deviation {
	var all []Deviation
	for _, v := range []struct{ slug, value string }{
		{"upper-case", "BYTES=100-200"}, {"title-case", "Bytes=100-200"}, {"plus", "bytes=+0-100"}, {"plus-end", "bytes=0-+100"},
	} {
		all = append(all, Deviation{
			Browser:  webkit,
			Scenario: "browser.safelist.unsafe.range." + v.slug,
			Instead:  "It reads Range as a lenient server would, and sends it without a CORS-preflight request.",
			Evidence: seenWebKit,
			Wants:    []Want{shared(sends("GET", "Range: "+v.value))},
		})
	}
	return append(all, Deviation{
		Browser:  webkit,
		Scenario: "browser.safelist.unsafe.range.ff",
		Instead:  "It sends a form feed in Range without a CORS-preflight request, which the stub takes for no HTTP.",
		Evidence: seenWebKit,
		Wants:    []Want{{Type: fetch.NetworkError}},
	})
}

// webKitFonts are loaded without CORS.
func webKitFonts() []Deviation {
	var all []Deviation
	for _, slug := range []string{"star", "none", "other"} {
		all = append(all, Deviation{
			Browser:  webkit,
			Scenario: "browser.consumers.font." + slug,
			Instead:  "It loads fonts without Origin, and uses them whatever is allowed.",
			Evidence: seenWebKit + ", and meant to be so",
			Link:     "https://lists.webkit.org/pipermail/webkit-dev/2011-January/015797.html",
			Wants:    []Want{usable(silently(sends("GET")))},
		})
	}
	return all
}

// webKitTracks are loaded as images are, and read.
func webKitTracks() []Deviation {
	const instead = "It loads captions of another origin without the attribute crossorigin, and shows a script their text."
	return []Deviation{
		{
			Browser: webkit, Scenario: "browser.consumers.track.plain", Instead: instead, Evidence: seenWebKit,
			Wants: []Want{usable(silently(sends("GET")))},
		},
		{
			Browser: webkit, Scenario: "browser.consumers.track.plain.redirect", Instead: instead, Evidence: seenWebKit,
			Wants: []Want{{Type: fetch.Basic, Sent: []Sent{sends("GET").to(Page+"/{id}", Absent), silently(sends("GET"))}}},
		},
	}
}

// webKitRedirects are those after which the method is safelisted and no header is left
// to ask for.
func webKitRedirects() []Deviation {
	const instead = "It asks for what follows a redirect as if the method or the type had stayed, whenever the first request was asked for."
	const there = Target + "/there"
	var all []Deviation
	for _, code := range []int{301, 302, 303} {
		all = append(all, Deviation{
			Browser:  webkit,
			Scenario: fmt.Sprintf("browser.redirects.post.%d.type", code),
			Instead:  instead,
			Evidence: seenWebKit,
			Wants: []Want{shared(asks("POST", "content-type"), sends("POST"),
				asks("GET", "content-type").to(there, ""), sends("GET").to(there, "").without("Content-Type"))},
		})
	}
	for _, method := range []string{"PUT", "FOO"} {
		all = append(all, Deviation{
			Browser:  webkit,
			Scenario: "browser.redirects." + lowered(method) + ".303",
			Instead:  instead,
			Evidence: "D-10, " + seenWebKit,
			Wants:    []Want{shared(asks(method, ""), sends(method), asks("GET", "").to(there, ""), sends("GET").to(there, ""))},
		})
	}
	return all
}
