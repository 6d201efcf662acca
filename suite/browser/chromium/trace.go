package chromium

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/suite/browser/internal/patience"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A trace gathers the network events of a tab, its frame and its worker, and
// sorts them into records by the fragment of the request's URL. The browser keeps
// the fragment on the CORS-preflight request too, and sends it to no server.
type trace struct {
	answer func(context.Context) error // has the process answer in which scripts run

	mu        sync.Mutex
	sequence  int
	heard     time.Time          // when the latest event came
	records   map[string]*record // by tag
	transfers map[network.RequestID]*transfer
}

func newTrace(answer func(context.Context) error) *trace {
	return &trace{answer: answer, records: map[string]*record{}, transfers: map[network.RequestID]*transfer{}}
}

// A record is the evidence of one request of a script: its preflights, itself, and
// its redirects.
type record struct {
	trace     *trace
	tag       string
	noCORS    bool // the request is in mode no-cors
	asks      bool // the request needs a preflight, unless one is remembered
	transfers []*transfer
	changed   chan struct{}
	stopped   bool // a request of it was stopped at the gate
}

// A transfer is what the browser calls a request: one id, and a hop for each
// redirect.
type transfer struct {
	id        network.RequestID
	record    *record // nil until the request is known; extra information may come first
	preflight bool
	hops      []hop
	sent      []sent                // as it went out, hop by hop
	received  []*fetch.WireResponse // as it came in, hop by hop
	finished  bool
	failed    *network.EventLoadingFailed
}

// A hop is what the page's process knew of a request.
type hop struct {
	request  fetch.WireRequest
	response *fetch.WireResponse
	hasExtra bool // what is on the wire is, or will be, known
}

type sent struct {
	headers  fetch.HeaderList
	sequence int
}

// begin opens the record for a request, by its tag. A later one with the same tag takes
// its place.
func (t *trace) begin(request fetch.Request) *record {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &record{
		trace:   t,
		tag:     request.Tag,
		noCORS:  request.EffectiveMode() == fetch.NoCORS,
		asks:    fetch.NeedsPreflight(request),
		changed: make(chan struct{}, 1),
	}
	t.records[request.Tag] = r
	return r
}

// end forgets a record.
func (t *trace) end(r *record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.records[r.tag] == r {
		delete(t.records, r.tag)
	}
	for _, tr := range r.transfers {
		delete(t.transfers, tr.id)
	}
}

// handle takes an event from who reads all that the browser says. It must not block.
func (t *trace) handle(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = time.Now()
	var tr *transfer
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		tr = t.transfer(e.RequestID)
		tr.willBeSent(t, e)
	case *network.EventRequestWillBeSentExtraInfo:
		tr = t.transfer(e.RequestID)
		t.sequence++
		tr.sent = append(tr.sent, sent{headerLines(e.Headers), t.sequence})
	case *network.EventResponseReceivedExtraInfo:
		tr = t.transfer(e.RequestID)
		tr.received = append(tr.received, &fetch.WireResponse{Status: int(e.StatusCode), Headers: headerLines(e.Headers)})
	case *network.EventResponseReceived:
		tr = t.transfer(e.RequestID)
		tr.answered(e.Response, e.HasExtraInfo)
	case *network.EventLoadingFinished:
		tr = t.transfer(e.RequestID)
		tr.finished = true
	case *network.EventLoadingFailed:
		tr = t.transfer(e.RequestID)
		tr.failed = e
	default:
		return
	}
	if tr.record != nil {
		select {
		case tr.record.changed <- struct{}{}:
		default:
		}
	}
}

// silence is how long nothing has been heard.
func (t *trace) silence() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Since(t.heard)
}

// stop notes that a request was stopped at the gate.
func (t *trace) stop(tag string, id network.RequestID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.records[tag]
	if tr := t.transfers[id]; r == nil && tr != nil {
		r = tr.record
	}
	if r != nil {
		r.stopped = true
	}
}

func (t *trace) transfer(id network.RequestID) *transfer {
	tr := t.transfers[id]
	if tr == nil {
		tr = &transfer{id: id}
		t.transfers[id] = tr
	}
	return tr
}

func (tr *transfer) willBeSent(t *trace, e *network.EventRequestWillBeSent) {
	if e.RedirectResponse != nil {
		tr.answered(e.RedirectResponse, e.RedirectHasExtraInfo)
	}
	tr.preflight = e.Initiator != nil && e.Initiator.Type == network.InitiatorTypePreflight
	tr.hops = append(tr.hops, hop{request: fetch.WireRequest{
		Method:  e.Request.Method,
		URL:     e.Request.URL,
		Headers: headerLines(e.Request.Headers),
	}})
	if tr.record == nil {
		if r := t.records[strings.TrimPrefix(e.Request.URLFragment, "#")]; r != nil {
			tr.record = r
			r.transfers = append(r.transfers, tr)
		}
	}
}

// answered notes the response to the latest hop.
func (tr *transfer) answered(r *network.Response, hasExtra bool) {
	if len(tr.hops) == 0 {
		return
	}
	h := &tr.hops[len(tr.hops)-1]
	h.response = &fetch.WireResponse{Status: int(r.Status), StatusText: r.StatusText, Headers: headerLines(r.Headers)}
	// An opaque response is said to have no extra information, and has it.
	h.hasExtra = hasExtra || tr.record != nil && tr.record.noCORS && !r.FromDiskCache
}

// hasAnswer reports whether the page's process got a response to the latest hop.
func (tr *transfer) hasAnswer() bool {
	return len(tr.hops) > 0 && tr.hops[len(tr.hops)-1].response != nil
}

// withExtra is how many of the hops are known to have gone over the wire.
func withExtra(hops []hop) int {
	n := 0
	for _, h := range hops {
		if h.hasExtra {
			n++
		}
	}
	return n
}

// settled reports whether all evidence of a transfer is there.
func (tr *transfer) settled() bool {
	if !tr.finished && tr.failed == nil {
		return false
	}
	wire := withExtra(tr.hops)
	if tr.failed != nil && tr.refused() {
		// The page's process never got the response, but the network's did: there
		// is one for each time that the request went out.
		wire = max(wire, len(tr.sent))
	}
	return len(tr.sent) >= wire && len(tr.received) >= wire
}

// refused reports whether a failed transfer had a response, which the page's process did not
// get, and that the request went out: a refused preflight means that it never did.
func (tr *transfer) refused() bool {
	cause, detail := causeOf(tr.failed)
	switch cause {
	case fetch.ByCORS:
		return tr.preflight || !refusedBefore(detail)
	case fetch.ByContent:
		return true
	case fetch.ByOther:
		return !tr.failed.Canceled
	}
	return false
}

// settle waits until the evidence is complete. Extra information may be late, and
// for some requests never comes, so the waiting has an end of its own. It reports
// whether all is there.
func (r *record) settle(ctx context.Context, d time.Duration) bool {
	if !r.waitFor(ctx, d, r.settled) {
		return false
	}
	return !r.waitFor(ctx, unorderedGrace, r.told) || r.waitFor(ctx, d, r.settled)
}

// unorderedGrace is how long events may come that nothing orders: those of a preflight
// after those of its request, and what was sent after its refusal. It passes for nothing
// where the preflight, or the response that is refused, was remembered.
const unorderedGrace = 100 * time.Millisecond

// waitFor waits until a condition of the record holds, and reports whether it came to
// hold; see patience.Wait.
func (r *record) waitFor(ctx context.Context, d time.Duration, holds func() bool) bool {
	return patience.Wait(ctx, d, r.changed, r.trace.answer, holds)
}

// told reports whether a preflight was seen, if one may be needed, and that whatever
// response was refused had been asked for.
func (r *record) told() bool {
	r.trace.mu.Lock()
	defer r.trace.mu.Unlock()
	return !slices.ContainsFunc(r.transfers, (*transfer).refusedUnsent) &&
		(!r.asks || slices.ContainsFunc(r.transfers, func(tr *transfer) bool { return tr.preflight }))
}

// refusedUnsent reports whether a response was refused to a request that did not go out,
// as far as is known: its last hop, where redirects led it on.
func (tr *transfer) refusedUnsent() bool {
	if tr.failed == nil || !tr.refused() {
		return false
	}
	return len(tr.sent) <= withExtra(tr.hops[:len(tr.hops)-1])
}

func (r *record) settled() bool {
	r.trace.mu.Lock()
	defer r.trace.mu.Unlock()
	actual, preflight, refused := false, false, false
	for _, tr := range r.transfers {
		if !tr.preflight && tr.failed != nil && tr.failed.Canceled && !tr.hasAnswer() {
			return true // the script gave up, and its preflight's end will not be told
		}
		if !tr.settled() {
			return false
		}
		if tr.preflight {
			preflight = true
			continue
		}
		actual = true
		if tr.failed != nil {
			cause, detail := causeOf(tr.failed)
			refused = refused || cause == fetch.ByCORS && refusedBefore(detail)
		}
	}
	// The end of a request that its preflight forbade may be told before the preflight.
	return actual && (preflight || !refused)
}

// conclude adds the evidence to what the script saw.
func (r *record) conclude(o *fetch.Observation, request fetch.Request, timedOut bool) {
	r.trace.mu.Lock()
	defer r.trace.mu.Unlock()
	type placed struct {
		sequence int
		exchange fetch.Exchange
	}
	var all []placed
	for _, tr := range r.transfers {
		onWire := 0 // how many hops so far went over the wire; the others came from a cache
		for i, h := range tr.hops {
			last := i == len(tr.hops)-1
			e := fetch.Exchange{Kind: fetch.Actual, Request: h.request, Response: h.response}
			if tr.preflight {
				e.Kind = fetch.Preflight
			}
			// Later than everything that was sent, unless it was, or was redirected to
			// what was.
			sequence := r.trace.sequence + 1
			if onWire < len(tr.sent) {
				sequence = tr.sent[onWire].sequence
			}
			wired := onWire < len(tr.sent) && (h.hasExtra || h.response == nil)
			if wired {
				e.Request.Headers = tr.sent[onWire].headers
				if onWire < len(tr.received) {
					e.Response, e.NotModified = merged(tr.received[onWire], h.response)
				}
				onWire++
			}
			if last && tr.failed != nil {
				e.Error = tr.failed.ErrorText
				e.Reason = string(redirectRefusals[e.Error])
				e.Held = tr.failed.BlockedReason == network.BlockedReasonInspector && !r.stopped
				if s := tr.failed.CorsErrorStatus; s != nil {
					e.Reason = string(s.CorsError)
				}
			}
			// What was neither sent nor forbidden came from the HTTP cache, where the
			// CORS check may refuse it too.
			e.Cached = !wired && !tr.preflight && (h.response != nil || last && tr.failed != nil && tr.refused())
			if !wired && !e.Held && !e.Cached && !tr.preflight {
				// The script asked, but its preflight failed or the browser
				// forbade it: the request never left.
				continue
			}
			all = append(all, placed{sequence, e})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return a.sequence - b.sequence })
	for _, p := range all {
		o.Exchanges = append(o.Exchanges, p.exchange)
	}
	if r.stopped {
		o.Cause, o.Detail = fetch.ByBudget, fetch.ErrBudget.Error()
		return
	}
	if o.Response.Type != fetch.NetworkError && request.Consumer != fetch.Beacon {
		return
	}
	o.Cause, o.Detail = r.cause(timedOut)
	switch {
	case o.Cause == fetch.ByCORS:
		r.blame(o)
	case o.Cause == "" && o.Response.Type == fetch.NetworkError:
		// No request failed, and still it did not load.
		o.Cause, o.Detail = fetch.ByOther, o.Exception
		if actual := o.Actual(); actual != nil && actual.Response != nil {
			o.Cause = fetch.ByContent
		} else if actual == nil && request.EffectiveMode() == fetch.SameOriginMode {
			o.Cause, o.Detail = fetch.ByCORS, string(fetch.DisallowedByMode)
		}
	}
}

// blame writes the browser's reason to the exchange that it is about: one about
// the preflight belongs to the preflight, though the browser reports it on the
// request that never left.
func (r *record) blame(o *fetch.Observation) {
	if !refusedBefore(o.Detail) {
		return
	}
	for i := len(o.Exchanges) - 1; i >= 0; i-- {
		if e := &o.Exchanges[i]; e.Kind == fetch.Preflight {
			e.Reason = o.Detail
			return
		}
	}
}

// merged is the response as it came over the wire, with the status text that only
// the page's process knows. A 304 that the browser asked for by itself is none that a
// script sees: the stored response, brought up to date, is.
func merged(wire, page *fetch.WireResponse) (response, notModified *fetch.WireResponse) {
	if wire.Status == http.StatusNotModified && page != nil && page.Status != http.StatusNotModified {
		return page, wire
	}
	m := *wire
	if page != nil {
		m.StatusText = page.StatusText
	}
	return &m, nil
}

// headerLines takes the protocol's headers apart: equal names come in one value,
// joined by line feeds. They are sorted, since their order is not kept.
func headerLines(headers network.Headers) fetch.HeaderList {
	var l fetch.HeaderList
	for name, value := range headers {
		text, _ := value.(string)
		for line := range strings.SplitSeq(text, "\n") {
			l = append(l, fetch.Header{Name: name, Value: line})
		}
	}
	slices.SortStableFunc(l, func(a, b fetch.Header) int { return strings.Compare(a.Name, b.Name) })
	return l
}
