package acceptance_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite"
)

const recipes = "../../fixtures/recipes"

// An nginx is a real one that keeps the sample policy, or does not.
type nginx struct {
	addr string
	yaml string // how corsproof is told about it
}

// change makes a configuration wrong.
type change struct{ old, new string }

// start starts nginx with the recipe and the changes, by http on loopback.
func start(changes ...change) nginx {
	GinkgoHelper()
	return startWith("", "", changes...)
}

// startTLS starts it by https for the name api.example.test, with a certificate of a
// private authority.
func startTLS(a *authority, certName string, notAfter time.Time, changes ...change) nginx {
	GinkgoHelper()
	cert, key := a.issue(certName, notAfter)
	n := startWith(cert, key, changes...)
	n.yaml = strings.Replace(n.yaml, "target: http://"+n.addr, fmt.Sprintf(
		"target: https://api.example.test\nconnectTo: [\"api.example.test:443:%s\"]\ncaFile: %s", n.addr, a.file), 1)
	return n
}

func startWith(cert, key string, changes ...change) nginx {
	GinkgoHelper()
	config, err := os.ReadFile(filepath.Join(recipes, "nginx", "nginx.conf"))
	Expect(err).NotTo(HaveOccurred())
	yaml, err := os.ReadFile(filepath.Join(recipes, "cors.yaml"))
	Expect(err).NotTo(HaveOccurred())
	n := nginx{addr: freeAddress()}
	text := string(config)
	for _, c := range append([]change{{"127.0.0.1:8080", n.addr}}, changes...) {
		Expect(text).To(ContainSubstring(c.old))
		text = strings.ReplaceAll(text, c.old, c.new)
	}
	if cert != "" {
		text = strings.Replace(text, "listen "+n.addr+";",
			fmt.Sprintf("listen %s ssl;\nssl_certificate %s;\nssl_certificate_key %s;", n.addr, cert, key), 1)
	}
	n.yaml = strings.Replace(string(yaml), "127.0.0.1:8080", n.addr, 1)

	dir := GinkgoT().TempDir()
	file := filepath.Join(dir, "nginx.conf")
	// In the foreground, all in this folder, and as whoever runs the test.
	text = "daemon off; master_process off; pid " + dir + "/pid; error_log " + dir + "/error.log;\n" +
		strings.Replace(text, "http {", "http { access_log off; client_body_temp_path "+dir+"; proxy_temp_path "+dir+"; fastcgi_temp_path "+dir+"; uwsgi_temp_path "+dir+"; scgi_temp_path "+dir+";", 1)
	Expect(os.WriteFile(file, []byte(text), 0o600)).To(Succeed())
	startServer(exec.Command(found("nginx"), "-p", dir, "-c", file, "-e", filepath.Join(dir, "error.log")), n.addr)
	return n
}

func freeAddress() string {
	GinkgoHelper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer l.Close()
	return l.Addr().String()
}

var tomorrow = time.Now().Add(24 * time.Hour)

// both runs a spec by http on loopback and by https with a private authority, where
// an https page and an http page of the policy's origins both judge.
func both(text string, changes []change, check func(ended)) {
	It(text+", by http", func(ctx SpecContext) {
		check(run(ctx, start(changes...).yaml))
	})
	It(text+", by https with a private authority", func(ctx SpecContext) {
		e := run(ctx, startTLS(newAuthority(), "api.example.test", tomorrow, changes...).yaml)
		check(e)
		judged := map[string]bool{}
		for _, r := range e.report.Results {
			if r.ID == "origins.allowed" && (r.Verdict == suite.Pass || r.Verdict == suite.Fail || r.Verdict == suite.Blocked) {
				judged[r.Origin] = true
			}
		}
		Expect(judged).To(HaveKey("http://app.example.test:7001"))
		Expect(judged).To(HaveKey("https://admin.example.test"))
	})
}

var _ = Describe("nginx with the sample policy", func() {
	both("keeps it", nil, func(e ended) {
		Expect(e.code).To(Equal(0))
		Expect(e.report.Summary[suite.Fail]).To(BeZero())
		Expect(len(e.ids(suite.Pass, suite.Required))).To(BeNumerically(">=", 50))
	})

	both("without always fails on error answers, and on nothing else",
		[]change{{" always;", ";"}}, func(e ended) {
			Expect(e.code).To(Equal(1))
			Expect(e.ids(suite.Fail, suite.Required)).To(ConsistOf("errors.not-found", "errors.unauthorized", "errors.server"))
			Expect(e.ids(suite.Blocked, suite.Required)).To(And(ContainElement("errors.credentials"), HaveEach(HavePrefix("errors."))))
			Expect(e.ids(suite.Fail, suite.Recommended)).To(BeEmpty())
			Expect(e.stdout).To(ContainSubstring(`Without "always" nginx leaves a header out`))
		})

	both("that answers OPTIONS with 405 fails, and the report says so",
		[]change{{"if ($cors_preflight) {\n            return 204;", "if ($request_method = OPTIONS) {\n            return 405;"}}, func(e ended) {
			Expect(e.code).To(Equal(1))
			Expect(e.ids(suite.Fail, suite.Required)).To(ContainElement("preflight.answered"))
			Expect(e.reasons(suite.Fail)).To(Equal([]string{"PreflightInvalidStatus"}))
			Expect(e.stdout).To(ContainSubstring("the status is 405, expected 200 to 299"))
		})

	both("that adds Access-Control-Allow-Origin twice fails, and the report says so",
		[]change{{"add_header Vary", "add_header Access-Control-Allow-Origin $cors_origin always;\nadd_header Vary"}}, func(e ended) {
			Expect(e.code).To(Equal(1))
			Expect(e.ids(suite.Fail, suite.Required)).To(ContainElements("simple.get", "preflight.answered"))
			Expect(e.reasons(suite.Fail)).To(ConsistOf("MultipleAllowOriginValues", "PreflightMultipleAllowOriginValues"))
			Expect(e.stdout).To(ContainSubstring("Send exactly one Access-Control-Allow-Origin"))
		})

	It("is not judged behind a certificate for another name", func(ctx SpecContext) {
		e := run(ctx, startTLS(newAuthority(), "other.example.test", tomorrow).yaml)
		Expect(e.code).To(Equal(3))
		Expect(e.report.Summary[suite.Fail]).To(BeZero())
		Expect(e.stdout + e.stderr).To(ContainSubstring("certificate"))
		Expect(e.stdout + e.stderr).To(ContainSubstring("other.example.test"))
	})

	It("is not judged behind a certificate that has expired", func(ctx SpecContext) {
		e := run(ctx, startTLS(newAuthority(), "api.example.test", time.Now().Add(-time.Hour)).yaml)
		Expect(e.code).To(Equal(3))
		Expect(e.report.Summary[suite.Fail]).To(BeZero())
		Expect(e.stdout + e.stderr).To(ContainSubstring("expired"))
	})
})
