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
	gate      fetch.Gate       // nil where there is none to pass
	cache     *fetch.HTTPCache // that stands before the transport, or nil
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
	began := time.Now()
	exchange := fetch.Exchange{
		Kind:    fetch.Actual,
		By:      byCorsproof,
		Request: fetch.WireRequest{Method: r.Method, URL: r.URL, Headers: r.Headers},
	}
	observed := func(o fetch.Observation) (fetch.Observation, error) {
		o.Exchanges = []fetch.Exchange{exchange}
		o.Seconds = time.Since(began).Seconds()
		return o, nil
	}
	var found fetch.CacheAnswer
	if a.cache != nil {
		found = a.cache.Lookup("", fetch.DefaultCache, exchange.Request)
		if found.Fresh {
			exchange.Cached, exchange.Response = true, &found.Response
			return observed(fetch.Observation{})
		}
		exchange.Request = found.Request
	}
	if err := a.pass(ctx); err != nil {
		return fetch.Observation{}, err
	}
	began = time.Now()
	within, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(within, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return fetch.Observation{}, err
	}
	request.Header.Set("User-Agent", "corsproof")
	for _, h := range exchange.Request.Headers {
		request.Header.Add(h.Name, h.Value)
	}
	response, err := a.transport.RoundTrip(request)
	if response != nil {
		defer response.Body.Close()
	}
	switch {
	case ctx.Err() != nil:
		return fetch.Observation{}, ctx.Err()
	case err != nil:
		exchange.Error = err.Error()
		o := fetch.Observation{Cause: fetch.CauseOf(err), Detail: err.Error()}
		o.Response.Type = fetch.NetworkError
		return observed(o)
	}
	wire := wireResponse(response)
	exchange.Response = &wire
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		return observed(fetch.Observation{}) // it may not end
	}
	if a.cache == nil {
		io.CopyN(io.Discard, response.Body, 4<<10) // lets short answers keep the connection
		return observed(fetch.Observation{})
	}
	if updated, _, ok := a.cache.Confirmed(found, wire); ok {
		exchange.Response, exchange.NotModified = &updated, &wire
		return observed(fetch.Observation{})
	}
	io.CopyN(io.Discard, a.cache.Keep(found, wire, response.Body), fetch.MaxBody)
	return observed(fetch.Observation{})
}

// wireResponse is the response as a report has it.
func wireResponse(response *http.Response) fetch.WireResponse {
	wire := fetch.WireResponse{
		Status:     response.StatusCode,
		StatusText: strings.TrimPrefix(response.Status, response.Status[:min(4, len(response.Status))]),
	}
	for name, values := range response.Header {
		for _, value := range values {
			wire.Headers = append(wire.Headers, fetch.Header{Name: name, Value: value})
		}
	}
	sortHeaders(wire.Headers)
	return wire
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
