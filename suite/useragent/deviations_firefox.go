package useragent

import "github.com/corsproof/corsproof/suite/fetch"

const firefox = "firefox"

// firefoxDeviations are those of Firefox 153.
func firefoxDeviations() []Deviation {
	const there = "/{id}/there"
	bearer := "Authorization: Bearer corsproof"
	all := []Deviation{
		{
			Scenario: "browser.wildcards.authorization",
			Instead:  "It lets Authorization through under *, as all engines do.",
			Evidence: "D-01",
			Link:     "https://github.com/whatwg/fetch/issues/1919",
			Wants:    []Want{shared(asks("GET", "authorization"), sends("GET", bearer))},
		},
		{
			Scenario: "browser.cache.star.authorization",
			Instead:  "It asks for Authorization, as it must, but lets it through under *.",
			Evidence: "D-01",
			Link:     "https://github.com/whatwg/fetch/issues/1919",
			Wants: []Want{
				shared(asks("GET", "x-a"), sends("GET")),
				shared(asks("GET", "authorization"), sends("GET", bearer)),
			},
		},
		{
			Scenario: "browser.consumers.script.thrown.plain",
			Instead:  "It tells the page of errors in a script that is not shared with it.",
			Evidence: "D-13",
			Link:     "https://bugzilla.mozilla.org/show_bug.cgi?id=1648828",
			Wants:    []Want{{Type: fetch.Opaque, Thrown: "corsproof", Sent: []Sent{silently(sends("GET"))}}},
		},
		{
			Scenario: "browser.consumers.beacon.more",
			Instead:  "It sends beacons of more than 64 KiB.",
			Evidence: "D-20",
			Link:     "https://bugzilla.mozilla.org/show_bug.cgi?id=2008613",
			Wants:    []Want{tainted(sends("POST"))},
		},
		{
			Scenario: "browser.cache.star",
			Instead:  "It never uses what it remembers of *, and asks each time.",
			Evidence: "D-05",
			Wants: []Want{
				shared(asks("PUT", "x-a"), sends("PUT")),
				shared(asks("DELETE", "x-b"), sends("DELETE")),
			},
		},
		{
			Scenario: "browser.cache.credentials",
			Instead:  "It remembers requests with and without credentials apart, both ways.",
			Evidence: "D-06",
			Wants:    []Want{shared(asks("PUT", ""), sends("PUT")), putAnew(0).Want},
		},
		{
			Scenario: "browser.cache.tainted",
			Instead:  "After a redirect to a third origin it asks with the page's origin, and remembers the answer for that.",
			Evidence: "D-09",
			Wants: []Want{
				shared(
					asks("PUT", "").to(Other+"/{id}", ""), sends("PUT").to(Other+"/{id}", ""),
					asks("PUT", "").to(Target, ""), sends("PUT").to(Target, "null")),
				putAgain(0).Want,
			},
		},
		{
			Scenario: "browser.redirects.authorization.on",
			Instead:  "It takes Authorization off, but sends a CORS-preflight request that asks for nothing.",
			Evidence: "D-10",
			Wants: []Want{shared(asks("GET", "authorization"), sends("GET", bearer),
				asks("GET", "").to(Other+"/{id}", ""), sends("GET").to(Other+"/{id}", "null").without("Authorization"))},
		},
	}
	for _, way := range []struct{ slug, to string }{{"on", Other + there}, {"back", Page + there}} {
		asked := []Sent{asks("GET", "x-test"), sends("GET", "X-Test: 1"), asks("GET", "x-test").to(way.to, "")}
		const instead = "It asks with the page's origin after a redirect to a third, and sends null with the request itself: a server must allow both."
		all = append(all, Deviation{
			Scenario: "browser.redirects.header." + way.slug,
			Instead:  instead,
			Evidence: "D-09",
			Wants:    []Want{shared(append(asked[:3:3], sends("GET", "X-Test: 1").to(way.to, "null"))...)},
		}, Deviation{
			Scenario: "browser.redirects.header." + way.slug + ".refused",
			Instead:  instead,
			Evidence: "D-09",
			Wants:    []Want{refused(fetch.HeaderDisallowedByPreflightResponse, asked...)},
		})
	}
	for _, slug := range []string{"negative", "word", "fraction", "plus", "list", "lines", "quoted", "unit"} {
		all = append(all, Deviation{
			Scenario: "browser.cache.max-age." + slug,
			Instead:  "It does not remember an answer whose Access-Control-Max-Age has anything but digits.",
			Evidence: "D-04",
			Wants:    []Want{putAnew(0).Want, putAnew(0).Want},
		})
	}
	for _, after := range []struct {
		slug, method, names string
		headers             []string
	}{
		{"put.303", "PUT", "", nil},
		{"foo.303", "FOO", "", nil},
		{"post.301.type", "POST", "content-type", []string{"Content-Type: application/x-pony"}},
		{"post.302.type", "POST", "content-type", []string{"Content-Type: application/x-pony"}},
		{"post.303.type", "POST", "content-type", []string{"Content-Type: application/x-pony"}},
	} {
		all = append(all, Deviation{
			Scenario: "browser.redirects." + after.slug,
			Instead:  "It sends a needless CORS-preflight request for the GET that a redirect made of the request.",
			Evidence: "D-10",
			Wants: []Want{shared(asks(after.method, after.names), sends(after.method, after.headers...),
				asks("GET", "").to(API+there, ""), sends("GET").to(API+there, ""))},
		})
	}
	for i := range all {
		all[i].Browser = firefox
	}
	return all
}
