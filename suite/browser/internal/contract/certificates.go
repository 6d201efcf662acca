package contract

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/fetch"
)

// certificates says which of a target's are accepted, while the fixtures' are.
func certificates(a Agent) {
	DescribeTable("A target's certificate", func(ctx SpecContext, name string, known, accepted bool) {
		authority, certificate := issue(name)
		target := httptest.NewUnstartedServer(http.HandlerFunc(shared))
		target.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
		target.StartTLS()
		DeferCleanup(target.Close)
		options := browser.Options{ConnectTo: map[string]string{"api.example.test:443": target.Listener.Addr().String()}}
		if known {
			options.Authority = authority
		}
		ua, err := a.Start(ctx, options)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(end, ua)
		o := do(ctx, in(ctx, ua), page, fetch.Request{API: fetch.Fetch, URL: "https://api.example.test/", Method: "GET"})
		Expect(o.Shared()).To(Equal(accepted))
		if !accepted {
			Expect(o.Cause).To(Equal(fetch.ByTLS))
		}
	},
		Entry("is taken if its authority was named", "api.example.test", true, true),
		Entry("is not taken if its authority is unknown", "api.example.test", false, false),
		Entry("is not taken for another name", "www.example.test", true, false),
	)
}

// issue makes an authority, in PEM, and a certificate of its own for a name.
func issue(name string) ([]byte, tls.Certificate) {
	GinkgoHelper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	authority := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "Test authority"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	root, err := x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key)
	Expect(err).NotTo(HaveOccurred())
	leaf, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, authority, key.Public(), key)
	Expect(err).NotTo(HaveOccurred())
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root}), tls.Certificate{Certificate: [][]byte{leaf}, PrivateKey: key}
}
