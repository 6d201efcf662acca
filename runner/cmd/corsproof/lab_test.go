package main_test

import (
	"net"
	"net/http"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/suite"
)

var _ = Describe("lab", func() {
	It("says where it is, serves until it is interrupted, and ends well", func() {
		s := start(nil, "lab", "--port", "0")
		Eventually(s.Out, patience).Should(gbytes.Say(`^http://lab\.localhost:\d+/\n`))
		Eventually(s.Err, patience).Should(gbytes.Say(`Open this in your browser\. Ctrl-C ends the lab\.`))

		name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(stdout(s)), "http://"), "/")
		_, port, err := net.SplitHostPort(name)
		Expect(err).NotTo(HaveOccurred())
		r, err := http.NewRequest("GET", "http://127.0.0.1:"+port+"/", nil)
		Expect(err).NotTo(HaveOccurred())
		r.Host = name
		response, err := http.DefaultTransport.RoundTrip(r)
		Expect(err).NotTo(HaveOccurred())
		response.Body.Close()
		Expect(response.StatusCode).To(Equal(200))

		s.Interrupt()
		Eventually(s, patience).Should(gexec.Exit(suite.ExitConforms))
	})

	It("refuses ports that it cannot have", func() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		defer l.Close()
		taken := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)

		s := corsproof("lab", "--port", taken)
		Expect(s).To(gexec.Exit(suite.ExitUsage))
		Expect(stderr(s)).To(HavePrefix("corsproof: the lab cannot have port " + taken + ": "))

		s = corsproof("lab", "--port", "65535")
		Expect(s).To(gexec.Exit(suite.ExitUsage))
		Expect(stderr(s)).To(Equal("corsproof: --port 65535: no such pair of ports; expected 0 to 65534\n"))
	})

	It("teaches by its help", func() {
		s := corsproof("lab", "--help")
		Expect(s).To(gexec.Exit(0))
		Expect(stdout(s)).To(ContainSubstring("passed when your browser agrees"))
		Expect(stdout(s)).To(ContainSubstring("listens on 127.0.0.1 alone"))
	})
})
