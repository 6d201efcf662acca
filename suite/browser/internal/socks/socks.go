// Package socks is a proxy that says of each address where a browser's connection to it
// ends. What goes through it stays as it is, TLS from end to end included.
package socks

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"
)

// A Router says where to connect to for an address, "host:port", or that there is
// nothing to connect to.
type Router func(address string) (to string, ok bool)

// A Server is a SOCKS 5 proxy on a free port of 127.0.0.1. It resolves no name by
// itself but those that its Router returns.
//
// https://www.rfc-editor.org/rfc/rfc1928
type Server struct {
	listener net.Listener
	route    Router
	wg       sync.WaitGroup

	mu      sync.Mutex
	open    map[net.Conn]bool
	closed  bool
	refused []string
}

// Start starts a server.
func Start(route Router) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the proxy found no port: %w", err)
	}
	s := &Server{listener: listener, route: route, open: map[net.Conn]bool{}}
	s.wg.Go(s.accept)
	return s, nil
}

// Port returns the port to connect to.
func (s *Server) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Refused returns the addresses that were asked for and lead nowhere, in order.
func (s *Server) Refused() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refused)
}

// Close ends the server and every connection through it.
func (s *Server) Close() error {
	err := s.listener.Close()
	s.mu.Lock()
	s.closed = true
	for conn := range s.open {
		conn.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
	return err
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if !s.keep(conn) {
			return
		}
		s.wg.Go(func() {
			defer s.drop(conn)
			s.serve(conn)
		})
	}
}

// keep notes a connection that Close is to end.
func (s *Server) keep(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		conn.Close()
		return false
	}
	s.open[conn] = true
	return true
}

func (s *Server) drop(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}

// greetingExpiry is how long a client may take to say what it wants.
const greetingExpiry = 10 * time.Second

// dialTimeout is how long the far end may take to answer.
const dialTimeout = 30 * time.Second

func (s *Server) serve(conn net.Conn) {
	conn.SetDeadline(time.Now().Add(greetingExpiry))
	address, err := Greet(conn)
	if err != nil {
		return
	}
	to, ok := s.route(address)
	if !ok {
		s.mu.Lock()
		s.refused = append(s.refused, address)
		s.mu.Unlock()
		Reply(conn, NotAllowed)
		return
	}
	far, err := net.DialTimeout("tcp", to, dialTimeout)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		Reply(conn, Refused)
		return
	case err != nil:
		Reply(conn, HostUnreachable)
		return
	}
	if !s.keep(far) {
		return
	}
	defer s.drop(far)
	if Reply(conn, Succeeded) != nil {
		return
	}
	conn.SetDeadline(time.Time{})
	join(conn, far)
}

// join copies both ways until both have ended.
func join(a, b net.Conn) {
	var wg sync.WaitGroup
	for _, way := range [][2]net.Conn{{a, b}, {b, a}} {
		wg.Go(func() {
			_, err := io.Copy(way[0], way[1])
			if err != nil {
				a.Close()
				b.Close()
			}
			way[0].(*net.TCPConn).CloseWrite()
		})
	}
	wg.Wait()
}
