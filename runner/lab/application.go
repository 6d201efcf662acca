package lab

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/fixtures/faults"
)

// A bank is what a session's server does behind CORS, of which it knows nothing: the
// sample application, and an account that a cookie opens.
//
//	/v1/me        who is logged in; 401 without the cookie
//	/v1/transfer  POST makes a transfer, whoever asks
type bank struct {
	mu        sync.Mutex
	transfers int
}

// sessionCookie is the cookie that every learner has at the server. Strict would do as
// well: all pages below lab.localhost are one site.
var sessionCookie = http.Cookie{Name: "sid", Value: "learner", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}

func (b *bank) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.transfers
}

var sample = faults.Application()

func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/v1/me":
		b.serveAccount(w, r)
	case "/v1/transfer":
		b.transfer(w, r)
	default:
		sample.ServeHTTP(w, r)
	}
}

func (b *bank) serveAccount(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie(sessionCookie.Name)
	if err != nil || cookie.Value != sessionCookie.Value {
		reply(w, http.StatusUnauthorized, `{"error":"nobody is logged in: there is no cookie"}`)
		return
	}
	reply(w, http.StatusOK, `{"user":"learner","iban":"XX00 1234 5678","balance":1000}`)
}

func (b *bank) transfer(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		reply(w, http.StatusMethodNotAllowed, `{"error":"POST makes a transfer"}`)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.transfers++
	reply(w, http.StatusOK, fmt.Sprintf(`{"transfers":%d}`, b.transfers))
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprintln(w, body)
}

// jsonAlone lets a transfer pass that says it is JSON, which no form can say.
func jsonAlone(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
		if r.Method == http.MethodPost && !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
			reply(w, http.StatusUnsupportedMediaType, `{"error":"JSON alone is taken"}`)
			return
		}
		next.ServeHTTP(w, r)
	})
}
