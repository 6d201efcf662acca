package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
)

// NewTransport returns what sends requests as they are given: HTTP/1.1, with no proxy
// from the environment, no compression that would add a header, and the authorities
// in roots, or the system's if it is nil. Route returns the address to connect to in
// place of another, host:port for host:port; nil takes each as it is.
//
// Like browsers it asks no resolver for localhost and the names below it.
func NewTransport(route func(address string) string, roots *x509.CertPool) *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		Protocols:           &protocols,
		DisableCompression:  true,
		MaxIdleConnsPerHost: 16,
		TLSClientConfig:     &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if route != nil {
				address = route(address)
			}
			return dial(ctx, network, address)
		},
	}
}

func dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	host, port, err := net.SplitHostPort(address)
	if err != nil || !isLocalhost(host) {
		return dialer.DialContext(ctx, network, address)
	}
	conn, err := dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		if conn, err := dialer.DialContext(ctx, network, net.JoinHostPort("::1", port)); err == nil {
			return conn, nil
		}
	}
	return conn, err
}

// CauseOf tells from an http.RoundTripper's error why no response came. A deadline of
// the request's own is ByTimeout, as is any other.
func CauseOf(err error) Cause {
	var (
		dns         *net.DNSError
		op          *net.OpError
		verify      *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       tls.AlertError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		certificate x509.CertificateInvalidError
		timeout     net.Error
	)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return ByTimeout
	case errors.As(err, &dns):
		return ByDNS
	case errors.As(err, &verify), errors.As(err, &record), errors.As(err, &alert),
		errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &certificate),
		errors.Is(err, http.ErrSchemeMismatch):
		return ByTLS
	// An alert has an unexported type, but its operation says that it is one.
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"):
		return ByTLS
	case strings.Contains(err.Error(), "tls: "): // crypto/tls has no type for the rest
		return ByTLS
	case errors.As(err, &timeout) && timeout.Timeout():
		return ByTimeout
	}
	return ByConnection
}

// causeOf is CauseOf, for a request whose context may have ended first.
func causeOf(ctx context.Context, err error) Cause {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ByTimeout
	}
	return CauseOf(err)
}
