package specs

import (
	"slices"

	"github.com/onsi/gomega/gcustom"
	"github.com/onsi/gomega/types"

	"github.com/corsproof/corsproof/suite/fetch"
)

// The matchers take a fetch.Observation, as a fetch.Context's Do returns it.

// BeShared succeeds if the script could read the response.
//
//	Expect(observation).To(specs.BeShared())
func BeShared() types.GomegaMatcher {
	return gcustom.MakeMatcher(func(o fetch.Observation) (bool, error) {
		return o.Shared(), nil
	}).WithTemplate("Expected the response {{.To}} be shared with the script; it got type {{.Actual.Response.Type}}, status {{.Actual.Response.Status}}, cause {{printf \"%q\" .Actual.Cause}} {{.Actual.Detail}}")
}

// BeBlocked succeeds if the CORS protocol kept the response from the script, or the
// request from leaving, for one of these reasons, such as
// fetch.MissingAllowOriginHeader. Without reasons any will do.
//
//	Expect(observation).To(specs.BeBlocked(fetch.PreflightInvalidStatus))
func BeBlocked(reasons ...fetch.Reason) types.GomegaMatcher {
	return gcustom.MakeMatcher(func(o fetch.Observation) (bool, error) {
		blocked := !o.Shared() && o.Cause == fetch.ByCORS
		return blocked && (len(reasons) == 0 || slices.Contains(reasons, reasonOf(o))), nil
	}).WithTemplate("Expected the response {{.To}} be blocked by CORS for {{.Data}}; it got type {{.Actual.Response.Type}}, status {{.Actual.Response.Status}}, cause {{printf \"%q\" .Actual.Cause}} {{.Actual.Detail}}", reasons)
}

// reasonOf returns the reason that the user agent gave, which is on the exchange
// that it is about.
func reasonOf(o fetch.Observation) fetch.Reason {
	for _, e := range o.Exchanges {
		if e.Reason != "" {
			return fetch.Reason(e.Reason)
		}
	}
	return fetch.Reason(o.Detail)
}

// BePreflighted succeeds if a CORS-preflight request was sent.
//
//	Expect(observation).NotTo(specs.BePreflighted())
func BePreflighted() types.GomegaMatcher {
	return gcustom.MakeMatcher(func(o fetch.Observation) (bool, error) {
		return o.Preflight() != nil, nil
	}).WithTemplate("Expected a CORS-preflight request {{.To}} be sent; the exchanges were:\n{{format .Actual.Exchanges 1}}")
}

// HaveReadableHeader succeeds if the script can read a response header of that name,
// in any case.
//
//	Expect(observation).To(specs.HaveReadableHeader("ETag"))
func HaveReadableHeader(name string) types.GomegaMatcher {
	return gcustom.MakeMatcher(func(o fetch.Observation) (bool, error) {
		return o.Response.Headers.Contains(name), nil
	}).WithTemplate("Expected the script {{.To}} be able to read {{.Data}}; it can read:\n{{format .Actual.Response.Headers 1}}", name)
}
