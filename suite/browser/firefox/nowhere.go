package firefox

import (
	"fmt"
	"syscall"
)

// A nowhere is a port of 127.0.0.1 that is taken and on which nobody listens: whoever
// connects there is refused, and nobody else can come to listen.
type nowhere struct {
	socket int
	port   int
}

func newNowhere() (*nowhere, error) {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, fmt.Errorf("no socket for held requests: %w", err)
	}
	syscall.CloseOnExec(socket)
	n := &nowhere{socket: socket}
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		n.Close()
		return nil, fmt.Errorf("no port for held requests: %w", err)
	}
	address, err := syscall.Getsockname(socket)
	if err != nil {
		n.Close()
		return nil, fmt.Errorf("no port for held requests: %w", err)
	}
	n.port = address.(*syscall.SockaddrInet4).Port
	return n, nil
}

// Close gives the port back.
func (n *nowhere) Close() error { return syscall.Close(n.socket) }
