package fetch_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A clock stands still until it is told.
type clock struct{ at time.Time }

func (c *clock) now() time.Time        { return c.at }
func (c *clock) wait(d time.Duration)  { c.at = c.at.Add(d) }
func newClock() *clock                 { return &clock{time.Unix(1e9, 0)} }
func seconds(n int) time.Duration      { return time.Duration(n) * time.Second }
func permits(age int) fetch.Permission { return fetch.Permission{MaxAge: seconds(age)} }

var _ = Describe("PreflightCache", func() {
	key := fetch.CacheKey{Origin: page, URL: target}
	withCredentials := fetch.CacheKey{Origin: page, URL: target, Credentials: fetch.Include}

	var time *clock
	var cache *fetch.PreflightCache
	BeforeEach(func() {
		time = newClock()
		cache = &fetch.PreflightCache{Now: time.now}
	})
	store := func(key fetch.CacheKey, age int, methods, headers []string) {
		p := permits(age)
		p.Methods, p.Headers = methods, headers
		cache.Store(key, p)
	}

	It("is empty at first", func() {
		Expect(cache.MatchMethod(key, "PUT")).To(BeFalse())
		Expect(cache.MatchHeader(key, "x-a")).To(BeFalse())
	})

	It("matches methods by exact bytes and header names in any case (CA-12)", func() {
		store(key, 10, []string{"PUT", "DELETE"}, []string{"X-A"})
		Expect(cache.MatchMethod(key, "PUT")).To(BeTrue())
		Expect(cache.MatchMethod(key, "DELETE")).To(BeTrue())
		Expect(cache.MatchMethod(key, "put")).To(BeFalse())
		Expect(cache.MatchHeader(key, "x-a")).To(BeTrue())
		Expect(cache.MatchHeader(key, "x-b")).To(BeFalse())
		Expect(cache.MatchMethod(key, "X-A")).To(BeFalse())
		Expect(cache.MatchHeader(key, "PUT")).To(BeFalse())
	})

	It("keeps origins and URLs apart (CA-10, CA-12)", func() {
		store(key, 10, []string{"PUT"}, nil)
		Expect(cache.MatchMethod(fetch.CacheKey{Origin: "null", URL: target}, "PUT")).To(BeFalse())
		Expect(cache.MatchMethod(fetch.CacheKey{Origin: page, URL: target + "?q"}, "PUT")).To(BeFalse())
		Expect(cache.MatchMethod(fetch.CacheKey{Origin: page, URL: target + "#tag"}, "PUT")).To(BeFalse())
	})

	It("serves requests without credentials from entries with, not the reverse (CA-13)", func() {
		store(withCredentials, 10, []string{"PUT"}, nil)
		store(key, 10, []string{"DELETE"}, nil)
		Expect(cache.MatchMethod(key, "PUT")).To(BeTrue())
		Expect(cache.MatchMethod(withCredentials, "PUT")).To(BeTrue())
		Expect(cache.MatchMethod(withCredentials, "DELETE")).To(BeFalse())
	})

	It("takes * for a wildcard without credentials alone", func() {
		store(key, 10, []string{"*"}, []string{"*"})
		Expect(cache.MatchMethod(key, "SUPER")).To(BeTrue())
		Expect(cache.MatchHeader(key, "x-a")).To(BeTrue())
		store(withCredentials, 10, []string{"*"}, []string{"*"})
		Expect(cache.MatchMethod(withCredentials, "SUPER")).To(BeFalse())
		Expect(cache.MatchMethod(withCredentials, "*")).To(BeTrue())
		Expect(cache.MatchHeader(withCredentials, "x-a")).To(BeFalse())
		Expect(cache.MatchHeader(withCredentials, "*")).To(BeTrue())
	})

	It("does not cover Authorization by * (CA-11)", func() {
		store(key, 10, nil, []string{"*"})
		Expect(cache.MatchHeader(key, "Authorization")).To(BeFalse())
		store(key, 10, nil, []string{"authorization"})
		Expect(cache.MatchHeader(key, "Authorization")).To(BeTrue())
	})

	It("forgets after max-age (CA-05)", func() {
		store(key, 10, []string{"PUT"}, nil)
		time.wait(seconds(10) - 1)
		Expect(cache.MatchMethod(key, "PUT")).To(BeTrue())
		time.wait(1)
		Expect(cache.MatchMethod(key, "PUT")).To(BeFalse())
	})

	It("remembers nothing for 0 s (CA-03)", func() {
		store(key, 0, []string{"PUT"}, []string{"x-a"})
		Expect(cache.MatchMethod(key, "PUT")).To(BeFalse())
		Expect(cache.MatchHeader(key, "x-a")).To(BeFalse())
	})

	It("renews entries", func() {
		store(key, 10, []string{"PUT"}, []string{"x-a"})
		time.wait(seconds(8))
		store(key, 10, []string{"PUT"}, []string{"X-A"})
		time.wait(seconds(8))
		Expect(cache.MatchMethod(key, "PUT")).To(BeTrue())
		Expect(cache.MatchHeader(key, "x-a")).To(BeTrue())
	})

	It("does not bring an expired entry with credentials back", func() {
		store(withCredentials, 10, []string{"PUT"}, nil)
		time.wait(seconds(10))
		store(key, 10, []string{"PUT"}, nil)
		Expect(cache.MatchMethod(withCredentials, "PUT")).To(BeFalse())
	})

	It("imposes a limit", func() {
		store(key, 86400, []string{"PUT"}, nil)
		time.wait(fetch.DefaultMaxAgeCap)
		Expect(cache.MatchMethod(key, "PUT")).To(BeFalse())

		cache.MaxAgeCap = seconds(600)
		store(key, 86400, []string{"PUT"}, nil)
		time.wait(seconds(599))
		Expect(cache.MatchMethod(key, "PUT")).To(BeTrue())
		time.wait(seconds(1))
		Expect(cache.MatchMethod(key, "PUT")).To(BeFalse())
	})

	It("clears an origin's entries for a URL", func() {
		other := fetch.CacheKey{Origin: page, URL: target + "?q"}
		store(key, 10, []string{"PUT"}, nil)
		store(withCredentials, 10, []string{"PUT"}, []string{"x-a"})
		store(other, 10, []string{"PUT"}, nil)
		cache.Clear(key)
		Expect(cache.MatchMethod(key, "PUT")).To(BeFalse())
		Expect(cache.MatchHeader(withCredentials, "x-a")).To(BeFalse())
		Expect(cache.MatchMethod(other, "PUT")).To(BeTrue())
	})

	It("is ready as its zero value", func() {
		var zero fetch.PreflightCache
		zero.Store(key, fetch.Permission{Methods: []string{"PUT"}, MaxAge: seconds(600)})
		Expect(zero.MatchMethod(key, "PUT")).To(BeTrue())
	})
})
