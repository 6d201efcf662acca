package fetch

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Explain judges recorded exchanges of one request again, without the network,
// and returns every step of the Standard that fails, in the order in which a
// user agent meets them: those of the CORS-preflight request, of the actual
// request, and so on for each redirect. The user agent stopped at the first;
// the rest is there for one who does not want to repair them one by one.
//
// An exchange is judged by the Origin that it carried, since that is what the
// server answered: after a redirect Firefox sends "null" with the actual request
// alone. One that corsproof made for itself counts if it carried the page's
// origin, which shows the actual response behind a refused CORS-preflight
// request. Exchanges without a response are passed over, and so are those with
// the page's own origin, where there is nothing to share.
//
// https://fetch.spec.whatwg.org/#main-fetch
func Explain(origin string, r Request, exchanges []Exchange) []*Failure {
	req := newRequest(origin, r)
	if len(req.urls) == 0 {
		return nil // no such request was ever sent
	}
	var failures []*Failure
	for _, exchange := range exchanges {
		if !req.comesTo(exchange) {
			continue
		}
		for _, f := range req.judge(exchange) {
			f.URL, f.Kind, f.By = exchange.Request.URL, exchange.Kind, exchange.By
			// User agents repeat themselves: after a lost connection, say.
			if !slices.ContainsFunc(failures, func(g *Failure) bool { return *g == *f }) {
				failures = append(failures, f)
			}
		}
	}
	return failures
}

// comesTo brings the request to the URL of an exchange, and reports whether the
// exchange belongs to it. What the user agent sent always does, even if it
// spells the URL in its own way.
func (req *request) comesTo(exchange Exchange) bool {
	u, err := url.Parse(exchange.Request.URL)
	if err != nil || exchange.Response == nil {
		return false
	}
	if exchange.By != "" {
		carried, _ := get(exchange.Request.Headers, "Origin")
		return carried == req.serializedOrigin() && sameURL(exchange.Request.URL, wireURL(req.currentURL()))
	}
	u.Fragment = req.currentURL().Fragment
	req.urls = append(slices.Clone(req.urls[:len(req.urls)-1]), u)
	return true
}

// judge returns the failures of an exchange, and follows it if it is a redirect.
func (req *request) judge(exchange Exchange) []*Failure {
	if req.mode == CORSMode && originOf(req.currentURL()) != req.origin {
		req.cors = true // main fetch, step 12
	}
	origin, ok := get(exchange.Request.Headers, "Origin")
	if !ok {
		origin = req.serializedOrigin() // the recording is not complete
	}
	if exchange.Kind == Preflight {
		_, failures := req.checkPreflight(origin, *exchange.Response)
		return failures
	}
	var failures []*Failure
	if req.cors {
		failures = corsFailures(origin, req.credentials, exchange.Response.Headers)
	}
	if !isRedirectStatus(exchange.Response.Status) || req.redirect == Manual {
		return failures
	}
	if req.redirect == Error {
		return append(failures, redirectRefused(*exchange.Response))
	}
	if _, f := req.follow(*exchange.Response); f != nil {
		failures = append(failures, f)
	}
	return failures
}

// sameURL compares two URLs as they stand on the wire.
func sameURL(a, b string) bool {
	u, errA := url.Parse(a)
	v, errB := url.Parse(b)
	if errA != nil || errB != nil {
		return a == b
	}
	return originOf(u) == originOf(v) && u.RawQuery == v.RawQuery &&
		cmp.Or(u.EscapedPath(), "/") == cmp.Or(v.EscapedPath(), "/")
}

// Replay returns a transport that answers from recorded exchanges, so that a
// Model can be run over them. Each answers once, in order, and only a request
// with the same method, URL and Origin, and for a CORS-preflight request with
// the same Access-Control-Request-Method. Everything else is an error, which is
// a connection that failed to a Model. Bodies are not recorded and are empty.
func Replay(exchanges []Exchange) http.RoundTripper {
	return &replay{exchanges: slices.Clone(exchanges)}
}

type replay struct {
	mu        sync.Mutex
	exchanges []Exchange // those that have not answered
}

func (p *replay) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body.Close() // the duty of every RoundTripper
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.exchanges, func(e Exchange) bool { return answers(e, r) })
	if i < 0 {
		return nil, fmt.Errorf("nothing is recorded for %s %s", r.Method, r.URL)
	}
	exchange := p.exchanges[i]
	p.exchanges = slices.Delete(p.exchanges, i, i+1)
	switch {
	case exchange.Response != nil:
		return httpResponse(*exchange.Response, r), nil
	case exchange.Held:
		return nil, fmt.Errorf("%s %s was held back when it was recorded", r.Method, r.URL)
	}
	return nil, fmt.Errorf("recorded: %s", exchange.Error)
}

func answers(e Exchange, r *http.Request) bool {
	if e.Request.Method != r.Method || !sameURL(e.Request.URL, r.URL.String()) {
		return false
	}
	// Some user agents do not show all headers that they send.
	for _, name := range []string{"Origin", "Access-Control-Request-Method"} {
		if value, ok := get(e.Request.Headers, name); ok && value != r.Header.Get(name) {
			return false
		}
	}
	return (e.Kind == Preflight) == (r.Header.Get("Access-Control-Request-Method") != "")
}

func httpResponse(w WireResponse, r *http.Request) *http.Response {
	response := &http.Response{
		Status:     strings.TrimSpace(fmt.Sprintf("%d %s", w.Status, w.StatusText)),
		StatusCode: w.Status,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     http.Header{},
		Body:       io.NopCloser(strings.NewReader("")),
		Request:    r,
	}
	for _, h := range w.Headers {
		response.Header.Add(h.Name, h.Value)
	}
	return response
}
