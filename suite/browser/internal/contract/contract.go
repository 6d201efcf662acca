// Package contract says what every user agent keeps to, a browser or not: one table of
// specs that each runs in its own tests.
package contract

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/fetch"
)

// An Agent is a user agent that is held to the contract, and what it cannot do.
type Agent struct {
	// Delivering and Holding return two that may reach any port of 127.0.0.1: one that
	// delivers effects, and one that holds them back.
	Delivering, Holding func() fetch.UserAgent

	// HostCharacters are those that the host of a page may have, besides letters, digits
	// and dots. The URL Standard allows more than some agents do.
	HostCharacters string

	// RunsScripts says that it is a browser, whose pages have a place to live and run what
	// they load.
	RunsScripts bool

	// Start starts another.
	Start func(context.Context, browser.Options) (fetch.UserAgent, error)
}

// Specs makes the specs of an agent.
func Specs(name string, a Agent) bool {
	return Describe(name, func() {
		pages(a)
		evidence(a)
		causes(a)
		certificates(a)
		bodies(a)
		contexts(a)
		consumers(a)
		beacons(a)
		modes(a)
		holding(a)
	})
}

const page = "https://app.example.test"

// end closes a user agent that a spec has started.
func end(ua fetch.UserAgent) error {
	if c, ok := ua.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// A recorder is a target that remembers what it got.
type recorder struct {
	*httptest.Server
	mu  sync.Mutex
	got []*http.Request
}

// newRecorder starts a recorder that answers as handler does.
func newRecorder(handler http.HandlerFunc) *recorder {
	r := new(recorder)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.mu.Lock()
		r.got = append(r.got, request)
		r.mu.Unlock()
		handler(w, request)
	}))
	DeferCleanup(r.Close)
	return r
}

// methods are those of the requests that came, in order.
func (r *recorder) methods() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var m []string
	for _, request := range r.got {
		m = append(m, request.Method)
	}
	return m
}

func (r *recorder) origins() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var o []string
	for _, request := range r.got {
		o = append(o, request.Header.Get("Origin"))
	}
	return o
}

// permissive allows everything to everybody.
func permissive(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	h.Set("Access-Control-Allow-Credentials", "true")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
		h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
		h.Set("Access-Control-Max-Age", "600")
	}
	w.Write([]byte("hello"))
}

// in opens a context that the spec closes.
func in(ctx context.Context, ua fetch.UserAgent) fetch.Context {
	GinkgoHelper()
	c, err := ua.NewContext(ctx)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.Close)
	return c
}

func do(ctx context.Context, c fetch.Context, origin string, r fetch.Request) fetch.Observation {
	GinkgoHelper()
	o, err := c.Do(ctx, origin, r)
	Expect(err).NotTo(HaveOccurred())
	return o
}

// closedPort is one that nobody listens on.
func closedPort() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer l.Close()
	return l.Addr().String()
}
