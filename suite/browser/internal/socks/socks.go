// Package socks is a proxy that says of each address where a browser's connection to it
// ends. What goes through it stays as it is, TLS from end to end included.
package socks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
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

const (
	version = 5

	noAuthentication = 0

	commandConnect = 1

	addressIPv4 = 1
	addressName = 3
	addressIPv6 = 4

	succeeded      = 0
	notAllowed     = 2
	unreachable    = 4
	refusedThere   = 5
	notUnderstood  = 7
	greetingExpiry = 10 * time.Second
)

// dialTimeout is how long the far end may take to answer.
const dialTimeout = 30 * time.Second

func (s *Server) serve(conn net.Conn) {
	conn.SetDeadline(time.Now().Add(greetingExpiry))
	address, err := greet(conn)
	if err != nil {
		return
	}
	to, ok := s.route(address)
	if !ok {
		s.mu.Lock()
		s.refused = append(s.refused, address)
		s.mu.Unlock()
		reply(conn, notAllowed)
		return
	}
	far, err := net.DialTimeout("tcp", to, dialTimeout)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		reply(conn, refusedThere)
		return
	case err != nil:
		reply(conn, unreachable)
		return
	}
	if !s.keep(far) {
		return
	}
	defer s.drop(far)
	if reply(conn, succeeded) != nil {
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

// greet hears what the client wants and returns the address that it asks for.
func greet(conn net.Conn) (string, error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(conn, head); err != nil {
		return "", err
	}
	if head[0] != version {
		return "", errors.New("another version of SOCKS")
	}
	if _, err := io.CopyN(io.Discard, conn, int64(head[1])); err != nil {
		return "", err
	}
	if _, err := conn.Write([]byte{version, noAuthentication}); err != nil {
		return "", err
	}
	request := make([]byte, 4)
	if _, err := io.ReadFull(conn, request); err != nil {
		return "", err
	}
	if request[1] != commandConnect {
		reply(conn, notUnderstood)
		return "", errors.New("a command other than CONNECT")
	}
	host, err := readHost(conn, request[3])
	if err != nil {
		return "", err
	}
	port := make([]byte, 2)
	if _, err := io.ReadFull(conn, port); err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port)))), nil
}

func readHost(conn net.Conn, kind byte) (string, error) {
	length := 0
	switch kind {
	case addressIPv4:
		length = net.IPv4len
	case addressIPv6:
		length = net.IPv6len
	case addressName:
		one := make([]byte, 1)
		if _, err := io.ReadFull(conn, one); err != nil {
			return "", err
		}
		length = int(one[0])
	default:
		return "", errors.New("an address of an unknown kind")
	}
	host := make([]byte, length)
	if _, err := io.ReadFull(conn, host); err != nil {
		return "", err
	}
	if kind == addressName {
		return string(host), nil
	}
	return net.IP(host).String(), nil
}

// reply says what became of the request. The address in it means nothing here.
func reply(conn net.Conn, code byte) error {
	_, err := conn.Write([]byte{version, code, 0, addressIPv4, 0, 0, 0, 0, 0, 0})
	return err
}
