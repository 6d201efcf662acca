package socks

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strconv"
)

const (
	version = 5

	noAuthentication = 0

	commandConnect = 1

	addressIPv4 = 1
	addressName = 3
	addressIPv6 = 4
)

// What becomes of a request to connect.
//
// https://www.rfc-editor.org/rfc/rfc1928#section-6
const (
	Succeeded       = 0
	GeneralFailure  = 1
	NotAllowed      = 2
	HostUnreachable = 4
	Refused         = 5
	notUnderstood   = 7
)

// Greet agrees with the client on no authentication, and returns the address to which
// it wants to connect, "host:port". An error means that nothing more can be said to it.
//
// https://www.rfc-editor.org/rfc/rfc1928
func Greet(conn io.ReadWriter) (string, error) {
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
		Reply(conn, notUnderstood)
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

func readHost(conn io.Reader, kind byte) (string, error) {
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

// Reply says what became of the request. The address in it means nothing here.
func Reply(conn io.Writer, code byte) error {
	_, err := conn.Write([]byte{version, code, 0, addressIPv4, 0, 0, 0, 0, 0, 0})
	return err
}
