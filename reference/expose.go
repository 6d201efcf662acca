package reference

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/policy"
)

// An exposingWriter exposes whatever headers a response turns out to have. It is
// needed where a policy exposes "*" and allows credentials: user agents then
// take "*" for a header of that name, so that each header must be listed, and
// which there are is not known before the response begins.
//
// A wrapped handler finds it a [http.Flusher]; for anything else it needs an
// [http.ResponseController].
//
// https://fetch.spec.whatwg.org/#http-new-header-syntax
type exposingWriter struct {
	http.ResponseWriter
	exposed bool
}

// expose lists the headers, unless it has done so before.
func (w *exposingWriter) expose() {
	if !w.exposed {
		w.exposed = true
		w.Header().Set(headerExposeHeaders, exposable(w.Header()))
	}
}

// exposable returns a list of the headers that scripts may read.
func exposable(response http.Header) string {
	// The server adds Date later. To list a header that never comes does no harm.
	list := []string{"Date"}
	for _, name := range slices.Sorted(maps.Keys(response)) {
		switch {
		case name == "Date" || name == "Set-Cookie" || name == "Set-Cookie2":
		case strings.HasPrefix(name, "Access-Control-"):
		case !policy.IsToken(name):
			// One that is no token, such as an announced trailer, would make
			// user agents drop the whole list.
		default:
			list = append(list, name)
		}
	}
	return strings.Join(list, ", ")
}

func (w *exposingWriter) WriteHeader(status int) {
	if status >= 200 { // until then, the response has not begun
		w.expose()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *exposingWriter) Write(body []byte) (int, error) {
	w.expose()
	return w.ResponseWriter.Write(body)
}

func (w *exposingWriter) Flush() {
	_ = w.FlushError() // of which http.Flusher has no way to tell
}

// FlushError is what [http.ResponseController] calls.
func (w *exposingWriter) FlushError() error {
	w.expose()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for [http.ResponseController].
func (w *exposingWriter) Unwrap() http.ResponseWriter {
	return w.ResponseWriter
}
