package suite

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A Forecast says what a run would send, and to where, without sending anything. It
// takes the target at its word: that it keeps its policy, and redirects no more than it
// declares. Then it is exact but for what is spared: when the answer to a CORS-preflight
// request allows more than it was asked for, so that the next request needs none, and
// when an HTTP cache has the answer.
type Forecast struct {
	SchemaVersion int           `json:"schemaVersion"`
	Tool          Tool          `json:"tool"` // left to the caller
	Target        string        `json:"target"`
	Effects       fetch.Effects `json:"effects"`
	Limits        Limits        `json:"limits,omitzero"`

	// Requests are in the order of the table, corsproof's own probes first. Equal ones
	// are one.
	Requests []ForecastRequest `json:"requests"`

	Preflights int `json:"preflights"` // CORS-preflight requests that would be sent
	Actual     int `json:"actual"`     // actual requests that would be sent
	Asked      int `json:"asked"`      // requests that corsproof would send itself, without a page
	Held       int `json:"held"`       // actual requests that would be held back, and so are not sent
	LeftOut    int `json:"leftOut"`    // requests of scripts and corsproof that the budget does not last for

	// AtMost is what is sent if everything fails, is tried again, and is looked
	// behind. A redirect that is not declared comes on top; the budget bounds both.
	AtMost int `json:"atMost"`

	// Seconds is how long the rate makes the run take at least. 0 where there is none.
	Seconds float64 `json:"seconds,omitempty"`
}

// A ForecastRequest is what a script, or corsproof, would ask for.
type ForecastRequest struct {
	Path        string                `json:"path"`
	Origin      string                `json:"origin,omitempty"` // of the page; empty for what corsproof asks for itself
	By          []string              `json:"by,omitempty"`     // fetch, xhr, or what makes the request
	Method      string                `json:"method"`
	Headers     fetch.HeaderList      `json:"headers,omitempty"`
	Credentials fetch.CredentialsMode `json:"credentials,omitempty"`
	Mode        fetch.Mode            `json:"mode,omitempty"` // empty is cors

	Count      int `json:"count"`                // how often it is asked for
	Preflights int `json:"preflights,omitempty"` // CORS-preflight requests that this causes
	Sent       int `json:"sent,omitempty"`       // how many leave
	Held       int `json:"held,omitempty"`       // how many are held back
	LeftOut    int `json:"leftOut,omitempty"`    // how many the budget does not last for

	Scenarios []string `json:"scenarios,omitempty"` // their ids; none for a probe
}

// Total is how many requests would be sent.
func (f *Forecast) Total() int { return f.Preflights + f.Actual + f.Asked }

// Foresee returns the forecast of what Run would send to the target.
func Foresee(t Target, filter Filter, maxWait time.Duration, limits Limits) (*Forecast, error) {
	if err := filter.Check(); err != nil {
		return nil, err
	}
	if err := limits.Check(); err != nil {
		return nil, err
	}
	f := &Forecast{
		SchemaVersion: SchemaVersion,
		Tool:          Tool{Name: "corsproof"},
		Target:        t.URL,
		Effects:       cmp.Or(t.Effects, fetch.Hold),
		Limits:        limits,
		Requests:      []ForecastRequest{},
	}
	trials := newTrials(plan(t, filter, maxWait))
	run := &run{target: t, meter: newMeter(limits)}
	f.probes(run, run.lasts(trials))
	out := leftOut(run, trials, f.Asked)
	for _, t := range trials {
		p := &t.play
		if p.gap != nil {
			continue
		}
		for i, s := range p.steps {
			at := p.at(i)
			f.add(&at, s, out[t])
		}
		if !out[t] {
			f.AtMost += p.needs() + p.again()
		}
	}
	f.AtMost += f.probed()
	if limits.MaxRequests > 0 {
		f.AtMost = min(f.AtMost, limits.MaxRequests)
	}
	if n := f.Total(); n > 0 {
		f.Seconds = (time.Duration(n-1) * limits.Rate.interval()).Seconds()
	}
	return f, nil
}

// probes adds what corsproof asks for before any page does.
func (f *Forecast) probes(run *run, lasts bool) {
	ask := func(r fetch.Request, path string) {
		f.Asked++
		f.Requests = append(f.Requests, ForecastRequest{Path: path, Method: r.Method, Headers: r.Headers, Count: 1, Sent: 1})
	}
	all := claims(run.target)
	first := cmp.Or(firstOf(all[0].paths(PlainResource)), all[0].Resources[0].Path)
	ask(run.get(all[0], first), first)
	if !lasts {
		return
	}
	for _, c := range all {
		for _, r := range c.Resources {
			ask(run.preflight(c, r.Path), r.Path)
		}
	}
}

// probed is how many probes there are.
func (f *Forecast) probed() int {
	n := 0
	for _, r := range f.Requests {
		if r.Scenarios == nil {
			n += r.Sent
		}
	}
	return n
}

// leftOut returns the trials that the budget would not last for, after so many requests.
func leftOut(run *run, trials []*trial, sent int) map[*trial]bool {
	out := map[*trial]bool{}
	for range sent {
		_ = run.meter.count()
	}
	for _, t := range run.inOrder(trials) {
		need, again := t.costs()
		if t.play.gap != nil {
			continue
		}
		if !run.meter.admit(need, again) {
			out[t] = true
			continue
		}
		for range t.play.expects() {
			_ = run.meter.count()
		}
		run.meter.release(need, again, false)
	}
	return out
}

// expects is how many requests the play sends to a target that keeps its policy.
func (p *play) expects() int {
	n := 0
	for _, s := range p.steps {
		for _, sent := range p.sends(s) {
			n += sent.preflights + sent.actual
		}
	}
	return n
}

// A sending is a request of a script, or corsproof, and what comes of it at a target that
// keeps its policy.
type sending struct {
	path       string
	origin     string // of the page; empty for what corsproof asks for itself
	request    fetch.Request
	preflights int
	actual     int
	held       int
}

// sends returns what one step sends.
func (p *play) sends(s boundStep) []sending {
	first := sending{path: s.resource.Path, origin: p.origin, request: s.request}
	if s.verified {
		// The bytes that the page is to verify. They are asked for in its name.
		bytes := fetch.Request{Method: "GET", Headers: fetch.HeaderList{{Name: "Origin", Value: p.origin}}}
		return append([]sending{{path: first.path, request: bytes, actual: 1}}, p.follow(s, first)...)
	}
	return p.follow(s, first)
}

// follow returns the request of a script, and that which a declared redirect makes of it.
func (p *play) follow(s boundStep, first sending) []sending {
	holds := p.claim.Target.Effects.Holds(fetch.NormalizeMethod(s.request.Method))
	preflighted := !p.scenario.AskedByCorsproof && fetch.NeedsPreflight(s.request)
	if preflighted && s.want.Preflight != No {
		first.preflights = 1
	}
	switch {
	case preflighted && (s.want.Leaves == No || s.want.Shared == No):
		return []sending{first}
	case holds:
		first.held = 1
		return []sending{first}
	}
	first.actual = 1
	follows := !p.scenario.AskedByCorsproof && (s.request.Redirect == "" || s.request.Redirect == fetch.Follow)
	refused := s.want.Shared == No || s.request.Mode != fetch.NoCORS && !p.claim.allows(p.origin)
	if s.resource.RedirectsTo == "" || !follows || refused {
		return []sending{first}
	}
	second := sending{path: s.resource.RedirectsTo, origin: p.origin, request: afterRedirect(s.request, s.resource.Status), actual: 1}
	if preflighted && fetch.NeedsPreflight(second.request) {
		second.preflights = 1
	}
	return []sending{first, second}
}

// afterRedirect is what a redirect of that status makes of a request.
//
// https://fetch.spec.whatwg.org/#http-redirect-fetch
func afterRedirect(r fetch.Request, status int) fetch.Request {
	method := fetch.NormalizeMethod(r.Method)
	if status == 303 && method != "GET" && method != "HEAD" || (status == 301 || status == 302) && method == "POST" {
		r.Method, r.Body = "GET", ""
		r.Headers = slices.DeleteFunc(slices.Clone(r.Headers), func(h fetch.Header) bool {
			return slices.Contains([]string{"content-encoding", "content-language", "content-location", "content-type"}, strings.ToLower(h.Name))
		})
	}
	return r
}

// add adds what a step asks for.
func (f *Forecast) add(p *play, s boundStep, out bool) {
	for _, sent := range p.sends(s) {
		f.addSending(p, sent, out)
	}
}

func (f *Forecast) addSending(p *play, s sending, out bool) {
	request := ForecastRequest{
		Path:        s.path,
		Origin:      s.origin,
		Method:      s.request.Method,
		Headers:     s.request.Headers,
		Credentials: s.request.Credentials,
		Mode:        s.request.Mode,
	}
	if s.origin != "" && request.Credentials == fetch.SameOrigin {
		request.Credentials = "" // what scripts have unasked
	}
	i := slices.IndexFunc(f.Requests, func(r ForecastRequest) bool { return r.Scenarios != nil && sameRequest(r, request) })
	if i < 0 {
		i = len(f.Requests)
		f.Requests = append(f.Requests, request)
	}
	r := &f.Requests[i]
	r.Count++
	if by := string(cmp.Or(fetch.API(s.request.Consumer), s.request.API)); by != "" && !slices.Contains(r.By, by) {
		r.By = append(r.By, by)
	}
	if !slices.Contains(r.Scenarios, p.scenario.ID) {
		r.Scenarios = append(r.Scenarios, p.scenario.ID)
	}
	if out {
		r.LeftOut++
		f.LeftOut++
		return
	}
	r.Preflights, r.Sent, r.Held = r.Preflights+s.preflights, r.Sent+s.actual, r.Held+s.held
	f.Preflights, f.Held = f.Preflights+s.preflights, f.Held+s.held
	if s.origin == "" {
		f.Asked += s.actual
	} else {
		f.Actual += s.actual
	}
}

func sameRequest(a, b ForecastRequest) bool {
	return a.Path == b.Path && a.Origin == b.Origin && a.Method == b.Method && a.Credentials == b.Credentials && a.Mode == b.Mode &&
		slices.Equal(a.Headers, b.Headers)
}
