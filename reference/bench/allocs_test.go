package bench

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Of memory, our handler takes one piece for a response's headers at most, and nothing
// where it has none to say.
func TestAllocations(t *testing.T) {
	most := func(row row) float64 {
		if row.asks != "" && row.name != "preflight-allowed" {
			return 0
		}
		return 1
	}
	check := func(name string, h http.Handler, r *http.Request, most float64) {
		w := response{make(http.Header)}
		if n := testing.AllocsPerRun(100, func() { clear(w.header); h.ServeHTTP(w, r) }); n > most {
			t.Errorf("%s: %v allocations, and there should be %v at most", name, n, most)
		}
		for name := range w.header {
			if strings.HasPrefix(name, "Access-Control-Allow-") && most == 0 {
				t.Errorf("a refused preflight is answered with %s", name)
			}
		}
	}
	for _, n := range []int{1, 10, 1000} {
		for kind, origins := range map[string]func(int) ([]string, string){"exact": exact, "pattern": patterns} {
			listed, allowed := origins(n)
			for _, row := range rows {
				check(fmt.Sprintf("%s-%d/%s", kind, n, row.name), ours(listed, http.StatusForbidden), row.request(allowed), most(row))
				check(fmt.Sprintf("%s-%d/%s by default", kind, n, row.name), ours(listed, 0), row.request(allowed), 1)
			}
		}
	}
	listed, allowed := patterns(1)
	for _, row := range hostile {
		check("hostile/"+row.name, ours(listed, http.StatusForbidden), row.request(allowed), most(row))
	}
}
