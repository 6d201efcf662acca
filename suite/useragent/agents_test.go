package useragent_test

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// An agent is a user agent that does one thing with every request.
type agent struct {
	name string
	do   func(ctx context.Context, origin string, r fetch.Request) (fetch.Observation, error)
}

func (a agent) About() fetch.About                                              { return fetch.About{Name: a.name, Version: "0"} }
func (a agent) NewContext(context.Context) (fetch.Context, error)               { return agentContext{a}, nil }
func (a agentContext) Limit(fetch.Gate)                                         {}
func (a agentContext) Open(context.Context, ...string) error                    { return nil }
func (a agentContext) Close() error                                             { return nil }
func (a agentContext) SetCookies(context.Context, string, []fetch.Cookie) error { return nil }

type agentContext struct{ agent }

func (a agentContext) Do(ctx context.Context, origin string, r fetch.Request) (fetch.Observation, error) {
	return a.do(ctx, origin, r)
}

// refusing is a user agent that shows no response to any script, and sends nothing.
func refusing() fetch.UserAgent {
	return agent{"refusing", func(context.Context, string, fetch.Request) (fetch.Observation, error) {
		return fetch.Observation{Response: fetch.Response{Type: fetch.NetworkError}, Cause: fetch.ByCORS}, nil
	}}
}

// reckless is a user agent that knows no CORS: it sends what a script asks for, as it
// is, and shows it the response.
func reckless() (ua fetch.UserAgent, stop func()) {
	transport := fetch.NewTransport(func(string) string { return server.Addr() }, nil)
	return agent{"reckless", func(ctx context.Context, origin string, r fetch.Request) (fetch.Observation, error) {
		refused := fetch.Observation{Response: fetch.Response{Type: fetch.NetworkError}, Cause: fetch.ByOther}
		sent, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
		if err != nil {
			return refused, nil
		}
		for _, h := range r.Headers {
			sent.Header.Add(h.Name, h.Value)
		}
		sent.Header.Set("Origin", origin)
		if r.Timeout > 0 {
			return refused, nil // it is not patient either
		}
		got, err := transport.RoundTrip(sent)
		if err != nil {
			return refused, nil
		}
		defer got.Body.Close()
		body, _ := io.ReadAll(got.Body)
		o := fetch.Observation{Response: fetch.Response{Type: fetch.CORS, Status: got.StatusCode, BodyBytes: len(body)}}
		for name, values := range got.Header {
			for _, value := range values {
				o.Response.Headers = o.Response.Headers.With(name, value)
			}
		}
		return o, nil
	}}, transport.CloseIdleConnections
}
