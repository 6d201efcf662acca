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
	headerRequestMethod  = "Access-Control-Request-Method"
	headerRequestHeaders = "Access-Control-Request-Headers"

	// responses to CORS requests
	headerAllowOrigin      = "Access-Control-Allow-Origin"
	headerAllowCredentials = "Access-Control-Allow-Credentials"

	// responses to CORS-preflight requests
	headerAllowMethods = "Access-Control-Allow-Methods"
	headerAllowHeaders = "Access-Control-Allow-Headers"
	headerMaxAge       = "Access-Control-Max-Age"

	// responses to CORS requests that are no CORS-preflight requests
	headerExposeHeaders = "Access-Control-Expose-Headers"

	// responses to all requests but OPTIONS
	headerVary = "Vary"
)

// maxEcho is how many bytes of a request's method or headers are echoed. It is
// more than a script has reason to ask for.
const maxEcho = 4096

// isPreflight reports whether a request is a CORS-preflight request. Any other
// OPTIONS request is for the application to answer.
//
// https://fetch.spec.whatwg.org/#cors-preflight-request
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions &&
		len(r.Header.Values(headerOrigin)) > 0 &&
		len(r.Header.Values(headerRequestMethod)) > 0
}

// preflight returns the headers of the response to a CORS-preflight request.
//
// If the origin is refused, there are none. If it is allowed, they list what the
// policy allows to it, whether or not that is what was asked for: the user agent
// compares. The Standard calls this a static response. It leaves nothing here to
// get wrong, the user agent remembers the whole list, and its message names the
// very method or header that it missed.
//
// https://fetch.spec.whatwg.org/#http-responses
func (c *CORS) preflight(request http.Header) map[string]string {
	fields := c.share(request)
	if fields == nil {
		return nil
	}
	set := func(name, value string) {
		if value != "" {
			fields[name] = value
		}
	}
	set(headerAllowMethods, c.allowMethods(request.Values(headerRequestMethod)))
	set(headerAllowHeaders, c.allowHeaders(request.Values(headerRequestHeaders)))
	set(headerMaxAge, c.maxAge)
	return fields
}

// actual returns the headers of the response to any other request, before there
// is a response; see exposingWriter for what must wait for it.
//
// https://fetch.spec.whatwg.org/#http-responses
func (c *CORS) actual(request http.Header) map[string]string {
	fields := c.share(request)
	if fields == nil {
		return nil
	}
	if c.expose.list != "" {
		fields[headerExposeHeaders] = c.expose.list
	}
	return fields
}

// share returns the headers by which a response passes the CORS check, or nil if
// it is not to be shared.
//
// https://fetch.spec.whatwg.org/#concept-cors-check
func (c *CORS) share(request http.Header) map[string]string {
	origin := c.allowOrigin(request.Values(headerOrigin))
	if origin == "" {
		return nil
	}
	fields := map[string]string{headerAllowOrigin: origin}
	if c.credentials {
		// Whether the request has credentials cannot be told: there may be none
		// to send, and a CORS-preflight request never has any.
		fields[headerAllowCredentials] = "true"
	}
	return fields
}

// allowOrigin returns the value of Access-Control-Allow-Origin for the values of
// Origin, or the empty string if the response is not to be shared.
//
// https://fetch.spec.whatwg.org/#http-access-control-allow-origin
func (c *CORS) allowOrigin(requested []string) string {
	switch {
	case c.origins.any && !c.credentials:
		// Also without Origin, so that a cache may store the response for all.
		return "*"
	case len(requested) == 1 && c.origins.allow(requested[0]):
		return requested[0]
	default:
		return ""
	}
}

// varies reports whether responses to a method depend on Origin. Then they do
// for every request, with an allowed origin, with a refused one and with none.
// Responses to OPTIONS cannot be stored, so that nobody needs to know.
//
// https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
// https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7
func (c *CORS) varies(method string) bool {
	switch {
	case method == http.MethodOptions:
		return false
	case c.origins.any:
		return c.credentials
	default:
		return len(c.origins.exact) > 0 || len(c.origins.patterns) > 0
	}
}

// allowMethods returns the value of Access-Control-Allow-Methods for the values
// of Access-Control-Request-Method.
//
// https://fetch.spec.whatwg.org/#http-access-control-allow-methods
func (c *CORS) allowMethods(requested []string) string {
	if !c.methods.any || !c.credentials {
		return c.methods.list
	}
	if len(requested) != 1 || len(requested[0]) > maxEcho || !policy.IsToken(requested[0]) {
		return ""
	}
	return requested[0]
}

// allowHeaders returns the value of Access-Control-Allow-Headers for the values
// of Access-Control-Request-Headers.
//
// https://fetch.spec.whatwg.org/#http-access-control-allow-headers
func (c *CORS) allowHeaders(requested []string) string {
	switch {
	case !c.headers.any:
		return c.headers.list
	case !c.credentials:
		// Authorization is the one name that "*" does not cover.
		// https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
		return "*, Authorization"
	default:
		return strings.Join(requestedHeaders(requested), ", ")
	}
}

// requestedHeaders returns the elements of Access-Control-Request-Headers, or
// nil if one is no header name or if they are too many. A user agent sends one
// line without white space and without empty elements, but what it passes
// through may change that.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2
func requestedHeaders(lines []string) []string {
	var elements []string
	budget := maxEcho
	for _, line := range lines {
		budget -= len(line) + 1 // so that empty lines count
		if budget < 0 {
			return nil
		}
		for element := range strings.SplitSeq(line, ",") {
			switch element = trimSpace(element); {
			case element == "":
			case policy.IsToken(element):
				elements = append(elements, element)
			default:
				return nil
			}
		}
	}
	return elements
}

// trimSpace cuts optional white space off both ends.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3
func trimSpace(s string) string {
	return strings.Trim(s, " \t")
}
