package suite

import (
	"context"
	"fmt"
	"net/http"

	"github.com/corsproof/corsproof/suite/fetch"
)

// unseen is the outcome of what a user agent does not show.
func unseen(what string) *outcome {
	return &outcome{verdict: Unjudged, reason: NotObservable, observed: "this browser does not show " + what}
}

// encrypted are the aspects of a step of which nobody could read what went over the
// wire: what the script saw is judged, and the rest is not guessed.
func (j judgement) encrypted() []*outcome {
	w := j.bound.want
	switch {
	case j.observation.Cause == fetch.ByHold:
		return []*outcome{{verdict: Unjudged, reason: Held, observed: "the request was not made, since this browser could not hold it back"}}
	case j.bound.request.Consumer == fetch.Font:
		return []*outcome{unseen("whether it asks for fonts by CORS")}
	}
	var aspects []*outcome
	when := func(asked bool, aspect func() *outcome) {
		if asked {
			aspects = append(aspects, aspect())
		}
	}
	always := func(what string) func() *outcome { return func() *outcome { return unseen(what) } }
	when(w.Shared != Either, func() *outcome { return j.sharedUnseen(w.Shared) })
	when(w.Leaves != Either, func() *outcome { return j.leavesUnseen(w.Leaves) })
	when(w.Accepted, j.acceptedUnseen)
	when(w.Opaque != Either, func() *outcome { return j.opaqueUnseen(w.Opaque) })
	when(w.Redirected && !j.observation.Response.Redirected, always("the redirect"))
	when(w.Status, j.status)
	when(w.Opened, j.opened)
	when(w.Readable != "", j.readableUnseen)
	when(w.Hidden != "", j.hiddenUnseen)
	when(w.AllReadable, always("which headers the response has"))
	// In a first step it is the browser's business alone.
	when(w.Preflight != Either && j.step > 0, always("whether it sent a CORS-preflight request"))
	when(w.MaxAge, always("the answer to the CORS-preflight request"))
	when(w.NotModified, always("whether the server answered 304"))
	return aspects
}

// sharedUnseen judges whether the script could read the response.
func (j judgement) sharedUnseen(want Answer) *outcome {
	o := j.observation
	switch {
	case want == Yes && o.Shared(), want == No && !o.Shared() && o.Cause == fetch.ByCORS:
		return nil
	case want == Yes:
		return j.refusedUnseen()
	case o.Shared():
		return j.shared(No)
	}
	return unseen("why the page got nothing")
}

// leavesUnseen judges whether the actual request left: it did if its response was seen.
func (j judgement) leavesUnseen(want Answer) *outcome {
	shared := j.observation.Shared()
	switch {
	case want == Yes && shared:
		return nil
	case shared:
		return j.allowed("the actual request left the browser")
	case want == Yes && j.observation.Response.Type == fetch.NetworkError:
		return j.refusedUnseen()
	}
	return unseen("whether the actual request left it")
}

// refusedUnseen is the outcome of a request that CORS should have let through. What
// corsproof asked for itself, in the browser's place, says why it was not.
func (j judgement) refusedUnseen() *outcome {
	if refused := j.refused(); refused.verdict == Fail {
		refused.observed += " (asked by corsproof)"
		return refused
	}
	return unseen("why the script got nothing; what the server answers corsproof is as it should be")
}

func (j judgement) acceptedUnseen() *outcome {
	if j.observation.Shared() {
		return nil
	}
	refused := j.refusedUnseen()
	for _, f := range refused.failures {
		if !f.Reason.OfLists() {
			return refused
		}
	}
	if refused.verdict == Fail {
		return nil
	}
	return refused
}

// opaqueUnseen judges whether the script saw a redirect that it did not follow.
func (j judgement) opaqueUnseen(want Answer) *outcome {
	o := j.observation
	if o.Response.Type == fetch.NetworkError && (want == Yes || o.Cause != fetch.ByCORS) {
		return unseen("why the script saw no redirect")
	}
	return j.opaque(want)
}

// readableUnseen judges whether the script could read the exposed header. If not, the
// response may not have it.
func (j judgement) readableUnseen() *outcome {
	name := j.play.value(string(j.bound.want.Readable))
	switch {
	case !j.observation.Shared():
		return j.sharedUnseen(Yes)
	case name != "*" && j.observation.Response.Headers.Contains(name):
		return nil
	}
	return unseen("which headers the response has")
}

// hiddenUnseen judges whether the script could read a header that is not exposed.
func (j judgement) hiddenUnseen() *outcome {
	if !j.observation.Shared() {
		return j.sharedUnseen(Yes)
	}
	name := firstUnexposed(j.observation.Response.Headers, j.play.claim.Policy.ExposeHeaders)
	if name == "" {
		return unseen("whether the response has a header that should be hidden")
	}
	return &outcome{verdict: Fail, reason: reasonExposed, observed: fmt.Sprintf("the script can read %s", name), onTheWire: true}
}

// wantsThrough reports whether CORS is to let the request of a step through.
func (w Want) wantsThrough() bool {
	return w.Shared == Yes || w.Leaves == Yes || w.Accepted || w.Readable != "" || w.Hidden != ""
}

// inItsPlace asks for what a browser asked for that shows nothing of it: the
// CORS-preflight request, if there is one, and the actual request, if it is safe.
func (a asker) inItsPlace(ctx context.Context, origin string, r fetch.Request) []fetch.Exchange {
	var exchanges []fetch.Exchange
	ask := func(kind fetch.ExchangeKind, r fetch.Request) {
		if o, err := a.ask(ctx, r); err == nil && o.Exchanges[0].Response != nil {
			o.Exchanges[0].Kind = kind
			exchanges = append(exchanges, o.Exchanges[0])
		}
	}
	if fetch.NeedsPreflight(r) {
		ask(fetch.Preflight, fetch.Request{Method: http.MethodOptions, URL: r.URL, Headers: fetch.PreflightRequest(origin, r).Headers, Timeout: r.Timeout})
	}
	r.Method = fetch.NormalizeMethod(r.Method)
	if r.Consumer == fetch.ByAPI && fetch.IsSafeMethod(r.Method) {
		r.Headers = r.Headers.With("Origin", origin)
		ask(fetch.Actual, r)
	}
	return exchanges
}
