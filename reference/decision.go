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

func (d Decision) refusesOrigin() bool {
	return d.Reason == MalformedOrigin || d.Reason == UnlistedOrigin
}

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

// observe tells the configured observer, if there is one.
func (s *settings) observe(r *http.Request, d Decision) {
	if s.config.Observe != nil {
		s.config.Observe(r, d)
	}
}

// serveShadow decides, tells what would be decided, and leaves the request to the
// application.
func (s *settings) serveShadow(w http.ResponseWriter, r *http.Request, next http.Handler) {
	switch {
	case isPreflight(r):
		s.observe(r, s.keeper(r, r.Header[headerRequestMethod][0]).decidePreflight(r))
	case len(r.Header[headerOrigin]) > 0:
		d, _ := s.keeper(r, r.Method).decideOrigin(r)
		s.observe(r, d)
	}
	next.ServeHTTP(w, r)
}
