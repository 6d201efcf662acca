// Package reference is the server's half of the CORS protocol: a handler for
// net/http that keeps a policy, and a small application to put behind it.
package reference

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/reference/policy"
)

// Policy says which cross-origin requests a handler allows.
type Policy = policy.Policy

// CORS implements the server's half of the [CORS protocol] for one policy.
//
// It tells user agents what the policy allows, and user agents refuse the rest
// to scripts. It is no protection against [Cross-Site Request Forgery]: a
// request that needs no CORS-preflight request reaches the wrapped handler from
// every origin, and so does whatever a client sends that is no user agent.
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
// The zero value of CORS allows nothing. A CORS does not change, and is safe for
// concurrent use.
//
// [CORS protocol]: https://fetch.spec.whatwg.org/#http-cors-protocol
// [Cross-Site Request Forgery]: https://developer.mozilla.org/docs/Web/Security/Attacks/CSRF
type CORS struct {
	origins     origins
	methods     names
	headers     names
	expose      names
	credentials bool
	maxAge      string // empty if the policy makes no promise
}

// New returns a CORS that keeps a policy. It fails if the policy is not
// well-formed, with the error of [policy.Policy.Validate]. A policy that is
// well-formed but unwise is kept as it stands; see [policy.Policy.Advice].
func New(p Policy) (*CORS, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	c := &CORS{
		origins:     newOrigins(p.AllowOrigins),
		methods:     newNames(p.AllowMethods),
		headers:     newNames(p.AllowHeaders),
		expose:      newNames(p.ExposeHeaders),
		credentials: p.AllowCredentials,
	}
	if p.MaxAge != nil {
		c.maxAge = strconv.Itoa(*p.MaxAge)
	}
	return c, nil
}

// names is one of the policy's lists of methods or headers.
type names struct {
	any  bool   // the list is "*"
	list string // as the value of a header
}

func newNames(values []string) names {
	list := strings.Join(values, ", ")
	return names{any: list == "*", list: list}
}

// Handler returns a handler that answers CORS-preflight requests itself, with
// status 204, and passes every other request on to next. It sets the headers of
// the CORS protocol before next runs, so that responses that report an error
// have them too.
func (c *CORS) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isPreflight(r) {
			setAll(w.Header(), c.preflight(r.Header))
			// Also if the policy refuses the request. The Standard offers 403
			// for that, but a user agent that gets it reports the status, and
			// one that gets an ok status reports the header that refuses.
			w.WriteHeader(http.StatusNoContent)
			return
		}

		if c.varies(r.Method) {
			addVary(w.Header(), headerOrigin)
		}
		fields := c.actual(r.Header)
		setAll(w.Header(), fields)
		if len(fields) > 0 && c.expose.any && c.credentials {
			exposing := &exposingWriter{ResponseWriter: w}
			next.ServeHTTP(exposing, r)
			exposing.expose()
			return
		}
		next.ServeHTTP(w, r)
	})
}

// setAll sets headers. It makes a new slice for each value: slices kept from
// request to request could be changed by whatever handler has the header map.
func setAll(header http.Header, fields map[string]string) {
	for name, value := range fields {
		header.Set(name, value)
	}
}

// addVary adds a name to the Vary header, unless it is there already or the
// header covers all names.
func addVary(header http.Header, name string) {
	for _, line := range header.Values(headerVary) {
		for element := range strings.SplitSeq(line, ",") {
			if element = trimSpace(element); element == "*" || strings.EqualFold(element, name) {
				return
			}
		}
	}
	header.Add(headerVary, name)
}
