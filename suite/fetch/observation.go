package fetch

// A ResponseType is the type of a response, as a script sees it.
//
// https://fetch.spec.whatwg.org/#concept-response-type
type ResponseType string

const (
	Basic          ResponseType = "basic"
	CORS           ResponseType = "cors" // the response was shared with another origin
	NetworkError   ResponseType = "error"
	Opaque         ResponseType = "opaque"
	OpaqueRedirect ResponseType = "opaqueredirect"
)

// A Response is what a script can see of a response. XMLHttpRequest shows no
// type: user agents report CORS there when the response was readable.
//
// An element shows nothing but whether it loaded. User agents report CORS where a
// script can then use all of it: draw the image on a canvas that stays clean, read
// the rules of the style sheet, see the errors of the script; and Opaque where it
// cannot. A beacon shows nothing at all: Opaque says that it was queued.
type Response struct {
	Type       ResponseType `json:"type"`
	Status     int          `json:"status"` // 0 for a network error
	StatusText string       `json:"statusText,omitempty"`
	URL        string       `json:"url,omitempty"`
	Redirected bool         `json:"redirected,omitempty"`
	Headers    HeaderList   `json:"headers,omitempty"` // those that the script can read
	BodyBytes  int          `json:"bodyBytes"`         // how much of the body was read, at most MaxBody
	Thrown     string       `json:"thrown,omitempty"`  // what the script is told of an error in one that it loaded
}

// MaxBody is the number of bytes of a body that a user agent reads at most. It
// then ends the request: what there is to judge came with the headers.
const MaxBody = 1 << 20

// A Cause says why a response is a network error, or what became of a beacon. A
// script cannot tell these apart, but a user agent's own evidence can.
type Cause string

const (
	NoCause      Cause = ""              // it is no network error
	ByCORS       Cause = "cors"          // the CORS protocol refused it
	ByDNS        Cause = "dns"           // the target's name is unknown
	ByTLS        Cause = "tls"           // the target's certificate or handshake is not valid
	ByConnection Cause = "connection"    // refused, reset, or no valid HTTP
	ByTimeout    Cause = "timeout"       // no response in time
	ByHold       Cause = "held"          // the user agent held the actual request back; see Hold
	ByMixed      Cause = "mixed-content" // an https page may not call an http target
	ByLocal      Cause = "local-network" // local network access forbids it
	ByContent    Cause = "content"       // the response was given, but not fit: no image, other bytes than Integrity says
	ByOther      Cause = "other"         // see Observation.Detail
)

// An ExchangeKind tells a CORS-preflight request from the actual request.
type ExchangeKind string

const (
	Preflight ExchangeKind = "preflight"
	Actual    ExchangeKind = "actual"
)

// An Exchange is one request on the wire and what came back.
type Exchange struct {
	Kind ExchangeKind `json:"kind"`

	// By is empty for what the user agent sent for the script, and says
	// "corsproof" for what corsproof asked for itself.
	By string `json:"by,omitempty"`

	Request  WireRequest   `json:"request"`
	Response *WireResponse `json:"response,omitempty"` // nil when none came

	// Error is the user agent's own word for why there is no usable response,
	// such as "net::ERR_CONNECTION_REFUSED".
	Error string `json:"error,omitempty"`

	// Reason is the user agent's own code for a refusal by the CORS protocol,
	// such as "MissingAllowOriginHeader".
	Reason string `json:"reason,omitempty"`

	// Held reports that the request did not leave the user agent, though it was
	// allowed to; see Hold.
	Held bool `json:"held,omitempty"`

	// Cached reports that the response came from the user agent's HTTP cache.
	Cached bool `json:"cached,omitempty"`

	// NotModified is the 304 by which the server confirmed a response in the HTTP
	// cache, which Response then is, brought up to date.
	NotModified *WireResponse `json:"notModified,omitempty"`
}

// A WireRequest is a request as it was sent.
type WireRequest struct {
	Method  string     `json:"method"`
	URL     string     `json:"url"`
	Headers HeaderList `json:"headers,omitempty"`
}

// A WireResponse is a response as it was received, each header line by itself.
type WireResponse struct {
	Status     int        `json:"status"`
	StatusText string     `json:"statusText,omitempty"`
	Headers    HeaderList `json:"headers,omitempty"`
}

// An Observation is all that is known of one request: what the script saw, and
// the evidence of what went over the wire.
type Observation struct {
	Response  Response   `json:"response"`
	Exception string     `json:"exception,omitempty"` // what the script caught, as text
	Cause     Cause      `json:"cause,omitempty"`
	Detail    string     `json:"detail,omitempty"` // the user agent's own words for the cause
	Exchanges []Exchange `json:"exchanges,omitempty"`

	// Encrypted reports that the user agent does not show what went over the wire, and
	// nobody else could read it: there are no Exchanges, whatever was sent.
	Encrypted bool `json:"encrypted,omitempty"`

	Seconds float64 `json:"seconds"`
}

// Shared reports whether the script could read the response.
func (o Observation) Shared() bool {
	return o.Response.Type == CORS || o.Response.Type == Basic
}

// Preflight returns the first CORS-preflight exchange, or nil if none was sent.
func (o Observation) Preflight() *Exchange { return o.first(Preflight) }

// Actual returns the first actual request's exchange, or nil if the user agent
// never came to it.
func (o Observation) Actual() *Exchange { return o.first(Actual) }

func (o Observation) first(kind ExchangeKind) *Exchange {
	for i := range o.Exchanges {
		if o.Exchanges[i].Kind == kind && o.Exchanges[i].By == "" {
			return &o.Exchanges[i]
		}
	}
	return nil
}
