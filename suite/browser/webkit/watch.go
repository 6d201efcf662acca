package webkit

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A watch sorts what goes over the wires of a context into records, one for each request
// of a script. Nothing in a request tells which script made it, so that two whose
// requests would look alike on the wire are not under way at once: each record has a
// claim to what it may send.
type watch struct {
	gate    fetch.Gate // nil where there is none to pass
	effects fetch.Effects

	mu      sync.Mutex
	claims  map[claim]*record
	waiting []*waiter // for claims, in the order in which they get them

	// stored are the latest responses to GET by URL, which an HTTP cache may hold.
	stored map[string]fetch.WireResponse

	tunnels map[*tunnel]bool // those that are open
}

func newWatch(effects fetch.Effects) *watch {
	return &watch{
		effects: effects,
		claims:  map[claim]*record{},
		stored:  map[string]fetch.WireResponse{},
		tunnels: map[*tunnel]bool{},
	}
}

// A claim is to requests that look like this on the wire. A CORS-preflight request looks
// like the request that it asks for.
type claim struct {
	url    string // see normal
	origin string // the header's value; empty for none
	method string
}

// allTLS is the claim to all that is encrypted: one request at a time.
var allTLS = claim{url: "https:"}

// normal is a URL as it is compared: without fragment, and with its path decoded.
func normal(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return rawURL
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	}
	path := u.Path
	if path == "" {
		path = "/"
	}
	return u.Scheme + "://" + host + path + "?" + u.RawQuery
}

// A record is the evidence of one request of a script.
type record struct {
	watch    *watch
	origin   string // of the page
	request  fetch.Request
	method   string // as it goes over the wire
	held     bool   // it is to be held back
	claims   []claim
	lost     map[string]error
	strays   bool // something went over the wire that no record had a claim to
	stopped  bool // a request of it was stopped at the gate
	ended    bool
	all      []*exchange
	tunnels  []*tunnel // that were open at some time
	answered chan struct{}
}

// begin opens the record for a request, when no other has a claim to what it may send.
func (w *watch) begin(ctx context.Context, origin string, request fetch.Request) (*record, error) {
	r := &record{
		watch:    w,
		origin:   origin,
		request:  request,
		method:   wireMethod(request),
		held:     request.Hold || w.effects != fetch.Deliver,
		lost:     map[string]error{},
		answered: make(chan struct{}, 1),
	}
	if err := w.take(ctx, r, r.claimsTo(request.URL, r.method)); err != nil {
		return nil, err
	}
	return r, nil
}

// wireMethod is the method that the request has, by itself or by its consumer.
func wireMethod(r fetch.Request) string {
	switch r.Consumer {
	case fetch.ByAPI:
		return fetch.NormalizeMethod(r.Method)
	case fetch.Beacon:
		return http.MethodPost
	}
	return http.MethodGet
}

// claimsTo are the claims to a URL by some methods.
func (r *record) claimsTo(rawURL string, methods ...string) []claim {
	if strings.HasPrefix(rawURL, "https:") {
		return []claim{allTLS}
	}
	origins := []string{r.origin}
	switch {
	case r.request.Consumer == fetch.Font:
		origins = append(origins, "") // WebKit loads fonts without CORS
	case r.request.EffectiveMode() != fetch.CORSMode:
		// GET has none, and referrer policies count. Of a sandboxed frame WebKit says the
		// origin of the page around it.
		origins = []string{r.origin, "null", ""}
		if r.origin == "null" {
			origins = append(origins, script.OpaqueHost, script.FramesHost)
		}
	}
	if len(r.claims) > 0 {
		origins = append(origins, "null", "") // after a redirect
	}
	var all []claim
	for _, method := range methods {
		for _, origin := range origins {
			if c := (claim{normal(rawURL), origin, method}); !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}

// take gives the claims of a record back, and waits until it can have others. Records get
// them in the order in which they asked, and first of all those that are in the middle of
// a redirect, whose time is running.
func (w *watch) take(ctx context.Context, r *record, claims []claim) error {
	next := &waiter{record: r, claims: claims, granted: make(chan struct{})}
	w.mu.Lock()
	if r.ended {
		w.mu.Unlock()
		return errors.New("the request has ended")
	}
	if len(r.claims) > 0 {
		w.waiting = slices.Insert(w.waiting, 0, next)
	} else {
		w.waiting = append(w.waiting, next)
	}
	w.giveBack(r)
	w.mu.Unlock()
	select {
	case <-next.granted:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	r.ended = true
	w.giveBack(r)
	return ctx.Err()
}

// A waiter is a record that waits for claims.
type waiter struct {
	record  *record
	claims  []claim
	granted chan struct{} // closed when it has them
}

// giveBack takes the claims of a record from it, and gives those that are free to who
// waits for them. It is called with the lock held.
func (w *watch) giveBack(r *record) {
	for _, c := range r.claims {
		if w.claims[c] == r {
			delete(w.claims, c)
		}
	}
	wanted := map[claim]bool{} // by who waits for longer
	w.waiting = slices.DeleteFunc(w.waiting, func(next *waiter) bool {
		if next.record.ended {
			return true
		}
		if slices.ContainsFunc(next.claims, func(c claim) bool { return w.claims[c] != nil || wanted[c] }) {
			for _, c := range next.claims {
				wanted[c] = true
			}
			return false
		}
		w.give(next.record, next.claims)
		close(next.granted)
		return true
	})
}

// give gives claims that are free to a record. It is called with the lock held.
func (w *watch) give(r *record, claims []claim) {
	r.claims = claims
	for _, c := range claims {
		w.claims[c] = r
	}
	if claims[0] == allTLS {
		for t := range w.tunnels {
			r.tunnels = append(r.tunnels, t)
			t.mark()
		}
	}
}

// expects reports whether a record has a claim to something at an address.
func (w *watch) expects(address string) bool {
	origin := "http://" + strings.TrimSuffix(strings.ToLower(address), ":80") + "/"
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.claims {
		if strings.HasPrefix(c.url, origin) {
			return true
		}
	}
	return false
}

// end closes the record.
func (r *record) end() {
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	r.ended = true
	r.watch.giveBack(r)
}

// records are those under way. The caller holds the lock.
func (w *watch) records() []*record {
	var all []*record
	for _, r := range w.claims {
		if !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all
}

// unreachable notes that there is no connection to an address.
func (w *watch) unreachable(address string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.records() {
		r.lost[address] = err
	}
}

// An exchange is one on its way. Nil is one that no record has a claim to.
type exchange struct {
	record *record
	fetch.Exchange
	cause fetch.Cause // why there is no response
}

var errNotLetThrough = errors.New("the request is not let through")

// request takes a request on its way to a target. An error means that it must not go on.
func (w *watch) request(ctx context.Context, wire fetch.WireRequest) (*exchange, error) {
	origin, _ := wire.Headers.Get("Origin")
	kind, method := fetch.Actual, wire.Method
	if asked, ok := wire.Headers.Get("Access-Control-Request-Method"); ok && wire.Method == http.MethodOptions {
		kind, method = fetch.Preflight, asked
	}
	w.mu.Lock()
	r := w.claims[claim{normal(wire.URL), origin, method}]
	if r == nil {
		for _, other := range w.records() {
			other.strays = true
		}
	}
	held := w.effects
	x := &exchange{record: r, Exchange: fetch.Exchange{Kind: kind, Request: wire}}
	if r != nil && r.held {
		held = fetch.Hold
	}
	if kind == fetch.Actual && held.Holds(wire.Method) {
		x.Held = true
		if r != nil && !slices.ContainsFunc(r.all, func(e *exchange) bool { return e.Held }) {
			r.all = append(r.all, x)
			r.tell()
		}
		w.mu.Unlock()
		return nil, errNotLetThrough
	}
	w.mu.Unlock()
	if w.gate != nil {
		if err := w.gate.Pass(ctx); err != nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			if r != nil {
				r.stopped = true
				r.tell()
			}
			return nil, errNotLetThrough
		}
	}
	if r == nil {
		return nil, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	r.all = append(r.all, x)
	return x, nil
}

// answer takes the response on its way to the browser. If it is a redirect, the browser
// gets it when the record has a claim to where it leads.
func (x *exchange) answer(ctx context.Context, response fetch.WireResponse) error {
	if x == nil {
		return nil
	}
	r := x.record
	r.watch.mu.Lock()
	x.Response = &response
	stored, isStored := r.watch.stored[normal(x.Request.URL)]
	switch {
	case x.Request.Method != http.MethodGet:
	case response.Status == http.StatusNotModified && isStored && !r.request.Headers.Contains("If-None-Match"):
		updated := brought(stored, response)
		x.Response, x.NotModified = &updated, &response
		r.watch.stored[normal(x.Request.URL)] = updated
	case response.Status != http.StatusNotModified:
		r.watch.stored[normal(x.Request.URL)] = response
	}
	r.watch.mu.Unlock()
	r.tell()
	if x.Kind == fetch.Preflight || response.Status/100 != 3 {
		return nil
	}
	next := led(x.Request.URL, response)
	if next == "" {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, r.request.Timeout)
	defer cancel()
	return r.watch.take(within, r, r.claimsTo(next, x.Request.Method, http.MethodGet))
}

// brought is a stored response, brought up to date by a 304.
//
// https://www.rfc-editor.org/rfc/rfc9111#section-3.2
func brought(stored, notModified fetch.WireResponse) fetch.WireResponse {
	headers := slices.DeleteFunc(slices.Clone(stored.Headers), func(h fetch.Header) bool { return notModified.Headers.Contains(h.Name) })
	stored.Headers = append(headers, notModified.Headers...)
	return stored
}

// fail notes that no response came.
func (x *exchange) fail(cause fetch.Cause, why string) {
	if x == nil {
		return
	}
	x.record.watch.mu.Lock()
	x.cause, x.Error = cause, why
	x.record.watch.mu.Unlock()
	x.record.tell()
}

// tell wakes who waits for the evidence.
func (r *record) tell() {
	select {
	case r.answered <- struct{}{}:
	default:
	}
}
