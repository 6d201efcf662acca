package useragent

import (
	"fmt"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A CORS-preflight request must be answered with an ok status. The actual request may
// be answered with any.
var statuses = Chapter{
	Name:      "status",
	Title:     "Statuses",
	Scenarios: append(append(preflightStatuses(), actualStatuses()...), deniedStatuses()...),
}

func preflightStatuses() []Scenario {
	var all []Scenario
	for _, code := range []int{200, 201, 202, 203, 204, 205, 206, 226, 299} {
		all = append(all, Scenario{
			ID:     fmt.Sprintf("browser.status.preflight.%d", code),
			Title:  fmt.Sprintf("A CORS-preflight request that is answered %d must be followed by the actual request", code),
			Spec:   "cors-preflight-fetch",
			Covers: []string{"ST-01"},
			Stub:   preflight(bare(code, anyOrigin, allowMethods+"PUT"), ok(anyOrigin)),
			Steps:  once(ask("PUT"), shared(asks("PUT", ""), sends("PUT"))),
		})
	}
	// 408 is not among them: by HTTP a client may repeat the request.
	for _, code := range []int{
		300, 301, 302, 303, 304, 305, 306, 307, 308,
		400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 416, 417, 429,
		500, 501, 502, 503, 504, 505, 680, 790,
	} {
		all = append(all, Scenario{
			ID:     fmt.Sprintf("browser.status.preflight.%d", code),
			Title:  fmt.Sprintf("A CORS-preflight request that is answered %d must not be followed by the actual request", code),
			Spec:   "cors-preflight-fetch",
			Covers: []string{"ST-01"},
			Stub:   preflight(bare(code, anyOrigin, allowMethods+"PUT"), ok(anyOrigin)),
			Steps:  once(ask("PUT"), refused(fetch.PreflightInvalidStatus, asks("PUT", ""))),
		})
	}
	return all
}

func actualStatuses() []Scenario {
	var all []Scenario
	for _, code := range []int{
		200, 201, 202, 203, 204, 205, 206, 299, 304,
		400, 401, 403, 404, 405, 410, 418, 429, 500, 501, 502, 503, 599, 699,
	} {
		all = append(all, Scenario{
			ID:     fmt.Sprintf("browser.status.actual.%d", code),
			Title:  fmt.Sprintf("A script must see the status %d of a response that is shared", code),
			Spec:   "cors-check",
			Covers: statusCovers(code),
			Stub:   answers(bare(code, anyOrigin)),
			Steps:  once(ask("GET"), Want{Type: fetch.CORS, Status: code, Sent: []Sent{sends("GET")}}),
		})
	}
	for _, code := range []int{204, 400, 401, 404, 501, 699} {
		for _, method := range []string{"PUT", "CHICKEN"} {
			all = append(all, Scenario{
				ID:     fmt.Sprintf("browser.status.preflighted.%s.%d", lowered(method), code),
				Title:  fmt.Sprintf("A script must see the status %d of the response to a preflighted %s", code, method),
				Spec:   "cors-check",
				Covers: []string{"ST-04"},
				Stub:   preflight(ok(anyOrigin, allowMethods+method), bare(code, anyOrigin)),
				Steps:  once(ask(method), Want{Type: fetch.CORS, Status: code, Sent: []Sent{asks(method, ""), sends(method)}}),
			})
		}
	}
	return all
}

func statusCovers(code int) []string {
	switch code {
	case 204, 205, 304:
		return []string{"ST-06", "ST-07"}
	case 400, 401, 404, 500:
		return []string{"ST-02"}
	}
	return []string{"ST-06"}
}

func deniedStatuses() []Scenario {
	var all []Scenario
	for _, code := range []int{204, 400, 401, 404, 500} {
		all = append(all, Scenario{
			ID:     fmt.Sprintf("browser.status.denied.%d", code),
			Title:  fmt.Sprintf("A script must not see the status %d of a response that is not shared", code),
			Spec:   "cors-check",
			Covers: []string{"ST-03"},
			Stub:   answers(bare(code)),
			Steps:  once(ask("GET"), refused(fetch.MissingAllowOriginHeader, sends("GET"))),
		})
	}
	return append(all, Scenario{
		ID:     "browser.status.both.404",
		Title:  "A script must not see a status that the CORS-preflight request is answered with too",
		Spec:   "cors-preflight-fetch",
		Covers: []string{"ST-05"},
		Stub:   preflight(bare(404, anyOrigin, allowMethods+"PUT"), bare(404, anyOrigin)),
		Steps:  once(ask("PUT"), refused(fetch.PreflightInvalidStatus, asks("PUT", ""))),
	})
}
