package lab

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A runQuestion asks what came of a request: the page says what its script asked for, and
// what it saw.
type runQuestion struct {
	inSession
	Origin  string        `json:"origin"`
	Request fetch.Request `json:"request"`
	Seen    seen          `json:"seen"`
	Lesson  string        `json:"lesson"`
	Check   *int          `json:"check"` // of the lesson, if it is one
}

// seen is what a script saw, as fixtures/page tells it.
type seen struct {
	fetch.Response
	Exception string `json:"exception"`
}

// An outcome is all that is to be told of a run.
type outcome struct {
	Exchanges   []fetch.Exchange  `json:"exchanges"`
	Observation fetch.Observation `json:"observation"`
	Steps       []fetch.Step      `json:"steps"`
	Decision    string            `json:"decision,omitempty"` // of the step that decided, for a learner
	Further     []string          `json:"further,omitempty"`  // what refuses as well, once that is repaired
	Deciding    []deciding        `json:"deciding"`
	Remembered  bool              `json:"remembered"` // the CORS-preflight cache knew the answer

	Preflight bool         `json:"preflight"` // one was sent
	Shared    bool         `json:"shared"`
	Headers   []headerName `json:"headers"` // of the actual response

	Body      string     `json:"body,omitempty"` // of the actual response, as the server sent it
	Transfers int        `json:"transfers"`
	Doubt     string     `json:"doubt,omitempty"` // that the browser did not do as the Standard says
	Note      string     `json:"note,omitempty"`  // on what is not for CORS to say
	Curl      curl       `json:"curl"`
	Judgement *judgement `json:"judgement,omitempty"`
}

// deciding is where the sequence diagram marks a line.
type deciding struct {
	Header string             `json:"header"`
	Kind   fetch.ExchangeKind `json:"kind"`
	URL    string             `json:"url"`
	Allows bool               `json:"allows,omitempty"`
}

type headerName struct {
	Name     string `json:"name"`
	Readable bool   `json:"readable"`
}

// curl is the same request by a client that knows nothing of CORS.
type curl struct {
	Line   string `json:"line"`
	Status string `json:"status,omitempty"` // of its answer, asked for where the method is safe
	Body   string `json:"body,omitempty"`
}

func (l *Lab) run(r *http.Request) (*outcome, error) {
	asked, s, err := decode[runQuestion](l, r)
	if err != nil {
		return nil, err
	}
	got, stored, transfers := s.taken()
	o := tell(asked.Origin, asked.Request, asked.Seen, got, stored)
	o.Transfers = transfers
	o.Curl = s.curl(asked.Request)
	if asked.Check != nil {
		lesson := l.catalog.lesson(asked.Lesson)
		if lesson == nil || *asked.Check < 0 || *asked.Check >= len(lesson.Checks) {
			return nil, &unknownError{"check of lesson", asked.Lesson}
		}
		o.Judgement = lesson.Checks[*asked.Check].Want.judge(o)
	}
	return o, nil
}

// tell explains what came of a request: what the script saw, what the server got, and
// what is in the HTTP cache for all that the server knows.
func tell(origin string, r fetch.Request, s seen, got, stored []recorded) *outcome {
	r.Timeout, r.Tag = 0, ""
	o := &outcome{Observation: fetch.Observation{Response: s.Response, Exception: s.Exception}}
	last := func(requested string) *recorded {
		i := slices.IndexFunc(stored, func(e recorded) bool { return e.Request.URL == requested })
		if i < 0 || stored[i].Response == nil {
			return nil
		}
		return &stored[i]
	}
	for _, e := range got {
		before := last(e.Request.URL)
		if e.Response != nil && e.Response.Status == http.StatusNotModified && before != nil && !r.Headers.Contains("If-None-Match") {
			e.NotModified, e.Response = e.Response, renewed(*before.Response, *e.Response)
			e.body = before.body
		}
		o.add(e)
	}
	if before := last(r.URL); len(got) == 0 && before != nil && (o.Observation.Shared() || s.Type == fetch.NetworkError) {
		e := *before
		e.Cached = true
		e.Request.Headers = fetch.HeaderList{{Name: "Origin", Value: origin}}
		o.add(e)
	}
	o.Observation.Exchanges = o.Exchanges
	o.Shared = o.Observation.Shared()
	o.Preflight = o.Observation.Preflight() != nil
	o.Remembered = !o.Preflight && o.Observation.Actual() != nil && r.Consumer == fetch.ByAPI && !sameOrigin(origin, r.URL) && fetch.NeedsPreflight(r)
	if actual := o.Observation.Actual(); actual != nil && r.Credentials == fetch.Include && !actual.Request.Headers.Contains("Cookie") {
		o.Note = "Your browser sent no cookie, though the script asked for it: it keeps cookies from the lab's frames. " +
			"So the server does not know who you are; what CORS has to say is the same."
	}
	o.explain(origin, r)
	return o
}

// add appends an exchange, and keeps what is to be said of the actual response.
func (o *outcome) add(e recorded) {
	o.Exchanges = append(o.Exchanges, e.Exchange)
	if e.Kind != fetch.Actual || e.Response == nil {
		return
	}
	o.Body, o.Headers = e.body, nil
	for _, h := range e.Response.Headers {
		if !slices.ContainsFunc(o.Headers, func(n headerName) bool { return n.Name == h.Name }) {
			readable := o.Observation.Response.Headers.Contains(h.Name)
			o.Headers = append(o.Headers, headerName{h.Name, readable})
		}
	}
}

// renewed is a stored response with the headers of the 304 that confirmed it.
//
// https://www.rfc-editor.org/rfc/rfc9111#section-3.2
func renewed(old, notModified fetch.WireResponse) *fetch.WireResponse {
	headers := slices.DeleteFunc(slices.Clone(old.Headers), func(h fetch.Header) bool { return notModified.Headers.Contains(h.Name) })
	old.Headers = append(headers, notModified.Headers...)
	return &old
}

// sameOrigin reports whether a URL is of an origin.
func sameOrigin(origin, requested string) bool {
	u, err := url.Parse(requested)
	return err == nil && u.Scheme+"://"+u.Host == origin
}

// explain walks through the Standard, and says where the browser left it.
func (o *outcome) explain(origin string, r fetch.Request) {
	o.Steps = fetch.Walk(origin, r, o.Exchanges)
	decides := slices.IndexFunc(o.Steps, func(s fetch.Step) bool { return s.Decides })
	if decides < 0 && len(o.Steps) > 0 && o.Shared && sameOrigin(origin, r.URL) {
		decides = 0 // it hung on the origin alone
		o.Steps[0].Decides, o.Steps[0].Outcome = true, fetch.Allows
	}
	if decides < 0 {
		return
	}
	s := o.Steps[decides]
	o.Decision = o.decision(s)
	o.decides(s)
	for _, further := range o.Steps[decides+1:] {
		if s.Outcome == fetch.Refuses && further.Outcome == fetch.Refuses {
			o.Further = append(o.Further, o.decision(further))
			o.decides(further)
		}
	}
	if r.Consumer != fetch.ByAPI || (s.Outcome == fetch.Allows) == (o.Observation.Response.Type != fetch.NetworkError) {
		return
	}
	o.Doubt = fmt.Sprintf("By the Fetch Standard this step decides: %s. Your browser did otherwise. ", s.Text)
	if r.Headers.Contains("Authorization") {
		o.Doubt += `Browsers let "*" in Access-Control-Allow-Headers cover Authorization, which the Standard does not (https://github.com/whatwg/fetch/issues/1919).`
	} else {
		o.Doubt += "It may have remembered an answer, or failed for a reason that is none of CORS's: look into its console."
	}
}

// decides marks the line that a step is about.
func (o *outcome) decides(s fetch.Step) {
	if s.Kind != "" && (s.Header != "" || s.Outcome == fetch.Refuses) {
		o.Deciding = append(o.Deciding, deciding{s.Header, s.Kind, s.URL, s.Outcome == fetch.Allows})
	}
}

// decision says in a sentence what a step decided.
func (o *outcome) decision(s fetch.Step) string {
	found := strings.TrimSuffix(s.Text, ".") + "."
	switch {
	case s.Outcome == fetch.Refuses && s.Kind == fetch.Preflight:
		return "In the answer to the preflight: " + found
	case s.Outcome == fetch.Refuses || s.Header == "":
		return found
	}
	response := o.Exchanges[len(o.Exchanges)-1].Response
	if response == nil {
		return found
	}
	allowed, _ := response.Headers.Get("Access-Control-Allow-Origin")
	found = fmt.Sprintf("Access-Control-Allow-Origin is %q", allowed)
	if s.Header == "Access-Control-Allow-Credentials" {
		found += ` and Access-Control-Allow-Credentials is "true"`
	}
	return found + ": the server shares the response with this page."
}

// curl returns the command line, and the answer where the method is safe.
func (s *session) curl(r fetch.Request) curl {
	method := fetch.NormalizeMethod(r.Method)
	if r.Consumer != fetch.ByAPI {
		method, r.Headers, r.Body = http.MethodGet, nil, ""
	}
	words := []string{"curl", "-i"}
	switch method {
	case http.MethodGet:
	case http.MethodHead:
		words = append(words, "--head")
	default:
		words = append(words, "-X", quoted(method))
	}
	words = append(words, quoted(r.URL))
	for _, h := range r.Headers {
		words = append(words, "-H", quoted(h.Name+": "+h.Value))
	}
	if r.Body != "" {
		words = append(words, "--data-raw", quoted(r.Body))
	}
	c := curl{Line: strings.Join(words, " ")}
	if method != http.MethodGet && method != http.MethodHead {
		return c
	}
	request, err := http.NewRequest(method, r.URL, nil)
	if err != nil {
		return c
	}
	request.RequestURI, request.RemoteAddr = request.URL.RequestURI(), "127.0.0.1:0"
	for _, h := range r.Headers {
		request.Header.Add(h.Name, h.Value)
	}
	b := &buffer{status: http.StatusOK, header: http.Header{}}
	if !s.answers(b, request) {
		c.Status = "no answer: the server closed the connection"
		return c
	}
	c.Status = fmt.Sprintf("HTTP/1.1 %d %s", b.status, http.StatusText(b.status))
	c.Body = b.body.String()[:min(b.body.Len(), mostBody)]
	return c
}

// answers reports whether the server answers a request that nobody sent.
func (s *session) answers(w http.ResponseWriter, r *http.Request) (answered bool) {
	s.mu.Lock()
	handler := s.handler
	s.mu.Unlock()
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			panic(p)
		}
	}()
	handler.ServeHTTP(w, r)
	return true
}

// quoted is a word for a shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
