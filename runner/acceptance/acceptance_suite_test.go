// Package acceptance_test runs the corsproof command as its users do, against real
// servers: what it prints, what it writes, how it exits.
package acceptance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/suite"
)

func TestAcceptance(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // what comes at once takes long on a busy machine
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "Acceptance", config, reporter)
}

var corsproof string

var _ = BeforeSuite(func() {
	var err error
	corsproof, err = gexec.Build("github.com/corsproof/corsproof/runner/cmd/corsproof")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(gexec.CleanupBuildArtifacts)
})

// bounded is how long any run here may take, on a busy machine too.
const bounded = 2 * time.Minute

// An ended run is what is left of a command.
type ended struct {
	code           int
	stdout, stderr string
	report         suite.Report
	took           time.Duration
	temp           string // its temporary folder, in which it should have left nothing
}

// run runs corsproof in a temporary folder of its own, where cors.yaml holds the
// given text, and reads its report.
func run(ctx context.Context, yaml string, args ...string) ended {
	GinkgoHelper()
	command, finish := prepare(ctx, yaml, args...)
	Expect(command.Start()).To(Succeed())
	return finish()
}

// prepare returns the command before it starts, and what waits for its end.
func prepare(ctx context.Context, yaml string, args ...string) (*exec.Cmd, func() ended) {
	GinkgoHelper()
	dir, temp := GinkgoT().TempDir(), GinkgoT().TempDir()
	Expect(os.WriteFile(filepath.Join(dir, "cors.yaml"), []byte(yaml), 0o600)).To(Succeed())
	report := filepath.Join(dir, "report.json")
	within, cancel := context.WithTimeout(ctx, bounded)
	DeferCleanup(cancel)
	args = append([]string{"run", "-f", "cors.yaml", "--json", report}, args...)
	command := exec.CommandContext(within, corsproof, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "TMPDIR="+temp, "GITHUB_ACTIONS=")
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	began := time.Now()
	return command, func() ended {
		GinkgoHelper()
		_ = command.Wait() // the exit code says it
		e := ended{code: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String(), took: time.Since(began), temp: temp}
		AddReportEntry("output", e.stdout+e.stderr, ReportEntryVisibilityFailureOrVerbose)
		if data, err := os.ReadFile(report); err == nil {
			Expect(json.Unmarshal(data, &e.report)).To(Succeed())
		}
		Expect(within.Err()).NotTo(HaveOccurred(), "it did not end within %s", bounded)
		Expect(filepath.Glob(filepath.Join(temp, "*"))).To(BeEmpty(), "it left something in its temporary folder")
		Expect(processesIn(temp)).To(BeEmpty(), "it left a process")
		return e
	}
}

// processesIn are the command lines that hold the folder.
func processesIn(dir string) []string {
	var lines []string
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range commands {
		if line, err := os.ReadFile(path); err == nil && bytes.Contains(line, []byte(dir)) {
			lines = append(lines, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return lines
}

// ids are those of the results with that verdict and level, without duplicates.
func (e ended) ids(verdict suite.Verdict, level suite.Level) []string {
	var ids []string
	seen := map[string]bool{}
	for _, r := range e.report.Results {
		if r.Verdict == verdict && r.Level == level && !seen[r.ID] {
			seen[r.ID] = true
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// reasons are those of the results with that verdict, without duplicates.
func (e ended) reasons(verdict suite.Verdict) []string {
	var reasons []string
	seen := map[string]bool{}
	for _, r := range e.report.Results {
		if r.Verdict == verdict && !seen[r.Reason] {
			seen[r.Reason] = true
			reasons = append(reasons, r.Reason)
		}
	}
	return reasons
}
