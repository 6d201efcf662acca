package useragent

import (
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A script can read the CORS-safelisted response-headers, and those that
// Access-Control-Expose-Headers names on the response itself, if that is a list.
var exposed = Chapter{
	Name:      "exposed",
	Title:     "Exposed response headers",
	Scenarios: append(append(exposedNames(), exposedSyntax()...), exposedElsewhere()...),
}

// reads is a shared response with one header that the script can read, or, if the
// value is empty, cannot.
func reads(name, value string, sent ...Sent) Want {
	w := shared(sent...)
	if value == "" {
		w.Hidden = []string{name}
	} else {
		w.Readable = fetch.HeaderList{{Name: name, Value: value}}
	}
	return w
}

func exposedNames() []Scenario {
	var all []Scenario
	for _, h := range []struct{ name, value string }{
		{"Cache-Control", "no-store"},
		{"Content-Language", "fr"},
		{"Content-Length", "9"},
		{"Content-Type", "text/plain"},
		{"Expires", "Thu, 01 Jan 1970 00:00:00 GMT"},
		{"Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT"},
		{"Pragma", "no-cache"},
	} {
		all = append(all, Scenario{
			ID:     "browser.exposed.safelisted." + lowered(h.name),
			Title:  "A script must be able to read " + h.name + " unasked",
			Spec:   "cors-safelisted-response-header-name",
			Covers: []string{"EX-01"},
			Stub:   answers(ok(anyOrigin, h.name+": "+h.value)),
			Steps:  once(ask("GET"), reads(h.name, h.value, sends("GET"))),
		})
	}
	for _, h := range []struct{ name, value string }{
		{"Age", "1"}, {"Date", "Thu, 01 Jan 1970 00:00:00 GMT"}, {"ETag", `"a"`}, {"Location", "/"},
		{"Server", "corsproof"}, {"Warning", "199 - corsproof"}, {"WWW-Authenticate", "Bearer"},
		{"X-Powered-By", "corsproof"}, {"X-Test", "1"},
	} {
		all = append(all,
			Scenario{
				ID:     "browser.exposed.hidden." + lowered(h.name),
				Title:  "A script must not be able to read " + h.name + " unless it is exposed",
				Spec:   "cors-safelisted-response-header-name",
				Covers: []string{"EX-02"},
				Stub:   answers(ok(anyOrigin, h.name+": "+h.value)),
				Steps:  once(ask("GET"), reads(h.name, "", sends("GET"))),
			},
			Scenario{
				ID:     "browser.exposed.listed." + lowered(h.name),
				Title:  "A script must be able to read " + h.name + " if it is exposed",
				Spec:   "cors-safelisted-response-header-name",
				Covers: []string{"EX-03"},
				Stub:   answers(ok(anyOrigin, exposeHeaders+h.name, h.name+": "+h.value)),
				Steps:  once(ask("GET"), reads(h.name, h.value, sends("GET"))),
			})
	}
	for _, name := range []string{"Set-Cookie", "Set-Cookie2"} {
		all = append(all, Scenario{
			ID:     "browser.exposed.never." + lowered(name),
			Title:  "A script must not be able to read " + name + " though it is exposed",
			Spec:   "forbidden-response-header-name",
			Covers: []string{"EX-04"},
			Stub:   answers(ok(anyOrigin, exposeHeaders+name, name+": a=b")),
			Steps:  once(ask("GET"), reads(name, "", sends("GET"))),
		})
	}
	return all
}

// exposedSyntax are values of Access-Control-Expose-Headers, each of which exposes
// BB-8, or nothing.
func exposedSyntax() []Scenario {
	var all []Scenario
	for _, v := range []struct {
		slug, what string
		lines      []string
		readable   bool
	}{
		{"one", "the name alone", []string{"BB-8"}, true},
		{"lower-case", "the name in lower case", []string{"bb-8"}, true},
		{"list", "a list with the name", []string{"x-custom, bb-8"}, true},
		{"spaces", "spaces around the name", []string{"bb-8  ,  x-custom"}, true},
		{"comma-first", "a comma in front", []string{", bb-8"}, true},
		{"commas", "several commas", []string{",,,bb-8,,"}, true},
		{"lines", "two lines", []string{"x-custom", "bb-8"}, true},
		{"lines.empty", "an empty line in front", []string{"", "bb-8"}, true},
		{"lines.empty-last", "an empty line behind", []string{"bb-8", ""}, true},
		{"apostrophes", "the name in apostrophes", []string{"'bb-8'"}, false},
		{"quotes", "the name in quotes", []string{`"bb-8"`}, false},
		{"quoted-list", "a list in quotes", []string{`"bb-8, x-custom"`}, false},
		{"not-a-token", "another item that has a space", []string{"bb-8, no no"}, false},
		{"not-a-token.first", "an item in front that has a space", []string{"no no, bb-8"}, false},
		{"not-a-token.symbols", "another item of symbols", []string{"@#$#%%&^&^*()()11!, bb-8"}, false},
		{"not-a-token.lines", "another line that is no list", []string{"bb-8", "no no"}, false},
		{"parameter", "the name with a parameter", []string{"bb-8;q=1"}, false},
		{"slash", "another item with a slash", []string{"bb-8, a/b"}, false},
		{"prefix", "the beginning of the name", []string{"bb"}, false},
		{"empty", "nothing", []string{""}, false},
	} {
		lines := []string{anyOrigin, "BB-8: hey"}
		for _, line := range v.lines {
			lines = append(lines, exposeHeaders+line)
		}
		s := Scenario{
			ID:     "browser.exposed.syntax." + v.slug,
			Title:  "Access-Control-Expose-Headers with " + v.what + " must expose the header",
			Spec:   "extract-header-list-values",
			Covers: []string{"EX-07"},
			Stub:   answers(ok(lines...)),
			Steps:  once(ask("GET"), reads("BB-8", "hey", sends("GET"))),
		}
		if len(v.lines) > 1 {
			s.Covers = append(s.Covers, "EX-05")
		}
		if !v.readable {
			s.Title = "Access-Control-Expose-Headers with " + v.what + " must not expose the header"
			s.Steps = once(ask("GET"), reads("BB-8", "", sends("GET")))
		}
		all = append(all, s)
	}
	return all
}

func exposedElsewhere() []Scenario {
	return []Scenario{
		{
			ID:     "browser.exposed.value.lines",
			Title:  "An exposed header of two lines must be read as one value with a comma",
			Spec:   "concept-header-list-get",
			Covers: []string{"EX-06"},
			Stub:   answers(ok(anyOrigin, exposeHeaders+"X-Test", "X-Test: 1", "X-Test: 2")),
			Steps:  once(ask("GET"), reads("X-Test", "1, 2", sends("GET"))),
		},
		{
			ID:     "browser.exposed.value.latin-1",
			Title:  "The bytes of an exposed header must be read as the code points with their numbers",
			Spec:   "concept-header-list-get",
			Covers: []string{"EX-06"},
			Stub:   answers(ok(anyOrigin, exposeHeaders+"X-Test", "X-Test: \xe9l\xe8ve")),
			Steps:  once(ask("GET"), reads("X-Test", "élève", sends("GET"))),
		},
		{
			ID:     "browser.exposed.value.long",
			Title:  "An exposed header of 4 KiB must be read whole",
			Spec:   "concept-header-list-get",
			Covers: []string{"EX-06"},
			Stub:   answers(ok(anyOrigin, exposeHeaders+"X-Test", "X-Test: "+strings.Repeat("x", 4096))),
			Steps:  once(ask("GET"), reads("X-Test", strings.Repeat("x", 4096), sends("GET"))),
		},
		{
			ID:     "browser.exposed.redirect",
			Title:  "Access-Control-Expose-Headers of a redirect must not expose a header of the final response",
			Spec:   "concept-filtered-response-cors",
			Covers: []string{"EX-08"},
			Stub: append(answers(bare(302, anyOrigin, exposeHeaders+"X-Test", "Location: "+Target+"/there")),
				withURL(Target+"/there", answers(ok(anyOrigin, "X-Test: 1")))...),
			Steps: once(ask("GET"), reads("X-Test", "", sends("GET"), sends("GET").to(Target+"/there", ""))),
		},
		{
			ID:     "browser.exposed.redirect.final",
			Title:  "Access-Control-Expose-Headers of the final response must expose its header, whatever the redirect says",
			Spec:   "concept-filtered-response-cors",
			Covers: []string{"EX-08"},
			Stub: append(answers(bare(302, anyOrigin, "Location: "+Target+"/there")),
				withURL(Target+"/there", answers(ok(anyOrigin, exposeHeaders+"X-Test", "X-Test: 1")))...),
			Steps: once(ask("GET"), reads("X-Test", "1", sends("GET"), sends("GET").to(Target+"/there", ""))),
		},
		{
			ID:     "browser.exposed.preflight",
			Title:  "Access-Control-Expose-Headers of the response to a CORS-preflight request must not expose a header",
			Spec:   "concept-filtered-response-cors",
			Covers: []string{"EX-09"},
			Stub:   preflight(ok(anyOrigin, allowMethods+"PUT", exposeHeaders+"X-Test"), ok(anyOrigin, "X-Test: 1")),
			Steps:  once(ask("PUT"), reads("X-Test", "", asks("PUT", ""), sends("PUT"))),
		},
		{
			ID:     "browser.exposed.304",
			Title:  "A 304 that a script asked for must be shown if it is shared",
			Spec:   "cors-check",
			Covers: []string{"EX-11"},
			Stub:   preflight(ok(anyOrigin, allowHeaders+"If-None-Match"), bare(304, anyOrigin)),
			Steps: once(ask("GET", `If-None-Match: "a"`), Want{
				Type: fetch.CORS, Status: 304, Sent: []Sent{asks("GET", "if-none-match"), sends("GET")},
			}),
		},
		{
			ID:     "browser.exposed.304.refused",
			Title:  "A 304 that a script asked for must not be shown without Access-Control-Allow-Origin",
			Spec:   "cors-check",
			Covers: []string{"EX-11"},
			Stub:   preflight(ok(anyOrigin, allowHeaders+"If-None-Match"), bare(304)),
			Steps: once(ask("GET", `If-None-Match: "a"`),
				refused(fetch.MissingAllowOriginHeader, asks("GET", "if-none-match"), sends("GET"))),
		},
		{
			ID:     "browser.exposed.star",
			Title:  "Access-Control-Expose-Headers: * must expose every header without credentials",
			Spec:   "main-fetch",
			Covers: []string{"WI-09"},
			Stub:   answers(ok(anyOrigin, exposeHeaders+"*", "X-Test: 1", "Server: corsproof", "*: star")),
			Steps: once(ask("GET"), Want{Type: fetch.CORS, Status: 200, Sent: []Sent{sends("GET")},
				Readable: fetch.HeaderList{{Name: "X-Test", Value: "1"}, {Name: "Server", Value: "corsproof"}, {Name: "*", Value: "star"}}}),
		},
		{
			ID:     "browser.exposed.star.credentials",
			Title:  "Access-Control-Expose-Headers: * must expose a header that is called * and no other, with credentials",
			Spec:   "main-fetch",
			Covers: []string{"WI-10"},
			Stub:   answers(ok(thisOrigin, trusted, exposeHeaders+"*", "X-Test: 1", "*: star")),
			Steps: once(trusting(ask("GET")), Want{Type: fetch.CORS, Status: 200, Sent: []Sent{sends("GET")},
				Readable: fetch.HeaderList{{Name: "*", Value: "star"}}, Hidden: []string{"X-Test"}}),
		},
		{
			ID:     "browser.exposed.star.list",
			Title:  "* in a list must expose every header but Set-Cookie",
			Spec:   "main-fetch",
			Covers: []string{"WI-11"},
			Stub:   answers(ok(anyOrigin, exposeHeaders+"set-cookie,*", "X-Test: 1", "Set-Cookie: a=b; Path=/{id}")),
			Steps: once(ask("GET"), Want{Type: fetch.CORS, Status: 200, Sent: []Sent{sends("GET")},
				Readable: fetch.HeaderList{{Name: "X-Test", Value: "1"}}, Hidden: []string{"Set-Cookie"}}),
		},
	}
}
