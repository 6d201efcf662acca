package contract

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/authority"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

// certificates says which of a target's are accepted, while the fixtures' are.
func certificates(a Agent) {
	DescribeTable("A target's certificate", func(ctx SpecContext, name string, known, accepted bool) {
		issuer, err := authority.New()
		Expect(err).NotTo(HaveOccurred())
		certificate, err := issuer.Issue(name)
		Expect(err).NotTo(HaveOccurred())
		target := httptest.NewUnstartedServer(http.HandlerFunc(trial.Share))
		target.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
		target.StartTLS()
		DeferCleanup(target.Close)
		options := browser.Options{ConnectTo: map[string]string{"api.example.test:443": target.Listener.Addr().String()}}
		if known {
			options.Authority = issuer.PEM()
		}
		ua, err := a.Start(ctx, options)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(end, ua)
		o := trial.Do(ctx, trial.In(ctx, ua), securePage, fetch.Request{API: fetch.Fetch, URL: "https://api.example.test/", Method: "GET"})
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
