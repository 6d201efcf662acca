package reference

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// redirects are the statuses of the paths that redirect.
var redirects = map[string]int{
	"/v1/old":       http.StatusMovedPermanently,
	"/v1/submitted": http.StatusSeeOther,
	"/v1/moved":     http.StatusTemporaryRedirect,
}

// itemsTag is the entity tag of everything.
const itemsTag = `"items-1"`

// itemMethods are the methods of the sample application's collections.
var itemMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}

// Items returns the sample application: a handler that knows nothing of CORS, to
// put behind one that does. It keeps no state.
//
//	/v1/items    200 to GET, HEAD, POST, PUT, PATCH and DELETE; 405 to the rest
//	/v1/public   the same, and caches may store it for 60 s; 304 where it is unchanged
//	/v1/missing  404
//	/v1/private  401
//	/v1/broken   500
//	/v1/old, /v1/submitted, /v1/moved
//	             301, 303 and 307 to /v1/items
//
// Any other path is missing too, but for what elements load, by the same methods:
// the image /v1/logo.png, the same as /v1/badge.png, which caches may store as they may
// /v1/public, the script and module /v1/app.js, the style sheet
// /v1/site.css, the font /v1/text.ttf, the captions /v1/items.vtt, and the stream
// /v1/events, which has one event.
// Every other response but 304 is JSON, and all of them have the headers ETag and
// X-Total-Count.
func Items() http.Handler {
	return http.HandlerFunc(serveItems)
}

func serveItems(w http.ResponseWriter, r *http.Request) {
	a, isAsset := assets[r.URL.Path]
	if isAsset && collectionStatus(r.Method) == http.StatusOK {
		if r.URL.Path == "/v1/badge.png" && !stale(w, r) {
			return
		}
		w.Header().Set("Content-Type", a.contentType)
		w.Write(a.body)
		return
	}
	status := http.StatusNotFound
	if isAsset {
		status = http.StatusMethodNotAllowed
	}
	switch r.URL.Path {
	case "/v1/items":
		status = collectionStatus(r.Method)
	case "/v1/public":
		status = collectionStatus(r.Method)
		if !stale(w, r) {
			return
		}
	case "/v1/private":
		status = http.StatusUnauthorized
	case "/v1/broken":
		status = http.StatusInternalServerError
	case "/v1/old", "/v1/submitted", "/v1/moved":
		status = redirects[r.URL.Path]
		w.Header().Set("Location", "/v1/items")
	}

	switch status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", strings.Join(itemMethods, ", "))
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("ETag", itemsTag)
	w.Header().Set("X-Total-Count", "2")
	w.WriteHeader(status)
	if status == http.StatusOK {
		fmt.Fprintln(w, `{"items":[{"id":1,"name":"first"},{"id":2,"name":"second"}]}`)
	} else {
		fmt.Fprintf(w, "{\"error\":%q}\n", http.StatusText(status))
	}
}

// stale says that caches may store a response, and answers 304 and reports false if the
// one that the request asks about is up to date.
func stale(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Set("Cache-Control", "public, max-age=60")
	w.Header().Set("ETag", itemsTag)
	if r.Method == http.MethodGet && r.Header.Get("If-None-Match") == itemsTag {
		w.Header().Set("X-Total-Count", "2")
		w.WriteHeader(http.StatusNotModified)
		return false
	}
	return true
}

func collectionStatus(method string) int {
	if slices.Contains(itemMethods, method) {
		return http.StatusOK
	}
	return http.StatusMethodNotAllowed
}
