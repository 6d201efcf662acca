package reference

import (
	"net/http"
	"strings"

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

// Step 1. There are three kinds of requests. Those without an Origin header are no CORS
// requests: their responses go to no script of another origin.

// serveOther has the application answer a request that is no CORS request.
//
// HTTP caches may keep the response, and must not give it to a script for which it is
// not meant. So it says that it depends on Origin where it does, and where it does not it
// has the headers that are for everyone.
//
// https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
func (s *settings) serveOther(w http.ResponseWriter, r *http.Request, next http.Handler) {
	k := s.keeper(r, r.Method)
	f := fields{header: w.Header()}
	if k.sharesWithAll() {
		f.room(2)
		k.setActual(&f, nil)
	} else {
		k.setVary(&f, r)
	}
	next.ServeHTTP(w, r)
}

// setVary says that a response depends on Origin, if it does: with an allowed origin,
// with a refused one and with none. Responses to OPTIONS cannot be stored by HTTP caches,
// so that nobody needs to know.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7
func (k *keeper) setVary(f *fields, r *http.Request) {
	if k.varies && r.Method != http.MethodOptions {
		f.addVary(headerOrigin)
	}
}

// isPreflight reports whether a CORS request is a CORS-preflight request, and for which
// method it asks. Any other OPTIONS request is for the application to answer.
//
// https://fetch.spec.whatwg.org/#cors-preflight-request
func isPreflight(r *http.Request) (method []string, ok bool) {
	if r.Method != http.MethodOptions {
		return nil, false
	}
	method = r.Header[headerRequestMethod]
	return method, len(method) > 0
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
func (s *settings) servePreflight(w http.ResponseWriter, r *http.Request, origin, method []string, next http.Handler) {
	k := s.keeper(r, method[0])
	reason, refused := k.decidePreflight(r, origin, method)
	if s.config.Observe != nil {
		s.observe(r, Decision{true, reason, refused})
	}
	switch {
	case reason == "":
		k.setPreflight(w.Header(), r, origin, method)
	case s.refusalStatus != 0:
		w.WriteHeader(s.refusalStatus)
		return
	case !reason.isOfOrigin():
		k.setPreflight(w.Header(), r, origin, method)
	case s.config.Debug:
		// An origin that is allowed, where the request's is not: the user agent shows both.
		f := fields{header: w.Header()}
		f.set(headerAllowOrigin, k.example)
	}
	if s.config.PassPreflights {
		next.ServeHTTP(w, r)
		return
	}
	w.WriteHeader(s.preflightStatus)
}

// decidePreflight returns why the policy does not allow all that a CORS-preflight
// request asks for, and what it does not; or nothing if it does. It decides in the order
// in which user agents look at the response.
//
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
func (k *keeper) decidePreflight(r *http.Request, origin, method []string) (_ Reason, refused string) {
	if reason, refused, _ := k.decideOrigin(r, origin); reason != "" {
		return reason, refused
	}
	if reason, refused := k.decideMethod(method); reason != "" {
		return reason, refused
	}
	if reason, refused := k.decideHeaders(r.Header[headerRequestHeaders]); reason != "" {
		return reason, refused
	}
	if !k.privateNetwork && asksForPrivateNetwork(r) {
		return PrivateNetwork, ""
	}
	return "", ""
}

// setPreflight sets the headers of the response to a CORS-preflight request from an
// allowed origin.
//
// They list what the policy allows to it, whether or not that is what was asked for:
// the user agent compares. The Standard calls this a static response. It leaves
// nothing here to get wrong, the user agent remembers the whole list, and its message
// names the very method or header that it missed. Only where the list is "*", and that
// does not do, is it made of what was asked for.
//
// https://fetch.spec.whatwg.org/#http-responses
func (k *keeper) setPreflight(response http.Header, r *http.Request, origin, method []string) {
	f := fields{header: response}
	f.room(6)
	k.setShared(&f, origin)
	f.set(headerAllowMethods, k.allowMethods(method))
	f.set(headerAllowHeaders, k.allowHeaders(r))
	f.set(headerMaxAge, k.maxAge)
	if k.privateNetwork && asksForPrivateNetwork(r) {
		f.set(headerAllowPrivateNetwork, "true")
	}
}

// asksForPrivateNetwork reports whether a CORS-preflight request asks, besides, whether
// a page of the public network may reach a server of a private one.
//
// https://wicg.github.io/private-network-access/#headers
func asksForPrivateNetwork(r *http.Request) bool {
	values := r.Header[headerRequestPrivateNetwork]
	return len(values) > 0 && values[0] == "true"
}

// Step 3. Every other request is for the application, whoever it is from: a refused
// origin cannot be kept from sending what a plain HTML form could send. What is
// refused is to let a script read the response.

// serveActual has the application answer a CORS request, with the headers of the protocol
// set before.
//
// https://fetch.spec.whatwg.org/#http-responses
func (s *settings) serveActual(w http.ResponseWriter, r *http.Request, origin []string, next http.Handler) {
	k := s.keeper(r, r.Method)
	reason, refused, vary := k.decideOrigin(r, origin)
	if s.config.Observe != nil {
		s.observe(r, Decision{false, reason, refused})
	}
	f := fields{header: w.Header()}
	shared := reason == "" || k.sharesWithAll()
	if shared {
		f.room(4)
	}
	k.setVary(&f, r)
	for _, name := range vary {
		f.addVary(name)
	}
	switch {
	case shared && k.expose.any && k.credentials:
		k.setShared(&f, origin)
		exposing := &exposingWriter{ResponseWriter: w}
		next.ServeHTTP(exposing, r)
		exposing.expose()
		return
	case shared:
		k.setActual(&f, origin)
	case s.config.Debug:
		f.set(headerAllowOrigin, k.example)
	}
	next.ServeHTTP(w, r)
}

// setActual sets the headers of a response that is shared, and is no response to a
// CORS-preflight request.
func (k *keeper) setActual(f *fields, origin []string) {
	k.setShared(f, origin)
	f.set(headerExposeHeaders, k.expose.list)
}

// Step 4. A response passes the CORS check by naming the origin.

// sharesWithAll reports whether the policy allows all origins in the same words. This
// is so for requests without Origin too, so that an HTTP cache may store the response
// for all.
func (k *keeper) sharesWithAll() bool { return k.origins.any && !k.credentials }

// decideOrigin returns why the policy does not allow the origin of a CORS request, and
// the origin; or nothing if it does. It also returns the names of the request headers on
// which that depends besides Origin.
//
// https://fetch.spec.whatwg.org/#http-origin
func (k *keeper) decideOrigin(r *http.Request, values []string) (_ Reason, refused string, vary []string) {
	origin := values[0]
	switch {
	case len(values) > 1:
		return MalformedOrigin, origin, nil
	case k.sharesWithAll(), k.origins.allow(origin):
		return "", "", nil
	case k.allowOriginToo == nil, origin == "null", !isOrigin(origin):
		return UnlistedOrigin, origin, nil
	}
	allow, vary := k.allowOriginToo(r, origin)
	if !allow {
		return UnlistedOrigin, origin, vary
	}
	return "", "", vary
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
func (k *keeper) setShared(f *fields, origin []string) {
	if k.sharesWithAll() {
		f.set(headerAllowOrigin, "*")
		return
	}
	f.set(headerAllowOrigin, origin[0])
	if k.credentials {
		f.set(headerAllowCredentials, "true")
	}
}

// Step 5. The actual request may have the methods that are listed.

// decideMethod returns why the policy does not allow the method that a CORS-preflight
// request asks for, and the method; or nothing if it does. The CORS-safelisted methods
// need not be listed; names are compared by exact case.
//
// https://fetch.spec.whatwg.org/#http-access-control-request-method
func (k *keeper) decideMethod(requested []string) (_ Reason, refused string) {
	method := requested[0]
	switch {
	case len(requested) > 1 || len(method) > maxAsked:
		return MalformedMethod, method
	case method == "GET", method == "HEAD", method == "POST", k.methods.has(method):
		return "", ""
	case !policy.IsToken(method):
		return MalformedMethod, method
	case k.methods.any:
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

// decideHeaders returns why the policy does not allow the headers that a CORS-preflight
// request asks for, and the first such name; or nothing if it does.
//
// https://fetch.spec.whatwg.org/#http-access-control-request-headers
func (k *keeper) decideHeaders(requested []string) (_ Reason, refused string) {
	for name, ok := range requestedHeaders(requested) {
		switch {
		case !ok:
			return MalformedHeaders, name
		case k.headers.has(name):
		case !policy.IsToken(name):
			return MalformedHeaders, name
		case !k.headers.any && !k.headers.has(strings.ToLower(name)):
			return UnlistedHeader, name
		}
	}
	return "", ""
}

// allowHeaders returns the value of Access-Control-Allow-Headers for a CORS-preflight
// request.
//
// https://fetch.spec.whatwg.org/#http-access-control-allow-headers
func (k *keeper) allowHeaders(r *http.Request) string {
	requested := r.Header[headerRequestHeaders]
	switch {
	case !k.headers.any:
		return k.headers.list
	case k.credentials:
		// With credentials, "*" is a name like any other.
		return joinRequestedHeaders(requested)
	case asksForAuthorization(requested):
		return "*, Authorization"
	}
	return "*"
}

// asksForAuthorization reports whether a CORS-preflight request asks for the one header
// that "*" does not cover.
//
// https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
func asksForAuthorization(requested []string) bool {
	for name := range requestedHeaders(requested) {
		if strings.EqualFold(name, "Authorization") {
			return true
		}
	}
	return false
}

// Step 7. Scripts see the response's headers that are listed, besides the
// CORS-safelisted ones: see exposingWriter for where "*" does not do.
