package main_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/suite"
)

var _ = Describe("--fixes", func() {
	var target string

	BeforeEach(func() {
		inner := forgetful()
		target = serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Powered-By", "Express")
			inner.ServeHTTP(w, r)
		})).URL
	})

	run := func(args ...string) *gexec.Session {
		GinkgoHelper()
		return corsproof(append([]string{"run", "--browser", "none", "-f", sampleAt(target), "--scenario", "errors.server"}, args...)...)
	}

	It("is guessed where it is not given", func() {
		s := run()
		Expect(s).To(gexec.Exit(suite.ExitFails))
		Expect(stdout(s)).To(ContainSubstring("\nWhat to change in Express with cors\n  It seems to be one: its answers have X-Powered-By: Express."))
		Expect(stdout(s)).To(ContainSubstring("\n      in server express: "))
		Expect(stdout(s)).To(ContainSubstring("    app.use(cors({\n"))
	})

	It("names a server", func() {
		s := run("--fixes", "caddy", "--json", "-")
		r := parsed(s.Out.Contents())
		Expect(r.Repairs).To(HaveLen(1))
		Expect(r.Repairs[0].Server).To(Equal("caddy"))
		Expect(r.Repairs[0].Guessed).To(BeEmpty())
		Expect(r.Results[0].Repairs).To(ConsistOf(HaveField("Server", "caddy")))
		Expect(stderr(s)).To(ContainSubstring("\nWhat to change in Caddy\n  This is the whole of the policy"))
	})

	It("shows all, once each", func() {
		s := run("--fixes", "all")
		for _, title := range []string{"nginx", "Apache httpd", "Spring", "Amazon S3"} {
			Expect(stdout(s)).To(ContainSubstring("\nWhat to change in " + title + "\n"))
		}
		Expect(stdout(s)).NotTo(ContainSubstring("in server"))
	})

	It("is no other word", func() {
		Expect(run("--fixes", "iis")).To(gexec.Exit(suite.ExitUsage))
	})

	It("shows nothing of a server that keeps its policy", func() {
		s := corsproof("run", "--browser", "none", "--fixes", "all")
		Expect(stdout(s)).NotTo(ContainSubstring("What to change"))
	})
})
