package webkit_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/webkit"
	"github.com/corsproof/corsproof/suite/fetch"
)

func TestWebKit(t *testing.T) {
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "WebKit", config, reporter)
}

// Two browsers for all specs: one that delivers effects and one that holds them back.
// Both may reach any port of 127.0.0.1 and, at a port of its own, api.example.test,
// whose certificate a private authority has signed.
var (
	delivering, holding *webkit.Browser
	secure              *recorder
)

const secureTarget = "https://api.example.test:8443"

var _ = BeforeSuite(func(ctx SpecContext) {
	secure = newSecureRecorder(permissive)
	options := browser.Options{
		Targets:   []string{"127.0.0.1:*"},
		ConnectTo: map[string]string{"api.example.test:8443": secure.Listener.Addr().String()},
		Authority: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}),
		Effects:   fetch.Deliver,
	}
	var err error
	delivering, err = webkit.Start(ctx, options)
	Expect(err).NotTo(HaveOccurred())
	options.Effects = fetch.Hold
	holding, err = webkit.Start(ctx, options)
	Expect(err).NotTo(HaveOccurred())
})

var _ = AfterSuite(func() {
	for _, b := range []*webkit.Browser{delivering, holding} {
		if b != nil {
			Expect(b.Close()).To(Succeed())
		}
	}
	Expect(leftHomes()).To(BeEmpty(), "a browser's folder is left")
	Expect(leftProcesses(strconv.Itoa(os.Getpid()))).To(BeEmpty(), "a browser's process is left")
})

// leftHomes are the folders of browsers of this process.
func leftHomes() []string {
	var ours []string
	homes, _ := filepath.Glob(filepath.Join(os.TempDir(), "corsproof-webkit-*"))
	for _, dir := range homes {
		if owner, err := os.ReadFile(filepath.Join(dir, "owner")); err == nil && string(owner) == strconv.Itoa(os.Getpid()) {
			ours = append(ours, dir)
		}
	}
	return ours
}

// leftProcesses are the names of the processes that the process with that id has started,
// and their children, as their environment tells.
func leftProcesses(owner string) []string {
	var left []string
	environments, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environments {
		environment, _ := os.ReadFile(path)
		for variable := range strings.SplitSeq(string(environment), "\x00") {
			home, ok := strings.CutPrefix(variable, "HOME=")
			if !ok || !strings.Contains(home, "corsproof-webkit-") {
				continue
			}
			if pid, err := os.ReadFile(filepath.Join(home, "owner")); err != nil || string(pid) == owner {
				name, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "comm"))
				left = append(left, strings.TrimSpace(string(name)))
			}
		}
	}
	return left
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
	r.Server = httptest.NewServer(r.recording(handler))
	DeferCleanup(r.Close)
	return r
}

// newSecureRecorder starts one with TLS, whose certificate names api.example.test.
func newSecureRecorder(handler http.HandlerFunc) *recorder {
	r := new(recorder)
	r.Server = httptest.NewUnstartedServer(r.recording(handler))
	r.Server.TLS = &tls.Config{Certificates: []tls.Certificate{selfSigned("api.example.test")}}
	r.Server.EnableHTTP2 = true
	r.StartTLS()
	DeferCleanup(r.Close)
	return r
}

func (r *recorder) recording(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		r.mu.Lock()
		r.got = append(r.got, request)
		r.mu.Unlock()
		handler(w, request)
	}
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

// to are the methods of the requests to a path.
func (r *recorder) to(path string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var m []string
	for _, request := range r.got {
		if request.URL.Path == path {
			m = append(m, request.Method)
		}
	}
	return m
}

// permissive allows everything to everybody.
func permissive(w http.ResponseWriter, r *http.Request) {
	shared(w, r)
	h := w.Header()
	h.Set("Access-Control-Allow-Credentials", "true")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
		h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
		h.Set("Access-Control-Max-Age", "600")
	}
	w.Write([]byte("hello"))
}

func shared(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
}

// in opens a context that the spec closes.
func in(ctx context.Context, b *webkit.Browser) fetch.Context {
	GinkgoHelper()
	c, err := b.NewContext(ctx)
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
