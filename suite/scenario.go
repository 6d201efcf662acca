package suite

import (
	"slices"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A Scenario is something that a script must, or must not, be able to do. It is
// data: how to bind it is written once, in plan.go, how to run it once, in
// run.go, and how to judge it once, in judge.go. Values in it may be roles, such as ListedMethod, which are bound to
// the target's policy; see roles.go.
type Scenario struct {
	// ID is a stable slug with dots. It outlives its title.
	ID string

	// Title says subject, modal, outcome.
	Title string

	// Spec is the section of the Fetch Standard that it follows, as a fragment.
	Spec string

	Level Level

	// Covers are the behaviours of the protocol that the scenario asks of a server,
	// by their ids, such as PV-06: a server that gets one wrong fails it.
	Covers []string

	// Origin is the role of the page's origin. None means AllowedOrigin.
	Origin Role

	// Resource is the role of what is asked. None means PlainResource.
	Resource Role

	// Each is the one role that takes all its values in turn, so that the cost of
	// a chapter is the sum of its roles' values, never their product. The others
	// take their first.
	Each Role

	// APIs are those by which a script can do it. None means fetch and xhr.
	APIs []fetch.API

	// Steps are requested one after the other, in one page.
	Steps []Step

	// Apart gives the scenario to a context that holds only its like, because
	// caches or cookies are its subject.
	Apart Apart

	// AskedByCorsproof marks requests that no script can make. They are sent
	// without a browser, and reports say so.
	AskedByCorsproof bool

	// Authorized sends what Target.Request says.
	Authorized bool

	// When says on which policies the scenario makes a promise, beyond those that
	// its roles cannot be bound to. Nil means on all.
	When func(Claim) bool

	// Needs are the ids of scenarios without which this one cannot pass. If one
	// of them failed, this one's failure is no news.
	Needs []string

	// BrowserOnly says why the model cannot see the scenario fail, and a browser
	// can. It is empty for most.
	BrowserOnly string
}

// Apart names a kind of context that is not shared with other scenarios.
type Apart string

const (
	Together     Apart = ""
	CacheApart   Apart = "cache"   // the CORS-preflight cache is the subject
	CookiesApart Apart = "cookies" // cookies are planted

	// The HTTP cache is the subject. It is empty when the scenario begins, and no
	// other uses it. What corsproof asks goes through a shared cache of its own.
	HTTPCacheApart Apart = "http-cache"
)

// A Step is a request and what a script must be able to observe of it.
type Step struct {
	Method         string // a method or a role
	Headers        fetch.HeaderList
	Body           string
	Credentials    fetch.CredentialsMode
	Mode           fetch.Mode
	Cache          fetch.CacheMode
	Redirect       fetch.RedirectMode
	UploadListener bool
	Global         fetch.Global

	// Consumer makes the request in place of an API, with this crossorigin attribute.
	Consumer    fetch.Consumer
	CrossOrigin fetch.CrossOrigin

	// Integrity has the page verify the bytes, of which corsproof finds the digest
	// before.
	Integrity bool

	// Resource is asked in place of the scenario's.
	Resource Role

	// Origin is the role of the page's origin in place of the scenario's.
	Origin Role

	// Query is added to the URL.
	Query string

	// ByHand sends the CORS-preflight request for this step's request in place of
	// it, in this spelling. Corsproof alone can.
	ByHand Spelling

	// After is when the step begins.
	After Wait

	Want Want
}

// Wait says when a step begins: at once, or when something has expired.
type Wait int

const (
	AtOnce      Wait = iota
	AfterMaxAge      // when the CORS-preflight cache entry must have expired
)

// Want is what a script, or the wire, must show. What is left out is not judged.
type Want struct {
	Shared    Answer // the script can read the response
	Preflight Answer // a CORS-preflight request was sent
	Leaves    Answer // the actual request leaves the browser, or would if effects were delivered

	// Accepted asks that the answer to the CORS-preflight request passes the CORS
	// check with an ok status, whatever its lists allow.
	Accepted bool

	// Redirected asks that the resource answers with the redirect that it declares.
	Redirected bool

	// Opaque says whether the script sees a redirect that it does not follow: a
	// response of type "opaqueredirect".
	Opaque Answer

	// Made asks for nothing: the request is made for the steps that follow.
	Made bool

	// Passes says whether what a cache answers corsproof passes the CORS check for
	// the Origin that it sent.
	Passes Answer

	// Kept asks that the browser takes the redirect from its HTTP cache, if that may have
	// it since the step before: one that it does not keep shows nothing.
	Kept bool

	// NotModified asks that the server answers 304, to the browser or to the script.
	NotModified bool

	// Status asks that a shared response has the status that its resource declares.
	Status bool

	// Opened asks that the response is not 401 or 403: the declared credentials
	// were taken.
	Opened bool

	// Permitted says whether the answer to a step's CORS-preflight request that
	// corsproof wrote, see Step.ByHand, permits the request.
	Permitted Answer

	// Readable and Hidden are response headers, or roles of them, that the script
	// can, or cannot, read.
	Readable, Hidden Role

	// AllReadable asks that the script can read every header of the application.
	AllReadable bool

	// MaxAge asks that Access-Control-Max-Age is the policy's number.
	MaxAge bool

	// Answered asks for a response with a status that an application gives: not
	// 400, not 5xx.
	Answered bool

	// Unrefused asks that the request is not answered with an error if the first
	// step's was not.
	Unrefused bool
}

// An Answer is yes, no, or not asked.
type Answer int

const (
	Either Answer = iota
	Yes
	No
)

// A Chapter is a table of scenarios about one subject.
type Chapter struct {
	Name      string // the first part of its scenarios' ids
	Title     string
	Scenarios []Scenario
}

// Chapters returns all chapters, in the order of reports.
func Chapters() []Chapter {
	return []Chapter{
		simpleRequests, preflights, methods, headers, credentials, exposedHeaders,
		preflightCache, origins, errorAnswers, resources, redirects, consumers, vary, revalidation,
		wildcards, uploads, ranges, consistency,
		plainOptions, sameOrigin, rewrittenPreflights,
	}
}

// Scenarios returns the scenarios of all chapters, in the order of reports.
func Scenarios() []Scenario {
	var all []Scenario
	for _, c := range Chapters() {
		all = append(all, c.Scenarios...)
	}
	return all
}

// SpecURL returns the link to the scenario's section of the Fetch Standard.
func (s Scenario) SpecURL() string { return "https://fetch.spec.whatwg.org/#" + s.Spec }

// apis returns the APIs by which the scenario is tried.
func (s Scenario) apis() []fetch.API {
	switch {
	case s.AskedByCorsproof:
		return []fetch.API{""}
	case s.APIs != nil:
		return s.APIs
	}
	return []fetch.API{fetch.Fetch, fetch.XHR}
}

// origin returns the role of the page's origin.
func (s Scenario) origin() Role {
	if s.Origin == "" {
		return AllowedOrigin
	}
	return s.Origin
}

// resource returns the role of the resource that a step asks.
func (s Scenario) resource(step Step) Role {
	switch {
	case step.Resource != "":
		return step.Resource
	case s.Resource != "":
		return s.Resource
	}
	return PlainResource
}

// roles returns every role that must be bound before the scenario can run, without
// duplicates: the page's origin first, then in the order of the steps. Roles of
// response headers are left to the judge, who finds them on the wire.
func (s Scenario) roles() []Role {
	var roles []Role
	add := func(value string) {
		if r := Role(value); r.isRole() && !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	if !s.AskedByCorsproof || slices.ContainsFunc(s.Steps, func(step Step) bool { return step.ByHand != nil }) {
		add(string(s.origin()))
	}
	for _, step := range s.Steps {
		add(string(step.Origin))
		add(string(s.resource(step)))
		add(step.Method)
		for _, h := range step.Headers {
			add(h.Name)
			add(h.Value)
		}
		if step.Want.Readable == ExposedHeader {
			add(string(ExposedHeader))
		}
		if step.Want.Hidden == UnexposedHeader {
			add(string(UnexposedHeader))
		}
	}
	return roles
}
