package reference_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
)

// The oracles here are slow and obvious: expressions, lists and loops over all there is.

var (
	labels = `[a-z0-9_-]+(\.[a-z0-9_-]+)*`
	port   = regexp.MustCompile(`:([1-9][0-9]*)$`)
)

// mayMatch says whether one value of a policy's list allows an origin.
func mayMatch(allowed, origin string) bool {
	if len(origin) > 326 {
		return false
	}
	base, anyPort := strings.CutSuffix(allowed, ":*")
	if anyPort {
		if given := port.FindStringSubmatch(origin); given != nil {
			n, err := strconv.Atoi(given[1])
			scheme, _, _ := strings.Cut(origin, "://")
			if err != nil || n > 65535 || scheme == "http" && n == 80 || scheme == "https" && n == 443 {
				return false
			}
			origin = strings.TrimSuffix(origin, given[0])
		}
	}
	expression := regexp.QuoteMeta(base)
	expression = strings.Replace(expression, `://\*\.`, `://`+labels+`\.`, 1)
	return regexp.MustCompile(`\A` + expression + `\z`).MatchString(origin)
}

func FuzzMatch(f *testing.F) {
	for _, seed := range [][3]string{
		{"https://example.com", "https://*.example.org", "https://a.example.org"},
		{"https://*.example.org:8443", "https://*.b.example.org", "https://a.b.example.org:8443"},
		{"http://localhost:*", "http://[::1]:*", "http://[::1]:3000"},
		{"https://*.example.org:*", "http://*.example.org", "https://a.example.org:65536"},
		{"https://*.example.org:*", "http://*.example.org", "https://a..example.org:80"},
		{"capacitor://localhost", "null", "null"},
		{"https://*.a", "https://*.a.a", "https://a.a.a.a"},
		{"https://*.example.org", "https://example.org", "https://evil.test/.example.org"},
		{"https://*.example.org.", "https://example.org", "https://a.example.org."},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, one, another, origin string) {
		p := reference.Policy{AllowOrigins: []string{one, another}}
		if p.Validate() != nil || strings.Contains(one, "xn--") || strings.Contains(another, "xn--") {
			return
		}
		cors, err := reference.New(daring(p))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Origin"] = []string{origin}
		w := httptest.NewRecorder()
		cors.Handler(nothing).ServeHTTP(w, r)
		got := w.Header().Get("Access-Control-Allow-Origin")
		if want := mayMatch(one, origin) || mayMatch(another, origin); (got != "") != want || want && got != origin {
			t.Errorf("%q and %q allow %q: %t, but the handler says %q", one, another, origin, want, got)
		}
	})
}

var nothing = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

// mayAsk says whether the headers that a CORS-preflight request asks for are listed.
func mayAsk(listed []string, lines []string) bool {
	if len(strings.Join(lines, "")) > 2048 {
		return false
	}
	empty := 0
	for _, line := range lines {
		for _, element := range strings.Split(line, ",") {
			element = strings.Trim(element, " \t")
			isListed := func(name string) bool { return lower(name) == lower(element) }
			switch {
			case element == "":
				empty++
			case !slices.ContainsFunc(listed, isListed):
				return false
			}
		}
	}
	return empty <= 16
}

// lower is for ASCII alone: in Unicode, the sign of kelvin is a k too.
func lower(s string) string {
	b := []byte(s)
	for i := range b {
		if 'A' <= b[i] && b[i] <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}

func FuzzRequestedHeaders(f *testing.F) {
	for _, seed := range [][4]string{
		{"X-A", "Content-Type", "content-type,x-a", ""},
		{"x-a", "X-B", " X-A ,\t,x-b,", "x-a"},
		{"X-A", "X-AB", "x-ab,x-a", ",,,,,,,,,,,,,,,,,"},
		{"X-A", "Authorization", "authorization x-a", "x-a\x00"},
		{"X-K", "X-K", "X-\u212a", "x-k"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, one, another, line, further string) {
		p := reference.Policy{AllowOrigins: []string{"https://a.example"}, AllowHeaders: []string{one, another}}
		c := of(p)
		c.RefusalStatus = http.StatusForbidden
		cors, err := reference.New(c)
		if err != nil {
			return
		}
		lines := []string{line, further}
		if got, want := preflightStatus(cors, lines) == http.StatusNoContent, mayAsk(p.AllowHeaders, lines); got != want {
			t.Errorf("%q and %q allow %q: %t, but the handler says %t", one, another, lines, want, got)
		}
	})
}

// FuzzEcho is about what is answered where every header is allowed with credentials: a
// list of the names that were asked for, in their order, or nothing.
func FuzzEcho(f *testing.F) {
	f.Add("content-type,x-a", "x-b")
	f.Add(" , x-a\t,", "x b")
	f.Add(strings.Repeat(",", 17), "")
	f.Add("x-a,x-b:c", "")
	f.Fuzz(func(t *testing.T, line, further string) {
		cors, err := reference.New(of(policy.Policy{AllowOrigins: []string{"https://a.example"}, AllowHeaders: []string{"*"}, AllowCredentials: true}))
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		cors.Handler(nothing).ServeHTTP(w, preflightFor([]string{line, further}))
		want, empty := []string{}, 0
		for element := range strings.SplitSeq(line+","+further, ",") {
			if element = strings.Trim(element, " \t"); element == "" {
				empty++
			} else {
				want = append(want, element)
			}
		}
		isName := regexp.MustCompile("\\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\\z").MatchString
		if len(line)+len(further) > 2048 || empty > 16 || slices.ContainsFunc(want, func(name string) bool { return !isName(name) }) {
			want = []string{}
		}
		if got := w.Header().Get("Access-Control-Allow-Headers"); got != strings.Join(want, ", ") {
			t.Errorf("%q and %q are answered %q, not %q", line, further, got, want)
		}
	})
}

func preflightFor(lines []string) *http.Request {
	r := httptest.NewRequest("OPTIONS", "/", nil)
	r.Header = http.Header{
		"Origin":                         {"https://a.example"},
		"Access-Control-Request-Method":  {"GET"},
		"Access-Control-Request-Headers": lines,
	}
	return r
}

func preflightStatus(cors *reference.CORS, lines []string) int {
	w := httptest.NewRecorder()
	cors.Handler(nothing).ServeHTTP(w, preflightFor(lines))
	io.Copy(io.Discard, w.Body)
	return w.Code
}
