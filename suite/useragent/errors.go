package useragent

import (
	"time"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A script must not learn why it gets no response.
var networkErrors = Chapter{
	Name:  "errors",
	Title: "Network errors, as scripts see them",
	Scenarios: []Scenario{
		{
			ID:     "browser.errors.fetch",
			Title:  "fetch() must reject a refused response with TypeError, and tell no status",
			Spec:   "fetch-method",
			Covers: []string{"XE-07"},
			APIs:   byFetch,
			Stub:   answers(status(404, "X-Test: 1")),
			Steps: once(ask("GET"), Want{Type: fetch.NetworkError, Exception: "TypeError", Hidden: []string{"X-Test"},
				Body: new(0), Reason: fetch.MissingAllowOriginHeader, Sent: []Sent{sends("GET")}}),
		},
		{
			ID:     "browser.errors.fetch.preflight",
			Title:  "fetch() must reject a refused CORS-preflight request with TypeError",
			Spec:   "fetch-method",
			Covers: []string{"XE-07"},
			APIs:   byFetch,
			Stub:   preflight(status(404), ok(anyOrigin)),
			Steps: once(ask("PUT"), Want{Type: fetch.NetworkError, Exception: "TypeError",
				Reason: fetch.PreflightMissingAllowOriginHeader, Sent: []Sent{asks("PUT", "")}}),
		},
		{
			ID:     "browser.errors.xhr",
			Title:  "XMLHttpRequest must tell a refused response by an error event alone",
			Spec:   "cors-check",
			Covers: []string{"XE-02"},
			APIs:   byXHR,
			Stub:   answers(status(404, "X-Test: 1")),
			Steps: once(ask("GET"), Want{Type: fetch.NetworkError, Exception: "error event", Hidden: []string{"X-Test"},
				Body: new(0), Reason: fetch.MissingAllowOriginHeader, Sent: []Sent{sends("GET")}}),
		},
		{
			ID:     "browser.errors.xhr.method",
			Title:  "XMLHttpRequest must refuse a forbidden method with SecurityError",
			Spec:   "forbidden-method",
			Covers: []string{"ME-05"},
			APIs:   byXHR,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(ask("TRACE"), Want{Type: fetch.NetworkError, Exception: "SecurityError"}),
		},
		{
			ID:     "browser.errors.fetch.method",
			Title:  "fetch() must refuse a forbidden method with TypeError",
			Spec:   "forbidden-method",
			Covers: []string{"ME-05"},
			APIs:   byFetch,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(ask("TRACE"), Want{Type: fetch.NetworkError, Exception: "TypeError"}),
		},
		{
			ID:     "browser.errors.xhr.timeout",
			Title:  "XMLHttpRequest must tell a response that does not come by a timeout event",
			Spec:   "cors-check",
			Covers: []string{"XE-04"},
			APIs:   byXHR,
			Stub:   answers(stub.Answer{Silent: true}),
			Cause:  fetch.ByTimeout,
			Steps: once(fetch.Request{Timeout: 300 * time.Millisecond}, Want{
				Type: fetch.NetworkError, Exception: "timeout event", Sent: []Sent{sends("GET")}}),
		},
		{
			ID:     "browser.errors.xhr.header",
			Title:  "XMLHttpRequest must refuse a header name that is none with SyntaxError",
			Spec:   "header-name",
			Covers: []string{"XE-05"},
			APIs:   byXHR,
			Stub:   answers(ok(anyOrigin)),
			Steps:  once(ask("GET", "X Test: 1"), Want{Type: fetch.NetworkError, Exception: "SyntaxError"}),
		},
	},
}
