package config

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// A ConnectTo sends what is meant for one host and port to another, as curl's
// --connect-to does: the URL, the name in the certificate and the Host header
// stay as they are. IPv6 addresses are without brackets, names in lower case.
//
// https://curl.se/docs/manpage.html#--connect-to
type ConnectTo struct {
	Host string // "" is any
	Port int    // 0 is any

	ToHost string // "" leaves the host as it is
	ToPort int    // 0 leaves the port as it is
}

// String returns it as ParseConnectTo reads it.
func (c ConnectTo) String() string {
	return fmt.Sprintf("%s:%s:%s:%s", bracketed(c.Host), portText(c.Port), bracketed(c.ToHost), portText(c.ToPort))
}

func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

func portText(port int) string {
	if port == 0 {
		return ""
	}
	return strconv.Itoa(port)
}

// connectToForm is what an argument of --connect-to looks like.
const connectToForm = "HOST1:PORT1:HOST2:PORT2, such as api.example.com:443:127.0.0.1:8443"

// ParseConnectTo reads HOST1:PORT1:HOST2:PORT2. Each part may be empty, and an
// IPv6 address is in brackets.
func ParseConnectTo(s string) (ConnectTo, error) {
	c, problem := parseConnectTo(s)
	if problem != "" {
		return ConnectTo{}, fmt.Errorf("%q %s; expected %s", s, problem, connectToForm)
	}
	return c, nil
}

// parseConnectTo returns what is wrong apart from s, which may hold a secret.
func parseConnectTo(s string) (c ConnectTo, problem string) {
	parts, ok := splitColons(s)
	if !ok {
		return c, "has a bracket without its other half"
	}
	if len(parts) != 4 {
		return c, fmt.Sprintf("has %d of the 4 parts between colons", len(parts))
	}
	if c.Host, ok = parseHost(parts[0]); !ok {
		return c, "has a first part that is no host"
	}
	if c.Port, ok = parsePort(parts[1]); !ok {
		return c, "has a second part that is no port"
	}
	if c.ToHost, ok = parseHost(parts[2]); !ok {
		return c, "has a third part that is no host"
	}
	if c.ToPort, ok = parsePort(parts[3]); !ok {
		return c, "has a fourth part that is no port"
	}
	return c, ""
}

// splitColons splits s at the colons outside of brackets.
func splitColons(s string) (parts []string, ok bool) {
	start, inside := 0, false
	for i, c := range s {
		switch {
		case c == '[' && !inside:
			inside = true
		case c == ']' && inside:
			inside = false
		case c == '[' || c == ']':
			return nil, false
		case c == ':' && !inside:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:]), !inside
}

func parseHost(s string) (host string, ok bool) {
	if inner, found := strings.CutPrefix(s, "["); found {
		inner, found = strings.CutSuffix(inner, "]")
		addr, err := netip.ParseAddr(inner)
		return inner, found && err == nil && addr.Is6()
	}
	for _, c := range []byte(s) {
		if !isLetter(c) && !isDigit(c) && c != '-' && c != '.' && c != '_' {
			return "", false
		}
	}
	return strings.ToLower(s), true
}

func parsePort(s string) (port int, ok bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return int(n), err == nil && n > 0
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
