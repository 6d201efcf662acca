package fetch

import (
	"slices"
	"sync"
	"time"
)

// DefaultMaxAgeCap is Chromium's limit on how long an entry of the
// CORS-preflight cache lives. Firefox takes 24 hours and WebKit ten minutes.
const DefaultMaxAgeCap = 7200 * time.Second

// A PreflightCache is a CORS-preflight cache. Its zero value is empty and ready.
// Its methods may be called from several goroutines at once.
//
// The Standard also keys by network partition. A context has a cache of its own
// instead, so that all entries are of one partition.
//
// https://fetch.spec.whatwg.org/#cors-preflight-cache
type PreflightCache struct {
	// MaxAgeCap is the imposed limit on max-age. Zero means DefaultMaxAgeCap.
	MaxAgeCap time.Duration

	// Now tells the time. Nil means time.Now.
	Now func() time.Time

	mu      sync.Mutex
	entries []cacheEntry
}

// A CacheKey says whose entries these are.
type CacheKey struct {
	Origin string // serialized, as the CORS-preflight request carried it
	URL    string // with its fragment, as in the Standard and in Chromium

	// Credentials is the credentials mode of the request. Entries made with
	// credentials serve requests without; the reverse never.
	Credentials CredentialsMode
}

// cacheEntry has either a method or a header name.
type cacheEntry struct {
	key     CacheKey
	method  string
	header  string
	expires time.Time
}

// Store enters a permission. Entries for the same methods and header names live
// from now on as long as it says.
//
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
func (c *PreflightCache) Store(key CacheKey, p Permission) {
	c.mu.Lock()
	defer c.mu.Unlock()
	limit := c.MaxAgeCap
	if limit == 0 {
		limit = DefaultMaxAgeCap
	}
	now := c.now()
	expires := now.Add(min(p.MaxAge, limit)) // step 7.10
	c.removeExpired(now)

	// The Standard sets the max-age of a matching entry without saying that its
	// time starts again. User agents replace the entry, so that it does.
	store := func(entry cacheEntry, matches func(cacheEntry) bool) {
		found := false
		for i := range c.entries {
			if c.entries[i].matches(key) && matches(c.entries[i]) {
				c.entries[i].expires = expires
				found = true
			}
		}
		if !found {
			c.entries = append(c.entries, entry)
		}
	}
	for _, method := range p.Methods { // steps 7.12 and 7.13
		store(cacheEntry{key: key, method: method, expires: expires},
			func(e cacheEntry) bool { return e.matchesMethod(key, method) })
	}
	for _, name := range p.Headers { // steps 7.14 and 7.15
		store(cacheEntry{key: key, header: name, expires: expires},
			func(e cacheEntry) bool { return e.matchesHeader(key, name) })
	}
}

// MatchMethod reports whether there is a method cache entry match.
//
// https://fetch.spec.whatwg.org/#concept-cache-match-method
func (c *PreflightCache) MatchMethod(key CacheKey, method string) bool {
	return c.match(key, func(e cacheEntry) bool { return e.matchesMethod(key, method) })
}

// MatchHeader reports whether there is a header-name cache entry match. A
// wildcard entry does not match Authorization.
//
// https://fetch.spec.whatwg.org/#concept-cache-match-header
func (c *PreflightCache) MatchHeader(key CacheKey, name string) bool {
	return c.match(key, func(e cacheEntry) bool { return e.matchesHeader(key, name) })
}

func (c *PreflightCache) match(key CacheKey, matches func(cacheEntry) bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removeExpired(c.now())
	return slices.ContainsFunc(c.entries, func(e cacheEntry) bool { return e.matches(key) && matches(e) })
}

func (c *PreflightCache) removeExpired(now time.Time) {
	c.entries = slices.DeleteFunc(c.entries, func(e cacheEntry) bool { return !now.Before(e.expires) })
}

// Clear removes the entries of an origin and a URL, whatever their credentials
// mode. A user agent does so when a CORS request with a CORS-preflight request
// ends in a network error. Chromium does not.
//
// https://fetch.spec.whatwg.org/#concept-cache-clear
func (c *PreflightCache) Clear(key CacheKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = slices.DeleteFunc(c.entries, func(e cacheEntry) bool {
		return e.key.Origin == key.Origin && e.key.URL == key.URL
	})
}

func (c *PreflightCache) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// matches reports whether there is a cache entry match.
//
// https://fetch.spec.whatwg.org/#concept-cache-match
func (e cacheEntry) matches(key CacheKey) bool {
	return e.key.Origin == key.Origin && e.key.URL == key.URL &&
		(e.key.Credentials == Include || key.Credentials != Include)
}

// To the letter, an entry for "*" matches whatever the credentials mode, and one
// preflighted GET with credentials would let every method through that follows.
// The Standard says elsewhere that "*" is a wildcard only without credentials;
// engines keep to that, and so does this.

func (e cacheEntry) matchesMethod(key CacheKey, method string) bool {
	return e.method != "" && (e.method == method || e.method == "*" && key.Credentials != Include)
}

func (e cacheEntry) matchesHeader(key CacheKey, name string) bool {
	return e.header != "" && (equalFold(e.header, name) ||
		e.header == "*" && key.Credentials != Include && !IsNonWildcardRequestHeaderName(name))
}
