package fetch

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An HTTPCache keeps responses to GET. Its zero value is empty and ready: the cache
// of a browser, for one user. Its methods may be called from several goroutines at
// once.
//
// Like Chromium's it has one response for each URL of a partition, whatever Vary
// says: a request that Vary tells apart from the stored one goes to the server with
// the stored entity tag, and takes its place.
//
// It keeps no part of a response, none that was asked for with a method other than
// GET, and takes no notice of what unsafe methods change.
//
// https://www.rfc-editor.org/rfc/rfc9111
type HTTPCache struct {
	// Shared makes it the cache of many users, such as one in front of a server,
	// which keeps nothing private.
	Shared bool

	// Now tells the time. Nil means time.Now.
	Now func() time.Time

	mu      sync.Mutex
	entries map[httpCacheKey]*storedResponse
}

type httpCacheKey struct{ partition, url string }

// A storedResponse is what came, and what was asked.
type storedResponse struct {
	request  HeaderList
	response WireResponse
	body     string
	at       time.Time // when it came, or was last found to be up to date
}

// A CacheAnswer is what an HTTPCache has for a request.
type CacheAnswer struct {
	// Request is what to send: the one that was given, which asks whether a stored
	// response is up to date if there is one.
	Request WireRequest

	// Fresh reports that Response and Body answer the request; nothing is to be sent.
	Fresh    bool
	Response WireResponse
	Body     string

	key        httpCacheKey
	stored     *storedResponse // that the request asks about, or nil
	bypassed   bool            // nothing is to be stored
	conditions bool            // Request has a condition of the cache's own
}

// Lookup returns what the cache has for a request by a mode, and what to send.
//
// https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
func (c *HTTPCache) Lookup(partition string, mode CacheMode, w WireRequest) CacheAnswer {
	a := CacheAnswer{Request: w, key: httpCacheKey{partition, w.URL}}
	if w.Method != "GET" || w.Headers.Contains("Range") || mode == NoStore || isConditional(w.Headers) {
		a.bypassed = true
		return a
	}
	if mode == Reload {
		return a
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	stored := c.entries[a.key]
	if stored == nil {
		return a
	}
	varies := stored.varies(w.Headers)
	if !varies && mode != NoCache && !hasDirective(w.Headers, "no-cache") && c.age(stored) < c.lifetime(stored) {
		a.Fresh, a.Response, a.Body = true, stored.response, stored.body
		return a
	}
	ask := func(condition, validator string) {
		if value, ok := stored.response.Headers.Get(validator); ok && value != "" {
			a.Request.Headers = append(slices.Clone(a.Request.Headers), Header{condition, value})
			a.stored, a.conditions = stored, true
		}
	}
	ask("If-None-Match", "ETag")
	if !varies { // a date says nothing of another variant
		ask("If-Modified-Since", "Last-Modified")
	}
	return a
}

// isConditional reports whether a script asks a question of its own, which the cache
// keeps out of.
func isConditional(headers HeaderList) bool {
	for _, name := range []string{"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range"} {
		if headers.Contains(name) {
			return true
		}
	}
	return false
}

// Confirmed brings the stored response up to date by a 304, and returns it. It reports
// false if the 304 answers no question of the cache's.
//
// https://www.rfc-editor.org/rfc/rfc9111#section-3.2
func (c *HTTPCache) Confirmed(a CacheAnswer, notModified WireResponse) (WireResponse, string, bool) {
	if !a.conditions || notModified.Status != http.StatusNotModified {
		return WireResponse{}, "", false
	}
	updated := *a.stored
	updated.request, updated.at = a.Request.Headers, c.now()
	updated.response.Headers = slices.Clone(updated.response.Headers)
	for _, h := range notModified.Headers {
		if keepsOnUpdate(h.Name) {
			continue
		}
		updated.response.Headers = slices.DeleteFunc(updated.response.Headers, func(old Header) bool { return equalFold(old.Name, h.Name) })
	}
	for _, h := range notModified.Headers {
		if !keepsOnUpdate(h.Name) {
			updated.response.Headers = append(updated.response.Headers, h)
		}
	}
	slices.SortStableFunc(updated.response.Headers, func(g, h Header) int { return strings.Compare(g.Name, h.Name) })
	c.put(a.key, &updated)
	return updated.response, updated.body, true
}

// keepsOnUpdate reports whether a stored header stays whatever a 304 says: those that
// describe the stored body, and the connection's.
func keepsOnUpdate(name string) bool {
	switch lower(name) {
	case "content-length", "content-encoding", "content-type", "content-range", "etag",
		"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade":
		return true
	}
	return false
}

// Keep stores a response, if caches may, once its body was read to its end, as
// Chromium does; of a redirect nobody reads it. It returns the body to read.
func (c *HTTPCache) Keep(a CacheAnswer, response WireResponse, body io.ReadCloser) io.ReadCloser {
	c.mu.Lock()
	if !a.bypassed {
		delete(c.entries, a.key)
	}
	c.mu.Unlock()
	stored := &storedResponse{request: a.Request.Headers, response: response, at: c.now()}
	if a.bypassed || !c.mayStore(stored) {
		return body
	}
	if isRedirectStatus(response.Status) {
		c.put(a.key, stored)
		return body
	}
	return &keptBody{ReadCloser: body, whole: func(text string) {
		stored.body = text
		c.put(a.key, stored)
	}}
}

func (c *HTTPCache) put(key httpCacheKey, stored *storedResponse) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[httpCacheKey]*storedResponse{}
	}
	c.entries[key] = stored
}

// Clear empties the cache.
func (c *HTTPCache) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = nil
}

// A keptBody remembers what is read, and tells when it was all.
type keptBody struct {
	io.ReadCloser
	text  strings.Builder
	whole func(text string) // nil once told
}

func (b *keptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.text.Write(p[:n])
	if b.text.Len() > MaxBody {
		b.whole = nil
	}
	if err == io.EOF && b.whole != nil {
		b.whole(b.text.String())
		b.whole = nil
	}
	return n, err
}

// mayStore reports whether the cache may keep a response, and could ever use it.
//
// https://www.rfc-editor.org/rfc/rfc9111#section-3
func (c *HTTPCache) mayStore(s *storedResponse) bool {
	h := s.response.Headers
	switch {
	case s.response.Status < 200, s.response.Status == http.StatusPartialContent, s.response.Status == http.StatusNotModified:
		return false
	case hasDirective(h, "no-store"), hasDirective(s.request, "no-store"):
		return false
	case c.Shared && (hasDirective(h, "private") || s.request.Contains("Authorization") &&
		!hasDirective(h, "public") && !hasDirective(h, "s-maxage") && !hasDirective(h, "must-revalidate")):
		return false
	}
	return c.lifetime(s) > 0 || isHeuristic(s.response.Status) && (h.Contains("ETag") || h.Contains("Last-Modified"))
}

// lifetime returns for how long a response is fresh.
//
// https://www.rfc-editor.org/rfc/rfc9111#section-4.2.1
func (c *HTTPCache) lifetime(s *storedResponse) time.Duration {
	h := s.response.Headers
	if hasDirective(h, "no-cache") {
		return 0
	}
	names := []string{"max-age"}
	if c.Shared {
		names = []string{"s-maxage", "max-age"}
	}
	for _, name := range names {
		if value, ok := directive(h, name); ok {
			seconds, err := strconv.Atoi(value)
			if err != nil {
				return 0
			}
			return time.Duration(seconds) * time.Second
		}
	}
	date := dateOf(h, "Date", s.at)
	if h.Contains("Expires") {
		return dateOf(h, "Expires", date).Sub(date)
	}
	switch {
	case s.response.Status == http.StatusMovedPermanently, s.response.Status == http.StatusPermanentRedirect:
		return forever
	case isHeuristic(s.response.Status) && h.Contains("Last-Modified"):
		return date.Sub(dateOf(h, "Last-Modified", date)) / 10
	}
	return 0
}

// forever is how long browsers keep a permanent redirect.
const forever = 365 * 24 * time.Hour

// age returns how old a stored response is.
//
// https://www.rfc-editor.org/rfc/rfc9111#section-4.2.3
func (c *HTTPCache) age(s *storedResponse) time.Duration {
	age := c.now().Sub(s.at)
	if value, ok := s.response.Headers.Get("Age"); ok {
		if seconds, err := strconv.Atoi(value); err == nil {
			age += time.Duration(seconds) * time.Second
		}
	}
	return age
}

func (c *HTTPCache) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// isHeuristic reports whether caches may keep a response with that status that does
// not say for how long.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-15.1
func isHeuristic(status int) bool {
	return slices.Contains([]int{200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501}, status)
}

// varies reports whether Vary tells a request apart from the stored one.
//
// https://www.rfc-editor.org/rfc/rfc9111#section-4.1
func (s *storedResponse) varies(request HeaderList) bool {
	for _, line := range s.response.Headers.Values("Vary") {
		for name := range strings.SplitSeq(line, ",") {
			name = strings.Trim(name, whitespace)
			if name == "*" {
				return true
			}
			if name != "" && strings.Join(s.request.Values(name), ",") != strings.Join(request.Values(name), ",") {
				return true
			}
		}
	}
	return false
}

// directive returns a directive of Cache-Control.
func directive(headers HeaderList, name string) (value string, ok bool) {
	for _, line := range headers.Values("Cache-Control") {
		for element := range strings.SplitSeq(line, ",") {
			key, value, _ := strings.Cut(strings.Trim(element, whitespace), "=")
			if equalFold(key, name) {
				return strings.Trim(value, `"`), true
			}
		}
	}
	return "", false
}

func hasDirective(headers HeaderList, name string) bool {
	_, ok := directive(headers, name)
	return ok
}

// dateOf returns a date, or another time if there is none, or none that can be read.
func dateOf(headers HeaderList, name string, otherwise time.Time) time.Time {
	value, _ := headers.Get(name)
	if t, err := http.ParseTime(value); err == nil {
		return t
	}
	return otherwise
}
