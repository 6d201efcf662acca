package webkit

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/patience"
	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

// pass takes the request, and the CORS-preflight request that it may need, through the
// gate, if there is one.
func (r *record) pass(ctx context.Context) bool {
	if r.watch.gate == nil {
		return true
	}
	requests := 1
	if fetch.NeedsPreflight(r.request) {
		requests = 2
	}
	for range requests {
		if r.watch.gate.Pass(ctx) != nil {
			return false
		}
	}
	return true
}

// preflightGrace is how long a request that a script does not wait for may take to
// follow its preflight.
const preflightGrace = 300 * time.Millisecond

// settle waits for the evidence that may come after the script has spoken.
func (r *record) settle(ctx context.Context, s script.Seen) {
	switch {
	case isEncrypted(r.request.URL):
		if s.Type == fetch.NetworkError && !s.TimedOut {
			patience.Wait(ctx, handshakeGrace, r.answered, nil, func() bool { return !r.inHandshake() })
		}
	case r.request.Consumer == fetch.Beacon && s.Type == fetch.Opaque:
		r.settleBeacon(ctx)
	}
}

// handshakeGrace is how long a connection may go on whose handshake the browser has given
// up: the script may learn of it first.
const handshakeGrace = 2 * time.Second

// inHandshake reports whether there are connections of which nothing has come yet.
func (r *record) inHandshake() bool {
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	if r.stopped || r.unconnected() != nil {
		return false
	}
	known := map[stage]bool{}
	for _, t := range r.tunnels {
		known[t.stage()] = true
	}
	return known[handshake] && !known[inUse] && !known[brokenOff]
}

// settleBeacon waits for the evidence of what no script waits for.
func (r *record) settleBeacon(ctx context.Context) {
	deadline := time.NewTimer(r.request.Timeout)
	defer deadline.Stop()
	for {
		var grace <-chan time.Time
		switch r.progress() {
		case ended:
			return
		case asked:
			grace = time.After(preflightGrace)
		}
		select {
		case <-r.answered:
		case <-grace:
			if r.progress() == asked {
				return
			}
		case <-deadline.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// What is known of a request that a script does not wait for.
type progress int

const (
	underWay progress = iota
	asked             // its preflight was answered
	ended
)

func (r *record) progress() progress {
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	if r.stopped || r.unconnected() != nil {
		return ended
	}
	if len(r.all) == 0 {
		return underWay
	}
	last := r.all[len(r.all)-1]
	switch {
	case last.Held, last.cause != "":
		return ended
	case last.Response == nil:
		return underWay
	case last.Kind == fetch.Preflight, last.Response.Status/100 == 3 && last.Response.Status != 304:
		return asked
	}
	return ended
}

// fromMemory reports whether the page had the response in its memory, and took it
// without the CORS-preflight request that the Standard has first. Then nothing is to be
// seen of what a server allows.
func (r *record) fromMemory() bool {
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	_, isStored := r.watch.stored[normal(r.request.URL)]
	return isStored && len(r.all) == 0 && r.method == http.MethodGet && fetch.NeedsPreflight(r.request) &&
		!strings.HasPrefix(r.origin, "https:")
}

// conclude adds the evidence to what the script saw.
func (r *record) conclude(o *fetch.Observation, timedOut bool) {
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	o.Encrypted = isEncrypted(r.request.URL)
	for _, x := range r.all {
		o.Exchanges = append(o.Exchanges, x.Exchange)
	}
	failed := o.Response.Type == fetch.NetworkError
	switch {
	case r.stopped:
		o.Cause, o.Detail = fetch.ByBudget, fetch.ErrBudget.Error()
	case slices.ContainsFunc(r.all, func(x *exchange) bool { return x.Held }):
		o.Cause, o.Detail = fetch.ByHold, "held back on its way to the target"
	case !failed && r.request.Consumer != fetch.Beacon:
		if len(r.all) == 0 && !o.Encrypted && !r.strays {
			r.addCached(o)
		}
	case timedOut:
		o.Cause, o.Detail = fetch.ByTimeout, "no response in time"
	case r.unreachable(o), r.unanswered(o):
	case !failed:
		r.concludeBeacon(o)
	case o.Encrypted:
		r.concludeEncrypted(o)
	case len(r.all) == 0:
		r.concludeUnsent(o)
	default:
		r.concludeRefused(o)
	}
}

// concludeBeacon says whether a beacon, of which its script learns nothing, was refused.
func (r *record) concludeBeacon(o *fetch.Observation) {
	if o.Actual() != nil {
		return
	}
	if failures := fetch.Explain(r.origin, r.request, o.Exchanges); len(failures) > 0 {
		o.Cause, o.Detail = fetch.ByCORS, failures[0].Error()
	}
}

// unreachable reports that there was no connection to the target, or to where a redirect
// led.
func (r *record) unreachable(o *fetch.Observation) bool {
	err := r.unconnected()
	if err == nil {
		return false
	}
	o.Cause, o.Detail = fetch.CauseOf(err), err.Error()
	return true
}

// unconnected returns why there is no connection to where the request goes next, or nil.
// Connections that others asked for are nothing to it.
func (r *record) unconnected() error {
	to := r.request.URL
	if len(r.all) > 0 {
		last := r.all[len(r.all)-1]
		to = last.Request.URL
		if last.Kind == fetch.Actual && last.Response != nil {
			to = led(last.Request.URL, *last.Response)
		}
	}
	u, err := url.Parse(to)
	if err != nil {
		return nil
	}
	return r.lost[strings.ToLower(browser.AddressOf(u))]
}

// led returns where a redirect from a URL leads, or nothing.
func led(from string, response fetch.WireResponse) string {
	location, ok := response.Headers.Get("Location")
	base, err := url.Parse(from)
	if !ok || err != nil {
		return ""
	}
	to, err := base.Parse(location)
	if err != nil {
		return ""
	}
	return to.String()
}

// unanswered reports that the last request got no response, or no valid one.
func (r *record) unanswered(o *fetch.Observation) bool {
	if len(r.all) == 0 {
		return false
	}
	last := r.all[len(r.all)-1]
	if last.cause == "" {
		return false
	}
	o.Cause, o.Detail = last.cause, last.Error
	return true
}

// concludeEncrypted says why a script got nothing of what nobody could read, as far as
// the connections tell: the browser broke off the handshake, or the server answered,
// which for a script of its own leaves nothing but CORS.
func (r *record) concludeEncrypted(o *fetch.Observation) {
	answered := slices.ContainsFunc(r.tunnels, (*tunnel).answered)
	switch {
	case answered && r.request.Consumer == fetch.ByAPI && r.request.Integrity == "":
		o.Cause, o.Detail = fetch.ByCORS, "the server answered, and the script got nothing of it"
	case answered:
		// It may be refused, or unfit.
	case slices.ContainsFunc(r.tunnels, func(t *tunnel) bool { return t.stage() == brokenOff }):
		o.Cause, o.Detail = fetch.ByTLS, "the browser broke off the TLS handshake"
	default:
		o.Cause, o.Detail = fetch.ByOther, o.Exception
	}
}

// concludeUnsent says why nothing went over the wire.
func (r *record) concludeUnsent(o *fetch.Observation) {
	switch {
	case r.request.EffectiveMode() == fetch.SameOriginMode:
		o.Cause, o.Detail = fetch.ByCORS, string(fetch.DisallowedByMode)
	case strings.HasPrefix(r.origin, "https:"):
		o.Cause, o.Detail = fetch.ByMixed, "nothing was sent"
	case !r.strays && r.addCached(o) && len(fetch.Explain(r.origin, r.request, o.Exchanges)) > 0:
		o.Cause, o.Detail = fetch.ByCORS, "nothing was sent, and the HTTP cache has a response"
	default:
		o.Cause, o.Detail = fetch.ByOther, cmp.Or(o.Exception, "nothing was sent")
		o.Exchanges = nil
	}
}

// addCached adds the response that the HTTP cache has, which is the latest that came.
func (r *record) addCached(o *fetch.Observation) bool {
	stored, ok := r.watch.stored[normal(r.request.URL)]
	if !ok || r.method != http.MethodGet {
		return false
	}
	u, _, _ := strings.Cut(r.request.URL, "#")
	o.Exchanges = append(o.Exchanges, fetch.Exchange{
		Kind:     fetch.Actual,
		Request:  fetch.WireRequest{Method: r.method, URL: u, Headers: fetch.HeaderList{{Name: "Origin", Value: r.origin}}},
		Response: &stored,
		Cached:   true,
	})
	return true
}

// concludeRefused says why a script got nothing of the response that the wire shows. The
// browser does not say; the Standard does, if it would refuse it too.
func (r *record) concludeRefused(o *fetch.Observation) {
	failures := fetch.Explain(r.origin, r.request, o.Exchanges)
	last := o.Exchanges[len(o.Exchanges)-1]
	switch {
	case r.request.Consumer == fetch.Font && last.Kind == fetch.Actual:
		o.Cause, o.Detail = fetch.ByContent, o.Exception // which needs no CORS
	case len(failures) > 0:
		o.Cause, o.Detail = causeOf(failures[0].Reason), failures[0].Error()
	case last.Kind == fetch.Actual && (r.request.Consumer != fetch.ByAPI || r.request.Integrity != ""):
		o.Cause, o.Detail = fetch.ByContent, o.Exception
	default:
		o.Cause, o.Detail = fetch.ByOther, o.Exception
	}
}

// causeOf is that of a step of the Standard at which a response fails: where a redirect
// leads is not for CORS to say.
func causeOf(reason fetch.Reason) fetch.Cause {
	switch reason {
	case fetch.InvalidRedirect, fetch.TooManyRedirects, fetch.DisallowedRedirect:
		return fetch.ByOther
	}
	return fetch.ByCORS
}
