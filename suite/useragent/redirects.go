package useragent

import (
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Every hop must allow its origin. That is the page's until a redirect leads from one
// foreign origin to another, and "null" from then on.
var redirects = Chapter{
	Name:  "redirects",
	Title: "Redirects",
	Scenarios: slices.Concat(redirectMatrix(), redirectStatuses(), redirectPreflights(), redirectLocations(),
		redirectModes(), redirectMethods(), redirectCredentials()),
}

var redirectCodes = []int{301, 302, 303, 307, 308}

// leads is a redirect to a URL.
func leads(code int, to string, lines ...string) stub.Answer {
	return bare(code, append(lines, "Location: "+to)...)
}

// redirectMatrix has what each of two hops allows, for each way from origin to origin.
func redirectMatrix() []Scenario {
	const there = "/{id}/there"
	allows := []struct {
		slug, what string
		lines      []string
	}{
		{"star", "any origin", []string{anyOrigin}},
		{"page", "the page's origin", []string{thisOrigin}},
		{"null", "null", []string{allowOrigin + "null"}},
		{"none", "no origin", nil},
		{"other", "another origin", []string{allowOrigin + "http://www.example.net"}},
	}
	reasons := map[string]fetch.Reason{
		"page": fetch.AllowOriginMismatch, "null": fetch.AllowOriginMismatch, "other": fetch.AllowOriginMismatch,
		"none": fetch.MissingAllowOriginHeader,
	}
	var all []Scenario
	for _, way := range []struct {
		slug, what, from, to string
		origin               string // what the second hop must be told
		covers               string
	}{
		{"out", "from the page's origin to another", Page, API, Page, "RD-01"},
		{"stay", "within another origin", API, API, Page, "RD-02"},
		{"on", "from another origin to a third", API, Other, "null", "RD-03"},
		{"back", "from another origin to the page's", API, Page, "null", "RD-04"},
	} {
		for i, first := range allows {
			if way.from == Page && i > 0 {
				break // nothing to allow
			}
			for j, second := range allows {
				if i > 0 && j > 0 {
					continue // the first hop decides
				}
				url, next := way.from+"/{id}", way.to+there
				// CORS-safe: the first hop of a page's own origin says no Origin.
				hop := sends("GET").to(url, "")
				lines := first.lines
				title := fmt.Sprintf("A redirect %s, the first of which allows %s and the second %s,", way.what, first.what, second.what)
				if way.from == Page {
					hop, lines = hop.to(url, Absent), nil
					title = fmt.Sprintf("A redirect %s that allows %s", way.what, second.what)
				}
				final := sends("GET").to(next, way.origin)
				s := Scenario{
					ID:     fmt.Sprintf("browser.redirects.%s.%s-%s", way.slug, first.slug, second.slug),
					Title:  title + " must be followed, and the response shared",
					Spec:   "http-redirect-fetch",
					Covers: []string{way.covers, "RD-06"},
					Stub:   append(withURL(url, answers(leads(302, next, lines...))), withURL(next, answers(ok(second.lines...)))...),
					Steps:  once(at(url, ask("GET")), shared(hop, final)),
				}
				if way.from == Page {
					s.ID = fmt.Sprintf("browser.redirects.%s.%s", way.slug, second.slug)
				}
				passes := func(slug, origin string) bool {
					return slug == "star" || slug == "page" && origin == Page || slug == "null" && origin == "null"
				}
				switch {
				case way.from != Page && !passes(first.slug, Page):
					s.Title = title + " must not be followed"
					s.Covers = append(s.Covers, "RD-05")
					s.Steps = once(at(url, ask("GET")), refused(reasons[first.slug], hop))
				case !passes(second.slug, way.origin):
					s.Title = title + " must not share the response"
					s.Covers = append(s.Covers, "RD-14")
					s.Steps = once(at(url, ask("GET")), refused(reasons[second.slug], hop, final))
				}
				all = append(all, s)
			}
		}
	}
	return all
}

func redirectStatuses() []Scenario {
	var all []Scenario
	for _, code := range redirectCodes {
		all = append(all, Scenario{
			ID:     fmt.Sprintf("browser.redirects.status.%d", code),
			Title:  fmt.Sprintf("A redirect by %d must be followed", code),
			Spec:   "redirect-status",
			Covers: []string{"RD-02"},
			Stub:   append(answers(leads(code, Target+"/there", anyOrigin)), withURL(Target+"/there", answers(ok(anyOrigin)))...),
			Steps:  once(ask("GET"), shared(sends("GET"), sends("GET").to(Target+"/there", ""))),
		}, Scenario{
			ID:     fmt.Sprintf("browser.redirects.status.%d.bare", code),
			Title:  fmt.Sprintf("A redirect by %d without headers of CORS must not be followed", code),
			Spec:   "http-redirect-fetch",
			Covers: []string{"RD-05"},
			Stub:   append(answers(leads(code, Target+"/there")), withURL(Target+"/there", answers(ok(anyOrigin)))...),
			Steps:  once(ask("GET"), refused(fetch.MissingAllowOriginHeader, sends("GET"))),
		})
	}
	for _, n := range []int{20, 21} {
		s := Scenario{
			ID:     fmt.Sprintf("browser.redirects.count.%d", n),
			Title:  fmt.Sprintf("%d redirects must be followed", n),
			Spec:   "http-redirect-fetch",
			Covers: []string{"RD-17"},
			Stub:   answers(leads(302, Target+"/1", anyOrigin)),
		}
		sent := []Sent{sends("GET")}
		for i := 1; i <= n; i++ {
			url := fmt.Sprintf("%s/%d", Target, i)
			a := leads(302, fmt.Sprintf("%s/%d", Target, i+1), anyOrigin)
			if i == n {
				a = ok(anyOrigin)
			}
			s.Stub = append(s.Stub, withURL(url, answers(a))...)
			sent = append(sent, sends("GET").to(url, ""))
		}
		s.Steps = once(ask("GET"), shared(sent...))
		if n > 20 {
			s.Title = fmt.Sprintf("The last of %d redirects must not be followed", n)
			s.Steps = once(ask("GET"), refused(fetch.TooManyRedirects, sent[:n]...))
		}
		all = append(all, s)
	}
	return all
}

// redirectPreflights are redirects of preflighted requests, before and after.
func redirectPreflights() []Scenario {
	var all []Scenario
	listed := ok(anyOrigin, allowMethods+"PUT", allowHeaders+"x-test")
	for _, code := range redirectCodes {
		all = append(all, Scenario{
			ID:     fmt.Sprintf("browser.redirects.preflight.%d", code),
			Title:  fmt.Sprintf("A CORS-preflight request that is answered %d must not be followed", code),
			Spec:   "cors-preflight-fetch",
			Covers: []string{"RD-09"},
			Stub: append(preflight(leads(code, Target+"/there", anyOrigin, allowMethods+"PUT"), ok(anyOrigin)),
				withURL(Target+"/there", preflight(listed, ok(anyOrigin)))...),
			Steps: once(ask("PUT"), refused(fetch.PreflightDisallowedRedirect, asks("PUT", ""))),
		}, Scenario{
			ID:     fmt.Sprintf("browser.redirects.after-preflight.%d", code),
			Title:  fmt.Sprintf("A preflighted request that is answered %d must be followed, with a CORS-preflight request of its own", code),
			Spec:   "http-redirect-fetch",
			Covers: []string{"RD-10"},
			Stub: append(preflight(listed, leads(code, Target+"/there", anyOrigin)),
				withURL(Target+"/there", preflight(listed, ok(anyOrigin)))...),
			Steps: once(ask("GET", "X-Test: 1"), shared(
				asks("GET", "x-test"), sends("GET", "X-Test: 1"),
				asks("GET", "x-test").to(Target+"/there", ""), sends("GET", "X-Test: 1").to(Target+"/there", ""))),
		})
	}
	for _, way := range []struct {
		slug, what, from, to, origin string
	}{
		{"out", "from the page's origin to another", Page, API, Page},
		{"on", "from another origin to a third", API, Other, "null"},
		{"back", "from another origin to the page's", API, Page, "null"},
	} {
		url, next := way.from+"/{id}", way.to+"/{id}/there"
		first := []Sent{asks("GET", "x-test").to(url, ""), sends("GET", "X-Test: 1").to(url, "")}
		if way.from == Page {
			first = []Sent{sends("GET", "X-Test: 1").to(url, Absent)}
		}
		second := asks("GET", "x-test").to(next, way.origin)
		begin := withURL(url, preflight(listed, leads(302, next, anyOrigin)))
		all = append(all, Scenario{
			ID:     "browser.redirects.header." + way.slug,
			Title:  "A header must be asked for anew after a redirect " + way.what + ", and be let through if it is listed",
			Spec:   "http-redirect-fetch",
			Covers: []string{"RD-11", "RD-18"},
			Stub:   append(slices.Clone(begin), withURL(next, preflight(listed, ok(anyOrigin)))...),
			Steps: once(at(url, ask("GET", "X-Test: 1")),
				shared(append(slices.Clone(first), second, sends("GET", "X-Test: 1").to(next, way.origin))...)),
		}, Scenario{
			ID:     "browser.redirects.header." + way.slug + ".refused",
			Title:  "A header must not be let through after a redirect " + way.what + " if it is not listed there",
			Spec:   "http-redirect-fetch",
			Covers: []string{"RD-11", "RD-18"},
			Stub:   append(slices.Clone(begin), withURL(next, preflight(ok(anyOrigin), ok(anyOrigin)))...),
			Steps: once(at(url, ask("GET", "X-Test: 1")),
				refused(fetch.HeaderDisallowedByPreflightResponse, append(slices.Clone(first), second)...)),
		})
	}
	return all
}

// redirectLocations are places that nobody may be led to.
func redirectLocations() []Scenario {
	var all []Scenario
	final := withURL(Other+"/{id}/there", answers(ok(anyOrigin)))
	same := withURL(Target+"/there", answers(ok(anyOrigin)))
	for _, l := range []struct {
		slug, what, location string
		to                   string // where it leads, if it may be followed
		origin               string
		reason               fetch.Reason
		covers               string
	}{
		{"user-password", "a user name and a password", "http://user:pass@api.example.net/{id}/there", "", "", fetch.RedirectContainsCredentials, "RD-07"},
		{"user", "a user name", "http://user@api.example.net/{id}/there", "", "", fetch.RedirectContainsCredentials, "RD-07"},
		{"user-colon", "a user name and a colon", "http://user:@api.example.net/{id}/there", "", "", fetch.RedirectContainsCredentials, "RD-07"},
		{"password", "a password", "http://:pass@api.example.net/{id}/there", "", "", fetch.RedirectContainsCredentials, "RD-07"},
		{"user.same", "a user name, within the same origin,", "http://user@api.example.test/{id}/there", "", "", fetch.RedirectContainsCredentials, "RD-07"},
		{"at", "an at sign and no user name", "http://@api.example.net/{id}/there", Other + "/{id}/there", "null", "", "RD-07"},
		{"colon-at", "an empty user name and password", "http://:@api.example.net/{id}/there", Other + "/{id}/there", "null", "", "RD-07"},
		{"data", "a data: URL", "data:text/plain,corsproof", "", "", fetch.CorsDisabledScheme, "RD-08"},
		{"scheme", "an unknown scheme", "foo://there", "", "", fetch.CorsDisabledScheme, "RD-08"},
		{"about", "about:blank", "about:blank", "", "", fetch.CorsDisabledScheme, "RD-08"},
		{"invalid", "what is no URL", "http://a b/", "", "", fetch.InvalidRedirect, "RD-08"},
		{"relative", "a relative URL", "/{id}/there", Target + "/there", "", "", "RD-02"},
		{"protocol-relative", "a URL without scheme", "//api.example.test/{id}/there", Target + "/there", "", "", "RD-02"},
	} {
		s := Scenario{
			ID:     "browser.redirects.location." + l.slug,
			Title:  "A redirect to " + l.what + " must not be followed",
			Spec:   "http-redirect-fetch",
			Covers: []string{l.covers},
			Stub:   slices.Concat(answers(leads(302, l.location, anyOrigin)), final, same),
			Steps:  once(ask("GET"), refused(l.reason, sends("GET"))),
		}
		if l.to != "" {
			s.Title = "A redirect to " + l.what + " must be followed"
			s.Steps = once(ask("GET"), shared(sends("GET"), sends("GET").to(l.to, l.origin)))
		}
		all = append(all, s)
	}
	return append(all, Scenario{
		ID:     "browser.redirects.location.none",
		Title:  "A redirect status without Location must be shown as it is",
		Spec:   "http-redirect-fetch",
		Covers: []string{"ST-06"},
		Stub:   answers(bare(302, anyOrigin)),
		Steps:  once(ask("GET"), Want{Type: fetch.CORS, Status: 302, Sent: []Sent{sends("GET")}}),
	})
}

// redirectModes are those that fetch() alone has.
func redirectModes() []Scenario {
	with := func(mode fetch.RedirectMode) fetch.Request { return fetch.Request{Redirect: mode} }
	there := withURL(Target+"/there", answers(ok(anyOrigin)))
	return []Scenario{
		{
			ID:     "browser.redirects.manual",
			Title:  "A redirect in mode manual must be shown as opaque, and not be followed",
			Spec:   "concept-request-redirect-mode",
			Covers: []string{"RD-15"},
			APIs:   byFetch,
			Stub:   append(answers(leads(302, Target+"/there", anyOrigin, "X-Test: 1", exposeHeaders+"X-Test")), there...),
			Steps: once(with(fetch.Manual), Want{Type: fetch.OpaqueRedirect,
				Hidden: []string{"X-Test", "Location"}, Body: new(0), Sent: []Sent{sends("GET")}}),
		},
		{
			ID:     "browser.redirects.manual.refused",
			Title:  "A redirect in mode manual must be a network error if it does not allow the origin",
			Spec:   "concept-request-redirect-mode",
			Covers: []string{"RD-15"},
			APIs:   byFetch,
			Stub:   append(answers(leads(302, Target+"/there")), there...),
			Steps:  once(with(fetch.Manual), refused(fetch.MissingAllowOriginHeader, sends("GET"))),
		},
		{
			ID:     "browser.redirects.manual.none",
			Title:  "A response that is no redirect must be shared in mode manual",
			Spec:   "concept-request-redirect-mode",
			Covers: []string{"RD-15"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(with(fetch.Manual), shared(sends("GET"))),
		},
		{
			ID:     "browser.redirects.error",
			Title:  "A redirect in mode error must be a network error",
			Spec:   "concept-request-redirect-mode",
			Covers: []string{"RD-16"},
			APIs:   byFetch,
			Stub:   append(answers(leads(302, Target+"/there", anyOrigin)), there...),
			Steps:  once(with(fetch.Error), refused(fetch.DisallowedRedirect, sends("GET"))),
		},
		{
			ID:     "browser.redirects.error.none",
			Title:  "A response that is no redirect must be shared in mode error",
			Spec:   "concept-request-redirect-mode",
			Covers: []string{"RD-16"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(with(fetch.Error), shared(sends("GET"))),
		},
	}
}

// redirectMethods are what becomes of methods and bodies.
func redirectMethods() []Scenario {
	const there = Target + "/there"
	text := fetch.Request{Method: "POST", Body: "corsproof"}
	pony := fetch.Request{Method: "POST", Headers: headerList([]string{"Content-Type: application/x-pony"}), Body: "corsproof"}
	listed := ok(anyOrigin, allowMethods+"PUT, FOO", allowHeaders+"content-type")
	var all []Scenario
	for _, code := range redirectCodes {
		keeps := code == 307 || code == 308
		after := []Sent{sends("GET").without("Content-Type").to(there, "")}
		title := "must be followed by GET without its content"
		if keeps {
			after = []Sent{sends("POST", "Content-Type: text/plain;charset=UTF-8").to(there, "")}
			title = "must be followed by POST with its content"
		}
		all = append(all, Scenario{
			ID:     fmt.Sprintf("browser.redirects.post.%d", code),
			Title:  fmt.Sprintf("A POST that is answered %d %s", code, title),
			Spec:   "http-redirect-fetch",
			Covers: []string{"RD-12"},
			Stub:   append(answers(leads(code, there, anyOrigin)), withURL(there, answers(ok(anyOrigin)))...),
			Steps:  once(text, shared(append([]Sent{sends("POST")}, after...)...)),
		})
		if keeps {
			after = []Sent{asks("POST", "content-type").to(there, ""), sends("POST", "Content-Type: application/x-pony").to(there, "")}
			title = "must be asked for anew, for its type,"
		} else {
			title = "must be followed by GET, which need not be asked for,"
		}
		all = append(all, Scenario{
			ID:     fmt.Sprintf("browser.redirects.post.%d.type", code),
			Title:  fmt.Sprintf("A preflighted POST %s after %d", title, code),
			Spec:   "http-redirect-fetch",
			Covers: []string{"RD-12"},
			Stub:   append(preflight(listed, leads(code, there, anyOrigin)), withURL(there, preflight(listed, ok(anyOrigin)))...),
			Steps:  once(pony, shared(append([]Sent{asks("POST", "content-type"), sends("POST")}, after...)...)),
		})
		for _, method := range []string{"PUT", "FOO"} {
			after := []Sent{asks(method, "").to(there, ""), sends(method).to(there, "")}
			title := "must be asked for anew, and stay " + method + ","
			if code == 303 {
				after, title = []Sent{sends("GET").to(there, "")}, "must be followed by GET, which need not be asked for,"
			}
			all = append(all, Scenario{
				ID:     fmt.Sprintf("browser.redirects.%s.%d", lowered(method), code),
				Title:  fmt.Sprintf("%s %s after %d", method, title, code),
				Spec:   "http-redirect-fetch",
				Covers: []string{"RD-13"},
				Stub:   append(preflight(listed, leads(code, there, anyOrigin)), withURL(there, preflight(listed, ok(anyOrigin)))...),
				Steps:  once(ask(method), shared(append([]Sent{asks(method, ""), sends(method)}, after...)...)),
			})
		}
	}
	return append(all, Scenario{
		ID:     "browser.redirects.own.post",
		Title:  "A POST that is redirected within the page's own origin must say Origin on both hops",
		Spec:   "append-a-request-origin-header",
		Covers: []string{"RD-19"},
		Stub: append(own(leads(307, Page+"/{id}/there")),
			withURL(Page+"/{id}/there", answers(ok()))...),
		Steps: once(at(Page+"/{id}", ask("POST")), Want{Type: fetch.Basic, Status: 200, Sent: []Sent{
			sends("POST").to(Page+"/{id}", Page), sends("POST").to(Page+"/{id}/there", Page),
		}}),
	}, Scenario{
		ID:     "browser.redirects.own.get",
		Title:  "A GET that is redirected within the page's own origin must say no Origin",
		Spec:   "append-a-request-origin-header",
		Covers: []string{"RD-19"},
		Stub: append(own(leads(302, Page+"/{id}/there")),
			withURL(Page+"/{id}/there", answers(ok()))...),
		Steps: once(at(Page+"/{id}", ask("GET")), Want{Type: fetch.Basic, Status: 200, Sent: []Sent{
			sends("GET").to(Page+"/{id}", Absent), sends("GET").to(Page+"/{id}/there", Absent),
		}}),
	})
}

// redirectCredentials are what becomes of cookies and Authorization.
func redirectCredentials() []Scenario {
	const bearer = "Authorization: Bearer corsproof"
	listed := ok(anyOrigin, allowHeaders+"authorization")
	all := []Scenario{
		{
			ID:     "browser.redirects.authorization.on",
			Title:  "Authorization must be taken off when a redirect leads to another origin, and not be asked for there",
			Spec:   "http-redirect-fetch",
			Covers: []string{"CR-11"},
			Stub: append(preflight(listed, leads(302, Other+"/{id}", anyOrigin)),
				withURL(Other+"/{id}", preflight(listed, ok(anyOrigin)))...),
			Steps: once(ask("GET", bearer), shared(asks("GET", "authorization"), sends("GET", bearer),
				sends("GET").to(Other+"/{id}", "null").without("Authorization"))),
		},
		{
			ID:     "browser.redirects.authorization.stay",
			Title:  "Authorization must stay when a redirect leads to the same origin, and be asked for there",
			Spec:   "http-redirect-fetch",
			Covers: []string{"CR-11"},
			Stub: append(preflight(listed, leads(302, Target+"/there", anyOrigin)),
				withURL(Target+"/there", preflight(listed, ok(anyOrigin)))...),
			Steps: once(ask("GET", bearer), shared(asks("GET", "authorization"), sends("GET", bearer),
				asks("GET", "authorization").to(Target+"/there", ""), sends("GET", bearer).to(Target+"/there", ""))),
		},
		{
			ID:     "browser.redirects.cookies.on",
			Title:  "The cookie of the origin that a redirect leads to must go with a request with credentials",
			Spec:   "http-redirect-fetch",
			Covers: []string{"CR-06"},
			Stub: append(answers(leads(301, Sister+"/{id}", thisOrigin, trusted)),
				withURL(Sister+"/{id}", answers(
					ok(thisOrigin, trusted, "Set-Cookie: sid=7; Path=/{id}"),
					ok(allowOrigin+"null", trusted)))...),
			Steps: []Step{
				{Request: at(Sister+"/{id}", trusting(ask("GET"))), Want: shared(sends("GET").to(Sister+"/{id}", ""))},
				{Request: trusting(ask("GET")), Want: shared(sends("GET").without("Cookie"),
					sends("GET", "Cookie: sid=7").to(Sister+"/{id}", "null"))},
			},
		},
	}
	for _, v := range []struct {
		slug, what string
		lines      []string
		with       bool
		reason     fetch.Reason
	}{
		{"star", "any origin", []string{anyOrigin}, false, ""},
		{"star.credentials", "any origin", []string{anyOrigin}, true, fetch.WildcardOriginNotAllowed},
		{"echo", "the page's origin", []string{thisOrigin}, false, ""},
		{"echo.credentials", "the page's origin", []string{thisOrigin}, true, fetch.InvalidAllowCredentials},
		{"trusted", "the page's origin and credentials", []string{thisOrigin, trusted}, false, ""},
		{"trusted.credentials", "the page's origin and credentials", []string{thisOrigin, trusted}, true, ""},
	} {
		r, with := ask("GET"), "without credentials"
		if v.with {
			r, with = trusting(r), "with credentials"
		}
		hops := []Sent{sends("GET").to(Page+"/{id}", Absent), sends("GET").to(Target+"/there", "")}
		s := Scenario{
			ID:     "browser.redirects.out.credentials." + v.slug,
			Title:  fmt.Sprintf("A redirect from the page's origin to one that allows %s must share the response %s", v.what, with),
			Spec:   "cors-check",
			Covers: []string{"CR-07"},
			Stub:   append(own(leads(302, Target+"/there")), withURL(Target+"/there", answers(ok(v.lines...)))...),
			Steps:  once(at(Page+"/{id}", r), shared(hops...)),
		}
		if v.reason != "" {
			s.Title = fmt.Sprintf("A redirect from the page's origin to one that allows %s must not share the response %s", v.what, with)
			s.Covers = append(s.Covers, "WI-07")
			s.Steps = once(at(Page+"/{id}", r), refused(v.reason, hops...))
		}
		all = append(all, s)
	}
	return all
}
