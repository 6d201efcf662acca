package bidi

import (
	"net"
	"syscall"
)

// prompt makes a connection acknowledge at once what comes. Firefox writes an event in
// two pieces and, by Nagle's algorithm, keeps the second until the first is
// acknowledged, which Linux by itself does after 40 ms: each event would cost that.
func prompt(conn net.Conn) net.Conn {
	if tcp, ok := conn.(*net.TCPConn); ok {
		return promptConn{tcp}
	}
	return conn
}

type promptConn struct{ *net.TCPConn }

func (c promptConn) Read(p []byte) (int, error) {
	c.acknowledge()
	n, err := c.TCPConn.Read(p)
	c.acknowledge()
	return n, err
}

// acknowledge is asked for anew each time: the kernel forgets it.
//
// https://man7.org/linux/man-pages/man7/tcp.7.html
func (c promptConn) acknowledge() {
	if raw, err := c.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) {
			syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
		})
	}
}
