package webkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync"
)

// A session is a WebKit that is driven. Commands go to its current window, and scripts
// may run in several at once.
type session struct {
	driver  *driver
	path    string
	version string
	first   string // the window that came with it

	mu      sync.Mutex // of what follows, and of everything that changes the window
	current place
	sent    bool // a script was sent since the window was chosen
}

// A place is a window, or the frame in its page.
type place struct {
	window string
	frame  bool
}

// startSession starts a browser that trusts the certificates for their hosts, on top of
// what it trusts anyway.
func startSession(ctx context.Context, d *driver, miniBrowser string, arguments []string, trusted []trust) (*session, error) {
	within, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	options := map[string]any{"binary": miniBrowser, "args": arguments}
	if len(trusted) > 0 {
		options["certificates"] = trusted
	}
	value, err := d.call(within, http.MethodPost, "/session", map[string]any{
		"capabilities": map[string]any{"alwaysMatch": map[string]any{
			"webkitgtk:browserOptions": options,
			// Requests have timeouts of their own, which are shorter.
			"timeouts": map[string]any{"script": 3_600_000, "pageLoad": openTimeout.Milliseconds()},
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("%s did not start: %w: %s", miniBrowser, err, d.out.last())
	}
	var opened struct {
		SessionID    string `json:"sessionId"`
		Capabilities struct {
			BrowserVersion string `json:"browserVersion"`
		} `json:"capabilities"`
	}
	if err := json.Unmarshal(value, &opened); err != nil {
		return nil, err
	}
	s := &session{driver: d, path: "/session/" + opened.SessionID, version: opened.Capabilities.BrowserVersion}
	if value, err = d.call(within, http.MethodGet, s.path+"/window", nil); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(value, &s.first); err != nil {
		return nil, err
	}
	s.current.window = s.first
	return s, nil
}

func (s *session) post(ctx context.Context, path string, parameters any) (json.RawMessage, error) {
	return s.driver.call(ctx, http.MethodPost, s.path+path, parameters)
}

// newWindow opens a window and returns its handle.
func (s *session) newWindow(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == (place{}) { // it was closed, and the driver opens none from there
		if err := s.choose(ctx, place{window: s.first}); err != nil {
			return "", err
		}
	}
	value, err := s.post(ctx, "/window/new", map[string]string{"type": "tab"})
	if err != nil {
		return "", err
	}
	var opened struct {
		Handle string `json:"handle"`
	}
	return opened.Handle, json.Unmarshal(value, &opened)
}

func (s *session) closeWindow(ctx context.Context, window string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.choose(ctx, place{window: window}); err != nil {
		return err
	}
	s.current = place{}
	_, err := s.driver.call(ctx, http.MethodDelete, s.path+"/window", nil)
	return err
}

// navigate opens a URL in a window, and waits for it.
func (s *session) navigate(ctx context.Context, window, url string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.choose(ctx, place{window: window}); err != nil {
		return err
	}
	_, err := s.post(ctx, "/url", map[string]string{"url": url})
	return err
}

// addCookie plants a cookie for the host of the page in a window.
func (s *session) addCookie(ctx context.Context, window string, cookie map[string]any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.choose(ctx, place{window: window}); err != nil {
		return err
	}
	_, err := s.post(ctx, "/cookie", map[string]any{"cookie": cookie})
	return err
}

// choose makes a place the current one. The caller holds the lock.
func (s *session) choose(ctx context.Context, p place) error {
	if s.current == p {
		return nil
	}
	if s.sent {
		// The driver looks at the window a moment after it got a script: when it has
		// answered this, which takes the same way, it has passed the script on.
		if _, err := s.driver.call(ctx, http.MethodGet, s.path+"/title", nil); err != nil && ctx.Err() != nil {
			return err
		}
		s.sent = false
	}
	s.current = place{}
	if _, err := s.post(ctx, "/window", map[string]string{"handle": p.window}); err != nil {
		return err
	}
	if p.frame {
		if _, err := s.post(ctx, "/frame", map[string]int{"id": 0}); err != nil {
			return err
		}
	}
	s.current = p
	return nil
}

// A script runs as the body of an asynchronous function, in a page of the given origin
// and in no other.
const wrapped = `const [origin, done] = arguments;
if (self.origin !== origin) done({elsewhere: true});
else (async () => { %s })().then(value => done({value}), e => done({error: String(e)}));`

// scriptTries is how often a script may come to another window than the chosen one.
const scriptTries = 5

// evaluate runs a script at a place, where the page's origin is the given one, and
// reads its value.
func (s *session) evaluate(ctx context.Context, p place, origin, script string, value any) error {
	for range scriptTries {
		answer, err := s.start(ctx, p, map[string]any{"script": fmt.Sprintf(wrapped, script), "args": []any{origin}})
		if err != nil {
			return err
		}
		var result struct {
			Elsewhere bool            `json:"elsewhere"`
			Error     string          `json:"error"`
			Value     json.RawMessage `json:"value"`
		}
		if err := json.Unmarshal(answer, &result); err != nil {
			return err
		}
		switch {
		case result.Elsewhere:
			s.mu.Lock()
			s.current = place{}
			s.mu.Unlock()
			continue
		case result.Error != "":
			return errors.New(result.Error)
		case value == nil:
			return nil
		}
		return json.Unmarshal(result.Value, value)
	}
	return errElsewhere
}

var errElsewhere = errors.New("the page has another origin")

// start sends a script to a place and waits for its answer, in which time others may be
// sent elsewhere.
func (s *session) start(ctx context.Context, p place, script any) (json.RawMessage, error) {
	s.mu.Lock()
	if err := s.choose(ctx, p); err != nil {
		s.mu.Unlock()
		return nil, err
	}
	s.sent = true
	unlock := sync.OnceFunc(s.mu.Unlock)
	defer unlock()
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { unlock() },
	})
	return s.post(traced, "/execute/async", script)
}
