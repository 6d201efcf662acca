package suite

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A Failure is one step at which a target fails: which header or answer, what was
// given, what would be right, where the Standard says so, and what browsers call it.
type Failure struct {
	fetch.Failure

	Chromium string `json:"chromium,omitempty"` // its code for the reason, if it has one
	Firefox  string `json:"firefox,omitempty"`  // its name for it, if it has one
}

// inStandard names the step.
func (f Failure) inStandard() string {
	if f.Step == "" {
		return f.Algorithm
	}
	return f.Algorithm + ", step " + f.Step
}

// failures returns every step at which the target fails in what the outcome is about,
// as far as the attempt shows them.
func failures(p play, o outcome, a Attempt) []Failure {
	var all []Failure
	add := func(f *fetch.Failure) {
		failure := Failure{Failure: *f, Chromium: f.Reason.Chromium(), Firefox: f.Reason.Firefox()}
		if !slices.Contains(all, failure) {
			all = append(all, failure)
		}
	}
	addAll := func(o outcome) {
		for _, f := range o.failures {
			add(f)
		}
		if len(o.failures) == 0 {
			add(p.subject(o, a))
		}
	}
	addAll(o)
	if o.step >= len(a.Steps) || o.step >= len(p.steps) {
		return all
	}
	// The judge stops at the first aspect that fails, as a browser does. Of the others
	// count those that the wire shows, and not what may follow from the first.
	j := judgement{play: p, step: o.step, bound: p.steps[o.step], observation: a.Steps[o.step], before: a.Steps[:o.step]}
	for _, further := range append(j.aspects(), j.unexposed()) {
		if further != nil && further.verdict == Fail && (further.failures != nil || onTheWire[further.reason]) {
			further.step = o.step
			addAll(*further)
		}
	}
	return all
}

// onTheWire are the reasons of ours that a header shows by itself.
var onTheWire = map[string]bool{reasonMaxAge: true, reasonNotExposed: true, reasonExposed: true}

// unexposed is what will keep an exposed header from the script once it can read the
// response.
func (j judgement) unexposed() *outcome {
	name := j.play.bindings[ExposedHeader]
	wire := j.wireHeaders()
	if j.bound.want.Readable == "" || j.observation.Shared() || name == "*" || !wire.Contains(name) {
		return nil
	}
	if fetch.FilterCORS(j.bound.request.Credentials, wire).Contains(name) {
		return nil
	}
	return &outcome{verdict: Fail, reason: reasonNotExposed, observed: "the script will not be able to read " + name}
}

// A subject is what a reason of ours is about.
type subject struct {
	algorithm, step, spec string
	header                string             // empty for the status, or for there being an answer at all
	of                    fetch.ExchangeKind // which answer has it; empty for the last
	expected              func(p play) string
}

// The places in the Standard.
const (
	theCORSCheck = "https://fetch.spec.whatwg.org/#concept-cors-check"
	thePreflight = "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"
	theMainFetch = "https://fetch.spec.whatwg.org/#concept-main-fetch"
	theRedirect  = "https://fetch.spec.whatwg.org/#concept-http-redirect-fetch"
	theCaches    = "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches"
	theProtocol  = "https://fetch.spec.whatwg.org/#http-cors-protocol"
	theRequest   = "https://fetch.spec.whatwg.org/#cors-preflight-request"
)

// subjects are those of the reasons for which no step of the Standard fails: it lets
// through what the policy refuses, or is silent.
var subjects = map[string]subject{
	reasonUnanswered: {"CORS-preflight fetch", "6", thePreflight, "", fetch.Preflight,
		func(play) string { return "an answer with status 200 to 299" }},
	reasonOriginNotRefused: {"CORS check", "4", theCORSCheck, "Access-Control-Allow-Origin", "",
		func(p play) string { return fmt.Sprintf("neither %q nor \"*\"", p.origin) }},
	reasonMethodNotRefused: {"CORS-preflight fetch", "7.5", thePreflight, "Access-Control-Allow-Methods", fetch.Preflight,
		func(p play) string {
			return fmt.Sprintf("a list without %q", cmp.Or(p.bindings[UnlistedMethod], p.steps[0].request.Method))
		}},
	reasonHeaderNotRefused: {"CORS-preflight fetch", "7.7", thePreflight, "Access-Control-Allow-Headers", fetch.Preflight,
		func(p play) string { return "a list without " + quotedNames(p.steps[0].request) }},
	reasonCredentials: {"CORS check", "7", theCORSCheck, "Access-Control-Allow-Credentials", "",
		func(play) string { return "none" }},
	reasonNotExposed: {"main fetch", "14.1", theMainFetch, "Access-Control-Expose-Headers", fetch.Actual,
		func(p play) string { return fmt.Sprintf("%q in the list", p.bindings[ExposedHeader]) }},
	reasonExposed: {"main fetch", "14.1", theMainFetch, "Access-Control-Expose-Headers", fetch.Actual,
		func(p play) string {
			return "a list of no more than " + fmt.Sprintf("%q", p.claim.Policy.ExposeHeaders)
		}},
	reasonMaxAge:        {"CORS-preflight fetch", "7.8", thePreflight, "Access-Control-Max-Age", fetch.Preflight, promisedMaxAge},
	reasonRemembered:    {"CORS-preflight fetch", "7.8", thePreflight, "Access-Control-Max-Age", fetch.Preflight, promisedMaxAge},
	reasonNotRemembered: {"CORS-preflight fetch", "7.8", thePreflight, "Access-Control-Max-Age", fetch.Preflight, promisedMaxAge},
	reasonStored: {"CORS protocol and HTTP caches", "", theCaches, "Vary", fetch.Actual,
		func(play) string { return `"Origin" in the list, on every response of this URL` }},
	reasonConfirmed: {"CORS protocol and HTTP caches", "", theCaches, "Access-Control-Allow-Origin", fetch.Actual,
		func(p play) string { return fmt.Sprintf("%q on the 304, as on the response itself", p.origin) }},
	reasonLedAstray: {"HTTP-redirect fetch", "", theRedirect, "Location", "",
		func(play) string { return "a URL of an origin that the target declares" }},
	reasonRefusedByServer: {"CORS protocol", "", theProtocol, "", "",
		func(play) string { return "the same status whatever Origin says" }},
	reasonOptionsBroken: {"CORS-preflight request", "", theRequest, "", fetch.Actual,
		func(play) string { return "neither 400 nor 5xx" }},
}

func promisedMaxAge(p play) string {
	if p.claim.Policy.MaxAge == nil {
		return "the policy's number"
	}
	return strconv.Quote(strconv.Itoa(*p.claim.Policy.MaxAge))
}

// quotedNames are the request headers for which a browser asks.
func quotedNames(r fetch.Request) string {
	asked, _ := fetch.PreflightRequest("", r).Headers.Get("Access-Control-Request-Headers")
	return strconv.Quote(asked)
}

// subject is the failure of an outcome in which no step of the Standard failed. A
// reason that is not in the table has the words of the outcome.
func (p *play) subject(o outcome, a Attempt) *fetch.Failure {
	f := &fetch.Failure{Spec: p.scenario.SpecURL(), Reason: fetch.Reason(o.reason), Given: o.observed, Expected: p.expectation()}
	s, known := subjects[o.reason]
	if !known {
		return f
	}
	f.Algorithm, f.Step, f.Spec, f.Header, f.Expected = s.algorithm, s.step, s.spec, s.header, s.expected(*p)
	steps := a.Steps[:min(o.step+1, len(a.Steps))]
	if o.reason == reasonNotRemembered {
		steps = a.Steps[:o.step] // what was to be remembered came before
	}
	answer := lastAnswer(steps, func(e fetch.Exchange) bool {
		return (s.of == "" || e.Kind == s.of) && (s.header != "Location" || e.Response.Headers.Contains(s.header))
	})
	if answer == nil {
		f.Given = "no answer"
		return f
	}
	f.URL, f.Kind, f.By = answer.Request.URL, answer.Kind, answer.By
	if s.header == "" {
		f.Given = strconv.Itoa(answer.Response.Status)
	} else if value, ok := answer.Response.Headers.Get(s.header); ok {
		f.Given = strconv.Quote(value)
	} else {
		f.Given = "missing"
	}
	if f.Given == f.Expected {
		// The header is right, and what came of it is not.
		f.Given, f.Expected = o.observed, p.expectation()
	}
	return f
}

// lastAnswer is the latest such exchange that has a response.
func lastAnswer(steps []fetch.Observation, such func(fetch.Exchange) bool) *fetch.Exchange {
	for _, o := range backwards(steps) {
		for i := len(o.Exchanges) - 1; i >= 0; i-- {
			if e := o.Exchanges[i]; e.Response != nil && such(e) {
				return &e
			}
		}
	}
	return nil
}

// elsewhere says what browsers call a reason, and where the Standard has it.
func elsewhere(reason string) string {
	var b strings.Builder
	for _, c := range fetch.Codes() {
		if string(c.Reason) != reason {
			continue
		}
		fmt.Fprintf(&b, "\n  Chromium: %s\n  Firefox:  %s\n  Cause:    %s\n", c.Chromium, c.Firefox, c.Fault)
	}
	fmt.Fprintf(&b, "\n  %s\n", specOf(reason))
	return b.String()
}

// specOf is the link to where the Standard decides on a reason.
func specOf(reason string) string {
	s, ours := subjects[reason]
	r := fetch.Reason(reason)
	switch {
	case ours:
		return s.spec
	case r.OfLists(), r == fetch.PreflightInvalidStatus, r == fetch.PreflightDisallowedRedirect:
		return thePreflight
	case strings.Contains(reason, "AllowOrigin"), strings.Contains(reason, "AllowCredentials"), strings.Contains(reason, "WildcardOrigin"):
		return theCORSCheck
	case strings.Contains(reason, "Redirect"), r == fetch.CorsDisabledScheme:
		return theRedirect
	}
	return theProtocol
}
