// Package reference is the server's half of the CORS protocol: a handler for
// net/http that keeps a policy, and a small application to put behind it.
//
// A user agent, such as a browser, lets a script read what its own origin answers, and
// nothing else. An origin is what a page comes from: a scheme, a host and a port, such as
// "https://app.example.com". By the CORS protocol a server tells user agents of which
// other origins the scripts may read it too, and what else they may do:
//
//   - A request by which a script would read from another origin says in its Origin
//     header whose script that is. The response passes the CORS check if it names that
//     origin in its Access-Control-Allow-Origin header; if it does not, the script sees
//     an error.
//   - Before a request that a plain HTML form could not have made, the user agent asks
//     by a CORS-preflight request: an OPTIONS request that says which method and which
//     headers the actual request would have. If the response does not allow them, the
//     actual request is never sent.
//
// The server decides nothing more: it states its policy, and user agents keep scripts
// to it. The file protocol.go is the whole of it, a function for each step, in the
// order of the protocol.
package reference

import (
	"net/http"
	"sync/atomic"
)

// CORS implements the server's half of the [CORS protocol] for the policies of a
// [Config].
//
// It tells user agents what the policy allows, and user agents refuse the rest
// to scripts. It is no protection against [Cross-Site Request Forgery]: a
// request that needs no CORS-preflight request reaches the wrapped handler from
// every origin, and so does whatever a client sends that is no user agent.
// [http.CrossOriginProtection] is for that.
//
// What depends on the Origin request header says so to HTTP caches, in the Vary
// response header. A wrapped handler that has more to say there must add to that
// header, not set it.
//
// The policy's wildcards are kept when allowCredentials is true, where user
// agents take "*" for a name like any other: CORS then answers with the origin,
// the method and the headers that were asked for, and with the names of the
// headers that the response has.
//
// The zero value of CORS allows nothing. A CORS is safe for concurrent use, and must
// not be copied.
//
// [CORS protocol]: https://fetch.spec.whatwg.org/#http-cors-protocol
// [Cross-Site Request Forgery]: https://developer.mozilla.org/docs/Web/Security/Attacks/CSRF
type CORS struct {
	settings atomic.Pointer[settings] // nil allows nothing
}

// New returns a CORS. It fails if the configuration has mistakes, with all of them
// joined into one error, each a [*policy.Error]; [policy.Errors] takes it apart.
//
// A mistake is what is not well-formed, and also what is well-formed but unwise: what
// user agents ignore, and what is dangerous unless a field whose name begins with
// Dangerously accepts it.
func New(config Config) (*CORS, error) {
	c := new(CORS)
	if err := c.Reconfigure(config); err != nil {
		return nil, err
	}
	return c, nil
}

// Reconfigure makes all requests from now on be answered by another configuration;
// those that are being answered are not changed. It fails as [New] does, and then
// changes nothing.
func (c *CORS) Reconfigure(config Config) error {
	config = config.clone() // before it is checked, so that what is kept is what was checked
	if err := config.mistakes(); err != nil {
		return err
	}
	c.settings.Store(newSettings(config))
	return nil
}

// Config returns a copy of the configuration: c.Reconfigure(c.Config()) changes
// nothing.
func (c *CORS) Config() Config {
	return c.current().config.clone()
}

// Policy returns a copy of the policy that is kept, but for the resources that have
// one of their own.
func (c *CORS) Policy() Policy {
	return c.Config().Policy
}

func (c *CORS) current() *settings {
	if s := c.settings.Load(); s != nil {
		return s
	}
	return nothing
}

// nothing allows nothing.
var nothing = newSettings(Config{})

// Handler returns a handler that answers CORS-preflight requests itself, and passes
// every other request on to next. It sets the headers of the CORS protocol before next
// runs, so that responses that report an error have them too.
func (c *CORS) Handler(next http.Handler) http.Handler {
	return &handler{c, next}
}

type handler struct {
	cors *CORS
	next http.Handler
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := h.cors.current()
	if s.config.Shadow {
		s.serveShadow(w, r, h.next)
		return
	}
	origin := r.Header[headerOrigin]
	if len(origin) == 0 {
		s.serveOther(w, r, h.next)
	} else if method, ok := isPreflight(r); ok {
		s.servePreflight(w, r, origin, method, h.next)
	} else {
		s.serveActual(w, r, origin, h.next)
	}
}
