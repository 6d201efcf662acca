package acceptance_test

import (
	"crypto/tls"
	"fmt"
	"net/http/httptest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite"
)

// engines are the browsers that judge.
var engines = []string{"chromium", "firefox", "webkit"}

// serveTLS serves the target by https, and returns a cors.yaml for it that names no
// authority.
func serveTLS(a *authority) (yaml string) {
	GinkgoHelper()
	const host = "api.example.test"
	certificate, err := tls.LoadX509KeyPair(a.issue(host, time.Now().Add(time.Hour)))
	Expect(err).NotTo(HaveOccurred())
	server := httptest.NewUnstartedServer(keeper())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	DeferCleanup(server.Close)
	return sampleFor("https://"+host, fmt.Sprintf("connectTo: [\"%s:443:%s\"]", host, server.Listener.Addr()))
}

var _ = Describe("A target by https", func() {
	for _, browser := range engines {
		It("is not judged by "+browser+" if nobody knows its authority", func(ctx SpecContext) {
			e := run(ctx, serveTLS(newAuthority()), "--browser", browser)
			Expect(e.code).To(Equal(suite.ExitNoJudgement))
			Expect(e.stdout).To(ContainSubstring("certificate signed by unknown authority"))
			Expect(e.reasons(suite.Broken)).To(Equal([]string{"tls"}))
			Expect(e.report.Summary[suite.Pass] + e.report.Summary[suite.Fail]).To(BeZero())
		})

		It("is judged by "+browser+" if its authority is named", func(ctx SpecContext) {
			known := newAuthority()
			e := run(ctx, serveTLS(known), "--browser", browser, "--cacert", known.file, "--scenario", "simple.*")
			Expect(e.code).To(Equal(suite.ExitConforms), e.stdout)
			Expect(e.report.Summary[suite.Broken]).To(BeZero())
		})
	}
})
