package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
)

// patience is how long a whole run in a browser may take on a busy machine.
const patience = 2 * time.Minute

// start starts the command in a folder of its own, with a temporary folder of its own.
// A later variable of the same name wins.
func start(env []string, args ...string) *gexec.Session {
	GinkgoHelper()
	command := exec.Command(binary, args...)
	command.Dir = GinkgoT().TempDir()
	command.Env = append(os.Environ(), "GITHUB_ACTIONS=", "NO_COLOR=")
	command.Env = append(command.Env, env...)
	session, err := gexec.Start(command, nil, nil)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { session.Kill().Wait(patience) })
	return session
}

// corsproof runs the command to its end.
func corsproof(args ...string) *gexec.Session {
	GinkgoHelper()
	return corsproofIn(nil, args...)
}

func corsproofIn(env []string, args ...string) *gexec.Session {
	GinkgoHelper()
	session := start(env, args...)
	Eventually(session, patience).Should(gexec.Exit())
	return session
}

func stdout(s *gexec.Session) string { return string(s.Out.Contents()) }
func stderr(s *gexec.Session) string { return string(s.Err.Contents()) }

// temp returns the path of a file in a folder of its own.
func temp(name string) string { return filepath.Join(GinkgoT().TempDir(), name) }

// sampleAt writes a configuration for a server that keeps the sample policy.
func sampleAt(target string) (file string) {
	GinkgoHelper()
	data, err := json.Marshal(map[string]any{ // YAML has JSON in it
		"target":    target,
		"policy":    policy.Sample(),
		"resources": []map[string]any{{"path": "/v1/items"}, {"path": "/v1/broken", "status": 500}},
	})
	Expect(err).NotTo(HaveOccurred())
	file = temp("cors.yaml")
	Expect(os.WriteFile(file, data, 0o600)).To(Succeed())
	return file
}

// serve serves until the spec ends.
func serve(h http.Handler) *httptest.Server {
	server := httptest.NewServer(h)
	DeferCleanup(server.Close)
	return server
}

// sample is the sample application behind the sample policy.
func sample() http.Handler {
	return policies.Keep(policy.Sample(), reference.Items())
}

// forgetful is a server whose error answers lack the headers of CORS.
func forgetful() http.Handler {
	GinkgoHelper()
	inner := sample()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/broken" && r.Method != http.MethodOptions {
			http.Error(w, "broken", http.StatusInternalServerError)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// parsed is a report that was written as JSON.
func parsed(data []byte) *suite.Report {
	GinkgoHelper()
	r := new(suite.Report)
	Expect(json.NewDecoder(bytes.NewReader(data)).Decode(r)).To(Succeed())
	return r
}

// verdicts are those of a report, by key. Two results with one key are a mistake.
func verdicts(r *suite.Report) map[string]string {
	GinkgoHelper()
	m := map[string]string{}
	for _, result := range r.Results {
		Expect(m).NotTo(HaveKey(result.Key))
		m[result.Key] = fmt.Sprint(result.Verdict, " ", result.Reason)
	}
	return m
}
