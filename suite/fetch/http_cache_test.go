package fetch_test

import (
	"io"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("An HTTP cache", func() {
	var (
		cache *fetch.HTTPCache
		watch *clock
	)
	BeforeEach(func() {
		watch = &clock{time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
		cache = &fetch.HTTPCache{Now: watch.now}
	})
	get := func(headers ...string) fetch.WireRequest {
		return fetch.WireRequest{Method: "GET", URL: "https://api.example/", Headers: pairs(headers)}
	}
	// keep stores what the headers say, in answer to a request.
	keep := func(request fetch.WireRequest, status int, headers ...string) {
		found := cache.Lookup("site", fetch.DefaultCache, request)
		body := cache.Keep(found, fetch.WireResponse{Status: status, Headers: pairs(headers)}, io.NopCloser(strings.NewReader("text")))
		_, err := io.ReadAll(body)
		Expect(err).NotTo(HaveOccurred())
	}
	fresh := func(request fetch.WireRequest) bool { return cache.Lookup("site", fetch.DefaultCache, request).Fresh }
	asks := func(mode fetch.CacheMode, request fetch.WireRequest) string {
		value, _ := cache.Lookup("site", mode, request).Request.Headers.Get("If-None-Match")
		return value
	}

	DescribeTable("answers from a response for as long as it is fresh",
		func(seconds int, headers ...string) {
			keep(get(), 200, headers...)
			if seconds > 0 {
				Expect(fresh(get())).To(BeTrue())
				watch.at = watch.at.Add(time.Duration(seconds)*time.Second - time.Millisecond)
				Expect(fresh(get())).To(BeTrue())
				watch.at = watch.at.Add(time.Millisecond)
			}
			Expect(fresh(get())).To(BeFalse())
		},
		Entry("by max-age", 60, "Cache-Control", "public, max-age=60"),
		Entry("less what it has been underway", 40, "Cache-Control", "max-age=60", "Age", "20"),
		Entry("by Expires", 30, "Date", "Sat, 21 Nov 2026 12:00:00 GMT", "Expires", "Sat, 21 Nov 2026 12:00:30 GMT"),
		Entry("by a tenth of its age", 6, "Date", "Sat, 21 Nov 2026 12:00:00 GMT", "Last-Modified", "Sat, 21 Nov 2026 11:59:00 GMT"),
		Entry("though it is private", 60, "Cache-Control", "private, max-age=60"),
		Entry("not if it says nothing", 0, "ETag", `"1"`),
		Entry("not if it says no-cache", 0, "Cache-Control", "no-cache, max-age=60", "ETag", `"1"`),
		Entry("not if it says no-store", 0, "Cache-Control", "no-store, max-age=60"),
		Entry("not if it has expired", 0, "Expires", "0", "ETag", `"1"`),
		Entry("not if its max-age is no number", 0, "Cache-Control", "max-age=soon"),
		Entry("not for the time of shared caches", 0, "Cache-Control", "s-maxage=60"),
	)

	It("keeps nothing private if it is shared, and has a time of its own", func() {
		cache.Shared = true
		keep(get(), 200, "Cache-Control", "private, max-age=60")
		Expect(fresh(get())).To(BeFalse())
		keep(get("Authorization", "Bearer x"), 200, "Cache-Control", "max-age=60")
		Expect(fresh(get("Authorization", "Bearer x"))).To(BeFalse())
		keep(get("Authorization", "Bearer x"), 200, "Cache-Control", "max-age=0, s-maxage=60")
		Expect(fresh(get())).To(BeTrue())
	})

	It("keeps permanent redirects without being told, and no other", func() {
		keep(get(), 302, "Location", "/to")
		Expect(fresh(get())).To(BeFalse())
		keep(get(), 301, "Location", "/to")
		Expect(fresh(get())).To(BeTrue())
	})

	It("keeps a redirect whose body nobody reads, and no other response", func() {
		for status, kept := range map[int]bool{301: true, 200: false} {
			found := cache.Lookup("site", fetch.Reload, get())
			cache.Keep(found, fetch.WireResponse{Status: status, Headers: pairs([]string{"Cache-Control", "max-age=60"})}, http.NoBody)
			Expect(fresh(get())).To(Equal(kept), "%d", status)
		}
	})

	It("is one for each partition", func() {
		keep(get(), 200, "Cache-Control", "max-age=60")
		Expect(cache.Lookup("other", fetch.DefaultCache, get()).Fresh).To(BeFalse())
	})

	It("forgets all when it is cleared", func() {
		keep(get(), 200, "Cache-Control", "max-age=60")
		cache.Clear()
		Expect(fresh(get())).To(BeFalse())
	})

	DescribeTable("tells requests apart by Vary",
		func(vary string, first, second []string, same bool) {
			keep(get(first...), 200, "Cache-Control", "max-age=60", "Vary", vary, "ETag", `"1"`)
			Expect(fresh(get(second...))).To(Equal(same))
			if !same {
				Expect(asks(fetch.DefaultCache, get(second...))).To(Equal(`"1"`), "it is asked about all the same")
			}
		},
		Entry(nil, "Origin", []string{"Origin", "https://a.example"}, []string{"Origin", "https://a.example"}, true),
		Entry(nil, "Origin", []string{"Origin", "https://a.example"}, []string{"Origin", "https://b.example"}, false),
		Entry(nil, "Origin", []string{}, []string{"Origin", "https://b.example"}, false),
		Entry(nil, "accept-encoding,ORIGIN", []string{}, []string{"Origin", "https://b.example"}, false),
		Entry(nil, "Accept-Encoding", []string{}, []string{"Origin", "https://b.example"}, true),
		Entry(nil, "*", []string{}, []string{}, false),
	)

	It("asks about what is stored where a mode says so, or the request does", func() {
		keep(get(), 200, "Cache-Control", "max-age=60", "ETag", `"1"`)
		Expect(asks(fetch.NoCache, get())).To(Equal(`"1"`))
		Expect(asks(fetch.DefaultCache, get("Cache-Control", "no-cache"))).To(Equal(`"1"`))
		Expect(asks(fetch.NoStore, get())).To(BeEmpty())
		Expect(asks(fetch.Reload, get())).To(BeEmpty())
	})

	It("keeps out of what a script asks", func() {
		keep(get(), 200, "Cache-Control", "max-age=60", "ETag", `"1"`)
		found := cache.Lookup("site", fetch.DefaultCache, get("If-None-Match", `"2"`))
		Expect(found.Fresh).To(BeFalse())
		Expect(found.Request.Headers.Values("If-None-Match")).To(Equal([]string{`"2"`}))
		_, _, confirmed := cache.Confirmed(found, fetch.WireResponse{Status: 304})
		Expect(confirmed).To(BeFalse())
		Expect(fresh(get())).To(BeTrue(), "what is stored stays")
		Expect(fresh(get("Range", "bytes=0-0"))).To(BeFalse())
	})

	It("brings a response up to date by a 304", func() {
		keep(get(), 200, "Cache-Control", "no-cache", "ETag", `"1"`, "Content-Type", "text/plain", "Access-Control-Allow-Origin", "https://a.example", "X-Old", "1")
		found := cache.Lookup("site", fetch.DefaultCache, get())
		updated, body, ok := cache.Confirmed(found, fetch.WireResponse{Status: 304, Headers: pairs([]string{
			"Cache-Control", "max-age=60", "Access-Control-Allow-Origin", "https://b.example", "Content-Type", "text/html",
		})})
		Expect(ok).To(BeTrue())
		Expect(body).To(Equal("text"))
		Expect(updated.Status).To(Equal(200))
		Expect(updated.Headers).To(ConsistOf(pairs([]string{
			"Cache-Control", "max-age=60", "Access-Control-Allow-Origin", "https://b.example",
			"ETag", `"1"`, "Content-Type", "text/plain", "X-Old", "1",
		})))
		Expect(fresh(get())).To(BeTrue())
	})

	It("gives its place to what comes in its stead", func() {
		keep(get(), 200, "Cache-Control", "max-age=60", "Vary", "Origin")
		keep(get("Origin", "https://a.example"), 200, "Cache-Control", "no-store")
		Expect(fresh(get())).To(BeFalse())
	})
})

// pairs makes headers of names and values in turn.
func pairs(words []string) fetch.HeaderList {
	var list fetch.HeaderList
	for i := 0; i+1 < len(words); i += 2 {
		list = append(list, fetch.Header{Name: words[i], Value: words[i+1]})
	}
	return list
}

var _ = DescribeTable("Two origins are of the same site",
	func(a, b string, same bool) {
		Expect(fetch.SameSite(a, b)).To(Equal(same))
		Expect(fetch.SameSite(b, a)).To(Equal(same))
	},
	Entry(nil, "https://app.example.test", "https://admin.example.test:8443", true),
	Entry(nil, "https://app.example.test", "http://app.example.test", false),
	Entry(nil, "https://example.test", "https://example.org", false),
	Entry(nil, "http://127.0.0.1:1", "http://127.0.0.1:2", true),
	Entry(nil, "http://127.0.0.1", "http://10.0.0.1", false),
	Entry(nil, "http://localhost:1", "http://localhost:2", true),
	Entry(nil, "null", "null", true),
	Entry(nil, "null", "http://localhost", false),
)
