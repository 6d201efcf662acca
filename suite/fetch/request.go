package fetch

import "time"

// An API is the interface by which a script makes a request.
type API string

const (
	Fetch API = "fetch" // the fetch() method
	XHR   API = "xhr"   // XMLHttpRequest, asynchronous
)

// A Global is the kind of global object in which the script runs.
type Global string

const (
	Window Global = ""       // a page, or a sandboxed frame inside one
	Worker Global = "worker" // a dedicated worker that the page starts
)

// A CredentialsMode says when cookies and HTTP authentication go with a request.
//
// https://fetch.spec.whatwg.org/#concept-request-credentials-mode
type CredentialsMode string

const (
	Omit       CredentialsMode = "omit"
	SameOrigin CredentialsMode = "same-origin" // what fetch() and XMLHttpRequest do unasked
	Include    CredentialsMode = "include"
)

// A RedirectMode says what becomes of a redirect status.
//
// https://fetch.spec.whatwg.org/#concept-request-redirect-mode
type RedirectMode string

const (
	Follow RedirectMode = "follow"
	Error  RedirectMode = "error"
	Manual RedirectMode = "manual"
)

// A Mode says what a response must allow, and how it may be used. Empty means
// cors.
//
// https://fetch.spec.whatwg.org/#concept-request-mode
type Mode string

const (
	CORSMode       Mode = "cors"
	NoCORS         Mode = "no-cors" // what a form could send; the response is opaque
	SameOriginMode Mode = "same-origin"
)

// A CacheMode says how the HTTP cache is used. Empty means default.
//
// https://fetch.spec.whatwg.org/#concept-request-cache-mode
type CacheMode string

const (
	DefaultCache CacheMode = ""
	NoStore      CacheMode = "no-store" // neither read nor written
	Reload       CacheMode = "reload"   // written, not read
	NoCache      CacheMode = "no-cache" // whatever is stored is asked about first
)

// A Request is what a script asks for, or has an element ask for, as the author of
// the page writes it down. The user agent adds the rest.
//
// https://fetch.spec.whatwg.org/#concept-request
type Request struct {
	API    API    `json:"api"`
	Global Global `json:"global,omitempty"`

	// Consumer is what makes the request, if it is not API. It decides on the
	// method, the mode and the headers; what it has no word for is not looked at.
	Consumer Consumer `json:"consumer,omitempty"`

	// CrossOrigin is the attribute of an image, a script, a module or a style sheet.
	CrossOrigin CrossOrigin `json:"crossOrigin,omitempty"`

	// Integrity is the integrity metadata that the body must match, of fetch(), a
	// script, a module or a style sheet.
	//
	// https://fetch.spec.whatwg.org/#concept-request-integrity-metadata
	Integrity string `json:"integrity,omitempty"`

	// Mode, Cache and Keepalive are those of fetch().
	//
	// https://fetch.spec.whatwg.org/#request-keepalive-flag
	Mode      Mode      `json:"mode,omitempty"`
	Cache     CacheMode `json:"cache,omitempty"`
	Keepalive bool      `json:"keepalive,omitempty"`

	// ReferrerPolicy is that of fetch(), an image, a script, a module or a style
	// sheet, and the page's if it is empty.
	//
	// https://fetch.spec.whatwg.org/#concept-request-referrer-policy
	ReferrerPolicy string `json:"referrerPolicy,omitempty"`

	// URL is absolute and has no fragment; see Tag.
	URL string `json:"url"`

	// Method is spelled as the script spells it, before it is normalized.
	Method string `json:"method"`

	// Headers are those that the script sets.
	Headers HeaderList `json:"headers,omitempty"`

	// Body is the request's body; the empty string is no body.
	Body string `json:"body,omitempty"`

	// Credentials and Redirect mean same-origin and follow when they are empty.
	// XMLHttpRequest knows include and same-origin alone, and follow alone.
	Credentials CredentialsMode `json:"credentials,omitempty"`
	Redirect    RedirectMode    `json:"redirect,omitempty"`

	// UploadListener registers a listener for upload progress before the
	// request is sent, which sets the use-CORS-preflight flag. XMLHttpRequest
	// alone has one.
	UploadListener bool `json:"uploadListener,omitempty"`

	// Hold holds the request back, as Hold does, though the user agent's effects
	// would deliver it. The method decides whether there is anything to hold.
	Hold bool `json:"hold,omitempty"`

	// Tag keeps requests apart that run side by side. It becomes the fragment
	// of the URL, which no server sees. Requests of one context with the same
	// tag share CORS-preflight cache entries; whether those with different tags
	// do is left to the user agent. Two requests with the same tag must not be
	// under way at once.
	Tag string `json:"tag,omitempty"`

	// Timeout ends the request when the response has not come by then. Zero
	// means DefaultTimeout.
	Timeout time.Duration `json:"timeout,omitempty"`
}

// DefaultTimeout is how long a request may take that sets no Timeout.
const DefaultTimeout = 10 * time.Second
