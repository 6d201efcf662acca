package suite

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/suite/fetch"
)

// An outcome is what the judge says of one attempt.
type outcome struct {
	verdict      Verdict
	reason       string
	expected     string
	observed     string
	failures     []*fetch.Failure // every step that failed, in the order in which a browser meets them
	step         int              // of the scenario, whose exchanges show it
	onTheWire    bool             // the wire itself shows the failure, whatever the browser made of it
	intermittent bool
	severity     Severity // of what should have been refused
}

// judge says what an attempt shows. It looks at nothing but its arguments, so that a
// report can be judged again.
//
// What is certain counts before what is not: an aspect that failed makes the outcome
// fail, though another could not be seen.
func judge(p play, a Attempt) outcome {
	doubt := outcome{verdict: Pass, expected: p.expectation()}
	for i, o := range a.Steps {
		j := judgement{play: p.at(i), step: i, bound: p.steps[i], observation: o, before: a.Steps[:i]}
		for _, aspect := range j.aspects() {
			if aspect == nil {
				continue
			}
			aspect.step, aspect.expected = i, p.expectation()
			if aspect.verdict == Fail && aspect.reason == reasonUnanswered && a.Lost != "" {
				return outcome{verdict: Broken, reason: string(fetch.ByConnection), observed: a.Lost, expected: aspect.expected, step: i}
			}
			if aspect.verdict == Fail && aspect.reason == reasonUnanswered && a.Unjudged == Budget {
				return outOfBudget() // nobody could look whether the target was still there
			}
			if aspect.verdict == Fail {
				aspect.weigh(p, a)
				return *aspect
			}
			if doubt.verdict == Pass {
				doubt = *aspect
			}
		}
	}
	switch {
	case doubt.verdict != Pass, len(a.Steps) == len(p.steps):
		return doubt
	case a.Unjudged == Budget:
		return outOfBudget()
	case a.Unjudged != "":
		return outcome{verdict: Unjudged, reason: a.Unjudged, observed: a.Error, expected: doubt.expected}
	case a.Error == interrupted:
		return outcome{verdict: Broken, reason: interrupted, observed: "the run ended before", expected: doubt.expected}
	}
	return outcome{verdict: Broken, reason: "browser", observed: a.Error, expected: doubt.expected}
}

// outOfBudget is the outcome of what the budget of requests left out.
func outOfBudget() outcome {
	return outcome{verdict: Unjudged, reason: Budget, observed: fetch.ErrBudget.Error()}
}

// A judgement is about one step.
type judgement struct {
	play        play
	step        int
	bound       boundStep
	observation fetch.Observation
	before      []fetch.Observation // of the steps before it
}

// aspects are the outcomes of what the step wants, nil for what is as it should be.
func (j judgement) aspects() []*outcome {
	astray, lost := j.astray()
	if lost != nil {
		return []*outcome{lost}
	}
	if network := j.network(); network != nil && !astray {
		return []*outcome{network}
	}
	if j.observation.Encrypted {
		return j.encrypted()
	}
	w := j.bound.want
	if j.unasked() {
		return []*outcome{unseen("what CORS makes of fonts: it asks for them without Origin")}
	}
	if j.play.scenario.AskedByCorsproof && j.observation.Cause == fetch.ByHold {
		return []*outcome{{verdict: Unjudged, reason: Held, observed: "its method is not safe, so that corsproof did not send it"}}
	}
	aspects := []*outcome{j.preflight(w.Preflight), j.leaves(w.Leaves), j.shared(w.Shared)}
	if j.play.scenario.AskedByCorsproof {
		aspects = []*outcome{j.permitted(w.Permitted), j.sharedOnWire(w.Shared)}
	}
	if w.Redirected {
		aspects = append(aspects, j.redirected())
	}
	if w.Opaque != Either {
		aspects = append(aspects, j.opaque(w.Opaque))
	}
	if w.Passes != Either {
		aspects = append(aspects, j.passes(w.Passes))
	}
	if w.Kept {
		aspects = append(aspects, j.kept())
	}
	if w.NotModified {
		aspects = append(aspects, j.notModified())
	}
	if w.Accepted {
		aspects = append(aspects, j.accepted())
	}
	if w.Status {
		aspects = append(aspects, j.status())
	}
	if w.Opened {
		aspects = append(aspects, j.opened())
	}
	if w.Readable != "" {
		aspects = append(aspects, j.readable())
	}
	if w.Hidden != "" {
		aspects = append(aspects, j.hidden())
	}
	if w.MaxAge {
		aspects = append(aspects, j.maxAge())
	}
	if w.Answered {
		aspects = append(aspects, j.answered())
	}
	if w.AllReadable {
		aspects = append(aspects, j.allReadable())
	}
	if w.Unrefused {
		aspects = append(aspects, j.unrefused())
	}
	return aspects
}

// network judges what came of the network: it is never the server's CORS, with one
// exception: a server that answers GET but leaves the CORS-preflight request alone.
func (j judgement) network() *outcome {
	o := j.observation
	switch o.Cause {
	case fetch.ByDNS, fetch.ByTLS, fetch.ByConnection, fetch.ByTimeout, fetch.ByOther:
	case fetch.ByBudget:
		return new(outOfBudget())
	case fetch.ByMixed:
		return &outcome{verdict: Unjudged, reason: MixedContent, observed: "the browser forbids an https page to call an http target"}
	case fetch.ByContent:
		return &outcome{verdict: Unjudged, reason: NoResource, observed: fmt.Sprintf("the browser may use the response, but cannot (%s)", o.Detail)}
	case fetch.ByLocal:
		return &outcome{verdict: Broken, reason: string(o.Cause), observed: "local network access, which is not CORS, forbids it: " + o.Detail}
	default:
		return nil
	}
	preflight := o.Preflight()
	unanswered := preflight != nil && preflight.Response == nil && o.Actual() == nil || j.bound.intended.Method != ""
	if unanswered && (o.Cause == fetch.ByTimeout || o.Cause == fetch.ByConnection) {
		if j.bound.want.Leaves == No {
			return &outcome{verdict: Unjudged, reason: NotObservable, observed: "the CORS-preflight request got no answer, so that nothing could leave"}
		}
		observed := "the CORS-preflight request got no answer, though GET did"
		if o.Cause == fetch.ByConnection {
			observed = "the connection of the CORS-preflight request was closed without an answer (" + o.Detail + "), though GET got one"
		}
		return &outcome{verdict: Fail, reason: reasonUnanswered, observed: observed}
	}
	if j.bound.want.Answered && o.Cause != fetch.ByDNS && o.Cause != fetch.ByTLS {
		return &outcome{verdict: Fail, reason: reasonUnanswered, observed: "OPTIONS got no answer, though GET did: " + o.Detail}
	}
	return &outcome{verdict: Broken, reason: string(o.Cause), observed: cmp.Or(o.Detail, "the request came to nothing")}
}

// unasked reports whether the browser asked for a font as if there were no CORS for
// fonts, as WebKit does.
func (j judgement) unasked() bool {
	actual := j.observation.Actual()
	return j.bound.request.Consumer == fetch.Font && actual != nil && !actual.Cached && !actual.Request.Headers.Contains("Origin")
}

// shared judges whether the script could read the response.
func (j judgement) shared(want Answer) *outcome {
	o := j.observation
	switch {
	case want == Either, want == Yes && o.Shared():
		return nil
	case want == No && !o.Shared() && o.Cause == fetch.ByCORS:
		return nil
	case o.Cause == fetch.ByHold:
		return &outcome{verdict: Unjudged, reason: Held, observed: "the actual request was held back; only its response could show it"}
	case want == Yes:
		return j.refused()
	}
	if j.bound.request.Consumer != fetch.ByAPI {
		return j.allowed("the page could use the response")
	}
	return j.allowed("the script read the response, with status " + strconv.Itoa(o.Response.Status))
}

// leaves judges whether the actual request left the browser, or would have.
func (j judgement) leaves(want Answer) *outcome {
	left := j.observation.Actual() != nil
	switch {
	case want == Either, want == Yes && left, want == No && !left && j.observation.Cause == fetch.ByCORS:
		return nil
	case want == Yes:
		return j.refused()
	case !left:
		return &outcome{verdict: Broken, reason: string(cmp.Or(j.observation.Cause, fetch.ByOther)), observed: "the request did not leave, and not because of CORS"}
	}
	observed := "the actual request left the browser"
	if j.observation.Actual().Held {
		observed = "the actual request would have left the browser; it was held back"
	}
	return j.allowed(observed)
}

// refused is the outcome of a request that CORS should have let through. The
// Standard, replayed on what was recorded, says why.
func (j judgement) refused() *outcome {
	switch {
	case j.fromCache():
		return &outcome{
			verdict:   Fail,
			reason:    reasonStored,
			observed:  fmt.Sprintf("the browser's HTTP cache had a response of this URL that was meant for another origin, and the CORS check refused it (%s)", j.observation.Detail),
			onTheWire: true,
		}
	case j.confirmed():
		return &outcome{
			verdict:   Fail,
			reason:    reasonConfirmed,
			observed:  fmt.Sprintf("the server confirmed by 304 a stored response that was meant for another request, and the CORS check refused it (%s); %s", j.observation.Detail, j.grantedBy304()),
			onTheWire: true,
		}
	}
	failures := fetch.Explain(j.play.origin, j.bound.request, j.within())
	if len(failures) == 0 {
		// The browser refused what the Standard would not: no fault of the server.
		return &outcome{verdict: Broken, reason: "disagreement", observed: fmt.Sprintf("the browser refused it (%s), though the Standard would not", cmp.Or(j.observation.Detail, j.observation.Exception))}
	}
	return &outcome{
		verdict:   Fail,
		reason:    string(failures[0].Reason),
		observed:  failures[0].Error(),
		failures:  failures,
		onTheWire: true,
	}
}

// accepted judges whether the answer to the CORS-preflight request passes the CORS
// check with an ok status. What its lists allow is for other scenarios to say.
func (j judgement) accepted() *outcome {
	refused := j.leaves(Yes)
	if refused == nil {
		return nil
	}
	beyondLists := func(f *fetch.Failure) bool { return !f.Reason.OfLists() }
	if len(refused.failures) > 0 && !slices.ContainsFunc(refused.failures, beyondLists) {
		return nil
	}
	return refused
}

// fromCache reports whether the CORS check refused a response that came from the HTTP
// cache.
func (j judgement) fromCache() bool {
	actual := j.observation.Actual()
	return j.observation.Cause == fetch.ByCORS && actual != nil && actual.Cached
}

// allowed is the outcome of a request that CORS should have refused.
func (j judgement) allowed(observed string) *outcome {
	reason := reasonOriginNotRefused
	switch {
	case j.play.bindings[UnlistedHeader] != "", strings.HasPrefix(j.play.scenario.ID, "headers."):
		reason = reasonHeaderNotRefused
	case j.play.bindings[UnlistedMethod] != "", strings.HasPrefix(j.play.scenario.ID, "methods."):
		reason = reasonMethodNotRefused
	case strings.HasPrefix(j.play.scenario.ID, "credentials."):
		reason = reasonCredentials
	}
	return &outcome{verdict: Fail, reason: reason, observed: observed + ": " + j.granted(), onTheWire: true}
}

// granted quotes the headers by which the server allowed it.
func (j judgement) granted() string {
	quotes := j.grants()
	if len(quotes) == 0 {
		return "no Access-Control-Allow-* header was seen"
	}
	return strings.Join(quotes, "; ")
}

// grants are the headers that allow something, each once.
func (j judgement) grants() []string {
	var quotes []string
	for _, e := range j.observation.Exchanges {
		if e.Response == nil {
			continue
		}
		for _, h := range e.Response.Headers {
			name := strings.ToLower(h.Name)
			if strings.HasPrefix(name, "access-control-allow-") {
				quote := h.Name + ": " + h.Value
				if !slices.Contains(quotes, quote) {
					quotes = append(quotes, quote)
				}
			}
		}
	}
	return quotes
}

// preflight judges whether a CORS-preflight request was sent. In a first step that
// is the browser's business alone; in a later one it is what the server's max age
// says.
func (j judgement) preflight(want Answer) *outcome {
	sent := j.observation.Preflight() != nil
	if want == Either || sent == (want == Yes) {
		return nil
	}
	if j.step == 0 {
		observed := "no CORS-preflight request was seen where the Standard has one"
		if sent {
			observed = "a CORS-preflight request was seen where the Standard has none"
		}
		return &outcome{verdict: Broken, reason: "disagreement", observed: observed}
	}
	header := j.rememberedFor()
	if sent && j.play.origin == "null" {
		// Chromium keeps no entries for opaque origins, since each is a partition of
		// its own; see the fixture policy "the opaque origin among others".
		return &outcome{verdict: Unjudged, reason: NotObservable, observed: "the request was preflighted again, but the browser may not remember for an opaque origin"}
	}
	if sent {
		if promised := time.Duration(*j.play.claim.Policy.MaxAge) * time.Second; time.Duration(j.before[j.step-1].Seconds*float64(time.Second)) >= promised {
			return &outcome{verdict: Unjudged, reason: NotObservable, observed: fmt.Sprintf("the response took longer than the %s for which the preflight is remembered", promised)}
		}
		return &outcome{verdict: Fail, reason: reasonNotRemembered, observed: "the request was preflighted again; " + header, onTheWire: j.shortLived()}
	}
	return &outcome{verdict: Fail, reason: reasonRemembered, observed: "the request was not preflighted again; " + header, onTheWire: true}
}

// rememberedFor quotes the header that said how long to remember.
func (j judgement) rememberedFor() string {
	if value, ok := maxAgeHeader(j.before); ok {
		return fmt.Sprintf("Access-Control-Max-Age was %q", value)
	}
	return "there was no Access-Control-Max-Age, which means 5 seconds"
}

// maxAgeHeader returns what the latest answer to a CORS-preflight request said.
func maxAgeHeader(observations []fetch.Observation) (string, bool) {
	for _, o := range backwards(observations) {
		if e := o.Preflight(); e != nil && e.Response != nil {
			return e.Response.Headers.Get("Access-Control-Max-Age")
		}
	}
	return "", false
}

func backwards(observations []fetch.Observation) []fetch.Observation {
	reversed := slices.Clone(observations)
	slices.Reverse(reversed)
	return reversed
}

// shortLived reports whether the header itself explains that nothing was remembered.
// Without the header it would have been, for 5 seconds.
func (j judgement) shortLived() bool {
	value, ok := maxAgeHeader(j.before)
	seconds, err := strconv.Atoi(value)
	return ok && (err != nil || seconds < 2)
}

// status judges whether the resource answered as it declares.
func (j judgement) status() *outcome {
	o := j.observation
	want := j.bound.resource.Status
	if !o.Shared() || o.Response.Status == want {
		return nil
	}
	return &outcome{verdict: Unjudged, reason: NoResource, observed: fmt.Sprintf("the resource declares status %d and answered %d", want, o.Response.Status)}
}

// opened judges whether the declared credentials were taken. If they were not, that
// is no failure of CORS: they may be stale, or cookies that no browser sends there.
func (j judgement) opened() *outcome {
	o := j.observation
	if !o.Shared() || o.Response.Status != 401 && o.Response.Status != 403 {
		return nil
	}
	return &outcome{verdict: Unjudged, reason: NoResource, observed: fmt.Sprintf("the declared credentials were answered %d", o.Response.Status)}
}

// readable judges whether the script could read the exposed header.
func (j judgement) readable() *outcome {
	name := j.play.value(string(j.bound.want.Readable))
	onWire := j.wireHeaders()
	if name == "*" {
		name = firstUnexposed(applications(onWire), nil)
	}
	switch {
	case !j.observation.Shared():
		return j.shared(Yes)
	case name == "" || !onWire.Contains(name):
		return &outcome{verdict: Unjudged, reason: NotObservable, observed: fmt.Sprintf("the response has no header %q to read", cmp.Or(name, "that needs exposing"))}
	case j.observation.Response.Headers.Contains(name):
		return nil
	}
	return j.unreadable(name)
}

// unreadable is the outcome of a header that the script could not read.
func (j judgement) unreadable(name string) *outcome {
	value, ok := j.wireHeaders().Get("Access-Control-Expose-Headers")
	observed := fmt.Sprintf("the script cannot read %s; Access-Control-Expose-Headers is %q", name, value)
	if !ok {
		observed = fmt.Sprintf("the script cannot read %s; the response has no Access-Control-Expose-Headers", name)
	}
	return &outcome{verdict: Fail, reason: reasonNotExposed, observed: observed, onTheWire: true}
}

// allReadable judges whether the script could read all headers of the application.
func (j judgement) allReadable() *outcome {
	if !j.observation.Shared() {
		return j.shared(Yes)
	}
	for _, h := range applications(j.wireHeaders()) {
		if shouldHide(h.Name, nil) && !slices.Contains(transports, strings.ToLower(h.Name)) && !j.observation.Response.Headers.Contains(h.Name) {
			return j.unreadable(h.Name)
		}
	}
	return nil
}

// transports are headers that servers and proxies add on the way, which one that must
// list what it exposes cannot know of.
var transports = []string{
	"accept-ranges", "age", "alt-svc", "connection", "content-encoding", "date", "keep-alive", "server",
	"strict-transport-security", "transfer-encoding", "vary", "via", "x-powered-by",
}

// hidden judges whether a header was kept from the script that is not exposed.
func (j judgement) hidden() *outcome {
	if !j.observation.Shared() {
		return j.shared(Yes)
	}
	exposed := j.play.claim.Policy.ExposeHeaders
	onWire := j.wireHeaders()
	if firstUnexposed(onWire, exposed) == "" {
		return &outcome{verdict: Unjudged, reason: NotObservable, observed: "the response has no header that should be hidden"}
	}
	for _, h := range onWire {
		if shouldHide(h.Name, exposed) && j.observation.Response.Headers.Contains(h.Name) {
			value, _ := onWire.Get("Access-Control-Expose-Headers")
			return &outcome{verdict: Fail, reason: reasonExposed, observed: fmt.Sprintf("the script can read %s; Access-Control-Expose-Headers is %q", h.Name, value), onTheWire: true}
		}
	}
	return nil
}

// wireHeaders are those of the response that the script was to read.
func (j judgement) wireHeaders() fetch.HeaderList {
	exchanges := j.observation.Exchanges
	for i := len(exchanges) - 1; i >= 0; i-- {
		if e := exchanges[i]; e.Kind == fetch.Actual && e.Response != nil {
			return e.Response.Headers
		}
	}
	return nil
}

// applications are the headers that are not the CORS protocol's own, which a server
// that must list what it exposes has no reason to list.
func applications(headers fetch.HeaderList) fetch.HeaderList {
	return slices.DeleteFunc(slices.Clone(headers), func(h fetch.Header) bool {
		return strings.HasPrefix(strings.ToLower(h.Name), "access-control-")
	})
}

func firstUnexposed(headers fetch.HeaderList, exposed []string) string {
	for _, h := range headers {
		if shouldHide(h.Name, exposed) {
			return h.Name
		}
	}
	return ""
}

// shouldHide reports whether a script has no right to read the header. Set-Cookie is
// hidden by every browser, whatever the server says, and proves nothing.
func shouldHide(name string, exposed []string) bool {
	return !fetch.IsSafelistedResponseHeaderName(name, exposed) && !strings.HasPrefix(strings.ToLower(name), "set-cookie")
}

// maxAge judges the number that the server sends.
func (j judgement) maxAge() *outcome {
	e := j.observation.Preflight()
	if e == nil || e.Response == nil {
		return &outcome{verdict: Unjudged, reason: NotObservable, observed: "the answer to the CORS-preflight request was not seen"}
	}
	value, ok := maxAgeHeader(append(slices.Clone(j.before), j.observation))
	want := strconv.Itoa(*j.play.claim.Policy.MaxAge)
	if value == want {
		return nil
	}
	observed := fmt.Sprintf("Access-Control-Max-Age is %q, not %q", value, want)
	if !ok {
		observed = "there is no Access-Control-Max-Age, which means 5 seconds"
	}
	return &outcome{verdict: Fail, reason: reasonMaxAge, observed: observed, onTheWire: true}
}

// answered judges an OPTIONS request that is the application's.
func (j judgement) answered() *outcome {
	e := j.observation.Exchanges[0]
	if status := e.Response.Status; status == 400 || status >= 500 {
		return &outcome{verdict: Fail, reason: reasonOptionsBroken, observed: fmt.Sprintf("OPTIONS was answered %d", status), onTheWire: true}
	}
	return nil
}
