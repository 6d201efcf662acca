package fetch

import (
	"fmt"
	"slices"
	"strings"
)

// An Outcome says where a step of the Standard leads. Empty is on to the next.
type Outcome string

const (
	Allows  Outcome = "allows"  // the response, or the request that a CORS-preflight request asked leave for
	Refuses Outcome = "refuses" // what follows is a network error
)

// A Step is one step of the Standard that a user agent takes on its way to a response,
// and what it finds there.
type Step struct {
	Algorithm string  `json:"algorithm"` // its name in the Standard, such as "CORS check"
	Step      string  `json:"step"`      // its number there, such as "4" or "7.3"
	Spec      string  `json:"spec"`      // the URL of the algorithm
	Text      string  `json:"text"`      // what is found, in a sentence
	Outcome   Outcome `json:"outcome,omitempty"`

	// Decides marks the step on which it hangs whether the script gets the response:
	// the first that refuses, or else the last that allows.
	Decides bool `json:"decides,omitempty"`

	// Header is the name of the header that is looked at. It is empty when it is the
	// status, or nothing that was received.
	Header string `json:"header,omitempty"`

	// URL, Kind and By are those of the exchange that is looked at.
	URL  string       `json:"url,omitempty"`
	Kind ExchangeKind `json:"kind,omitempty"`
	By   string       `json:"by,omitempty"`
}

// Remembers reports whether the step is that of a CORS-preflight request that is not
// sent, since its answer is in the CORS-preflight cache.
func (s Step) Remembers() bool { return s.Algorithm == httpFetch && s.Step == "4.1" }

// Walk returns the steps of the Standard that recorded exchanges of one request lead
// through, as far as CORS has a say. It goes by the same rules as Explain, and goes on
// after a step that refuses as Explain does, so that every failure of Explain's is in it.
//
// https://fetch.spec.whatwg.org/#main-fetch
func Walk(origin string, r Request, exchanges []Exchange) []Step {
	w := walk{request: newRequest(origin, r)}
	if len(w.urls) == 0 {
		return nil // no such request was ever sent
	}
	for _, exchange := range exchanges {
		w.take(exchange)
	}
	decides := slices.IndexFunc(w.steps, func(s Step) bool { return s.Outcome == Refuses })
	for i, s := range slices.Backward(w.steps) {
		if decides < 0 && s.Outcome == Allows && s.Kind == Actual {
			decides = i
		}
	}
	if decides >= 0 {
		w.steps[decides].Decides = true
	}
	return w.steps
}

// A walk is one that is under way.
type walk struct {
	*request
	exchange Exchange // that is looked at
	set      bool     // main fetch has been through the current URL
	steps    []Step
}

func (w *walk) take(exchange Exchange) {
	w.exchange = exchange
	if exchange.Response == nil {
		w.unanswered()
		return
	}
	if !w.comesTo(exchange) {
		return
	}
	w.mainFetch()
	origin, ok := get(exchange.Request.Headers, "Origin")
	if !ok {
		origin = w.serializedOrigin() // the recording is not complete
	}
	if exchange.Kind == Preflight {
		w.preflightFetch(origin)
		return
	}
	shared := !w.cors || w.corsCheck(origin)
	switch {
	case !isRedirectStatus(exchange.Response.Status) || w.redirect == Manual:
		if w.cors && shared {
			w.filter()
		}
	case w.redirect == Error:
		w.refuse(redirectRefused(*exchange.Response))
	default:
		w.redirectFetch()
	}
}

// unanswered is the step of a request that has no response. What came of it is no
// matter of CORS.
func (w *walk) unanswered() {
	e := w.exchange
	if e.Kind == Actual && e.By == "" {
		w.mainFetch()
	}
	text := "No response came"
	switch {
	case e.Held:
		text = e.Request.Method + " is held back in the browser: it may change something"
	case e.Error != "":
		text += ": " + e.Error
	}
	w.add(Step{Algorithm: httpFetch, Step: "4.3", Spec: specs[httpFetch], Text: text})
}

// mainFetch says once for each URL whether it takes CORS, and a CORS-preflight request.
func (w *walk) mainFetch() {
	if w.set {
		return
	}
	w.set = true
	const step = "12"
	there := originOf(w.currentURL())
	on := func(text string) {
		w.steps = append(w.steps, Step{Algorithm: mainFetch, Step: step, Spec: specs[mainFetch], Text: text})
	}
	switch {
	case w.mode == NoCORS:
		on(`The mode is "no-cors": there is no CORS check, and the response is opaque to scripts`)
		return
	case w.mode == SameOriginMode:
		on(`The mode is "same-origin": CORS has no say`)
		return
	case there == w.origin && !w.cors:
		on(there + " is the page's own origin: CORS has no say")
		return
	}
	w.cors = true
	if !w.needsPreflight() {
		on(fmt.Sprintf("%s is another origin than the page's; method and headers are CORS-safelisted, so that no CORS-preflight request is needed", there))
		return
	}
	takes := fmt.Sprintf("%s is another origin than the page's, and %s", there, w.unsafe())
	if w.exchange.Kind == Actual && w.exchange.By == "" {
		on(takes + ": leave is needed, by a CORS-preflight request now or before")
		w.steps = append(w.steps, Step{Algorithm: httpFetch, Step: "4.1", Spec: specs[httpFetch],
			Text: "The CORS-preflight cache has that leave from before: no CORS-preflight request is sent now"})
		return
	}
	on(takes + ": a CORS-preflight request is needed")
}

// unsafe is why the request needs a CORS-preflight request.
func (w *walk) unsafe() string {
	var why []string
	if !IsSafelistedMethod(w.method) {
		why = append(why, w.method+" is no CORS-safelisted method")
	}
	if names := UnsafeRequestHeaderNames(w.headers); len(names) > 0 {
		why = append(why, "not CORS-safelisted among the headers: "+strings.Join(names, ", "))
	}
	if w.useCORSPreflight {
		why = append(why, "an upload listener is registered")
	}
	return strings.Join(why, "; ")
}

// preflightFetch takes step 7 of CORS-preflight fetch, in the order of checkPreflight.
func (w *walk) preflightFetch(origin string) {
	response := *w.exchange.Response
	before := len(w.steps)
	redirected := isRedirectStatus(response.Status) && response.Headers.Contains("Location")
	if redirected {
		w.refuse(statusFailure(PreflightDisallowedRedirect, response))
	}
	w.corsCheck(origin)
	switch {
	case redirected:
	case response.Status < 200 || response.Status > 299:
		w.refuse(statusFailure(PreflightInvalidStatus, response))
	default:
		w.on(preflightFetch, "7", "", fmt.Sprintf("The status is %d, an ok status", response.Status))
	}
	w.lists(response.Headers)
	if !slices.ContainsFunc(w.steps[before:], func(s Step) bool { return s.Outcome == Refuses }) {
		w.allow(preflightFetch, "7.8", "Access-Control-Max-Age", "The actual request may be sent, and this answer remembered for "+MaxAge(response.Headers).String())
	}
}

// lists takes steps 7.1 to 7.7.
func (w *walk) lists(headers HeaderList) {
	const allowMethods, allowHeaders = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"
	_, failures := w.checkLists(headers)
	refused := func(header string) bool {
		return slices.ContainsFunc(failures, func(f *Failure) bool { return f.Header == header })
	}
	if !refused(allowMethods) {
		text := fmt.Sprintf("%s is %s, which allows %s", allowMethods, given(headers, allowMethods), w.method)
		if IsSafelistedMethod(w.method) {
			text = w.method + " is a CORS-safelisted method, which needs no leave"
		}
		w.on(preflightFetch, "7.5", allowMethods, text)
	}
	if names := UnsafeRequestHeaderNames(w.headers); len(names) > 0 && !refused(allowHeaders) {
		w.on(preflightFetch, "7.7", allowHeaders, fmt.Sprintf("%s is %s, which allows %s", allowHeaders, given(headers, allowHeaders), strings.Join(names, ", ")))
	}
	for _, f := range failures {
		w.refuse(f)
	}
}

// corsCheck takes the steps of the CORS check, and reports whether it is a success.
func (w *walk) corsCheck(origin string) bool {
	const allowOrigin, allowCredentials = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
	headers := w.exchange.Response.Headers
	value, _ := get(headers, allowOrigin)
	mode := fmt.Sprintf("the credentials mode is %q", w.credentials)
	refused := allowOriginFailure(origin, w.credentials, headers)
	switch {
	case refused != nil:
		w.refuse(refused)
	case value == "*" && w.credentials != Include:
		w.allow(corsCheck, "3", allowOrigin, fmt.Sprintf(`%s is "*", which is every origin, as %s`, allowOrigin, mode))
		return true
	default:
		w.on(corsCheck, "4", allowOrigin, fmt.Sprintf("%s is %q, the origin of the request", allowOrigin, value))
	}
	if w.credentials != Include {
		if refused == nil {
			w.allow(corsCheck, "5", allowOrigin, mode+`, not "include": nothing more is asked for`)
		}
		return refused == nil
	}
	if f := allowCredentialsFailure(w.credentials, headers); f != nil {
		w.refuse(f)
		return false
	}
	if refused == nil {
		w.allow(corsCheck, "7", allowCredentials, fmt.Sprintf(`%s is "true", and %s`, allowCredentials, mode))
	}
	return refused == nil
}

// redirectFetch follows a redirect, or says why it is not followed.
func (w *walk) redirectFetch() {
	location := given(w.exchange.Response.Headers, "Location")
	followed, f := w.follow(*w.exchange.Response)
	switch {
	case f != nil:
		w.refuse(f)
	case followed:
		w.on(redirectFetch, "18", "Location", fmt.Sprintf("The redirect to %s is followed", location))
		w.set = false
	}
}

// filter says what the script can read of a response that is shared.
func (w *walk) filter() {
	const exposeHeaders = "Access-Control-Expose-Headers"
	headers := w.exchange.Response.Headers
	text := "Besides the CORS-safelisted response-header names the script reads none, as Access-Control-Expose-Headers is missing"
	if headers.Contains(exposeHeaders) {
		text = fmt.Sprintf("Besides the CORS-safelisted response-header names the script reads those of Access-Control-Expose-Headers, which is %s", given(headers, exposeHeaders))
	}
	w.on(mainFetch, "14.1", exposeHeaders, text)
}

func (w *walk) on(algorithm, step, header, text string) {
	w.add(Step{Algorithm: algorithm, Step: step, Spec: specs[algorithm], Header: header, Text: text})
}

func (w *walk) allow(algorithm, step, header, text string) {
	w.add(Step{Algorithm: algorithm, Step: step, Spec: specs[algorithm], Header: header, Text: text, Outcome: Allows})
}

func (w *walk) refuse(f *Failure) {
	w.add(Step{Algorithm: f.Algorithm, Step: f.Step, Spec: f.Spec, Header: f.Header, Text: f.finding(), Outcome: Refuses})
}

// add appends a step about the exchange, unless it is there: user agents repeat
// themselves.
func (w *walk) add(s Step) {
	s.Text = strings.ToUpper(s.Text[:1]) + s.Text[1:]
	s.URL, s.Kind, s.By = w.exchange.Request.URL, w.exchange.Kind, w.exchange.By
	if !slices.Contains(w.steps, s) {
		w.steps = append(w.steps, s)
	}
}
