package bench

import (
	"net/http"
	"testing"
)

// A wrapped handler may do to its response's headers what it likes. Where a handler
// gives the same slices to every response, it so changes the responses of others: here
// to whom rs/cors says that its responses vary, and that they are shared with
// credentials. See https://github.com/rs/cors/issues/198.
func TestWrappedHandlerChangesItsOwnResponseAlone(t *testing.T) {
	defer func(h http.HandlerFunc) { application = h }(application)
	for _, h := range handlers {
		t.Run(h.name, func(t *testing.T) {
			origins, allowed := exact(1)
			var spoil bool
			application = func(w http.ResponseWriter, r *http.Request) {
				for _, values := range w.Header() {
					if spoil {
						values[0] = "spoilt"
						_ = append(values, "spoilt")
					}
				}
			}
			handler := h.make(origins)
			get := func() http.Header {
				w := response{make(http.Header)}
				handler.ServeHTTP(w, rows[1].request(allowed))
				return w.header
			}
			spoil = true
			get()
			spoil = false
			changed := false
			for name, values := range get() {
				if values[0] == "spoilt" {
					changed = true
					t.Logf("%s is spoilt for all later responses", name)
				}
			}
			if want := h.name == "rs"; changed != want {
				t.Errorf("an earlier response changed a later one: %t, and it should be %t", changed, want)
			}
		})
	}
}
