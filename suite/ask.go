package suite

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/corsproof/corsproof/suite/fetch"
)

// byCorsproof marks an exchange that no user agent made.
const byCorsproof = "corsproof"

// An asker sends requests that no script can send. It follows no redirect, adds no
// header that it need not, and reads no more of a body than it must.
type asker struct {
	transport http.RoundTripper
	gate      fetch.Gate // nil where there is none to pass
}

// pass waits for the turn of one request. Nothing is sent without it.
func (a asker) pass(ctx context.Context) error {
	if a.gate == nil {
		return nil
	}
	return a.gate.Pass(ctx)
}

// ask sends the request and returns what came, for the judge to read on the wire.
// What a script would have seen is not known: the response has no type. A request to
// be held back is not sent.
func (a asker) ask(ctx context.Context, r fetch.Request) (fetch.Observation, error) {
	if r.Hold && fetch.Hold.Holds(r.Method) {
		held := fetch.WireRequest{Method: r.Method, URL: r.URL, Headers: r.Headers}
		return fetch.Observation{
			Response:  fetch.Response{Type: fetch.NetworkError},
			Cause:     fetch.ByHold,
			Exchanges: []fetch.Exchange{{Kind: fetch.Actual, By: byCorsproof, Request: held, Held: true}},
		}, nil
	}
	if err := a.pass(ctx); err != nil {
		return fetch.Observation{}, err
	}
	began := time.Now()
	within, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(within, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return fetch.Observation{}, err
	}
	request.Header.Set("User-Agent", "corsproof")
	for _, h := range r.Headers {
		request.Header.Add(h.Name, h.Value)
	}
	exchange := fetch.Exchange{
		Kind:    fetch.Actual,
		By:      byCorsproof,
		Request: fetch.WireRequest{Method: r.Method, URL: r.URL, Headers: r.Headers},
	}
	var o fetch.Observation
	response, err := a.transport.RoundTrip(request)
	switch {
	case ctx.Err() != nil:
		if response != nil {
			response.Body.Close()
		}
		return fetch.Observation{}, ctx.Err()
	case err != nil:
		exchange.Error = err.Error()
		o.Response.Type = fetch.NetworkError
		o.Cause, o.Detail = fetch.CauseOf(err), err.Error()
	default:
		if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") { // which may not end
			io.CopyN(io.Discard, response.Body, 4<<10) // lets short answers keep the connection
		}
		response.Body.Close()
		exchange.Response = &fetch.WireResponse{
			Status:     response.StatusCode,
			StatusText: strings.TrimPrefix(response.Status, response.Status[:min(4, len(response.Status))]),
		}
		for name, values := range response.Header {
			for _, value := range values {
				exchange.Response.Headers = append(exchange.Response.Headers, fetch.Header{Name: name, Value: value})
			}
		}
		sortHeaders(exchange.Response.Headers)
	}
	o.Exchanges = []fetch.Exchange{exchange}
	o.Seconds = time.Since(began).Seconds()
	return o, nil
}

// mostVerified is how much of a resource is read whose bytes a page is to verify.
const mostVerified = 64 << 20

// integrity asks for a resource as a page would, and returns the integrity metadata
// of its bytes.
func (a asker) integrity(ctx context.Context, origin string, r fetch.Request) (string, error) {
	if err := a.pass(ctx); err != nil {
		return "", err
	}
	within, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(within, "GET", r.URL, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("User-Agent", "corsproof")
	request.Header.Set("Origin", origin)
	response, err := a.transport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostVerified))
	if err != nil {
		return "", err
	}
	return fetch.IntegrityOf(body), nil
}
