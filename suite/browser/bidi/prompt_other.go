//go:build !linux

package bidi

import "net"

// prompt leaves the connection as it is: what Linux needs, others have no option for.
func prompt(conn net.Conn) net.Conn { return conn }
