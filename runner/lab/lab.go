// Package lab is the teaching page: a playground and lessons in which the learner's own
// browser makes real cross-origin requests, to a server whose policy the learner sets.
//
// Everything is on loopback, on two ports, and told apart by the Host header, since
// browsers lead every name below localhost to their own machine:
//
//	lab.localhost          the page that the learner sees
//	api-ID.lab.localhost   the server of one session, which the learner sets
//	other-ID.lab.localhost the same server by another name, to which some paths redirect
//	any other              a page on that origin, for a frame, which makes the requests
//
// Names that are not below localhost are refused, so that no site can lead its own name
// here. What changes a session needs the lab's own origin and a token that its page alone
// has.
package lab

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"
)

// DefaultPort is the lab's port unless told otherwise. It is fixed, so that links to a
// state of the lab stay good.
const DefaultPort = 7070

// A Lab is a running lab.
type Lab struct {
	names    names
	token    string
	sessions *sessions
	catalog  *catalog
	servers  []*http.Server
	done     chan error
}

// Start starts the lab on a port of 127.0.0.1, and on the next one, where there are pages
// on another port. Port 0 takes any that are free. The lab ends with Close.
func Start(port int) (*Lab, error) {
	first, second, err := listen(port)
	if err != nil {
		return nil, err
	}
	l := &Lab{
		names:    names{port: portOf(first), otherPort: portOf(second)},
		token:    random(16),
		sessions: newSessions(),
		done:     make(chan error, 2),
	}
	if l.catalog, err = newCatalog(l.names); err != nil {
		return nil, errors.Join(err, first.Close(), second.Close())
	}
	for _, listener := range []net.Listener{first, second} {
		s := &http.Server{
			Handler:           l,
			ErrorLog:          log.New(io.Discard, "", 0), // browsers hang up at any time
			ReadHeaderTimeout: 10 * time.Second,
			MaxHeaderBytes:    64 << 10,
		}
		l.servers = append(l.servers, s)
		go func() { l.done <- s.Serve(listener) }()
	}
	return l, nil
}

// listen takes two ports: the one that is asked for and the next, or any two.
func listen(port int) (first, second net.Listener, err error) {
	if first, err = listenOn(port); err != nil {
		return nil, nil, err
	}
	next := 0
	if port != 0 {
		next = port + 1
	}
	if second, err = listenOn(next); err != nil {
		first.Close()
		return nil, nil, err
	}
	return first, second, nil
}

func listenOn(port int) (net.Listener, error) {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("the lab cannot have port %d: %w; --port 0 takes ports that are free", port, err)
	}
	return l, nil
}

func portOf(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// URL is that of the page for the learner.
func (l *Lab) URL() string { return l.names.lab() + "/" }

// Close ends the lab and every connection to it.
func (l *Lab) Close() error {
	var errs []error
	for _, s := range l.servers {
		errs = append(errs, s.Close())
	}
	for range l.servers {
		if err := <-l.done; !errors.Is(err, http.ErrServerClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// ServeHTTP tells by the Host header who is meant.
func (l *Lab) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, session := l.names.meant(r.Host)
	switch host {
	case labHost:
		l.serveLab(w, r)
	case targetHost:
		l.serveTarget(w, r, session)
	case pageHost:
		l.servePage(w, r)
	default:
		http.Error(w, "The lab has no such name. It is at "+l.URL(), http.StatusMisdirectedRequest)
	}
}
