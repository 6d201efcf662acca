// Package trial has what specs try a user agent with: targets that remember what they
// got, and requests that must not end in an error.
package trial

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A Recorder is a target that remembers what it got.
type Recorder struct {
	*httptest.Server
	mu  sync.Mutex
	got []*http.Request
}

// NewRecorder starts a recorder that answers as the handler does, until the spec ends.
func NewRecorder(handler http.HandlerFunc) *Recorder {
	r := prepare(handler)
	r.Start()
	return r
}

// NewSecureRecorder starts one with TLS, by HTTP/2 if the client likes.
func NewSecureRecorder(certificate tls.Certificate, handler http.HandlerFunc) *Recorder {
	r := prepare(handler)
	r.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	r.EnableHTTP2 = true
	r.StartTLS()
	return r
}

func prepare(handler http.HandlerFunc) *Recorder {
	r := new(Recorder)
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.mu.Lock()
		r.got = append(r.got, request)
		r.mu.Unlock()
		handler(w, request)
	}))
	DeferCleanup(r.Close)
	return r
}

// Methods are those of the requests that came, in order.
func (r *Recorder) Methods() []string {
	return r.all(func(request *http.Request) string { return request.Method })
}

// Requests are all that came, in order.
func (r *Recorder) Requests() []*http.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// Origins are the Origin headers of the requests that came, in order.
func (r *Recorder) Origins() []string {
	return r.all(func(request *http.Request) string { return request.Header.Get("Origin") })
}

func (r *Recorder) all(of func(*http.Request) string) []string {
	var values []string
	for _, request := range r.Requests() {
		values = append(values, of(request))
	}
	return values
}

// Share lets everybody read the response, without credentials.
func Share(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
}

// Permit allows everything to everybody.
func Permit(w http.ResponseWriter, r *http.Request) {
	Share(w, r)
	h := w.Header()
	h.Set("Access-Control-Allow-Credentials", "true")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
		h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
		h.Set("Access-Control-Max-Age", "600")
	}
	w.Write([]byte("hello"))
}

// In opens a context of a user agent that the spec closes.
func In(ctx context.Context, ua fetch.UserAgent) fetch.Context {
	GinkgoHelper()
	c, err := ua.NewContext(ctx)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.Close)
	return c
}

// Do makes a request from a page on an origin.
func Do(ctx context.Context, c fetch.Context, origin string, r fetch.Request) fetch.Observation {
	GinkgoHelper()
	o, err := c.Do(ctx, origin, r)
	Expect(err).NotTo(HaveOccurred())
	return o
}
