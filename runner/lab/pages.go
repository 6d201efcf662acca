package lab

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/fixtures/page"
	"github.com/corsproof/corsproof/runner/pages"
)

//go:embed assets
var embedded embed.FS

var assets, _ = fs.Sub(embedded, "assets")

// asset returns an embedded text. That it is there is known when the lab is built.
func asset(name string) string {
	data, err := fs.ReadFile(assets, name)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// shared are the files that the lab has in common with the report.
var shared = map[string]struct{ contentType, text string }{
	"/base.css":    {"text/css; charset=utf-8", pages.BaseCSS},
	"/sequence.js": {"text/javascript; charset=utf-8", pages.SequenceJS},
}

// serveLab serves the page that the learner sees, and what it asks for.
func (l *Lab) serveLab(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if strings.HasPrefix(r.URL.Path, "/api/") {
		l.serveAPI(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "GET alone is answered here", http.StatusMethodNotAllowed)
		return
	}
	if file, ok := shared[r.URL.Path]; ok {
		h.Set("Content-Type", file.contentType)
		fmt.Fprint(w, file.text)
		return
	}
	if r.URL.Path == "/" {
		h.Set("Content-Security-Policy", l.names.contentSecurityPolicy())
		h.Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, strings.Replace(asset("index.html"), "{{token}}", l.token, 1))
		return
	}
	if r.URL.Path == "/index.html" || r.URL.Path == "/frame.js" { // not as they are
		http.NotFound(w, r)
		return
	}
	http.FileServerFS(assets).ServeHTTP(w, r)
}

// contentSecurityPolicy lets the lab's page load its own files and frames below localhost,
// and nothing else.
func (n names) contentSecurityPolicy() string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; frame-src " + n.sources()
}

// pagePolicy lets a page that makes requests make them below localhost, where even a
// redirect cannot lead them out, and be in a frame of the lab's alone.
func (n names) pagePolicy() string {
	return fmt.Sprintf("default-src %s; script-src 'unsafe-inline' %[1]s; frame-ancestors %s", n.sources(), n.lab())
}

// sources are all names that are the lab's.
func (n names) sources() string {
	var all []string
	for _, port := range []int{n.port, n.otherPort} {
		for _, host := range []string{"*.localhost", "localhost", "127.0.0.1"} {
			all = append(all, fmt.Sprintf("http://%s:%d", host, port))
		}
	}
	return strings.Join(all, " ")
}

// servePage serves the page that makes requests, at whatever origin it was asked for. The
// lab's page alone may have it in a frame, and tell it what to ask for.
func (l *Lab) servePage(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != "/" || r.Method != http.MethodGet:
		http.NotFound(w, r)
	case r.Header.Get("Sec-Fetch-Dest") == "document": // somebody typed it
		http.Redirect(w, r, l.URL(), http.StatusFound)
	default:
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", l.names.pagePolicy())
		bridge := "<script>\n" + strings.Replace(asset("frame.js"), "{{lab}}", l.names.lab(), 1) + "</script>\n</body>"
		fmt.Fprint(w, strings.Replace(page.HTML(), "</body>", bridge, 1))
	}
}

// serveTarget serves a session's server. A page on its own origin gives the browser the
// cookie.
func (l *Lab) serveTarget(w http.ResponseWriter, r *http.Request, id string) {
	s := l.sessions.get(id)
	switch {
	case s == nil:
		http.Error(w, "this session of the lab has ended; load the lab anew", http.StatusGone)
	case r.URL.Path == "/":
		http.SetCookie(w, &sessionCookie)
		l.servePage(w, r)
	default:
		s.ServeHTTP(w, r)
	}
}
