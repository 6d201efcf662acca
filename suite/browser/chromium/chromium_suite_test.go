package chromium_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/internal/contract"
	"github.com/corsproof/corsproof/suite/fetch"
)

func TestChromium(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // what comes at once takes long on a busy machine
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "Chromium", config, reporter)
}

// Two browsers for all specs, since each takes a second to start: one that delivers
// effects and one that holds them back. Both may reach any port of 127.0.0.1.
var delivering, holding *chromium.Browser

var _ = BeforeSuite(func(ctx SpecContext) {
	var err error
	delivering, err = chromium.Start(ctx, chromium.Options{Targets: []string{"127.0.0.1:*"}, Effects: fetch.Deliver})
	Expect(err).NotTo(HaveOccurred())
	holding, err = chromium.Start(ctx, chromium.Options{Targets: []string{"127.0.0.1:*"}})
	Expect(err).NotTo(HaveOccurred())
})

var _ = AfterSuite(func() {
	for _, b := range []*chromium.Browser{delivering, holding} {
		if b != nil {
			Expect(b.Close()).To(Succeed())
		}
	}
	Expect(leftHomes()).To(BeEmpty(), "a browser's folder is left")
	Expect(leftProcesses()).To(BeEmpty(), "a browser's process is left")
})

var _ = contract.Specs("Chromium", contract.Agent{
	Delivering:     func() fetch.UserAgent { return delivering },
	Holding:        func() fetch.UserAgent { return holding },
	RunsScripts:    true,
	Upgrades:       true,
	HostCharacters: "-_\"`{}+!~;&'(),$=",
	Start: func(ctx context.Context, o browser.Options) (fetch.UserAgent, error) {
		return chromium.Start(ctx, o)
	},
})

// leftHomes are the folders of browsers of this process.
func leftHomes() []string {
	var ours []string
	homes, _ := filepath.Glob(filepath.Join(os.TempDir(), "corsproof-chromium-*"))
	for _, dir := range homes {
		if isOurs(dir) {
			ours = append(ours, dir)
		}
	}
	return ours
}

func isOurs(home string) bool {
	owner, err := os.ReadFile(filepath.Join(home, "owner"))
	return err == nil && string(owner) == pid()
}

// leftProcesses are the command lines of processes that run in such a folder.
func leftProcesses() []string {
	var left []string
	for _, line := range processes() {
		if home, ok := homeIn(line); ok && isOurs(home) {
			left = append(left, line)
		}
	}
	return left
}

func processes() []string {
	var lines []string
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range commands {
		if line, err := os.ReadFile(path); err == nil && len(line) > 0 {
			lines = append(lines, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return lines
}

func homeIn(line string) (string, bool) {
	i := strings.Index(line, "--user-data-dir=")
	if i < 0 {
		return "", false
	}
	profile, _, _ := strings.Cut(line[i+len("--user-data-dir="):], " ")
	return filepath.Dir(profile), true
}
