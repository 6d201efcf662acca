package suite

import (
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/suite/fetch"
)

// astray reports whether a redirect led the request where it cannot come to an end,
// and the outcome if what the step wants is at that end. What the network makes of
// such a place is not the network's failure.
func (j judgement) astray() (bool, *outcome) {
	o, w := j.observation, j.bound.want
	refusal := j.refusal()
	switch {
	case o.Response.Type != fetch.NetworkError || o.Cause == fetch.ByHold:
		return false, nil
	case refusal != "" && (w.Opaque != Either || w.Shared == No):
		return true, &outcome{verdict: Unjudged, reason: NotObservable, observed: fmt.Sprintf("the browser did not come to the CORS check of the redirect, because of where it leads (%s)", o.Detail)}
	case w.Shared == No:
		return false, nil
	}
	away, request := j.ledAway(), j.bound.request
	if request.Redirect == fetch.Manual {
		request.Redirect = fetch.Follow // Chromium looks where it leads all the same
	}
	failures := fetch.Explain(j.play.origin, request, j.within())
	switch {
	case away == "" && refusal == "" && !(o.Cause == fetch.ByOther && slices.ContainsFunc(failures, isOfRedirect)):
		return false, nil
	case w.Shared != Yes && w.Readable == "" && w.Hidden == "":
		return true, nil
	case len(failures) > 0:
		return true, j.refused()
	case refusal != "":
		return true, &outcome{verdict: Fail, reason: string(refusal), observed: "the browser did not follow the redirect: " + o.Detail, onTheWire: true}
	}
	return true, &outcome{
		verdict:   Fail,
		reason:    reasonLedAstray,
		observed:  fmt.Sprintf("the request was redirected to %s, which the target does not declare", away),
		onTheWire: true,
	}
}

func isOfRedirect(f *fetch.Failure) bool { return ofRedirect(f.Reason) }

// ofRedirect reports whether a reason is about where a redirect leads.
func ofRedirect(r fetch.Reason) bool {
	switch r {
	case fetch.InvalidRedirect, fetch.TooManyRedirects, fetch.CorsDisabledScheme,
		fetch.RedirectContainsCredentials, fetch.DisallowedRedirect:
		return true
	}
	return false
}

// refusal returns the reason for which the browser says that it did not follow a
// redirect, or nothing. It may not show the redirect itself.
func (j judgement) refusal() fetch.Reason {
	if j.observation.Cause != fetch.ByOther {
		return ""
	}
	for _, e := range j.observation.Exchanges {
		if r := fetch.Reason(e.Reason); e.By == "" && ofRedirect(r) {
			return r
		}
	}
	return ""
}

// ledAway returns the first URL to which a redirect led on an origin that the target
// does not declare, or nothing.
func (j judgement) ledAway() string {
	for _, e := range j.observation.Exchanges {
		if !j.declared(e) {
			return e.Request.URL
		}
	}
	return ""
}

// within are the exchanges with the target and what it declares.
func (j judgement) within() []fetch.Exchange {
	var own []fetch.Exchange
	for _, e := range j.observation.Exchanges {
		if j.declared(e) {
			own = append(own, e)
		}
	}
	return own
}

func (j judgement) declared(e fetch.Exchange) bool {
	target, there := j.play.claim.Target, originOf(e.Request.URL)
	return there == originOf(target.URL) || slices.Contains(target.Elsewhere(), there)
}

// redirected judges whether the resource redirected as it declares.
func (j judgement) redirected() *outcome {
	actual := j.observation.Actual()
	if actual == nil || actual.Response == nil || isRedirect(actual.Response.Status) {
		return nil
	}
	return &outcome{verdict: Unjudged, reason: NoResource, observed: fmt.Sprintf("the resource declares a redirect and answered %d", actual.Response.Status)}
}

func isRedirect(status int) bool {
	return slices.Contains([]int{301, 302, 303, 307, 308}, status)
}

// opaque judges whether the script saw a redirect that it did not follow.
func (j judgement) opaque(want Answer) *outcome {
	o := j.observation
	switch {
	case o.Response.Type == fetch.OpaqueRedirect && want == No:
		return j.allowed("the script saw that the response is a redirect")
	case o.Response.Type == fetch.OpaqueRedirect, o.Shared() && want == Yes, want == No && o.Cause == fetch.ByCORS:
		return nil // a response that is no redirect is judged by redirected
	case want == No:
		return j.shared(No)
	}
	return j.refused()
}
