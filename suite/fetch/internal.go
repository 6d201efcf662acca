package fetch

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// request is a request as the Standard's algorithms see it: what the script
// asked for, made ready, and what they change on the way.
//
// https://fetch.spec.whatwg.org/#concept-request
type request struct {
	origin           string
	urls             []*url.URL // the URL list; the last one is current
	consumer         Consumer
	mode             Mode
	cache            CacheMode
	integrity        string
	referrerPolicy   string
	method           string // normalized
	headers          HeaderList
	body             string
	credentials      CredentialsMode
	redirect         RedirectMode
	keepalive        bool
	useCORSPreflight bool
	hold             bool // see Request.Hold
	cors             bool // the response tainting is "cors"
	opaque           bool // the response tainting is "opaque"
	redirects        int
}

// newRequest makes a script's request ready. It does not fail: validate tells
// what a script cannot ask for.
func newRequest(origin string, r Request) *request {
	r = r.asConsumer()
	req := &request{
		origin:         origin,
		consumer:       r.Consumer,
		mode:           r.Mode,
		cache:          r.Cache,
		integrity:      r.Integrity,
		referrerPolicy: r.ReferrerPolicy,
		method:         NormalizeMethod(r.Method),
		body:           r.Body,
		credentials:    r.Credentials,
		redirect:       r.Redirect,
		keepalive:      r.Keepalive,
		hold:           r.Hold,
		// The upload listener flag alone sets the use-CORS-preflight flag here:
		// a body is never a stream.
		useCORSPreflight: r.API == XHR && r.UploadListener,
	}
	if req.credentials == "" {
		req.credentials = SameOrigin
	}
	if req.redirect == "" {
		req.redirect = Follow
	}
	// A URL that does not parse is validate's; the decisions need none.
	if u, err := url.Parse(r.URL); err == nil {
		u.Fragment, u.RawFragment = r.Tag, ""
		req.urls = []*url.URL{u}
	}
	if r.API == XHR && (req.method == "GET" || req.method == "HEAD") {
		req.body = "" // https://xhr.spec.whatwg.org/#the-send()-method, step 3
	}
	for _, h := range r.Headers {
		h.Value = strings.Trim(h.Value, whitespace)
		if IsForbiddenRequestHeader(h.Name, h.Value) || req.mode == NoCORS && !isNoCORSSafelisted(h) {
			continue
		}
		// setRequestHeader() combines, and the safelist then sees one value;
		// Headers appends.
		if i := index(req.headers, h.Name); r.API == XHR && i >= 0 {
			req.headers[i].Value += ", " + h.Value
			continue
		}
		req.headers = append(req.headers, h)
	}
	if req.body != "" && !req.headers.Contains("Content-Type") {
		req.headers = append(req.headers, Header{"Content-Type", "text/plain;charset=UTF-8"})
	}
	if !req.headers.Contains("Accept") { // fetch, step 12
		req.headers = append(req.headers, Header{"Accept", "*/*"})
	}
	return req
}

// isNoCORSSafelisted reports whether a header is a no-CORS-safelisted request-header;
// others are dropped without a word.
//
// https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header
func isNoCORSSafelisted(h Header) bool {
	return lower(h.Name) != "range" && IsSafelistedRequestHeader(h.Name, h.Value)
}

func index(list HeaderList, name string) int {
	return slices.IndexFunc(list, func(h Header) bool { return equalFold(h.Name, name) })
}

// validate returns the exception that a script gets for its request, as text,
// or "". Nothing is sent then.
//
// https://fetch.spec.whatwg.org/#dom-request
// https://xhr.spec.whatwg.org/#the-open()-method
func validate(r Request) string {
	refuse := func(exception, format string, args ...any) string {
		if r.API != XHR {
			exception = "TypeError" // the one exception of fetch()
		}
		return exception + ": " + fmt.Sprintf(format, args...)
	}
	r = r.asConsumer()
	u, err := url.Parse(r.URL)
	switch {
	case r.Mode == NoCORS && !IsSafelistedMethod(NormalizeMethod(r.Method)):
		return refuse("", "%s is no method for mode no-cors", r.Method)
	case err != nil || !u.IsAbs() || isHTTP(u) && u.Hostname() == "":
		return refuse("SyntaxError", "%q is not an absolute URL", r.URL)
	case includesCredentials(u) && r.API != XHR:
		return refuse("", "%q includes credentials", u.Redacted())
	case !isToken(r.Method):
		return refuse("SyntaxError", "%q is not a method", r.Method)
	case IsForbiddenMethod(r.Method):
		return refuse("SecurityError", "%q is a forbidden method", r.Method)
	}
	for _, h := range r.Headers {
		switch {
		case !isToken(h.Name):
			return refuse("SyntaxError", "%q is not a header name", h.Name)
		case strings.ContainsAny(strings.Trim(h.Value, whitespace), "\x00\r\n"):
			return refuse("SyntaxError", "%q is not a header value", h.Value)
		}
	}
	if method := NormalizeMethod(r.Method); r.API != XHR && r.Body != "" && (method == "GET" || method == "HEAD") {
		return refuse("", "a request with method %s cannot have a body", method)
	}
	return ""
}

func (req *request) currentURL() *url.URL { return req.urls[len(req.urls)-1] }

// serializedOrigin serializes the request's origin. It is "null" once a
// redirect led from one foreign origin to another: the redirect-taint.
//
// https://fetch.spec.whatwg.org/#serializing-a-request-origin
func (req *request) serializedOrigin() string {
	for i := 1; i < len(req.urls); i++ {
		last := originOf(req.urls[i-1])
		if originOf(req.urls[i]) != last && req.origin != last {
			return "null"
		}
	}
	return req.origin
}

// deleteHeaders deletes those headers from the request's header list for whose
// name the function reports true.
func (req *request) deleteHeaders(named func(string) bool) {
	req.headers = slices.DeleteFunc(slices.Clone(req.headers), func(h Header) bool { return named(h.Name) })
}

// isRequestBodyHeaderName reports whether a name, of any case, is a
// request-body-header name.
//
// https://fetch.spec.whatwg.org/#request-body-header-name
func isRequestBodyHeaderName(name string) bool {
	switch lower(name) {
	case "content-encoding", "content-language", "content-location", "content-type":
		return true
	}
	return false
}

// isRedirectStatus reports whether a status is a redirect status.
//
// https://fetch.spec.whatwg.org/#redirect-status
func isRedirectStatus(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

func isHTTP(u *url.URL) bool { return u.Scheme == "http" || u.Scheme == "https" }

// includesCredentials reports whether a URL has a user name or a password.
// "//@host" and "//:@host" have neither.
//
// https://url.spec.whatwg.org/#include-credentials
func includesCredentials(u *url.URL) bool {
	password, _ := u.User.Password()
	return u.User.Username() != "" || password != ""
}

// originOf serializes the origin of an http or https URL. A domain in other
// letters than ASCII stays as it is: write it in its xn-- form.
//
// https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin
func originOf(u *url.URL) string {
	host, port := lower(u.Hostname()), u.Port()
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String()
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		return u.Scheme + "://" + host
	}
	return u.Scheme + "://" + host + ":" + port
}

// wireURL returns a URL as it stands for a request on the wire: no user name,
// no password, no fragment.
func wireURL(u *url.URL) string {
	clean := *u
	clean.User, clean.Fragment, clean.RawFragment = nil, "", ""
	if clean.Path == "" {
		clean.Path = "/"
	}
	return clean.String()
}
