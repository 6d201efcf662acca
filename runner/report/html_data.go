package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/runner/lab"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Limits of what a page knows of a result. The JSON report has it whole.
const (
	dataBudget   = 3_200_000 // bytes of all results, as long as they are told with what they say
	bareBudget   = 3_900_000 // and as long as it is told where they were tried
	wireLimit    = 400       // characters of a header's value
	mostHeaders  = 64        // of one message
	mostOnWire   = 50        // exchanges of one step
	mostSteps    = 50        // of one walk
	mostAttempts = 2
)

// A pageResult is what the script of a page is told of a result. Every text in it is
// visible.
type pageResult struct {
	Row          int               `json:"row"` // of the matrix
	Browser      string            `json:"browser"`
	Resource     string            `json:"resource,omitempty"`
	Origin       string            `json:"origin,omitempty"`
	API          string            `json:"api,omitempty"`
	Bindings     map[string]string `json:"bindings,omitempty"`
	Verdict      suite.Verdict     `json:"verdict"`
	Reason       string            `json:"reason,omitempty"`
	Why          string            `json:"why,omitempty"` // the reason in words
	Advice       string            `json:"advice,omitempty"`
	Severity     string            `json:"severity,omitempty"`
	Intermittent bool              `json:"intermittent,omitempty"`
	Expected     string            `json:"expected,omitempty"`
	Observed     string            `json:"observed,omitempty"`
	Step         string            `json:"step,omitempty"`
	Spec         string            `json:"spec,omitempty"`
	Fixes        []string          `json:"fixes,omitempty"`
	Further      []string          `json:"further,omitempty"`
	Replay       []string          `json:"replay,omitempty"`
	Lab          string            `json:"lab,omitempty"`      // see labLink
	Attempts     []pageAttempt     `json:"attempts,omitempty"` // the one that decided in front
	Cut          bool              `json:"cut,omitempty"`      // there was no room for more
}

type pageAttempt struct {
	Steps []pageStep `json:"steps,omitempty"`
	Error string     `json:"error,omitempty"`
}

// A pageStep is one request of a scenario, and what the script needs to draw it.
type pageStep struct {
	Exchanges  []fetch.Exchange   `json:"exchanges,omitempty"`
	Seen       *fetch.Observation `json:"seen,omitempty"` // without exchanges
	Deciding   []decidingLine     `json:"deciding,omitempty"`
	Walk       []fetch.Step       `json:"walk,omitempty"`
	Remembered bool               `json:"remembered,omitempty"` // by the CORS-preflight cache
}

// A decidingLine is a line on the wire that decides. Without a header it is the status.
type decidingLine struct {
	Header string             `json:"header,omitempty"`
	URL    string             `json:"url,omitempty"`
	Kind   fetch.ExchangeKind `json:"kind,omitempty"`
	By     string             `json:"by,omitempty"`
	Allows bool               `json:"allows,omitempty"`
}

// htmlData is the results of the rows as JSON for the script, packed. When the budget
// is used up, results go without what went over the wire, and then without all but
// their verdicts: first those that passed.
func htmlData(r *suite.Report, rows []matrixRow) ([]byte, error) {
	walks := suite.Walks(r)
	row := map[string]int{}
	for _, m := range rows {
		row[m.id] = m.N
	}
	order := make([]int, len(r.Results))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(slices.Index(verdictOrder, r.Results[a].Verdict), slices.Index(verdictOrder, r.Results[b].Verdict))
	})
	p := newPool()
	packed := make([]int, len(r.Results))
	cut := 0
	for _, i := range order {
		whole := newPageResult(r.Results[i], walks[r.Results[i].Key])
		whole.Row = row[r.Results[i].ID]
		at, err := p.addWithin(version{whole, dataBudget}, version{whole.withoutWire(), dataBudget},
			version{whole.bare(), bareBudget}, version{whole.least(), math.MaxInt})
		if err != nil {
			return nil, err
		}
		if at.version > 0 {
			cut++
		}
		packed[i] = at.entry
	}
	return p.marshal(cut, packed)
}

func newPageResult(r suite.Result, walks []suite.Walk) pageResult {
	p := pageResult{
		Browser:      visible(r.Browser, valueLimit),
		Resource:     visible(r.Resource, valueLimit),
		Origin:       visible(r.Origin, valueLimit),
		API:          visible(string(r.API), valueLimit),
		Verdict:      r.Verdict,
		Reason:       visible(r.Reason, valueLimit),
		Severity:     visible(string(r.Severity), valueLimit),
		Intermittent: r.Intermittent,
		Expected:     visible(r.Expected, sentenceLimit),
		Observed:     visible(r.Observed, sentenceLimit),
		Step:         visible(r.Step, valueLimit),
		Spec:         visible(r.Spec, sentenceLimit),
		Fixes:        shownLines(r.Fixes, sentenceLimit),
		Further:      shownLines(further(r), sentenceLimit),
		Lab:          labLink(walks),
	}
	if !slices.Contains(verdictOrder, r.Verdict) {
		p.Verdict = suite.Verdict(visible(string(r.Verdict), valueLimit))
	}
	if m, ok := MeaningOf(r.Reason); ok {
		p.Why, p.Advice = m.What, m.How
	}
	for _, l := range verbatim(r.Replay[:min(len(r.Replay), mostLines)]) {
		p.Replay = append(p.Replay, visible(l, 10*sentenceLimit))
	}
	for role, value := range r.Bindings {
		if value == r.Resource || value == r.Origin {
			continue // which say it
		}
		if p.Bindings == nil {
			p.Bindings = map[string]string{}
		}
		p.Bindings[visible(role, valueLimit)] = visible(value, valueLimit)
	}
	decided := r.Decided()
	p.Attempts = []pageAttempt{newPageAttempt(r, decided, walks)}
	for _, a := range r.Attempts {
		if len(p.Attempts) < mostAttempts && r.Verdict != suite.Pass && !reflect.DeepEqual(a, decided) {
			p.Attempts = append(p.Attempts, newPageAttempt(r, a, nil))
		}
	}
	return p
}

// labLink is the address of the same case in the lab: of the first request that a page
// made. It is empty if none did.
func labLink(walks []suite.Walk) string {
	i := slices.IndexFunc(walks, func(w suite.Walk) bool { return w.Origin != "" })
	if i < 0 {
		return ""
	}
	w := walks[i]
	return lab.Case{Policy: w.Policy, Origin: w.Origin, Request: w.Request, Status: w.Resource.Status}.Link()
}

// withoutWire is the result without what went over the wire.
func (p pageResult) withoutWire() pageResult {
	p.Attempts, p.Cut = nil, true
	return p
}

// bare is the result without what a target may have said.
func (p pageResult) bare() pageResult {
	return pageResult{Row: p.Row, Browser: p.Browser, Resource: p.Resource, Origin: p.Origin, API: p.API, Verdict: p.Verdict, Cut: true}
}

// least is the result without all that has no limit of its own.
func (p pageResult) least() pageResult {
	return pageResult{Row: p.Row, Verdict: p.Verdict, Cut: true}
}

func newPageAttempt(r suite.Result, a suite.Attempt, walks []suite.Walk) pageAttempt {
	shown := pageAttempt{Error: visible(a.Error, sentenceLimit)}
	for i, o := range a.Steps[:min(len(a.Steps), mostLines)] {
		var walk []fetch.Step
		if i < len(walks) {
			walk = walks[i].Steps
		}
		s := pageStep{Exchanges: shownExchanges(o.Exchanges), Walk: shownWalk(walk)}
		s.Deciding = decidingLines(r, o, walk)
		s.Remembered = slices.ContainsFunc(walk, fetch.Step.Remembers)
		s.Seen = &fetch.Observation{
			Exception: visible(o.Exception, sentenceLimit),
			Cause:     fetch.Cause(visible(string(o.Cause), valueLimit)),
			Detail:    visible(o.Detail, sentenceLimit),
			Response: fetch.Response{
				Type:    fetch.ResponseType(visible(string(o.Response.Type), valueLimit)),
				Status:  o.Response.Status,
				Headers: shownHeaders(o.Response.Headers),
			},
		}
		for i := range s.Seen.Response.Headers {
			s.Seen.Response.Headers[i].Value = "" // it is on the wire
		}
		shown.Steps = append(shown.Steps, s)
	}
	return shown
}

// decidingLines are those of a failure in the step that failed, and elsewhere the one
// on which the walk hangs.
func decidingLines(r suite.Result, o fetch.Observation, walk []fetch.Step) []decidingLine {
	var lines []decidingLine
	add := func(l decidingLine) {
		l.Header, l.URL, l.By = visible(l.Header, valueLimit), visible(l.URL, wireLimit), visible(l.By, valueLimit)
		l.Kind = fetch.ExchangeKind(visible(string(l.Kind), valueLimit))
		if !slices.Contains(lines, l) {
			lines = append(lines, l)
		}
	}
	if r.Verdict == suite.Fail && reflect.DeepEqual(r.Exchanges, o.Exchanges) {
		for _, f := range r.Failures[:min(len(r.Failures), mostFurther)] {
			if f.Kind != "" {
				add(decidingLine{Header: f.Header, URL: f.URL, Kind: f.Kind, By: f.By})
			}
		}
		return lines
	}
	for _, s := range walk {
		if s.Decides && s.Kind != "" {
			add(decidingLine{Header: s.Header, URL: s.URL, Kind: s.Kind, By: s.By, Allows: s.Outcome == fetch.Allows})
		}
	}
	return lines
}

func shownWalk(walk []fetch.Step) []fetch.Step {
	var shown []fetch.Step
	for _, s := range walk[:min(len(walk), mostSteps)] {
		s.Text = visible(s.Text, sentenceLimit)
		s.Header, s.URL, s.By = "", "", "" // deciding lines have them
		s.Kind = fetch.ExchangeKind(visible(string(s.Kind), valueLimit))
		shown = append(shown, s)
	}
	return shown
}

func shownExchanges(all []fetch.Exchange) []fetch.Exchange {
	var shown []fetch.Exchange
	for _, e := range all[:min(len(all), mostOnWire)] {
		e.Kind = fetch.ExchangeKind(visible(string(e.Kind), valueLimit))
		e.By, e.Error, e.Reason = visible(e.By, valueLimit), visible(e.Error, valueLimit), visible(e.Reason, valueLimit)
		e.Request = fetch.WireRequest{
			Method:  visible(e.Request.Method, valueLimit),
			URL:     visible(e.Request.URL, wireLimit),
			Headers: shownHeaders(e.Request.Headers),
		}
		e.Response, e.NotModified = shownResponse(e.Response), shownResponse(e.NotModified)
		shown = append(shown, e)
	}
	return shown
}

func shownResponse(r *fetch.WireResponse) *fetch.WireResponse {
	if r == nil {
		return nil
	}
	return &fetch.WireResponse{Status: r.Status, StatusText: visible(r.StatusText, valueLimit), Headers: shownHeaders(r.Headers)}
}

// shownHeaders keeps those of CORS if they are too many.
func shownHeaders(all fetch.HeaderList) fetch.HeaderList {
	kept := all
	if len(kept) > mostHeaders {
		kept = slices.Clone(kept)
		slices.SortStableFunc(kept, func(a, b fetch.Header) int { return cmp.Compare(corsRank(a.Name), corsRank(b.Name)) })
		kept = kept[:mostHeaders]
	}
	var shown fetch.HeaderList
	for _, h := range kept {
		shown = append(shown, fetch.Header{Name: visible(h.Name, valueLimit), Value: visible(h.Value, wireLimit)})
	}
	if left := len(all) - len(kept); left > 0 {
		shown = append(shown, fetch.Header{Name: "…", Value: fmt.Sprintf("%d headers more", left)})
	}
	return shown
}

// corsRank is 0 for the headers by which CORS decides.
func corsRank(name string) int {
	switch name := strings.ToLower(name); {
	case strings.HasPrefix(name, "access-control-"), name == "origin", name == "vary", name == "location":
		return 0
	}
	return 1
}

// A pool is JSON in which every value stands once: it is an array of values in which
// arrays and objects have, in place of their elements, the indices of these. Results
// have most of their headers in common.
type pool struct {
	entries []string
	index   map[string]int
	size    int
}

func newPool() *pool { return &pool{index: map[string]int{}} }

// A version of a result is added while the pool is within a budget of bytes.
type version struct {
	pageResult
	budget int
}

// A placed value is where it stands, and which of its versions it is.
type placed struct{ entry, version int }

// addWithin adds the first version for which there is surely room.
func (p *pool) addWithin(versions ...version) (placed, error) {
	for i, v := range versions {
		data, err := json.Marshal(v.pageResult)
		if err != nil {
			return placed{}, err
		}
		if p.size+len(data) > v.budget {
			continue
		}
		var tree any
		if err := json.Unmarshal(data, &tree); err != nil {
			return placed{}, err
		}
		at, err := p.add(tree)
		return placed{at, i}, err
	}
	panic("no version without a limit")
}

// add adds a value as package json decodes it, its elements before it.
func (p *pool) add(v any) (int, error) {
	switch v := v.(type) {
	case []any:
		indices := make([]int, len(v))
		for i, element := range v {
			var err error
			if indices[i], err = p.add(element); err != nil {
				return 0, err
			}
		}
		return p.put(indices)
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys) // so that the same report gives the same bytes
		indices := map[string]int{}
		for _, key := range keys {
			var err error
			if indices[key], err = p.add(v[key]); err != nil {
				return 0, err
			}
		}
		return p.put(indices)
	}
	return p.put(v)
}

// put adds an entry, unless it is there.
func (p *pool) put(entry any) (int, error) {
	data, err := json.Marshal(entry) // which escapes <, > and &
	if err != nil {
		return 0, err
	}
	text := string(data)
	at, known := p.index[text]
	if !known {
		at = len(p.entries)
		p.index[text] = at
		p.entries = append(p.entries, text)
		p.size += len(text) + 1
	}
	return at, nil
}

// marshal returns the pool as JSON. Its last entry is an object with the results that
// were added, and how many of them were cut.
func (p *pool) marshal(cut int, results []int) ([]byte, error) {
	n, err := p.put(cut)
	if err != nil {
		return nil, err
	}
	all, err := p.put(results)
	if err != nil {
		return nil, err
	}
	if _, err = p.put(map[string]int{"cut": n, "results": all}); err != nil {
		return nil, err
	}
	return []byte("[" + strings.Join(p.entries, ",\n") + "]"), nil
}
