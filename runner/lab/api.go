package lab

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/repair"
	"github.com/corsproof/corsproof/suite"
)

// mostAsked bounds what a page may send.
const mostAsked = 256 << 10

// serveAPI answers the lab's page, and nobody else. Each answer is JSON.
//
//	GET  /api/catalog  origins, faults, servers, lessons
//	POST /api/session  opens one
//	POST /api/serve    sets a session's server and begins a run
//	POST /api/run      tells what came of the run, and judges a check of a lesson
func (l *Lab) serveAPI(w http.ResponseWriter, r *http.Request) {
	if why := l.refuses(r); why != "" {
		answer(w, http.StatusForbidden, refusal{why})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostAsked)
	var result any
	var err error
	switch r.Method + " " + r.URL.Path {
	case "GET /api/catalog":
		result = l.catalog
	case "POST /api/session":
		s := l.sessions.open(l.names)
		result = map[string]string{"id": s.id, "target": l.names.target(s.id)}
	case "POST /api/serve":
		result, err = l.serve(r)
	case "POST /api/run":
		result, err = l.run(r)
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		answer(w, http.StatusBadRequest, refusal{err.Error()})
		return
	}
	answer(w, http.StatusOK, result)
}

type refusal struct {
	Error string `json:"error"`
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the page may be gone
}

// refuses says why a request does not come from the lab's own page, or nothing. Browsers
// tell by Origin and Sec-Fetch-Site who asks, no page can forge them, and no page but the
// lab's can read the token.
func (l *Lab) refuses(r *http.Request) string {
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	switch {
	case origin != "" && origin != l.names.lab():
		return "Origin is " + origin + ", which is not the lab's"
	case site != "" && site != "same-origin":
		return "Sec-Fetch-Site is " + site
	case r.Method == http.MethodGet:
		return ""
	case origin == "":
		return "there is no Origin"
	case subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Lab-Token")), []byte(l.token)) != 1:
		return "X-Lab-Token is not that of the lab's page: load it anew"
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return "Content-Type is not application/json"
	}
	return ""
}

// decode reads the body, and finds the session that it names.
func decode[T interface{ sessionID() string }](l *Lab, r *http.Request) (asked T, s *session, err error) {
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return asked, nil, fmt.Errorf("what was sent is not understood: %w", err)
	}
	if s = l.sessions.get(asked.sessionID()); s == nil {
		return asked, nil, errors.New("this session has ended: load the lab anew")
	}
	return asked, s, nil
}

// inSession is the part of each question that names its session.
type inSession struct {
	Session string `json:"session"`
}

func (i inSession) sessionID() string { return i.Session }

type serveQuestion struct {
	inSession
	Server settings `json:"server"`
}

// A served says what is to be said of a server's settings.
type served struct {
	Mistakes       []mistake             `json:"mistakes,omitempty"` // with any, nothing was set
	Advice         []string              `json:"advice,omitempty"`
	Configurations []suite.Configuration `json:"configurations,omitempty"` // that keep the policy elsewhere
}

// A mistake is one of the learner's, in a field of the policy.
type mistake struct {
	Field string `json:"field"`
	Says  string `json:"says"`
}

func (l *Lab) serve(r *http.Request) (*served, error) {
	asked, s, err := decode[serveQuestion](l, r)
	if err != nil {
		return nil, err
	}
	p := asked.Server.Policy
	if err := s.serve(asked.Server); err != nil {
		answer := new(served)
		for e := range policy.Errors(err) {
			answer.Mistakes = append(answer.Mistakes, mistake{e.Field, e.Error()})
		}
		if answer.Mistakes == nil {
			return nil, err
		}
		return answer, nil
	}
	answer := &served{Advice: p.Advice()}
	for _, server := range repair.Servers() {
		answer.Configurations = append(answer.Configurations, server.Configuration(p))
	}
	return answer, nil
}
