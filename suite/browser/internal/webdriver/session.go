package webdriver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// openTimeout is how long a remote end may take to start a browser: a grid may have to
// wait for one. endTimeout is how long it may take to end it.
const (
	openTimeout = 2 * time.Minute
	endTimeout  = 10 * time.Second
)

// A Session is one that a remote end has opened, with a browser of its own.
type Session struct {
	Capabilities json.RawMessage // as the remote end has matched them

	client Client
	path   string
}

// Open has the remote end at a URL open a session with a browser that has all these
// capabilities. No proxy of the environment comes between.
func Open(ctx context.Context, url string, capabilities map[string]any) (*Session, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	client := Client{URL: url, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	value, err := client.Call(ctx, http.MethodPost, "/session", map[string]any{
		"capabilities": map[string]any{"alwaysMatch": capabilities},
	})
	if err != nil {
		return nil, err
	}
	var opened struct {
		SessionID    string          `json:"sessionId"`
		Capabilities json.RawMessage `json:"capabilities"`
	}
	if err := json.Unmarshal(value, &opened); err != nil {
		return nil, err
	}
	if opened.SessionID == "" {
		return nil, errors.New("its answer to a new session has none")
	}
	return &Session{opened.Capabilities, client, "/session/" + opened.SessionID}, nil
}

// End ends the session, and its browser with it.
func (s *Session) End() error {
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	if _, err := s.client.Call(ctx, http.MethodDelete, s.path, nil); err != nil {
		return fmt.Errorf("the WebDriver session did not end: %w", err)
	}
	return nil
}
