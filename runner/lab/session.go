package lab

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/suite/fetch"
)

// sessions are those that are under way. Each browser tab has one.
type sessions struct {
	mu  sync.Mutex
	all []*session // the oldest first
}

// mostSessions is how many there may be; the oldest then ends.
const mostSessions = 200

func newSessions() *sessions { return new(sessions) }

// open makes a session with a name of its own, where no browser has remembered anything.
func (s *sessions) open(n names) *session {
	id := random(4)
	made := &session{id: id, other: n.other(id)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, made)
	if len(s.all) > mostSessions {
		s.all = slices.Delete(s.all, 0, 1)
	}
	return made
}

// get returns the session with that id, or nil.
func (s *sessions) get(id string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.all, func(s *session) bool { return s.id == id }); i >= 0 {
		return s.all[i]
	}
	return nil
}

// random returns a name out of so many random bytes that stands in a host name.
func random(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// A session is a server that one learner sets, and what it got.
type session struct {
	id    string
	other string // the server's other origin

	mu       sync.Mutex
	settings settings
	handler  http.Handler
	bank     *bank
	got      []recorded // since the last run began
	stored   []recorded // the last response of each URL, for what an HTTP cache may have
}

// recorded is an exchange as the server saw it, and the body that it sent.
type recorded struct {
	fetch.Exchange
	body string
}

// mostRecorded bounds what one run can leave behind.
const mostRecorded = 100

// mostBody is how much of a body is kept to be shown.
const mostBody = 2000

// serve sets the server, unless it is set so already, and begins a run.
func (s *session) serve(chosen settings) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = nil
	if s.handler != nil && reflect.DeepEqual(s.settings, chosen) {
		return nil
	}
	account := new(bank)
	handler, err := chosen.handler(account)
	if err != nil {
		return err
	}
	s.settings, s.handler, s.bank, s.stored = chosen, handler, account, nil
	return nil
}

// taken returns what arrived since the run began.
func (s *session) taken() (got, stored []recorded, transfers int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bank != nil {
		transfers = s.bank.count()
	}
	return slices.Clone(s.got), slices.Clone(s.stored), transfers
}

// ServeHTTP answers as the settings say and records both sides. The record is complete
// before the first byte of the answer leaves, so that a page that has it can ask for it.
func (s *session) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	handler := s.handler
	s.mu.Unlock()
	if handler == nil {
		http.Error(w, "no server is set yet", http.StatusServiceUnavailable)
		return
	}
	e := recorded{Exchange: fetch.Exchange{Kind: fetch.Actual, Request: fetch.WireRequest{
		Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI(), Headers: listed(r.Header),
	}}}
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
		e.Kind = fetch.Preflight
	}
	answered := false
	defer func() {
		if !answered { // the server hung up, as some faults do
			e.Error = "the server closed the connection without an answer"
			s.record(e)
		}
	}()
	b := &buffer{status: http.StatusOK, header: http.Header{}}
	handler.ServeHTTP(b, r)
	answered = true
	b.finish(r.Method)
	s.lead(b.header)
	e.Response = &fetch.WireResponse{Status: b.status, StatusText: http.StatusText(b.status), Headers: listed(b.header)}
	e.body = b.body.String()[:min(b.body.Len(), mostBody)]
	s.record(e)
	b.writeTo(w)
}

// lead has a redirect to the other origin of package faults lead to that of the session.
func (s *session) lead(header http.Header) {
	u, err := url.Parse(header.Get("Location"))
	if err == nil && u.Hostname() == faults.OtherName {
		header.Set("Location", s.other+u.RequestURI())
	}
}

func (s *session) record(e recorded) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.got) < mostRecorded {
		s.got = append(s.got, e)
	}
	if e.Kind == fetch.Actual && e.Response != nil && e.Request.Method == http.MethodGet {
		s.stored = slices.DeleteFunc(s.stored, func(old recorded) bool { return old.Request.URL == e.Request.URL })
		if len(s.stored) < mostRecorded {
			s.stored = append(s.stored, e)
		}
	}
}

// listed is a header map as a list, sorted by name: net/http does not keep the order.
func listed(header http.Header) fetch.HeaderList {
	var list fetch.HeaderList
	for name, values := range header {
		for _, value := range values {
			list = append(list, fetch.Header{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(list, func(a, b fetch.Header) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// A buffer is a response that has not left.
type buffer struct {
	status int
	header http.Header
	body   bytes.Buffer
	wrote  bool
}

func (b *buffer) Header() http.Header { return b.header }

func (b *buffer) WriteHeader(status int) {
	if !b.wrote {
		b.status, b.wrote = status, true
	}
}

func (b *buffer) Write(data []byte) (int, error) {
	b.wrote = true
	return b.body.Write(data)
}

// finish adds the headers that net/http would add, so that they are on record.
func (b *buffer) finish(method string) {
	b.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if b.status == http.StatusNoContent || b.status == http.StatusNotModified {
		return
	}
	b.header.Set("Content-Length", strconv.Itoa(b.body.Len()))
	if method == http.MethodHead {
		b.body.Reset()
	}
}

func (b *buffer) writeTo(w http.ResponseWriter) {
	for name, values := range b.header {
		w.Header()[name] = values
	}
	w.WriteHeader(b.status)
	// What may not have a body gets none, and a browser may be gone.
	_, _ = fmt.Fprint(w, b.body.String())
}
