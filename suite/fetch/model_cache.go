package fetch

import (
	"context"
	"io"
	"strings"
)

var _ CacheClearer = (*modelContext)(nil)

// ClearHTTPCache empties the HTTP cache. It does not fail.
func (c *modelContext) ClearHTTPCache(context.Context) error {
	c.responses.Clear()
	return nil
}

// cachedFetch answers from the HTTP cache, or sends the request and stores what comes.
//
// https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
func (f *fetching) cachedFetch(req *request, w WireRequest, credentialed bool) (*received, *networkError) {
	cache := f.context.responses
	found := cache.Lookup(siteOf(req.origin), req.cache, w)
	if found.Fresh {
		f.exchanges = append(f.exchanges, Exchange{Kind: Actual, Request: w, Response: &found.Response, Cached: true})
		return &received{wire: found.Response, body: body(found.Body)}, nil
	}
	response, failure := f.send(Actual, found.Request, req.body, credentialed)
	if failure != nil {
		return nil, failure
	}
	if updated, text, ok := cache.Confirmed(found, response.wire); ok {
		response.body.Close()
		exchange := &f.exchanges[len(f.exchanges)-1]
		exchange.NotModified, exchange.Response = &response.wire, &updated
		return &received{wire: updated, body: body(text)}, nil
	}
	response.body = cache.Keep(found, response.wire, response.body)
	return response, nil
}

func body(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }
