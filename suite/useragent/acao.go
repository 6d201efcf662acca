package useragent

import "github.com/corsproof/corsproof/suite/fetch"

// The CORS check compares bytes: the value of Access-Control-Allow-Origin is the
// page's origin as it is serialized, or "*" without credentials, and nothing else.
var acao = Chapter{
	Name:      "acao",
	Title:     "Access-Control-Allow-Origin",
	Scenarios: append(append(acaoValues(), acaoLines()...), acaoOpaque()...),
}

func acaoValues() []Scenario {
	const ( // why a value does not do
		mismatch = fetch.AllowOriginMismatch
		invalid  = fetch.InvalidAllowOriginValue
		multiple = fetch.MultipleAllowOriginValues
	)
	var all []Scenario
	for _, v := range []struct {
		slug, what, value string
		reason            fetch.Reason // none: it matches
		covers            string
		malformed         bool // a user agent may refuse it as HTTP
	}{
		{slug: "exact", what: "the page's origin", value: Page, covers: "OR-01"},
		{slug: "star", what: "*", value: "*", covers: "OR-01"},
		{slug: "spaces", what: "spaces around the page's origin", value: "  " + Page + "  ", covers: "OR-01"},
		{slug: "tabs", what: "tabs around the page's origin", value: "\t" + Page + "\t", covers: "OR-01"},
		{slug: "star.spaces", what: "spaces around *", value: " * ", covers: "OR-01"},

		{slug: "target", what: "the target's own origin", value: API, reason: mismatch, covers: "SR-05"},
		{slug: "subdomain", what: "a sub-domain of the page's host", value: "http://www.app.example.test", reason: mismatch, covers: "OR-02"},
		{slug: "parent", what: "the parent domain of the page's host", value: "http://example.test", reason: mismatch, covers: "OR-02"},
		{slug: "suffix", what: "a longer host that begins as the page's", value: Page + ".example.net", reason: mismatch, covers: "OR-02"},
		{slug: "suffix.dot", what: "the page's host with a dot at its end", value: Page + ".", reason: mismatch, covers: "OR-02"},
		{slug: "prefix", what: "a host that ends as the page's", value: "http://evilapp.example.test", reason: mismatch, covers: "OR-02"},
		{slug: "scheme", what: "the page's origin by https", value: "https://app.example.test", reason: mismatch, covers: "OR-02"},
		{slug: "scheme.ftp", what: "the page's origin by ftp", value: "ftp://app.example.test", reason: mismatch, covers: "OR-02"},
		{slug: "port", what: "another port of the page's host", value: Port, reason: mismatch, covers: "OR-02"},
		{slug: "port.default", what: "the page's origin with its default port", value: Page + ":80", reason: mismatch, covers: "OR-12"},
		{slug: "slash", what: "the page's origin and a slash", value: Page + "/", reason: mismatch, covers: "OR-02"},
		{slug: "slash.space", what: "the page's origin, a space and a slash", value: Page + " /", reason: multiple, covers: "OR-02"},
		{slug: "path", what: "a URL of the page's origin", value: Page + "/index.html", reason: mismatch, covers: "OR-02"},
		{slug: "query", what: "the page's origin and a question mark", value: Page + "?", reason: mismatch, covers: "OR-02"},
		{slug: "fragment", what: "the page's origin and a number sign", value: Page + "#", reason: mismatch, covers: "OR-02"},
		{slug: "percent", what: "the page's origin and %23", value: Page + "%23", reason: invalid, covers: "OR-02"},
		{slug: "upper-case.scheme", what: "the page's origin with an upper-case scheme", value: "HTTP://app.example.test", reason: mismatch, covers: "OR-02"},
		{slug: "upper-case.host", what: "the page's origin with an upper-case host", value: "http://APP.example.test", reason: mismatch, covers: "OR-02"},
		{slug: "host", what: "the page's host alone", value: "app.example.test", reason: invalid, covers: "OR-02"},
		{slug: "no-scheme", what: "the page's origin without its scheme", value: "//app.example.test", reason: invalid, covers: "OR-02"},
		{slug: "colon", what: "the page's origin with nothing but a colon for a scheme", value: "://app.example.test", reason: invalid, covers: "OR-02"},
		{slug: "two-colons", what: "the page's origin with two colons", value: "http:://app.example.test", reason: invalid, covers: "OR-02"},
		{slug: "one-slash", what: "the page's origin with one slash", value: "http:/app.example.test", reason: mismatch, covers: "OR-02"},
		{slug: "no-slash", what: "the page's origin without slashes", value: "http:app.example.test", reason: mismatch, covers: "OR-02"},
		{slug: "quoted", what: "the page's origin in quotes", value: `"` + Page + `"`, reason: invalid, covers: "OR-02"},
		{slug: "empty", what: "nothing", value: "", reason: invalid, covers: "OR-02"},
		{slug: "dash", what: "a dash", value: "-", reason: invalid, covers: "OR-02"},
		{slug: "null", what: "null", value: "null", reason: mismatch, covers: "OR-05"},
		{slug: "true", what: "true", value: "true", reason: invalid, covers: "OR-02"},

		{slug: "list.star", what: "the page's origin and *", value: Page + ", *", reason: multiple, covers: "OR-02"},
		{slug: "list.star-first", what: "* and the page's origin", value: "*, " + Page, reason: multiple, covers: "OR-02"},
		{slug: "list.origins", what: "a list of origins with the page's", value: Page + ", " + Other, reason: multiple, covers: "OR-04"},
		{slug: "list.spaces", what: "origins separated by a space", value: Page + " " + Other, reason: multiple, covers: "OR-04"},
		{slug: "list.twice", what: "the page's origin twice", value: Page + ", " + Page, reason: multiple, covers: "OR-04"},
		{slug: "list.null", what: "null and the page's origin", value: "null " + Page, reason: multiple, covers: "OR-02"},
		{slug: "list.comma", what: "the page's origin and a comma", value: Page + ",", reason: multiple, covers: "OR-02"},

		{slug: "star.twice", what: "**", value: "**", reason: invalid, covers: "OR-02"},
		{slug: "star.list", what: "* and *", value: "* *", reason: multiple, covers: "OR-02"},
		{slug: "star.null", what: "* and null", value: "* null", reason: multiple, covers: "OR-02"},
		{slug: "star.comma", what: "* and a comma", value: "*,", reason: multiple, covers: "OR-02"},
		{slug: "star.comma-first", what: "a comma and *", value: ",*", reason: multiple, covers: "OR-02"},
		{slug: "star.quoted", what: "* in quotes", value: `"*"`, reason: invalid, covers: "OR-02"},
		{slug: "star.apostrophes", what: "* in apostrophes", value: "'*'", reason: invalid, covers: "OR-02"},
		{slug: "star.origin", what: "* in front of the page's origin", value: "*" + Page, reason: invalid, covers: "OR-02"},

		{slug: "pattern.subdomain", what: "a pattern of the page's site", value: "http://*.example.test", reason: mismatch, covers: "WI-12"},
		{slug: "pattern.host", what: "a pattern of hosts without a scheme", value: "*.example.test", reason: invalid, covers: "WI-12"},
		{slug: "pattern.scheme", what: "a pattern of all hosts", value: "http://*", reason: mismatch, covers: "WI-12"},

		{slug: "control.nul", what: "the page's origin and NUL", value: Page + "\x00", covers: "OR-02", reason: mismatch, malformed: true},
		{slug: "control.nul-star", what: "NUL and *", value: "\x00*", covers: "OR-02", reason: invalid, malformed: true},
		{slug: "control.vt", what: "the page's origin between vertical tabs", value: "\x0b" + Page + "\x0b", covers: "OR-02", reason: mismatch, malformed: true},
		{slug: "control.ff", what: "the page's origin between form feeds", value: "\x0c" + Page + "\x0c", covers: "OR-02", reason: mismatch, malformed: true},
	} {
		s := Scenario{
			ID:     "browser.acao." + v.slug,
			Title:  "Access-Control-Allow-Origin with " + v.what + " must share the response",
			Spec:   "cors-check",
			Covers: []string{v.covers},
			Stub:   answers(ok(allowOrigin + v.value)),
			Steps:  once(ask("GET"), shared(sends("GET"))),
		}
		if v.malformed {
			s.Cause = fetch.ByConnection
		}
		if v.reason != "" {
			s.Title = "Access-Control-Allow-Origin with " + v.what + " must not share the response"
			s.Steps = once(ask("GET"), refused(v.reason, sends("GET")))
		}
		all = append(all, s)
	}
	return all
}

// acaoLines are those of several header lines, which count as one value with commas.
func acaoLines() []Scenario {
	var all []Scenario
	for _, v := range []struct{ slug, what, first, second string }{
		{"star", "* twice", "*", "*"},
		{"origin", "the page's origin twice", Page, Page},
		{"origin-star", "the page's origin and *", Page, "*"},
		{"star-origin", "* and the page's origin", "*", Page},
		{"empty-star", "nothing and *", "", "*"},
		{"star-empty", "* and nothing", "*", ""},
		{"empty-origin", "nothing and the page's origin", "", Page},
		{"other-origin", "another origin and the page's", Other, Page},
	} {
		all = append(all, Scenario{
			ID:     "browser.acao.lines." + v.slug,
			Title:  "Two lines of Access-Control-Allow-Origin with " + v.what + " must not share the response",
			Spec:   "concept-header-list-get",
			Covers: []string{"OR-03", "OR-04"},
			Stub:   answers(ok(allowOrigin+v.first, allowOrigin+v.second)),
			Steps:  once(ask("GET"), refused(fetch.MultipleAllowOriginValues, sends("GET"))),
		})
	}
	return all
}

// acaoOpaque are those of a sandboxed frame, whose origin is opaque.
func acaoOpaque() []Scenario {
	var all []Scenario
	for _, v := range []struct {
		slug, what string
		lines      []string
		reason     fetch.Reason
	}{
		{"null", "null", []string{allowOrigin + "null"}, ""},
		{"star", "*", []string{anyOrigin}, ""},
		{"none", "no value", nil, fetch.MissingAllowOriginHeader},
		{"page", "the origin of its parent", []string{allowOrigin + around}, fetch.AllowOriginMismatch},
		{"target", "the target's own origin", []string{allowOrigin + API}, fetch.AllowOriginMismatch},
		{"upper-case", "NULL", []string{allowOrigin + "NULL"}, fetch.InvalidAllowOriginValue},
		{"quoted", "null in quotes", []string{allowOrigin + `"null"`}, fetch.InvalidAllowOriginValue},
	} {
		s := Scenario{
			ID:     "browser.acao.opaque." + v.slug,
			Title:  "Access-Control-Allow-Origin with " + v.what + " must share the response with a sandboxed frame",
			Spec:   "cors-check",
			Covers: []string{"OR-06"},
			Origin: "null",
			Stub:   answers(ok(v.lines...)),
			Steps:  once(ask("GET"), shared(sends("GET", "Origin: null"))),
		}
		if v.reason != "" {
			s.Title = "Access-Control-Allow-Origin with " + v.what + " must not share the response with a sandboxed frame"
			s.Steps = once(ask("GET"), refused(v.reason, sends("GET", "Origin: null")))
		}
		all = append(all, s)
	}
	return append(all,
		Scenario{
			ID:     "browser.acao.opaque.preflight",
			Title:  "The CORS-preflight request of a sandboxed frame must say Origin: null",
			Spec:   "cors-preflight-fetch",
			Covers: []string{"OR-06"},
			Origin: "null",
			Stub:   preflight(ok(allowOrigin+"null", allowMethods+"PUT"), ok(allowOrigin+"null")),
			Steps:  once(ask("PUT"), shared(asks("PUT", ""), sends("PUT"))),
		},
		Scenario{
			ID:     "browser.acao.opaque.credentials",
			Title:  "A sandboxed frame must have a response with credentials if it allows null and credentials",
			Spec:   "cors-check",
			Covers: []string{"OR-06"},
			Origin: "null",
			Stub:   answers(ok(allowOrigin+"null", trusted)),
			Steps:  once(trusting(ask("GET")), shared(sends("GET"))),
		},
		Scenario{
			ID:     "browser.acao.idn",
			Title:  "A page on a host with other letters than ASCII must say its origin in ASCII",
			Spec:   "append-a-request-origin-header",
			Covers: []string{"OR-08"},
			Origin: "http://xn--lve-6lad.example.test",
			Stub:   answers(ok(allowOrigin + "http://xn--lve-6lad.example.test")),
			Steps:  once(ask("GET"), shared(sends("GET"))),
		},
		Scenario{
			ID:     "browser.acao.idn.unicode",
			Title:  "Access-Control-Allow-Origin with the page's host in Unicode must not share the response",
			Spec:   "cors-check",
			Covers: []string{"OR-08"},
			Origin: "http://xn--lve-6lad.example.test",
			Stub:   answers(ok(allowOrigin + "http://élève.example.test")),
			Steps:  once(ask("GET"), refused(fetch.AllowOriginMismatch, sends("GET"))),
		})
}
