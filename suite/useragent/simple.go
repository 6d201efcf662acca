package useragent

import (
	"github.com/corsproof/corsproof/suite/fetch"
)

// Requests that a form could make are made at once, and the response says who may
// read it.
var simple = Chapter{
	Name:  "simple",
	Title: "Simple requests",
	Scenarios: append(relations(),
		Scenario{
			ID:     "browser.simple.origin",
			Title:  "A request to another origin must say the page's origin, exactly",
			Spec:   "append-a-request-origin-header",
			Covers: []string{"SR-04", "SR-08"},
			Stub:   answers(ok(thisOrigin)),
			Steps:  once(ask("GET"), shared(sends("GET", "Origin: "+Page))),
		},
		Scenario{
			ID:     "browser.simple.head",
			Title:  "HEAD must be sent without a CORS-preflight request, and its response shared",
			Spec:   "cors-safelisted-method",
			Covers: []string{"SR-04"},
			Stub:   answers(ok(thisOrigin)),
			Steps:  once(ask("HEAD"), shared(sends("HEAD"))),
		},
		Scenario{
			ID:     "browser.simple.post",
			Title:  "A POST with text must be sent without a CORS-preflight request, though the server refuses OPTIONS",
			Spec:   "cors-safelisted-method",
			Covers: []string{"SR-09"},
			Stub:   preflight(status(400), ok(thisOrigin)),
			Steps: once(fetch.Request{Method: "POST", Body: "corsproof"},
				shared(sends("POST", "Content-Type: text/plain;charset=UTF-8"))),
		},
		Scenario{
			ID:     "browser.simple.form",
			Title:  "A POST of a form must be sent without a CORS-preflight request",
			Spec:   "cors-safelisted-request-header",
			Covers: []string{"SR-10"},
			Stub:   answers(ok(thisOrigin)),
			Steps: once(fetch.Request{
				Method:  "POST",
				Headers: headerList([]string{"Content-Type: multipart/form-data; boundary=x"}),
				Body:    "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n",
			}, shared(sends("POST", "Content-Type: multipart/form-data; boundary=x"))),
		},
		Scenario{
			ID:     "browser.simple.refused-post",
			Title:  "A POST whose response is refused must have reached the server all the same",
			Spec:   "cors-check",
			Covers: []string{"SR-02", "PV-11"},
			Stub:   answers(ok()),
			Steps:  once(ask("POST"), refused(fetch.MissingAllowOriginHeader, sends("POST"))),
		},
		Scenario{
			ID:     "browser.simple.again",
			Title:  "Ten refused requests must each be refused, and the next response shared",
			Spec:   "cors-check",
			Covers: []string{"SR-12"},
			Stub: answers(ok(), ok(), ok(), ok(), ok(), ok(), ok(), ok(), ok(), ok(),
				ok(anyOrigin)),
			Steps: append(repeat(10, once(ask("GET"), refused(fetch.MissingAllowOriginHeader, sends("GET")))),
				once(ask("GET"), shared(sends("GET")))...),
		},
		Scenario{
			ID:     "browser.simple.worker",
			Title:  "A worker must say its page's origin, and have the response",
			Spec:   "append-a-request-origin-header",
			Covers: []string{"SR-01"},
			Stub:   answers(ok(thisOrigin)),
			Steps:  once(fetch.Request{Method: "GET", Global: fetch.Worker}, shared(sends("GET"))),
		},
		Scenario{
			ID:     "browser.simple.worker.refused",
			Title:  "A worker must not have a response that does not allow its page's origin",
			Spec:   "cors-check",
			Covers: []string{"SR-02"},
			Stub:   answers(ok()),
			Steps: once(fetch.Request{Method: "GET", Global: fetch.Worker},
				refused(fetch.MissingAllowOriginHeader, sends("GET"))),
		},
		Scenario{
			ID:     "browser.simple.same-origin.get",
			Title:  "A GET of the page's own origin must say no Origin, and its response needs no CORS",
			Spec:   "append-a-request-origin-header",
			Covers: []string{"SR-18"},
			Stub:   own(ok("X-Test: 1")),
			Steps: once(at(Page+"/{id}", ask("GET", "X-Test: 1")), Want{
				Type: fetch.Basic, Status: 200,
				Readable: fetch.HeaderList{{Name: "X-Test", Value: "1"}},
				Sent:     []Sent{sends("GET", "X-Test: 1").to(Page+"/{id}", Absent)},
			}),
		},
		Scenario{
			ID:     "browser.simple.same-origin.post",
			Title:  "A POST to the page's own origin must say Origin, and its response needs no CORS",
			Spec:   "append-a-request-origin-header",
			Covers: []string{"SR-18"},
			Stub:   own(ok()),
			Steps: once(at(Page+"/{id}", ask("POST", "X-Test: 1")), Want{
				Type: fetch.Basic, Status: 200,
				Sent: []Sent{sends("POST").to(Page+"/{id}", Page)},
			}),
		},
	),
}

// relations are the ways in which two origins differ.
func relations() []Scenario {
	var all []Scenario
	for _, r := range []struct{ slug, what, origin string }{
		{"port", "another port of the page's host", Port},
		{"host", "another host of the page's site", API},
		{"site", "another site", Other},
	} {
		url := r.origin + "/{id}"
		all = append(all,
			Scenario{
				ID:     "browser.simple.any." + r.slug,
				Title:  "The response of " + r.what + " must be shared by Access-Control-Allow-Origin: *",
				Spec:   "cors-check",
				Covers: []string{"SR-01", "SR-07"},
				Stub:   withURL(url, answers(ok(anyOrigin))),
				Steps:  once(at(url, ask("GET")), shared(sends("GET").to(url, ""))),
			},
			Scenario{
				ID:     "browser.simple.none." + r.slug,
				Title:  "The response of " + r.what + " must not be shared without Access-Control-Allow-Origin",
				Spec:   "cors-check",
				Covers: []string{"SR-02"},
				Stub:   withURL(url, answers(ok())),
				Steps:  once(at(url, ask("GET")), refused(fetch.MissingAllowOriginHeader, sends("GET").to(url, ""))),
			})
	}
	return all
}
