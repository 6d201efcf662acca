package acceptance_test

import (
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/suite"
)

// A front is a server that stands before the sample application, and makes its CORS.
type front struct {
	name string
	args func(dir, config string) []string // which start it in the foreground
}

var (
	apache = front{"apache2", func(dir, config string) []string {
		return []string{"-X", "-f", config, "-c", "PidFile " + dir + "/pid"}
	}}
	caddy = front{"caddy", func(_, config string) []string {
		return []string{"run", "--adapter", "caddyfile", "--config", config}
	}}
	haproxy = front{"haproxy", func(_, config string) []string {
		return []string{"-f", config}
	}}
)

// serve starts it with a recipe, and returns how corsproof is told about it.
func (f front) serve(recipe string) string {
	GinkgoHelper()
	app := httptest.NewServer(reference.Items())
	DeferCleanup(app.Close)
	addr := freeAddress()
	ports := strings.NewReplacer(":8080", port(addr), ":8090", port(app.Listener.Addr().String()))

	config, err := os.ReadFile(filepath.Join(recipes, recipe))
	Expect(err).NotTo(HaveOccurred())
	dir := GinkgoT().TempDir()
	file := filepath.Join(dir, "config")
	Expect(os.WriteFile(file, []byte(ports.Replace(string(config))), 0o600)).To(Succeed())

	command := exec.Command(found(f.name), f.args(dir, file)...)
	command.Env = append(os.Environ(), "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir) // Caddy's
	startServer(command, addr)
	yaml, err := os.ReadFile(filepath.Join(recipes, "cors.yaml"))
	Expect(err).NotTo(HaveOccurred())
	return ports.Replace(string(yaml))
}

// port is that of the address, behind its colon.
func port(addr string) string { return addr[strings.LastIndex(addr, ":"):] }

// found is where the server's program is; not every user has /usr/sbin on the PATH.
func found(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	return "/usr/sbin/" + name
}

// startServer starts it, waits until it listens, and ends it with the spec.
func startServer(command *exec.Cmd, addr string) {
	GinkgoHelper()
	command.Stdout, command.Stderr = GinkgoWriter, GinkgoWriter
	Expect(command.Start()).To(Succeed())
	DeferCleanup(func() {
		Expect(command.Process.Kill()).To(Succeed())
		_ = command.Wait()
	})
	Eventually(func() error {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err
	}).WithTimeout(20 * time.Second).Should(Succeed())
}

var _ = Describe("A recipe", func() {
	DescribeTable("keeps the sample policy",
		func(ctx SpecContext, f front, recipe string) {
			e := run(ctx, f.serve(recipe))
			Expect(e.code).To(Equal(0))
			Expect(e.report.Summary[suite.Fail]).To(BeZero())
			Expect(e.report.Summary[suite.Blocked]).To(BeZero())
			Expect(len(e.ids(suite.Pass, suite.Required))).To(BeNumerically(">=", 50))
		},
		Entry("on Apache", apache, "apache/httpd.conf"),
		Entry("on Caddy", caddy, "caddy/Caddyfile"),
		Entry("on HAProxy", haproxy, "haproxy/haproxy.cfg"),
	)

	// What is documented for these servers is not what its readers hope for:
	// fixtures/recipes/README.md has each finding's evidence.
	DescribeTable("as it is documented does not, and the report says why",
		func(ctx SpecContext, f front, recipe, reason string, ids ...string) {
			e := run(ctx, f.serve(recipe), "--browser", "none")
			Expect(e.code).To(Equal(1))
			Expect(e.reasons(suite.Fail)).To(ContainElement(reason))
			for _, id := range ids {
				Expect(e.ids(suite.Fail, suite.Required)).To(ContainElement(id))
			}
		},
		Entry("on Apache", apache, "apache/documented.conf", "PreflightMissingAllowOriginHeader",
			"preflight.answered", "origins.refused.prefix", "origins.refused.scheme"),
		Entry("on Caddy", caddy, "caddy/documented.Caddyfile", "PreflightAllowOriginMismatch",
			"origins.allowed.preflight"),
	)
})
