package useragent

import (
	"strings"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// In mode no-cors a script can send what a form could, and sees nothing of the
// response. In mode same-origin it can call its own origin alone.
var opaque = Chapter{
	Name:      "opaque",
	Title:     "Modes no-cors and same-origin",
	Scenarios: append(append(opaqueResponses(), opaqueRequests()...), sameOriginMode()...),
}

// blindly is the request in mode no-cors.
func blindly(r fetch.Request) fetch.Request {
	r.Mode = fetch.NoCORS
	return r
}

// unseen is a response of which a script sees nothing.
func unseen(sent ...Sent) Want {
	return Want{Type: fetch.Opaque, Body: new(0), Hidden: []string{"Content-Type", "Content-Length", "X-Test"}, Sent: sent}
}

// silently is the actual request without Origin.
func silently(s Sent) Sent {
	s.Origin = Absent
	return s
}

func opaqueResponses() []Scenario {
	var all []Scenario
	for _, v := range []struct {
		slug, what string
		answer     stub.Answer
	}{
		{"star", "that allows any origin", ok(anyOrigin, exposeHeaders+"*", "Content-Type: text/plain", "X-Test: 1")},
		{"none", "without headers of CORS", ok("Content-Type: text/plain", "X-Test: 1")},
		{"404", "of an error", status(404, "Content-Type: text/plain", "X-Test: 1")},
		{"500", "of a server's error that allows any origin", status(500, anyOrigin, "X-Test: 1")},
	} {
		all = append(all, Scenario{
			ID:     "browser.opaque.response." + v.slug,
			Title:  "A response " + v.what + " must be opaque in mode no-cors",
			Spec:   "concept-filtered-response-opaque",
			Covers: []string{"SR-03", "NC-01"},
			APIs:   byFetch,
			Stub:   answers(v.answer),
			Steps:  once(blindly(ask("GET")), unseen(silently(sends("GET")))),
		})
	}
	for _, r := range []struct{ slug, what, origin string }{
		{"port", "another port of the page's host", Port}, {"site", "another site", Other},
	} {
		url := r.origin + "/{id}"
		all = append(all, Scenario{
			ID:     "browser.opaque.relation." + r.slug,
			Title:  "The response of " + r.what + " must be opaque in mode no-cors",
			Spec:   "concept-filtered-response-opaque",
			Covers: []string{"SR-03"},
			APIs:   byFetch,
			Stub:   withURL(url, answers(ok(anyOrigin, "X-Test: 1"))),
			Steps:  once(at(url, blindly(ask("GET"))), unseen(sends("GET").to(url, Absent))),
		})
	}
	return append(all,
		Scenario{
			ID:     "browser.opaque.redirect",
			Title:  "A redirect without headers of CORS must be followed in mode no-cors",
			Spec:   "http-redirect-fetch",
			Covers: []string{"NC-01"},
			APIs:   byFetch,
			Stub:   append(answers(leads(302, Other+"/{id}")), withURL(Other+"/{id}", answers(ok()))...),
			Steps:  once(blindly(ask("GET")), unseen(silently(sends("GET")), sends("GET").to(Other+"/{id}", Absent))),
		},
		Scenario{
			ID:     "browser.opaque.redirect.back",
			Title:  "A redirect from another origin to the page's must be opaque in mode no-cors",
			Spec:   "main-fetch",
			Covers: []string{"NC-01"},
			APIs:   byFetch,
			Stub:   append(answers(leads(302, Page+"/{id}")), own(ok("X-Test: 1"))...),
			Steps:  once(blindly(ask("GET")), unseen(silently(sends("GET")), sends("GET").to(Page+"/{id}", Absent))),
		},
		Scenario{
			ID:     "browser.opaque.redirect.manual",
			Title:  "Mode no-cors must not go with the redirect mode manual",
			Spec:   "main-fetch",
			Covers: []string{"RD-16"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(blindly(fetch.Request{Redirect: fetch.Manual}), Want{Type: fetch.NetworkError, Exception: "TypeError"}),
		},
		Scenario{
			ID:     "browser.opaque.redirect.error",
			Title:  "Mode no-cors must not go with the redirect mode error",
			Spec:   "main-fetch",
			Covers: []string{"RD-16"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(blindly(fetch.Request{Redirect: fetch.Error}), Want{Type: fetch.NetworkError, Exception: "TypeError"}),
		},
		Scenario{
			ID:     "browser.opaque.cookies",
			Title:  "A cookie must go with a request in mode no-cors with credentials, and with no other",
			Spec:   "concept-request-credentials-mode",
			Covers: []string{"CR-05"},
			APIs:   byFetch,
			Stub:   answers(ok("Set-Cookie: sid=7; Path=/{id}"), ok()),
			Steps: []Step{
				{Request: blindly(trusting(ask("GET"))), Want: unseen(silently(sends("GET").without("Cookie")))},
				{Request: blindly(ask("GET")), Want: unseen(silently(sends("GET").without("Cookie")))},
				{Request: blindly(trusting(ask("GET"))), Want: unseen(silently(sends("GET", "Cookie: sid=7")))},
			},
		},
		Scenario{
			ID:     "browser.opaque.resource-policy",
			Title:  "Cross-Origin-Resource-Policy must not matter to a response that is shared by CORS",
			Spec:   "cross-origin-resource-policy-header",
			Covers: []string{"NC-04"},
			Stub:   answers(ok(anyOrigin, "Cross-Origin-Resource-Policy: same-origin")),
			Steps:  once(ask("GET"), shared(sends("GET"))),
		},
		Scenario{
			ID:     "browser.opaque.integrity",
			Title:  "An opaque response must not be given if its integrity is to be checked",
			Spec:   "main-fetch",
			Covers: []string{"SR-16"},
			APIs:   byFetch,
			Cause:  fetch.ByContent,
			Stub:   answers(ok(anyOrigin)),
			Steps: once(blindly(fetch.Request{Integrity: fetch.IntegrityOf([]byte("corsproof"))}),
				Want{Type: fetch.NetworkError, Exception: "TypeError", Sent: []Sent{silently(sends("GET"))}}),
		},
	)
}

func opaqueRequests() []Scenario {
	var all []Scenario
	for _, h := range []struct{ slug, header, line string }{
		{"custom", "X-Test", "X-Test: 1"},
		{"authorization", "Authorization", "Authorization: Bearer corsproof"},
		{"json", "Content-Type", "Content-Type: application/json"},
		{"accept-language", "Accept-Language", "Accept-Language: @"},
		{"range", "Range", "Range: bytes=0-1"},
		{"if-none-match", "If-None-Match", `If-None-Match: "a"`},
	} {
		method := methodFor(h.header)
		sent := sends(method)
		if method == "GET" {
			sent = silently(sent)
		}
		if h.header == "Accept-Language" {
			sent.Headers = nil // the user agent has one of its own
		} else {
			sent = sent.without(h.header)
		}
		all = append(all, Scenario{
			ID:     "browser.opaque.dropped." + h.slug,
			Title:  h.line + " must be dropped in mode no-cors, without a CORS-preflight request",
			Spec:   "no-cors-safelisted-request-header",
			Covers: []string{"SH-16", "NC-03"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(blindly(ask(method, h.line)), unseen(sent)),
		})
	}
	for _, method := range []string{"PUT", "DELETE", "PATCH", "CHICKEN"} {
		all = append(all, Scenario{
			ID:     "browser.opaque.method." + lowered(method),
			Title:  method + " must be refused in mode no-cors before anything is sent",
			Spec:   "dom-request",
			Covers: []string{"ME-06", "NC-03"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(blindly(ask(method)), Want{Type: fetch.NetworkError, Exception: "TypeError"}),
		})
	}
	for _, p := range []struct{ slug, policy, origin string }{
		{"default", "", Page},
		{"no-referrer", "no-referrer", "null"},
		{"same-origin", "same-origin", "null"},
		{"origin", "origin", Page},
		{"strict-origin", "strict-origin", Page},
		{"unsafe-url", "unsafe-url", Page},
	} {
		r := blindly(ask("POST"))
		r.ReferrerPolicy = p.policy
		title := "A POST in mode no-cors must say the page's origin"
		if p.origin == "null" {
			title = "A POST in mode no-cors must say Origin: null"
		}
		if p.policy != "" {
			title += " under the referrer policy " + p.policy
		}
		all = append(all, Scenario{
			ID:     "browser.opaque.origin." + p.slug,
			Title:  title,
			Spec:   "append-a-request-origin-header",
			Covers: []string{"OR-11"},
			APIs:   byFetch,
			Stub:   answers(ok()),
			Steps:  once(r, unseen(sends("POST").to("", p.origin))),
		})
	}
	return append(all,
		Scenario{
			ID:     "browser.opaque.kept",
			Title:  "A safelisted header must be kept in mode no-cors",
			Spec:   "no-cors-safelisted-request-header",
			Covers: []string{"SH-16"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(blindly(ask("POST", "Content-Type: text/plain", "Accept-Language: fr")), unseen(sends("POST", "Content-Type: text/plain", "Accept-Language: fr"))),
		},
		Scenario{
			ID:     "browser.opaque.origin.cors",
			Title:  "A POST in mode cors must say the page's origin whatever the referrer policy",
			Spec:   "append-a-request-origin-header",
			Covers: []string{"OR-11"},
			APIs:   byFetch,
			Stub:   answers(ok(thisOrigin)),
			Steps:  once(fetch.Request{Method: "POST", ReferrerPolicy: "no-referrer"}, shared(sends("POST").without("Referer"))),
		})
}

func sameOriginMode() []Scenario {
	mode := func(r fetch.Request) fetch.Request {
		r.Mode = fetch.SameOriginMode
		return r
	}
	return []Scenario{
		{
			ID:     "browser.opaque.same-origin",
			Title:  "Another origin must not be called in mode same-origin, whatever it allows",
			Spec:   "main-fetch",
			Covers: []string{"SR-17"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(mode(ask("GET")), Want{Type: fetch.NetworkError, Exception: "TypeError"}),
		},
		{
			ID:     "browser.opaque.same-origin.redirect",
			Title:  "A redirect to another origin must not be followed in mode same-origin",
			Spec:   "main-fetch",
			Covers: []string{"SR-17"},
			APIs:   byFetch,
			Stub:   append(own(leads(302, Target)), answers(ok(anyOrigin))...),
			Steps: once(at(Page+"/{id}", mode(ask("GET"))),
				Want{Type: fetch.NetworkError, Exception: "TypeError", Sent: []Sent{sends("GET").to(Page+"/{id}", Absent)}}),
		},
		{
			ID:     "browser.opaque.same-origin.own",
			Title:  "The page's own origin must be called in mode same-origin",
			Spec:   "main-fetch",
			Covers: []string{"SR-17"},
			APIs:   byFetch,
			Stub:   own(ok()),
			Steps: once(at(Page+"/{id}", mode(ask("GET"))),
				Want{Type: fetch.Basic, Status: 200, Sent: []Sent{sends("GET").to(Page+"/{id}", Absent)}}),
		},
		{
			ID:     "browser.opaque.integrity.match",
			Title:  "A response that is shared must be given if its body matches the integrity metadata",
			Spec:   "concept-request-integrity-metadata",
			Covers: []string{"SR-15"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(fetch.Request{Integrity: fetch.IntegrityOf([]byte("corsproof"))}, shared(sends("GET"))),
		},
		{
			ID:     "browser.opaque.integrity.other",
			Title:  "A response that is shared must not be given if its body does not match the integrity metadata",
			Spec:   "concept-request-integrity-metadata",
			Covers: []string{"SR-15"},
			APIs:   byFetch,
			Cause:  fetch.ByContent,
			Stub:   answers(ok(anyOrigin)),
			Steps: once(fetch.Request{Integrity: fetch.IntegrityOf([]byte("other"))},
				Want{Type: fetch.NetworkError, Exception: "TypeError", Sent: []Sent{sends("GET")}}),
		},
		{
			ID:     "browser.opaque.keepalive",
			Title:  "A response must be shared with a script that keeps its request alive",
			Spec:   "request-keepalive-flag",
			Covers: []string{"SR-13"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(fetch.Request{Keepalive: true}, shared(sends("GET"))),
		},
		{
			ID:     "browser.opaque.keepalive.refused",
			Title:  "A response that allows nobody must not be shared with a script that keeps its request alive",
			Spec:   "request-keepalive-flag",
			Covers: []string{"SR-13"},
			APIs:   byFetch,
			Stub:   answers(ok()),
			Steps:  once(fetch.Request{Keepalive: true}, refused(fetch.MissingAllowOriginHeader, sends("GET"))),
		},
		{
			ID:     "browser.opaque.keepalive.blind",
			Title:  "A response must be opaque in mode no-cors to a script that keeps its request alive",
			Spec:   "request-keepalive-flag",
			Covers: []string{"SR-13"},
			APIs:   byFetch,
			Stub:   answers(ok()),
			Steps:  once(blindly(fetch.Request{Keepalive: true}), unseen(silently(sends("GET")))),
		},
		{
			ID:     "browser.opaque.keepalive.more",
			Title:  "A request that is kept alive must not be sent with a longer body than 64 KiB",
			Spec:   "http-network-or-cache-fetch",
			Covers: []string{"SR-13"},
			APIs:   byFetch,
			Cause:  fetch.ByOther,
			Stub:   answers(ok(anyOrigin)),
			Steps: once(fetch.Request{Method: "POST", Keepalive: true, Body: tooLong},
				Want{Type: fetch.NetworkError, Exception: "TypeError"}),
		},
		{
			ID:     "browser.opaque.keepalive.redirect",
			Title:  "A redirect must be followed of a request that is kept alive",
			Spec:   "request-keepalive-flag",
			Covers: []string{"RD-20"},
			APIs:   byFetch,
			Stub:   append(answers(leads(302, Other+"/{id}", anyOrigin)), withURL(Other+"/{id}", answers(ok(anyOrigin)))...),
			Steps:  once(fetch.Request{Keepalive: true}, shared(sends("GET"), sends("GET").to(Other+"/{id}", "null"))),
		},
		{
			ID:     "browser.opaque.keepalive.redirect.refused",
			Title:  "A redirect that allows nobody must not be followed of a request that is kept alive",
			Spec:   "request-keepalive-flag",
			Covers: []string{"RD-20"},
			APIs:   byFetch,
			Stub:   append(answers(leads(302, Other+"/{id}")), withURL(Other+"/{id}", answers(ok(anyOrigin)))...),
			Steps:  once(fetch.Request{Keepalive: true}, refused(fetch.MissingAllowOriginHeader, sends("GET"))),
		},
	}
}

// tooLong is a body that no request which is kept alive may have. One that is just short
// enough is in no scenario: whether it is sent depends on what else is under way.
var tooLong = strings.Repeat("x", fetch.MaxKeepaliveBody+1)
