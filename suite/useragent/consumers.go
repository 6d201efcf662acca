package useragent

import (
	"slices"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Elements load what they like, but a script can use only what is shared with it. Some
// ask for that by an attribute, and some always.
var consumers = Chapter{
	Name:      "consumers",
	Title:     "Elements, event sources and beacons",
	Scenarios: slices.Concat(elements(), thrownErrors(), tracks(), alwaysCORS(), eventSources(), beacons()),
}

// usable is what a script can use all of; it shows no status.
func usable(sent ...Sent) Want { return Want{Type: fetch.CORS, Sent: sent} }

// tainted is what was loaded, and a script cannot use.
func tainted(sent ...Sent) Want { return Want{Type: fetch.Opaque, Sent: sent} }

// An asset is what a consumer takes for real.
type asset struct {
	consumer    fetch.Consumer
	what        string
	contentType string
	body        string
}

var (
	image  = asset{fetch.Image, "An image", "image/png", stub.Pixel}
	script = asset{fetch.Script, "A classic script", "text/javascript", "globalThis.loaded = true;\n"}
	module = asset{fetch.Module, "A module script", "text/javascript", "globalThis.loaded = true;\n"}
	style  = asset{fetch.Style, "A style sheet", "text/css", "body { color: black; }\n"}
	font   = asset{fetch.Font, "A font", "font/ttf", stub.Triangle}
	track  = asset{fetch.Track, "A track of captions", "text/vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\ncorsproof\n"}
	events = asset{fetch.Events, "An event source", "text/event-stream", "retry: 60000\ndata: first\n\n"}
)

func (a asset) answer(lines ...string) stub.Answer {
	return stub.Answer{Lines: append(lines, "Content-Type: "+a.contentType), Body: a.body}
}

// elements are those with the attribute crossorigin.
func elements() []Scenario {
	const spec = "concept-request-mode"
	var all []Scenario
	for _, e := range []struct {
		asset
		plain, with string // the behaviours without the attribute, and with it
	}{
		{image, "CO-10", "CO-11"}, {script, "CO-15", "CO-16"}, {style, "CO-18", "CO-18"},
	} {
		get := func(crossOrigin fetch.CrossOrigin) fetch.Request {
			return fetch.Request{Consumer: e.consumer, CrossOrigin: crossOrigin}
		}
		id := "browser.consumers." + string(e.consumer)
		credentialed := e.with
		if e.consumer == fetch.Image {
			credentialed = "CO-12"
		}
		all = append(all,
			Scenario{
				ID: id + ".plain", Title: e.what + " must be loaded without the attribute crossorigin, and not be usable by a script, whatever its headers",
				Spec: spec, Covers: []string{e.plain}, APIs: byFetch,
				Stub:  answers(e.answer(anyOrigin)),
				Steps: once(get(fetch.NoCrossOrigin), tainted(silently(sends("GET")))),
			},
			Scenario{
				ID: id + ".plain.none", Title: e.what + " must be loaded without the attribute crossorigin and without headers of CORS",
				Spec: spec, Covers: []string{e.plain}, APIs: byFetch,
				Stub:  answers(e.answer()),
				Steps: once(get(fetch.NoCrossOrigin), tainted(silently(sends("GET")))),
			},
		)
		all = append(all, byAttribute(e.asset, e.with, credentialed)...)
		all = append(all,
			Scenario{
				ID: id + ".redirect.back", Title: e.what + " of the page's own origin must not be usable behind a redirect of another, without the attribute crossorigin",
				Spec: spec, Covers: []string{e.plain}, APIs: byFetch,
				Stub:  append(answers(leads(302, Page+"/{id}")), own(e.answer())...),
				Steps: once(get(fetch.NoCrossOrigin), tainted(silently(sends("GET")), sends("GET").to(Page+"/{id}", Absent))),
			},
		)
		if e.consumer == fetch.Image {
			continue // has no integrity
		}
		checked := func(crossOrigin fetch.CrossOrigin) fetch.Request {
			r := get(crossOrigin)
			r.Integrity = fetch.IntegrityOf([]byte(e.body))
			return r
		}
		all = append(all,
			Scenario{
				ID: id + ".integrity", Title: e.what + " with integrity metadata must be usable if it is shared",
				Spec: "concept-request-integrity-metadata", Covers: []string{"CO-23"}, APIs: byFetch,
				Stub:  answers(e.answer(anyOrigin)),
				Steps: once(checked(fetch.Anonymous), usable(sends("GET"))),
			},
			Scenario{
				ID: id + ".integrity.plain", Title: e.what + " with integrity metadata must not be loaded without the attribute crossorigin",
				Spec: "concept-request-integrity-metadata", Covers: []string{"CO-23"}, APIs: byFetch, Cause: fetch.ByContent,
				Stub:  answers(e.answer(anyOrigin)),
				Steps: once(checked(fetch.NoCrossOrigin), Want{Type: fetch.NetworkError, Sent: []Sent{silently(sends("GET"))}}),
			})
	}
	return all
}

// byAttribute are about what a script can use with the attribute crossorigin.
func byAttribute(a asset, covers, credentialed string) []Scenario {
	const spec = "concept-request-mode"
	get := func(crossOrigin fetch.CrossOrigin) fetch.Request {
		return fetch.Request{Consumer: a.consumer, CrossOrigin: crossOrigin}
	}
	id := "browser.consumers." + string(a.consumer)
	return []Scenario{
		{
			ID: id + ".anonymous", Title: a.what + " must be usable with crossorigin=anonymous if it allows any origin",
			Spec: spec, Covers: []string{covers}, APIs: byFetch,
			Stub:  answers(a.answer(anyOrigin)),
			Steps: once(get(fetch.Anonymous), usable(sends("GET").without("Cookie"))),
		},
		{
			ID: id + ".anonymous.refused", Title: a.what + " must not be loaded with crossorigin=anonymous if it allows no origin",
			Spec: spec, Covers: []string{covers}, APIs: byFetch,
			Stub:  answers(a.answer()),
			Steps: once(get(fetch.Anonymous), refused(fetch.MissingAllowOriginHeader, sends("GET"))),
		},
		{
			ID: id + ".credentials", Title: a.what + " must be usable with crossorigin=use-credentials if it allows the origin and credentials",
			Spec: spec, Covers: []string{credentialed}, APIs: byFetch,
			Stub:  answers(a.answer(thisOrigin, trusted)),
			Steps: once(get(fetch.UseCredentials), usable(sends("GET"))),
		},
		{
			ID: id + ".credentials.star", Title: a.what + " must not be loaded with crossorigin=use-credentials if it allows any origin",
			Spec: spec, Covers: []string{credentialed}, APIs: byFetch,
			Stub:  answers(a.answer(anyOrigin, trusted)),
			Steps: once(get(fetch.UseCredentials), refused(fetch.WildcardOriginNotAllowed, sends("GET"))),
		},
		{
			ID: id + ".redirect", Title: a.what + " must not be loaded with crossorigin=anonymous if a redirect to it allows no origin",
			Spec: spec, Covers: []string{covers, "RD-05"}, APIs: byFetch,
			Stub:  append(answers(leads(302, Other+"/{id}")), withURL(Other+"/{id}", answers(a.answer(anyOrigin)))...),
			Steps: once(get(fetch.Anonymous), refused(fetch.MissingAllowOriginHeader, sends("GET"))),
		},
	}
}

// thrownErrors are about scripts that run, and what their errors tell the page.
func thrownErrors() []Scenario {
	throws := asset{contentType: script.contentType, body: "throw new Error(\"corsproof\");\n"}
	told := func(w Want, what string) Want {
		w.Thrown = what
		return w
	}
	return []Scenario{
		{
			ID: "browser.consumers.script.thrown.plain", Title: "An error of a classic script must be muted without the attribute crossorigin, whatever its headers",
			Spec: "concept-request-mode", Covers: []string{"CO-15"}, APIs: byFetch,
			Stub:  answers(throws.answer(anyOrigin)),
			Steps: once(fetch.Request{Consumer: fetch.Script}, told(tainted(silently(sends("GET"))), "Script error.")),
		},
		{
			ID: "browser.consumers.script.thrown.anonymous", Title: "An error of a classic script must be told with crossorigin=anonymous if it allows any origin",
			Spec: "concept-request-mode", Covers: []string{"CO-16"}, APIs: byFetch,
			Stub:  answers(throws.answer(anyOrigin)),
			Steps: once(fetch.Request{Consumer: fetch.Script, CrossOrigin: fetch.Anonymous}, told(usable(sends("GET")), "corsproof")),
		},
	}
}

// tracks are captions, which are of the page's own origin without the attribute.
func tracks() []Scenario {
	const covers = "CO-20"
	get := fetch.Request{Consumer: track.consumer}
	plain := []Scenario{
		{
			ID: "browser.consumers.track.plain", Title: "A track of captions of another origin must not be asked for without the attribute crossorigin",
			Spec: "main-fetch", Covers: []string{covers}, APIs: byFetch,
			Stub:  answers(track.answer(anyOrigin)),
			Steps: once(get, Want{Type: fetch.NetworkError}),
		},
		{
			ID: "browser.consumers.track.plain.redirect", Title: "A redirect to another origin must not be followed for a track of captions without the attribute crossorigin",
			Spec: "http-redirect-fetch", Covers: []string{covers}, APIs: byFetch,
			Stub:  append(own(leads(302, Target)), answers(track.answer(anyOrigin))...),
			Steps: once(at(Page+"/{id}", get), Want{Type: fetch.NetworkError, Sent: []Sent{sends("GET").to(Page+"/{id}", Absent)}}),
		},
	}
	return append(plain, byAttribute(track, covers, covers)...)
}

// alwaysCORS are those that need no attribute.
func alwaysCORS() []Scenario {
	const spec = "concept-request-mode"
	var all []Scenario
	for _, e := range []struct {
		asset
		covers string
	}{{module, "CO-17"}, {font, "CO-19"}} {
		get := fetch.Request{Consumer: e.consumer}
		id := "browser.consumers." + string(e.consumer)
		all = append(all,
			Scenario{
				ID: id + ".star", Title: e.what + " must be loaded if it allows any origin",
				Spec: spec, Covers: []string{e.covers}, APIs: byFetch,
				Stub:  answers(e.answer(anyOrigin)),
				Steps: once(get, usable(sends("GET").without("Cookie"))),
			},
			Scenario{
				ID: id + ".none", Title: e.what + " must not be loaded without Access-Control-Allow-Origin",
				Spec: spec, Covers: []string{e.covers}, APIs: byFetch,
				Stub:  answers(e.answer()),
				Steps: once(get, refused(fetch.MissingAllowOriginHeader, sends("GET"))),
			},
			Scenario{
				ID: id + ".other", Title: e.what + " must not be loaded if it allows another origin",
				Spec: spec, Covers: []string{e.covers}, APIs: byFetch,
				Stub:  answers(e.answer(allowOrigin + API)),
				Steps: once(get, refused(fetch.AllowOriginMismatch, sends("GET"))),
			})
	}
	return append(all,
		Scenario{
			ID: "browser.consumers.module.credentials", Title: "A module script must be loaded with crossorigin=use-credentials if it allows the origin and credentials",
			Spec: spec, Covers: []string{"CO-17"}, APIs: byFetch,
			Stub:  answers(module.answer(thisOrigin, trusted)),
			Steps: once(fetch.Request{Consumer: fetch.Module, CrossOrigin: fetch.UseCredentials}, usable(sends("GET"))),
		},
		Scenario{
			ID: "browser.consumers.module.credentials.star", Title: "A module script must not be loaded with crossorigin=use-credentials if it allows any origin",
			Spec: spec, Covers: []string{"CO-17"}, APIs: byFetch,
			Stub:  answers(module.answer(anyOrigin, trusted)),
			Steps: once(fetch.Request{Consumer: fetch.Module, CrossOrigin: fetch.UseCredentials}, refused(fetch.WildcardOriginNotAllowed, sends("GET"))),
		},
		Scenario{
			ID: "browser.consumers.worker", Title: "A worker must not be started from another origin, whatever it allows",
			Spec: "concept-request-mode", Covers: []string{"CO-22"}, APIs: byFetch,
			Stub:  answers(script.answer(anyOrigin)),
			Steps: once(fetch.Request{Consumer: fetch.WorkerScript}, Want{Type: fetch.NetworkError}),
		})
}

func eventSources() []Scenario {
	const spec = "concept-request-mode"
	get := fetch.Request{Consumer: fetch.Events}
	var all []Scenario
	for _, v := range []struct {
		slug, title string
		request     fetch.Request
		lines       []string
		reason      fetch.Reason
	}{
		{"star", "An event source must be open if it allows any origin", get, []string{anyOrigin}, ""},
		{"none", "An event source must fail without Access-Control-Allow-Origin", get, nil, fetch.MissingAllowOriginHeader},
		{"other", "An event source must fail if it allows another origin", get, []string{allowOrigin + API}, fetch.AllowOriginMismatch},
		{"empty", "An event source must fail if Access-Control-Allow-Origin is empty", get, []string{allowOrigin}, fetch.InvalidAllowOriginValue},
		{"credentials", "An event source with credentials must be open if it allows the origin and credentials", trusting(get), []string{thisOrigin, trusted}, ""},
		{"credentials.star", "An event source with credentials must fail if it allows any origin", trusting(get), []string{anyOrigin, trusted}, fetch.WildcardOriginNotAllowed},
		{"credentials.none", "An event source with credentials must fail without Access-Control-Allow-Credentials", trusting(get), []string{thisOrigin}, fetch.InvalidAllowCredentials},
	} {
		s := Scenario{
			ID: "browser.consumers.events." + v.slug, Title: v.title, Spec: spec, Covers: []string{"CO-02"}, APIs: byFetch,
			Stub:  answers(events.answer(v.lines...)),
			Steps: once(v.request, refused(v.reason, sends("GET"))),
		}
		if v.reason == "" {
			s.Covers = []string{"CO-01"}
			s.Steps = once(v.request, usable(sends("GET", "Accept: text/event-stream")))
		}
		all = append(all, s)
	}
	return append(all, Scenario{
		ID: "browser.consumers.events.redirect", Title: "An event source must be open behind a redirect if both allow any origin",
		Spec: "http-redirect-fetch", Covers: []string{"CO-03"}, APIs: byFetch,
		Stub:  append(answers(leads(302, Other+"/{id}", anyOrigin)), withURL(Other+"/{id}", answers(events.answer(anyOrigin)))...),
		Steps: once(get, usable(sends("GET"), sends("GET").to(Other+"/{id}", "null"))),
	})
}

// beacons tell a script nothing: the stub alone sees what became of them.
func beacons() []Scenario {
	const spec = "concept-request-mode"
	text := fetch.Request{Consumer: fetch.Beacon, Body: "corsproof"}
	json := fetch.Request{Consumer: fetch.Beacon, Body: "{}", Headers: headerList([]string{"Content-Type: application/json"})}
	asked := asks("POST", "content-type").without("Cookie")
	return []Scenario{
		{
			ID: "browser.consumers.beacon.text", Title: "A beacon with text must be sent without a CORS-preflight request",
			Spec: spec, Covers: []string{"CO-07"}, APIs: byFetch,
			Stub:  answers(ok()),
			Steps: once(text, tainted(sends("POST", "Content-Type: text/plain;charset=UTF-8"))),
		},
		{
			ID: "browser.consumers.beacon.opaque", Title: "A beacon of a sandboxed frame must say that its origin is opaque",
			Spec: "append-a-request-origin-header", Covers: []string{"CO-07"}, APIs: byFetch, Origin: "null",
			Stub:  answers(ok()),
			Steps: once(text, tainted(sends("POST"))),
		},
		{
			ID: "browser.consumers.beacon.more", Title: "A beacon of more than 64 KiB must not be sent",
			Spec: "http-network-or-cache-fetch", Covers: []string{"CO-07"}, APIs: byFetch, Cause: fetch.ByOther,
			Stub: answers(ok()),
			Steps: once(fetch.Request{Consumer: fetch.Beacon, Body: tooLong},
				Want{Type: fetch.NetworkError, Exception: "sendBeacon() returned false"}),
		},
		{
			ID: "browser.consumers.beacon.redirect", Title: "A redirect without headers of CORS must be followed by a beacon with text",
			Spec: spec, Covers: []string{"CO-07"}, APIs: byFetch,
			Stub:  append(answers(leads(307, Target+"/there")), withURL(Target+"/there", answers(ok()))...),
			Steps: once(text, tainted(sends("POST"), sends("POST").to(Target+"/there", ""))),
		},
		{
			ID: "browser.consumers.beacon.json", Title: "A beacon with JSON must be sent if the CORS-preflight request is answered with the origin, credentials and Content-Type",
			Spec: spec, Covers: []string{"CO-08", "CR-12"}, APIs: byFetch,
			Stub:  preflight(ok(thisOrigin, trusted, allowHeaders+"content-type"), ok(thisOrigin, trusted)),
			Steps: once(json, tainted(asked, sends("POST", "Content-Type: application/json"))),
		},
		{
			ID: "browser.consumers.beacon.json.star", Title: "A beacon with JSON must not be sent if the CORS-preflight request is answered with *",
			Spec: spec, Covers: []string{"CO-08", "CR-12"}, APIs: byFetch,
			Stub:  preflight(ok(anyOrigin, trusted, allowHeaders+"content-type"), ok(thisOrigin, trusted)),
			Steps: once(json, tainted(asked)),
		},
		{
			ID: "browser.consumers.beacon.json.unlisted", Title: "A beacon with JSON must not be sent if Content-Type is not listed",
			Spec: spec, Covers: []string{"CO-08"}, APIs: byFetch,
			Stub:  preflight(ok(thisOrigin, trusted), ok(thisOrigin, trusted)),
			Steps: once(json, tainted(asked)),
		},
		{
			ID: "browser.consumers.beacon.json.untrusted", Title: "A beacon with JSON must not be sent without Access-Control-Allow-Credentials",
			Spec: spec, Covers: []string{"CO-08", "CR-12"}, APIs: byFetch,
			Stub:  preflight(ok(thisOrigin, allowHeaders+"content-type"), ok(thisOrigin, trusted)),
			Steps: once(json, tainted(asked)),
		},
		{
			ID: "browser.consumers.beacon.json.redirect", Title: "A beacon with JSON must be asked for anew after a redirect",
			Spec: "http-redirect-fetch", Covers: []string{"CO-09"}, APIs: byFetch,
			Stub: append(preflight(ok(thisOrigin, trusted, allowHeaders+"content-type"), leads(307, Target+"/there", thisOrigin, trusted)),
				withURL(Target+"/there", preflight(ok(thisOrigin, trusted, allowHeaders+"content-type"), ok(thisOrigin, trusted)))...),
			Steps: once(json, tainted(asked, sends("POST"), asked.to(Target+"/there", ""), sends("POST").to(Target+"/there", ""))),
		},
		{
			ID: "browser.consumers.beacon.json.redirect.refused", Title: "A beacon with JSON must be dropped after a redirect without headers of CORS",
			Spec: "http-redirect-fetch", Covers: []string{"CO-09"}, APIs: byFetch,
			Stub: append(preflight(ok(thisOrigin, trusted, allowHeaders+"content-type"), leads(307, Target+"/there")),
				withURL(Target+"/there", preflight(ok(thisOrigin, trusted, allowHeaders+"content-type"), ok(thisOrigin, trusted)))...),
			Steps: once(json, tainted(asked, sends("POST"))),
		},
	}
}
