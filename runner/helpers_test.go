package runner_test

import (
	"crypto/tls"
	"encoding/json"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/authority"
	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner"
	"github.com/corsproof/corsproof/runner/config"
	"github.com/corsproof/corsproof/suite"
)

// sample is the sample application behind the sample policy.
func sample() http.Handler { return keeping(policy.Sample()) }

// keeping is the sample application behind a policy.
func keeping(p policy.Policy) http.Handler {
	return policies.Keep(p, reference.Items())
}

// serve serves until the spec ends.
func serve(h http.Handler) *httptest.Server {
	server := httptest.NewServer(h)
	DeferCleanup(server.Close)
	return server
}

// serveTLS serves with a certificate for example.com. It also returns a file with the
// certificate.
func serveTLS(h http.Handler) (server *httptest.Server, caFile string) {
	GinkgoHelper()
	server = httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(GinkgoWriter, "", 0)
	issuer, err := authority.New()
	Expect(err).NotTo(HaveOccurred())
	certificate, err := issuer.Issue("example.com", "127.0.0.1")
	Expect(err).NotTo(HaveOccurred())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	DeferCleanup(server.Close)
	caFile = filepath.Join(GinkgoT().TempDir(), "ca.pem")
	Expect(os.WriteFile(caFile, issuer.PEM(), 0o600)).To(Succeed())
	return server, caFile
}

// portOf is a server's port.
func portOf(server *httptest.Server) int {
	GinkgoHelper()
	u, err := url.Parse(server.URL)
	Expect(err).NotTo(HaveOccurred())
	port, err := strconv.Atoi(u.Port())
	Expect(err).NotTo(HaveOccurred())
	return port
}

// declared is the configuration of a server that keeps the sample policy.
func declared(target string) *config.Config {
	return &config.Config{Target: suite.Target{
		URL:       target,
		Policy:    policy.Sample(),
		Resources: []suite.Resource{{Path: "/v1/items"}},
	}}
}

// run runs without a browser, unless the options name one.
func run(ctx SpecContext, o runner.Options) *suite.Report {
	GinkgoHelper()
	if o.Browser == "" {
		o.Browser = runner.None
	}
	r, err := runner.Run(ctx, o)
	Expect(err).NotTo(HaveOccurred())
	return r
}

// verdicts are those of a report, by key.
func verdicts(r *suite.Report) map[string]suite.Verdict {
	m := map[string]suite.Verdict{}
	for _, result := range r.Results {
		m[result.Key] = result.Verdict
	}
	return m
}

// text is all that a report says.
func text(r *suite.Report) string {
	GinkgoHelper()
	data, err := json.Marshal(r)
	Expect(err).NotTo(HaveOccurred())
	return string(data)
}
