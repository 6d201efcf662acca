package firefox

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/suite/browser/bidi"
	"github.com/corsproof/corsproof/suite/browser/internal/patience"
	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

// traces sort the browser's events by tab.
type traces struct {
	mu   sync.Mutex
	of   map[string]*trace // by browsing context, frames among them
	tabs map[int64]*trace  // by what the browser itself calls a tab
}

// watch begins to gather what a tab does.
func (ts *traces) watch(t *tab) {
	t.trace = &trace{tab: t, records: map[string]*record{}, transfers: map[string]*transfer{}}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.of == nil {
		ts.of = map[string]*trace{}
	}
	ts.of[t.page] = t.trace
}

// watchTab begins to take the notices of a tab.
func (ts *traces) watchTab(tab int64, tr *trace) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.tabs == nil {
		ts.tabs = map[int64]*trace{}
	}
	ts.tabs[tab] = tr
}

func (ts *traces) forget(tr *trace) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	maps.DeleteFunc(ts.of, func(_ string, one *trace) bool { return one == tr })
	maps.DeleteFunc(ts.tabs, func(_ int64, one *trace) bool { return one == tr })
}

func (ts *traces) findTab(tab int64) *trace {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.tabs[tab]
}

func (ts *traces) find(in string) *trace {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.of[in]
}

// handle takes an event from the connection's read loop. It must not block.
func (ts *traces) handle(e bidi.Event) {
	switch e.Method {
	case "browsingContext.contextCreated":
		var created struct {
			Context string `json:"context"`
			Parent  string `json:"parent"`
		}
		if json.Unmarshal(e.Params, &created) == nil && created.Parent != "" {
			ts.mu.Lock()
			if tr := ts.of[created.Parent]; tr != nil {
				ts.of[created.Context] = tr
			}
			ts.mu.Unlock()
		}
	case "log.entryAdded":
		var entry struct {
			Text   string `json:"text"`
			Source struct {
				Context string `json:"context"`
			} `json:"source"`
		}
		if json.Unmarshal(e.Params, &entry) == nil {
			if tr := ts.find(entry.Source.Context); tr != nil {
				tr.logged(entry.Text)
			}
		}
	case "script.message":
		ts.notified(e.Params)
	default:
		var event networkEvent
		if json.Unmarshal(e.Params, &event) == nil {
			if tr := ts.find(event.Context); tr != nil {
				tr.handle(e.Method, event)
			}
		}
	}
}

// A networkEvent is what all events of the module network have.
//
// https://www.w3.org/TR/webdriver-bidi/#type-network-BaseParameters
type networkEvent struct {
	Context       string        `json:"context"`
	IsBlocked     bool          `json:"isBlocked"`
	RedirectCount int           `json:"redirectCount"`
	Request       eventRequest  `json:"request"`
	Response      eventResponse `json:"response"`
	ErrorText     string        `json:"errorText"`
}

type eventRequest struct {
	ID      string       `json:"request"`
	URL     string       `json:"url"`
	Method  string       `json:"method"`
	Headers eventHeaders `json:"headers"`
	Timings struct {
		RequestStart float64 `json:"requestStart"` // in milliseconds; 0 if it did not leave
	} `json:"timings"`
}

type eventResponse struct {
	Status     int          `json:"status"`
	StatusText string       `json:"statusText"`
	FromCache  bool         `json:"fromCache"`
	Headers    eventHeaders `json:"headers"`
}

type eventHeaders []struct {
	Name  string `json:"name"`
	Value struct {
		Value string `json:"value"`
	} `json:"value"`
}

// lines are the headers, sorted, since their order is not kept.
func (h eventHeaders) lines() fetch.HeaderList {
	var l fetch.HeaderList
	for _, one := range h {
		l = append(l, fetch.Header{Name: one.Name, Value: one.Value.Value})
	}
	slices.SortStableFunc(l, func(a, b fetch.Header) int { return strings.Compare(a.Name, b.Name) })
	return l
}

func (r eventResponse) wire() *fetch.WireResponse {
	return &fetch.WireResponse{Status: r.Status, StatusText: r.StatusText, Headers: r.Headers.lines()}
}

// A trace gathers the network events of a tab, its frames and its worker, and sorts them
// into records by the fragment of the request's URL. The browser keeps the fragment on
// the CORS-preflight request and on redirects too, names it in the console, and sends it
// to no server.
type trace struct {
	tab *tab

	mu        sync.Mutex
	sequence  int
	records   map[string]*record // by tag
	transfers map[string]*transfer
}

// A record is the evidence of one request of a script: its preflights, itself, and its
// redirects.
type record struct {
	trace     *trace
	origin    string
	request   fetch.Request
	transfers []*transfer
	reasons   []string // what the console says of it, in order
	mixed     bool     // the console says that it was mixed content
	changed   chan struct{}
	stopped   bool // a request of it was stopped at the gate
}

// A transfer is what the browser calls a request: one id, and a hop for each redirect.
type transfer struct {
	id        string
	record    *record
	preflight bool
	hops      []*hop
	failed    string // the browser's own word for why it did
}

// A hop is a request and the response to it.
type hop struct {
	sequence  int // of its announcement
	sent      float64
	request   fetch.WireRequest
	wire      *fetch.WireResponse // as it came
	merged    *fetch.WireResponse // what is stored, brought up to date by it
	updated   *fetch.WireResponse // as it is at the end, with what is stored
	fromCache bool
}

// begin opens the record for a request, by its tag. A later one with the same tag takes
// its place.
func (tr *trace) begin(origin string, request fetch.Request) *record {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	r := &record{trace: tr, origin: origin, request: request, changed: make(chan struct{}, 1)}
	tr.records[request.Tag] = r
	return r
}

// end forgets a record.
func (tr *trace) end(r *record) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.records[r.request.Tag] == r {
		delete(tr.records, r.request.Tag)
	}
	for _, t := range r.transfers {
		delete(tr.transfers, t.id)
	}
}

func (tr *trace) handle(method string, e networkEvent) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if e.IsBlocked {
		// The read loop delivers this, so a command must not wait here.
		go tr.tab.decide(e)
	}
	headers := e.Request.Headers.lines()
	t := tr.transfer(e.Request.ID, e.Request.URL, e.Request.Method, headers)
	if t == nil {
		return
	}
	h := t.hop(tr, e.RedirectCount)
	h.request = fetch.WireRequest{Method: e.Request.Method, URL: withoutFragment(e.Request.URL), Headers: headers}
	h.sent = max(h.sent, e.Request.Timings.RequestStart)
	switch method {
	case "network.responseStarted":
		h.wire, h.fromCache = e.Response.wire(), e.Response.FromCache
	case "network.responseCompleted":
		h.updated = e.Response.wire()
		if h.wire == nil {
			h.wire, h.fromCache = h.updated, e.Response.FromCache
		}
	case "network.fetchError":
		t.failed = e.ErrorText
	}
	t.record.change()
}

// transfer returns the one with that id, or begins it. It is nil if the request is none of
// a record's. The caller holds the lock.
func (tr *trace) transfer(id, url, method string, headers fetch.HeaderList) *transfer {
	if t := tr.transfers[id]; t != nil {
		return t
	}
	r := tr.records[fragment(url)]
	if r == nil {
		return nil
	}
	t := &transfer{id: id, record: r}
	t.preflight = method == http.MethodOptions && headers.Contains("Access-Control-Request-Method")
	tr.transfers[id] = t
	r.transfers = append(r.transfers, t)
	return t
}

// hop returns the hop after so many redirects.
func (t *transfer) hop(tr *trace, redirects int) *hop {
	for len(t.hops) <= redirects {
		tr.sequence++
		t.hops = append(t.hops, &hop{sequence: tr.sequence})
	}
	return t.hops[redirects]
}

func (t *transfer) last() *hop { return t.hops[len(t.hops)-1] }

func (r *record) change() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// stop notes that a request was stopped at the gate.
func (tr *trace) stop(e networkEvent) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if t := tr.transfers[e.Request.ID]; t != nil {
		t.record.stopped = true
	}
}

// logged takes an entry of the console.
func (tr *trace) logged(text string) {
	reason, url, blocked := parseEntry(text)
	if !blocked {
		return
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	r := tr.records[fragment(url)]
	if r == nil {
		r = tr.redirectedTo(url)
	}
	if r == nil {
		return
	}
	if reason == mixedContent {
		r.mixed = true
	} else {
		r.reasons = append(r.reasons, reason)
	}
	r.change()
}

// redirectedTo finds the record that came to a URL whose fragment the server set.
func (tr *trace) redirectedTo(url string) *record {
	for _, t := range tr.transfers {
		if len(t.hops) > 1 && t.last().request.URL == withoutFragment(url) {
			return t.record
		}
	}
	return nil
}

func fragment(url string) string {
	_, f, _ := strings.Cut(url, "#")
	return f
}

func withoutFragment(url string) string {
	u, _, _ := strings.Cut(url, "#")
	return u
}

// settle waits until the evidence is complete. Some of it never comes, so the waiting has
// an end of its own.
func (r *record) settle(ctx context.Context, s script.Seen) {
	patience.Wait(ctx, patience.For(r.request, s), r.changed, r.trace.tab.answer, func() bool { return r.settled(s) })
}

func (r *record) settled(s script.Seen) bool {
	r.trace.mu.Lock()
	defer r.trace.mu.Unlock()
	if s.TimedOut || r.stopped || r.mixed {
		return true
	}
	actual := false
	for _, t := range r.transfers {
		if t.failed == "" && t.last().updated == nil {
			return false
		}
		actual = actual || !t.preflight
	}
	if !actual {
		return false
	}
	if s.Type == fetch.NetworkError || r.refused() {
		// Why it is one may be told in the console after the end of all transfers.
		return len(r.reasons) > 0 || r.failure() != "" || r.silent() && r.refused()
	}
	return !r.leadsOn()
}

// leadsOn reports whether a redirect is still to be followed.
func (r *record) leadsOn() bool {
	if r.request.Redirect == fetch.Error || r.request.Redirect == fetch.Manual {
		return false
	}
	for _, t := range r.transfers {
		if h := t.last(); !t.preflight && t.failed == "" && isRedirect(h.wire) {
			return true
		}
	}
	return false
}

func isRedirect(w *fetch.WireResponse) bool {
	if w == nil || !w.Headers.Contains("Location") {
		return false
	}
	switch w.Status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// silent reports whether the console says nothing of the request, whatever becomes of
// it, as of fetch() in a worker.
func (r *record) silent() bool {
	return r.request.Keepalive || r.request.Global == fetch.Worker && r.request.API == fetch.Fetch
}

// refused reports whether the browser refused a request or its response by the rules for
// other origins.
func (r *record) refused() bool {
	return slices.ContainsFunc(r.transfers, func(t *transfer) bool { return t.failed == refusedByCORS })
}

// failure is why the actual request failed, or else a preflight, if that is not CORS.
func (r *record) failure() string {
	found := ""
	for _, t := range r.transfers {
		if t.failed == aborted && t.last().wire != nil {
			continue // there was a response, and nobody wanted more of it
		}
		if t.failed != "" && t.failed != refusedByCORS && (found == "" || !t.preflight) {
			found = t.failed
		}
	}
	return found
}

// conclude adds the evidence to what the script saw.
func (r *record) conclude(o *fetch.Observation, timedOut bool) {
	r.trace.mu.Lock()
	defer r.trace.mu.Unlock()
	type placed struct {
		sent     float64
		sequence int
		exchange fetch.Exchange
	}
	var all []placed
	for _, t := range r.transfers {
		for i, h := range t.hops {
			last := i == len(t.hops)-1
			if !t.preflight && h.wire == nil && !r.left(t, h) {
				continue // its preflight failed, or the browser forbade it
			}
			e := fetch.Exchange{Kind: fetch.Actual, Request: h.request, Response: h.wire, Cached: h.fromCache}
			if t.preflight {
				e.Kind = fetch.Preflight
			}
			if last {
				e.Error = t.failed
				e.Held = t.failed == heldBack
			}
			r.revalidated(&e, h, *o)
			all = append(all, placed{h.sent, h.sequence, e})
		}
	}
	// A request is announced before its preflight, so that the order is that in which they
	// were sent; what was held, or has no answer, comes last.
	slices.SortStableFunc(all, func(a, b placed) int {
		if (a.sent == 0) != (b.sent == 0) {
			return cmp.Compare(b.sent, a.sent)
		}
		return cmp.Or(cmp.Compare(a.sent, b.sent), cmp.Compare(a.sequence, b.sequence))
	})
	for _, p := range all {
		o.Exchanges = append(o.Exchanges, p.exchange)
	}
	r.explain(o, timedOut)
}

// left reports whether a request without a response went out, or would have.
func (r *record) left(t *transfer, h *hop) bool {
	switch {
	case t.failed == heldBack, h.sent > 0:
		return true
	case t.failed != "" && t.failed != aborted:
		return false
	}
	// The script gave up. What is sent before its preflight is answered is none.
	for _, p := range r.transfers {
		if p.preflight && (p.last().wire == nil || p.failed != "") {
			return false
		}
	}
	return true
}

// revalidated sets an exchange right whose response is a 304 that the browser asked for
// by itself: a script sees the stored response, brought up to date.
func (r *record) revalidated(e *fetch.Exchange, h *hop, o fetch.Observation) {
	if h.wire == nil || h.wire.Status != http.StatusNotModified || h.updated == nil || r.conditional() {
		return
	}
	stored := *h.updated
	stored.Status, stored.StatusText = cmp.Or(o.Response.Status, http.StatusOK), o.Response.StatusText
	e.Response, e.NotModified = &stored, h.wire
}

// conditional reports whether the script itself asked for a 304.
func (r *record) conditional() bool {
	return slices.ContainsFunc(r.request.Headers, func(h fetch.Header) bool {
		return strings.HasPrefix(strings.ToLower(h.Name), "if-")
	})
}
