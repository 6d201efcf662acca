package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	jub0bs "github.com/jub0bs/cors"
	rs "github.com/rs/cors"

	"github.com/corsproof/corsproof/reference"
)

// A handler is one of those that are compared, in front of an application that does
// nothing. All of them keep the same policy for the same origins, and refuse a
// CORS-preflight request without a header of the protocol.
type handler struct {
	name string
	make func(origins []string) http.Handler
}

var handlers = []handler{
	{"corsproof", func(origins []string) http.Handler { return ours(origins, http.StatusForbidden) }},
	{"jub0bs", func(origins []string) http.Handler {
		return must(jub0bs.NewMiddleware(jub0bs.Config{
			Origins: origins, Methods: methods, RequestHeaders: headers, ResponseHeaders: exposed,
			Credentialed: true, MaxAgeInSeconds: maxAge,
		})).Wrap(application)
	}},
	{"rs", func(origins []string) http.Handler {
		return rs.New(rs.Options{
			AllowedOrigins: origins, AllowedMethods: methods, AllowedHeaders: headers, ExposedHeaders: exposed,
			AllowCredentials: true, MaxAge: maxAge,
		}).Handler(application)
	}},
}

// ours is what refuses with a status, or as is the default with 0.
func ours(origins []string, refusalStatus int) http.Handler {
	return must(reference.New(reference.Config{
		Policy: reference.Policy{
			AllowOrigins: origins, AllowMethods: methods, AllowHeaders: headers, ExposeHeaders: exposed,
			AllowCredentials: true, MaxAge: new(maxAge),
		},
		RefusalStatus: refusalStatus,
	})).Handler(application)
}

var (
	methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE"}
	headers = []string{"Authorization", "Content-Type"}
	exposed = []string{"ETag"}
)

const maxAge = 600

var application http.HandlerFunc = func(http.ResponseWriter, *http.Request) {}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// exact and patterns return so many origins. The last is the one that is asked for.
func exact(n int) (origins []string, allowed string) {
	for i := range n {
		origins = append(origins, fmt.Sprintf("https://app%03d.example.com", n-1-i))
	}
	return origins, "https://app000.example.com"
}

func patterns(n int) (origins []string, allowed string) {
	for i := range n {
		origins = append(origins, fmt.Sprintf("https://*.example%03d.com", n-1-i))
	}
	return origins, "https://app.example000.com"
}

const evil = "https://app.evil.example.net"

// A row is a request; an origin in place of "allowed" is as it stands.
type row struct {
	name    string
	method  string
	origin  string
	asks    string // for this method, if it is a CORS-preflight request
	headers []string
}

var rows = []row{
	{"no-origin", "GET", "", "", nil},
	{"actual-allowed", "GET", "allowed", "", nil},
	{"actual-refused", "GET", evil, "", nil},
	{"preflight-allowed", "OPTIONS", "allowed", "PUT", []string{"authorization,content-type"}},
	{"preflight-refused-origin", "OPTIONS", evil, "PUT", []string{"authorization,content-type"}},
	{"preflight-refused-method", "OPTIONS", "allowed", "PATCH", []string{"authorization,content-type"}},
	{"preflight-refused-header", "OPTIONS", "allowed", "PUT", []string{"authorization,x-evil"}},
}

// hostile are requests that are made to be costly.
var hostile = []row{
	{"headers-1MiB", "OPTIONS", "allowed", "PUT", []string{strings.Repeat("a", 1<<20)}},
	{"headers-1MiB-of-names", "OPTIONS", "allowed", "PUT", []string{strings.Repeat("authorization,", 1<<20/14)}},
	{"headers-1024-commas", "OPTIONS", "allowed", "PUT", []string{strings.Repeat(",", 1024)}},
	{"headers-1024-lines", "OPTIONS", "allowed", "PUT", make([]string, 1024)},
	{"method-1MiB", "OPTIONS", "allowed", strings.Repeat("A", 1<<20), nil},
	{"origin-1MiB", "GET", "https://" + strings.Repeat("a", 1<<20), "", nil},
	{"origin-1MiB-preflight", "OPTIONS", "https://" + strings.Repeat("a", 1<<20), "PUT", nil},
	{"origin-126-labels", "GET", "https://" + strings.Repeat("a.", 126) + "a", "", nil},
}

func (row row) request(allowed string) *http.Request {
	r := httptest.NewRequest(row.method, "/", nil)
	switch row.origin {
	case "":
	case "allowed":
		r.Header.Set("Origin", allowed)
	default:
		r.Header.Set("Origin", row.origin)
	}
	if row.asks != "" {
		r.Header.Set("Access-Control-Request-Method", row.asks)
	}
	if row.headers != nil {
		r.Header["Access-Control-Request-Headers"] = row.headers
	}
	return r
}

// A response is written to no one. What it costs is the same for every handler: its
// header is emptied and used again.
type response struct{ header http.Header }

func (w response) Header() http.Header         { return w.header }
func (w response) Write(b []byte) (int, error) { return len(b), nil }
func (w response) WriteHeader(int)             {}

// growHeap has the heap grow to what it will be, for which the first row would pay
// otherwise.
func growHeap() {
	for range 1 << 20 {
		grown = new([1]string)
	}
}

var grown *[1]string

func measure(b *testing.B, h http.Handler, r *http.Request) {
	w := response{make(http.Header)}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	runtime.GC() // lest one row pay for what another left
	b.ReportAllocs()
	began := cpuTime()
	for b.Loop() {
		clear(w.header)
		h.ServeHTTP(w, r)
	}
	b.ReportMetric(float64(cpuTime()-began)/float64(b.N), "cpu-ns/op")
}

func BenchmarkHandler(b *testing.B) {
	growHeap()
	for _, kind := range []struct {
		name    string
		origins func(int) ([]string, string)
	}{{"exact", exact}, {"pattern", patterns}} {
		for _, n := range []int{1, 10, 1000} {
			origins, allowed := kind.origins(n)
			for _, row := range rows {
				for _, h := range handlers {
					b.Run(fmt.Sprintf("%s-%d/%s/by=%s", kind.name, n, row.name, h.name), func(b *testing.B) {
						measure(b, h.make(origins), row.request(allowed))
					})
				}
			}
		}
	}
	origins, allowed := patterns(1)
	for _, row := range hostile {
		for _, h := range handlers {
			if h.name == "rs" && len(row.origin) > 1<<20 {
				continue // rs/cors looks at all of it, which takes milliseconds
			}
			b.Run(fmt.Sprintf("hostile/%s/by=%s", row.name, h.name), func(b *testing.B) {
				measure(b, h.make(origins), row.request(allowed))
			})
		}
	}
}
