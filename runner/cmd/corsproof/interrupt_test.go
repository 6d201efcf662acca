package main_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/runner"
	"github.com/corsproof/corsproof/suite"
)

// processes returns the command lines that name the folder.
func processes(dir string) (lines []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		if line, err := os.ReadFile(file); err == nil && bytes.Contains(line, []byte(dir)) {
			lines = append(lines, string(line))
		}
	}
	return lines
}

// slow takes its time for what pages ask, and says when they have asked some.
func slow(inner http.Handler, asked chan<- struct{}) http.Handler {
	var n atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Sec-Fetch-Mode") != "" {
			if n.Add(1) == 12 {
				close(asked)
			}
			select {
			case <-time.After(300 * time.Millisecond):
			case <-r.Context().Done():
			}
		}
		inner.ServeHTTP(w, r)
	})
}

var _ = Describe("a run that is interrupted while its browser starts", func() {
	It("reports that, and leaves no browser", func() {
		dir := GinkgoT().TempDir()
		session := start([]string{"TMPDIR=" + dir}, "run")
		Eventually(processes, patience).WithArguments(dir).WithPolling(time.Millisecond).ShouldNot(BeEmpty())
		session.Interrupt()

		Eventually(session, patience).Should(gexec.Exit(suite.ExitNoJudgement))
		Expect(stdout(session)).To(ContainSubstring("No judgement"))
		Expect(stdout(session)).To(ContainSubstring("interrupted"))
		Eventually(processes, patience).WithArguments(dir).Should(BeEmpty())
		Expect(filepath.Glob(filepath.Join(dir, "*"))).To(BeEmpty())
	})
})

var _ = Describe("an interrupted run", func() {
	var asked chan struct{}
	var session *gexec.Session
	var dir string

	BeforeEach(func() {
		asked = make(chan struct{})
		server := serve(slow(sample(), asked))
		dir = GinkgoT().TempDir()
		session = start([]string{"TMPDIR=" + dir}, "run", "-f", sampleAt(server.URL))
		Eventually(asked, patience).Should(BeClosed())
		Expect(processes(dir)).NotTo(BeEmpty())
	})

	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		It("reports that it is partial, and leaves no browser, after "+signal.String(), func() {
			session.Signal(signal)
			Eventually(session, patience).Should(gexec.Exit(suite.ExitNoJudgement))

			Expect(stdout(session)).To(ContainSubstring("The run is partial: interrupted"))
			Expect(stdout(session)).To(ContainSubstring("broken: interrupted"))
			Expect(stderr(session)).To(ContainSubstring("corsproof: interrupted; what is known so far follows"))
			Eventually(processes, patience).WithArguments(dir).Should(BeEmpty())
			Expect(filepath.Glob(filepath.Join(dir, "*"))).To(BeEmpty())
		})
	}
})

// browsersIn returns the names of the processes whose home is below the folder: browsers,
// drivers and displays, and all their children.
func browsersIn(dir string) (names []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		if environment, err := os.ReadFile(file); err == nil && bytes.Contains(environment, []byte("HOME="+dir)) {
			name, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "comm"))
			names = append(names, string(bytes.TrimSpace(name)))
		}
	}
	return names
}

var _ = Describe("a run that is killed", func() {
	for _, browser := range []string{runner.Chromium, runner.Firefox, runner.WebKit} {
		It("leaves nothing of "+browser+" but its folder, which the next sweeps", func() {
			asked := make(chan struct{})
			server := serve(slow(sample(), asked))
			dir := GinkgoT().TempDir()
			session := start([]string{"TMPDIR=" + dir}, "run", "-f", sampleAt(server.URL), "--browser", browser)
			Eventually(asked, patience).Should(BeClosed())
			Expect(browsersIn(dir)).NotTo(BeEmpty())
			session.Kill()
			Eventually(session, patience).Should(gexec.Exit())
			Eventually(browsersIn, "2s").WithArguments(dir).Should(BeEmpty())
			Expect(filepath.Glob(filepath.Join(dir, "corsproof-"+browser+"-*"))).To(HaveLen(1))

			next := corsproofIn([]string{"TMPDIR=" + dir}, "run", "--browser", browser, "--scenario", "simple.get")
			Expect(next).To(gexec.Exit(suite.ExitConforms), stdout(next))
			Expect(filepath.Glob(filepath.Join(dir, "*"))).To(BeEmpty())
		})
	}
})
