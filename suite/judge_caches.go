package suite

import (
	"fmt"
	"net/http"

	"github.com/corsproof/corsproof/suite/fetch"
)

// passes judges whether what the cache gave corsproof may be shared with the origin
// that it named.
func (j judgement) passes(want Answer) *outcome {
	e := j.observation.Exchanges[0]
	origin, _ := e.Request.Headers.Get("Origin")
	refused := fetch.CORSCheck(origin, fetch.SameOrigin, e.Response.Headers)
	switch {
	case (refused == nil) == (want == Yes), !e.Cached && !(want == No && inherited(e)):
		return nil // what the server itself answers is told elsewhere
	}
	observed := fmt.Sprintf("a shared cache answered %s with the response to another request, %s", origin, describedBy(e))
	return &outcome{verdict: Fail, reason: reasonStored, observed: observed, onTheWire: true}
}

// inherited reports whether the header that counts is that of the stored response, since
// the 304 that confirmed it had none.
func inherited(e fetch.Exchange) bool {
	return e.NotModified != nil && !e.NotModified.Headers.Contains("Access-Control-Allow-Origin")
}

// describedBy quotes what a stored response says of itself.
func describedBy(e fetch.Exchange) string {
	quote := func(name string) string {
		if value, ok := e.Response.Headers.Get(name); ok {
			return name + ": " + value
		}
		return "no " + name
	}
	return fmt.Sprintf("which has %s, %s and %s", quote("Access-Control-Allow-Origin"), quote("Vary"), quote("Cache-Control"))
}

// kept judges whether the browser kept the redirect of the step before, if caches may.
func (j judgement) kept() *outcome {
	earlier, asked := redirectOf(j.before[j.step-1]), redirectOf(j.observation)
	if earlier == nil || asked == nil || asked.Cached {
		return nil
	}
	var cache fetch.HTTPCache
	cache.Keep(cache.Lookup("", fetch.DefaultCache, earlier.Request), *earlier.Response, http.NoBody)
	if !cache.Lookup("", fetch.DefaultCache, asked.Request).Fresh {
		return nil
	}
	return &outcome{verdict: Unjudged, reason: NotObservable, observed: "the browser asked for the redirect again, though it may keep it"}
}

// redirectOf returns the exchange in which a redirect was answered, or nil.
func redirectOf(o fetch.Observation) *fetch.Exchange {
	for i, e := range o.Exchanges {
		if e.Kind == fetch.Actual && e.Response != nil && isRedirect(e.Response.Status) {
			return &o.Exchanges[i]
		}
	}
	return nil
}

// notModified judges whether the server answered 304.
func (j judgement) notModified() *outcome {
	for _, e := range j.observation.Exchanges {
		if e.NotModified != nil || e.Kind == fetch.Actual && e.Response != nil && e.Response.Status == 304 {
			return nil
		}
	}
	return &outcome{verdict: Unjudged, reason: NotObservable, observed: "the server did not answer 304, though nothing has changed"}
}

// confirmed reports whether the response was the browser's own, which the server
// confirmed without making it fit for the origin that asked.
func (j judgement) confirmed() bool {
	actual := j.observation.Actual()
	if actual == nil || j.observation.Cause != fetch.ByCORS || j.bound.request.Headers.Contains("If-None-Match") {
		return false
	}
	return actual.NotModified != nil || actual.Response != nil && actual.Response.Status == 304
}

// grantedBy304 quotes the Access-Control-Allow-Origin of the 304.
func (j judgement) grantedBy304() string {
	actual := j.observation.Actual()
	wire := actual.Response
	if actual.NotModified != nil {
		wire = actual.NotModified
	}
	if value, ok := wire.Headers.Get("Access-Control-Allow-Origin"); ok {
		return fmt.Sprintf("the 304 has Access-Control-Allow-Origin: %s", value)
	}
	return "the 304 has no Access-Control-Allow-Origin"
}
