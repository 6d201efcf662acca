package reference

import (
	"net/http"

	"github.com/corsproof/corsproof/reference/policy"
)

// The headers of the CORS protocol, by the message that may carry them.
//
// https://fetch.spec.whatwg.org/#http-cors-protocol
const (
	// CORS requests
	headerOrigin = "Origin"

	// CORS-preflight requests
	headerRequestMethod         = "Access-Control-Request-Method"
	headerRequestHeaders        = "Access-Control-Request-Headers"
	headerRequestPrivateNetwork = "Access-Control-Request-Private-Network"

	// responses to CORS requests
	headerAllowOrigin      = "Access-Control-Allow-Origin"
	headerAllowCredentials = "Access-Control-Allow-Credentials"

	// responses to CORS-preflight requests
	headerAllowMethods        = "Access-Control-Allow-Methods"
	headerAllowHeaders        = "Access-Control-Allow-Headers"
	headerMaxAge              = "Access-Control-Max-Age"
	headerAllowPrivateNetwork = "Access-Control-Allow-Private-Network"

	// responses to CORS requests that are no CORS-preflight requests
	headerExposeHeaders = "Access-Control-Expose-Headers"

	// responses to all requests but OPTIONS
	headerVary = "Vary"
)

// Step 1. There are two kinds of requests.

// isPreflight reports whether a request is a CORS-preflight request. Any other
// OPTIONS request is for the application to answer.
//
// https://fetch.spec.whatwg.org/#cors-preflight-request
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions &&
		len(r.Header[headerOrigin]) > 0 &&
		len(r.Header[headerRequestMethod]) > 0
}

// Step 2. A CORS-preflight request asks what the actual request may be, and carries
// nothing else; so there is nothing for the application to do.

// servePreflight answers a CORS-preflight request.
//
// Its status must be an ok status if the request is allowed. If it is refused, the
// Standard offers 403. But a user agent that gets it reports the status, and one that
// gets an ok status reports the header that refuses; so that is how it is done where
// nothing else is configured.
//
// https://fetch.spec.whatwg.org/#http-responses
func (s *settings) servePreflight(w http.ResponseWriter, r *http.Request, next http.Handler) {
	k := s.keeper(r, r.Header[headerRequestMethod][0])
	decision := k.decidePreflight(r)
	s.observe(r, decision)
	silent := s.config.RefusalStatus != 0 && !s.config.Debug
	switch {
	case !decision.Allowed() && silent:
		w.WriteHeader(s.config.RefusalStatus)
		return
	case !decision.refusesOrigin():
		k.setPreflight(w.Header(), r)
	case s.config.Debug:
		k.setExample(w.Header())
	}
	if s.config.PassPreflights {
		next.ServeHTTP(w, r)
		return
	}
	w.WriteHeader(s.preflightStatus)
}

// decidePreflight says whether the policy allows all that a CORS-preflight request asks
// for, in the order in which user agents look at the response.
//
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
func (k *keeper) decidePreflight(r *http.Request) Decision {
	d, _ := k.decideOrigin(r)
	d.Preflight = true
	if d.Allowed() {
		d.Reason, d.Refused = k.decideMethod(r.Header[headerRequestMethod])
	}
	if d.Allowed() {
		d.Reason, d.Refused = k.decideHeaders(r.Header[headerRequestHeaders])
	}
	if d.Allowed() && asksForPrivateNetwork(r) && !k.privateNetwork {
		d.Reason = PrivateNetwork
	}
	return d
}

// setPreflight sets the headers of the response to a CORS-preflight request from an
// allowed origin.
//
// They list what the policy allows to it, whether or not that is what was asked for:
// the user agent compares. The Standard calls this a static response. It leaves
// nothing here to get wrong, the user agent remembers the whole list, and its message
// names the very method or header that it missed.
//
// Responses to OPTIONS cannot be stored by HTTP caches, so that nobody needs to know
// on what they depend.
//
// https://fetch.spec.whatwg.org/#http-responses
// https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7
func (k *keeper) setPreflight(response http.Header, r *http.Request) {
	f := newFields(response, 6)
	k.setShared(&f, r)
	f.set(headerAllowMethods, k.allowMethods(r.Header[headerRequestMethod]))
	f.set(headerAllowHeaders, k.allowHeaders(r.Header[headerRequestHeaders]))
	f.set(headerMaxAge, k.maxAge)
	if k.privateNetwork && asksForPrivateNetwork(r) {
		f.set(headerAllowPrivateNetwork, "true")
	}
}

// Step 3. Every other request is for the application, whoever it is from: a refused
// origin cannot be kept from sending what a plain HTML form could send. What is
// refused is to let a script read the response.

// serveActual has the application answer a request, with the headers of the protocol
// set before.
//
// https://fetch.spec.whatwg.org/#http-responses
func (s *settings) serveActual(w http.ResponseWriter, r *http.Request, next http.Handler) {
	k := s.keeper(r, r.Method)
	isCORS := len(r.Header[headerOrigin]) > 0
	shared := k.sharesWithAll()
	var vary []string
	if isCORS {
		var decision Decision
		decision, vary = k.decideOrigin(r)
		s.observe(r, decision)
		shared = shared || decision.Allowed()
	}
	f := newFields(w.Header(), 4)
	if k.varies() && r.Method != http.MethodOptions {
		f.addVary(headerOrigin)
		for _, name := range vary {
			f.addVary(name)
		}
	}
	switch {
	case !shared && isCORS && s.config.Debug:
		k.setExample(w.Header())
	case !shared:
	case k.expose.any && k.credentials:
		k.setShared(&f, r)
		exposing := &exposingWriter{ResponseWriter: w}
		next.ServeHTTP(exposing, r)
		exposing.expose()
		return
	default:
		k.setShared(&f, r)
		f.set(headerExposeHeaders, k.expose.list)
	}
	next.ServeHTTP(w, r)
}

// varies reports whether responses depend on Origin. Then they do for every request,
// with an allowed origin, with a refused one and with none: HTTP caches must not give
// the one's response to another.
//
// https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
func (k *keeper) varies() bool {
	return !k.sharesWithAll() && (!k.origins.empty() || k.allowOriginToo != nil)
}

// Step 4. A response passes the CORS check by naming the origin.

// sharesWithAll reports whether the policy allows all origins in the same words. This
// is so for requests without Origin too, so that an HTTP cache may store the response
// for all.
func (k *keeper) sharesWithAll() bool { return k.origins.any && !k.credentials }

// decideOrigin says whether the policy allows the origin of a CORS request, and on
// which request headers that depends besides Origin.
//
// https://fetch.spec.whatwg.org/#http-origin
func (k *keeper) decideOrigin(r *http.Request) (d Decision, vary []string) {
	values := r.Header[headerOrigin]
	origin := values[0]
	switch {
	case len(values) > 1:
		return Decision{Reason: MalformedOrigin, Refused: origin}, nil
	case k.sharesWithAll(), k.origins.allow(origin):
		return Decision{}, nil
	case !isOrigin(origin):
		return Decision{Reason: MalformedOrigin, Refused: origin}, nil
	}
	if k.allowOriginToo != nil && origin != "null" {
		var allow bool
		if allow, vary = k.allowOriginToo(r, origin); allow {
			return Decision{}, vary
		}
	}
	return Decision{Reason: UnlistedOrigin, Refused: origin}, vary
}

// setShared sets the headers by which a response passes the CORS check.
//
// The origin is the one that asked: user agents know no lists and no patterns of
// origins. They know "*", but not for requests with credentials.
//
// Whether a request has credentials cannot be told: there may be none to send, and a
// CORS-preflight request never has any. So all responses say whether they would be
// shared.
//
// https://fetch.spec.whatwg.org/#concept-cors-check
func (k *keeper) setShared(f *fields, r *http.Request) {
	if k.sharesWithAll() {
		f.set(headerAllowOrigin, "*")
		return
	}
	f.set(headerAllowOrigin, r.Header[headerOrigin][0])
	if k.credentials {
		f.set(headerAllowCredentials, "true")
	}
}

// setExample names an origin that is allowed where the request's is not, so that the
// user agent can show both.
func (k *keeper) setExample(response http.Header) {
	f := newFields(response, 1)
	f.set(headerAllowOrigin, k.example)
}

// Step 5. The actual request may have the methods that are listed.

// decideMethod says whether the policy allows the method that a CORS-preflight request
// asks for. The CORS-safelisted methods need not be listed; names are compared by exact
// case.
//
// https://fetch.spec.whatwg.org/#http-access-control-request-method
func (k *keeper) decideMethod(requested []string) (_ Reason, refused string) {
	method := requested[0]
	switch {
	case len(requested) > 1 || len(method) > maxAsked || !policy.IsToken(method):
		return MalformedMethod, method
	case method == "GET", method == "HEAD", method == "POST", k.methods.has(method):
		return "", ""
	}
	return UnlistedMethod, method
}

// allowMethods returns the value of Access-Control-Allow-Methods for the values
// of Access-Control-Request-Method.
//
// https://fetch.spec.whatwg.org/#http-access-control-allow-methods
func (k *keeper) allowMethods(requested []string) string {
	if !k.methods.any || !k.credentials {
		return k.methods.list
	}
	// With credentials, "*" is a method like any other.
	if reason, _ := k.decideMethod(requested); reason != "" {
		return ""
	}
	return requested[0]
}

// Step 6. The actual request may have the headers that are listed, besides those that
// need no permission and are not asked for.

// decideHeaders says whether the policy allows the headers that a CORS-preflight
// request asks for.
//
// https://fetch.spec.whatwg.org/#http-access-control-request-headers
func (k *keeper) decideHeaders(requested []string) (_ Reason, refused string) {
	for name, ok := range requestedHeaders(requested) {
		if !ok {
			return MalformedHeaders, name
		}
		if !k.headers.has(name) && !k.headers.has(lowered(name)) {
			return UnlistedHeader, name
		}
	}
	return "", ""
}

// allowHeaders returns the value of Access-Control-Allow-Headers for the values
// of Access-Control-Request-Headers.
//
// https://fetch.spec.whatwg.org/#http-access-control-allow-headers
func (k *keeper) allowHeaders(requested []string) string {
	switch {
	case !k.headers.any:
		return k.headers.list
	case !k.credentials:
		// Authorization is the one name that "*" does not cover.
		// https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
		return "*, Authorization"
	}
	// With credentials, "*" is a name like any other.
	return joinRequestedHeaders(requested)
}

// asksForPrivateNetwork reports whether a CORS-preflight request asks, besides, whether
// a page of the public network may reach a server of a private one.
//
// https://wicg.github.io/private-network-access/#headers
func asksForPrivateNetwork(r *http.Request) bool {
	values := r.Header[headerRequestPrivateNetwork]
	return len(values) > 0 && values[0] == "true"
}

// Step 7. Scripts see the response's headers that are listed, besides the
// CORS-safelisted ones: see exposingWriter for where "*" does not do.
