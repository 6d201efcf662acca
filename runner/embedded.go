package runner

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// An embedded server is the reference server, inside of this process.
type embedded struct {
	target suite.Target
	close  func()
}

// serveReference serves the sample application with the sample policy on a free port
// of 127.0.0.1. Nothing there can be harmed, so effects are delivered.
func serveReference() (*embedded, error) {
	// The sample policy trusts a page of http, so that a learner needs no certificate.
	cors, err := reference.New(reference.Config{Policy: policy.Sample(), DangerouslyAllowInsecureOrigins: true})
	if err != nil {
		return nil, fmt.Errorf("the reference server: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the reference server found no port: %w", err)
	}
	elsewhere, closeElsewhere, err := servePublic()
	if err != nil {
		listener.Close()
		return nil, err
	}
	items := reference.Items()
	application := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/away" {
			http.Redirect(w, r, elsewhere, http.StatusFound)
			return
		}
		items.ServeHTTP(w, r)
	})
	server := &http.Server{
		Handler:  cors.Handler(application),
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go server.Serve(listener)
	return &embedded{
		target: suite.Target{
			URL:    "http://" + listener.Addr().String(),
			Policy: policy.Sample(),
			Resources: []suite.Resource{
				{Path: "/v1/items"},
				{Path: "/v1/public", Cacheable: true},
				{Path: "/v1/missing", Status: http.StatusNotFound},
				{Path: "/v1/private", Status: http.StatusUnauthorized},
				{Path: "/v1/broken", Status: http.StatusInternalServerError},
				{Path: "/v1/old", Status: http.StatusMovedPermanently, RedirectsTo: "/v1/items"},
				{Path: "/v1/submitted", Status: http.StatusSeeOther, RedirectsTo: "/v1/items"},
				{Path: "/v1/moved", Status: http.StatusTemporaryRedirect, RedirectsTo: "/v1/items"},
				{Path: "/v1/away", Status: http.StatusFound, RedirectsTo: elsewhere},
				{Path: "/v1/logo.png", Kind: "image"},
				{Path: "/v1/app.js", Kind: "script"},
				{Path: "/v1/site.css", Kind: "style"},
				{Path: "/v1/text.ttf", Kind: "font"},
				{Path: "/v1/events", Kind: "events"},
				{Path: "/v1/badge.png", Kind: "image", Cacheable: true},
			},
			Effects: fetch.Deliver,
		},
		close: func() {
			server.Close()
			closeElsewhere()
		},
	}, nil
}

// servePublic serves what everybody may read, on an origin of its own: there a
// redirect leads. It returns its URL.
func servePublic() (url string, end func(), err error) {
	cors, err := reference.New(reference.Config{Policy: policy.Policy{
		AllowOrigins: []string{"*"}, AllowMethods: []string{"GET", "HEAD"}, AllowHeaders: []string{"*"},
	}})
	if err != nil {
		return "", nil, fmt.Errorf("the other origin: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("the other origin found no port: %w", err)
	}
	server := &http.Server{Handler: cors.Handler(reference.Items()), ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(listener)
	return "http://" + listener.Addr().String() + "/v1/public", func() { server.Close() }, nil
}
