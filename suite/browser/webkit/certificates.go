package webkit

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
)

// A trust is in one certificate, for one host.
type trust struct {
	Host string `json:"host"`
	File string `json:"certificateFile"`
}

// A pin is the certificate of a target that its private authority has signed. WebKitGTK
// knows no authority but the system's, so that the signature, the name and the time
// are validated by corsproof, and the browser is told of this certificate alone.
type pin struct {
	host string
	leaf []byte // in DER
}

// pin looks at the targets' certificates, if there is a private authority. What it does
// not accept is left to the browser, which does not either.
func (b *Browser) pin(ctx context.Context) ([]pin, error) {
	if b.options.Authority == nil {
		return nil, nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(b.options.Authority) {
		return nil, errors.New("the private authority is no certificate in PEM")
	}
	var pins []pin
	addresses := slices.Clone(b.options.Targets)
	for address := range b.options.ConnectTo {
		addresses = append(addresses, address)
	}
	slices.Sort(addresses)
	for _, address := range slices.Compact(addresses) {
		host, port, err := net.SplitHostPort(address)
		if err != nil || port == "*" {
			continue
		}
		within, cancel := context.WithTimeout(ctx, startTimeout)
		conn, _, err := b.connect(within, address)
		if err != nil {
			cancel()
			continue
		}
		client := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: roots})
		if client.HandshakeContext(within) == nil {
			pins = append(pins, pin{host, client.ConnectionState().PeerCertificates[0].Raw})
		}
		client.Close()
		cancel()
	}
	return pins, nil
}

// trusted writes the certificates that a browser is to trust besides those that it
// knows: those of the fixture pages by https on the hosts, and those that are pinned.
func (b *Browser) trusted(hosts []string) ([]trust, error) {
	pins := slices.Clone(b.pins)
	for _, host := range hosts {
		leaf, err := b.origins.Certificate(host)
		if err != nil {
			return nil, err
		}
		pins = append(pins, pin{host, leaf})
	}
	var all []trust
	for _, p := range pins {
		// The name of the file is that of what is in it: several contexts may write it.
		file := filepath.Join(b.home.Dir, fmt.Sprintf("%x.pem", sha256.Sum256(p.leaf)))
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.leaf}), 0o600); err != nil {
			return nil, err
		}
		all = append(all, trust{p.host, file})
	}
	return all, nil
}
