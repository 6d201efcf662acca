package reference

import "net/http"

// A Decision is what a policy says of a CORS request: one that has an Origin header.
type Decision struct {
	Preflight bool   // whether it is a CORS-preflight request
	Reason    Reason // why it is refused; empty if it is allowed
	Refused   string // the origin, the method or the header's name that is refused, as the client sent it
}

// Allowed reports whether the response is shared, and for a CORS-preflight request
// whether all that it asks for is allowed too.
func (d Decision) Allowed() bool { return d.Reason == "" }

// A Reason says why a request is refused. There are no others than these.
type Reason string

const (
	// No user agent sends such an origin; or there are two.
	MalformedOrigin Reason = "malformed-origin"
	UnlistedOrigin  Reason = "unlisted-origin"

	// Of CORS-preflight requests.
	MalformedMethod  Reason = "malformed-method"
	UnlistedMethod   Reason = "unlisted-method"
	MalformedHeaders Reason = "malformed-headers" // or more of them than are read
	UnlistedHeader   Reason = "unlisted-header"
	PrivateNetwork   Reason = "private-network"
)

// isOfOrigin reports whether the origin is refused, and not only what it asks for.
func (r Reason) isOfOrigin() bool { return r == MalformedOrigin || r == UnlistedOrigin }

// observe tells the configured observer.
//
// Precondition: there is one.
func (s *settings) observe(r *http.Request, d Decision) {
	if d.Reason == UnlistedOrigin && !isOrigin(d.Refused) {
		d.Reason = MalformedOrigin // which makes no difference to anyone else
	}
	s.config.Observe(r, d)
}

// serveShadow decides, tells what would be decided, and leaves the request to the
// application.
func (s *settings) serveShadow(w http.ResponseWriter, r *http.Request, next http.Handler) {
	origin := r.Header[headerOrigin]
	switch method, asks := isPreflight(r); {
	case len(origin) == 0:
		// There is nothing to decide.
	case asks:
		reason, refused := s.keeper(r, method[0]).decidePreflight(r, origin, method)
		s.observe(r, Decision{true, reason, refused})
	default:
		reason, refused, _ := s.keeper(r, r.Method).decideOrigin(r, origin)
		s.observe(r, Decision{false, reason, refused})
	}
	next.ServeHTTP(w, r)
}
