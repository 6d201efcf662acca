package webkit_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/authority"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/contract"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/browser/webkit"
	"github.com/corsproof/corsproof/suite/fetch"
)

func TestWebKit(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // what comes at once takes long on a busy machine
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "WebKit", config, reporter)
}

// Two browsers for all specs: one that delivers effects and one that holds them back.
// Both may reach any port of 127.0.0.1 and, at a port of its own, api.example.test,
// whose certificate a private authority has signed.
var (
	delivering, holding *webkit.Browser
	secure              *trial.Recorder
)

const secureTarget = "https://api.example.test:8443"

var _ = BeforeSuite(func(ctx SpecContext) {
	issuer, err := authority.New()
	Expect(err).NotTo(HaveOccurred())
	certificate, err := issuer.Issue("api.example.test")
	Expect(err).NotTo(HaveOccurred())
	secure = trial.NewSecureRecorder(certificate, trial.Permit)
	options := browser.Options{
		Targets:   []string{"127.0.0.1:*"},
		ConnectTo: map[string]string{"api.example.test:8443": secure.Listener.Addr().String()},
		Authority: issuer.PEM(),
		Effects:   fetch.Deliver,
	}
	delivering, err = webkit.Start(ctx, options)
	Expect(err).NotTo(HaveOccurred())
	options.Effects = fetch.Hold
	holding, err = webkit.Start(ctx, options)
	Expect(err).NotTo(HaveOccurred())
})

var _ = AfterSuite(func() {
	for _, b := range []*webkit.Browser{delivering, holding} {
		if b != nil {
			Expect(b.Close()).To(Succeed())
		}
	}
	Expect(leftHomes()).To(BeEmpty(), "a browser's folder is left")
	Expect(leftProcesses(strconv.Itoa(os.Getpid()))).To(BeEmpty(), "a browser's process is left")
})

var _ = contract.Specs("WebKit", contract.Agent{
	Delivering:      func() fetch.UserAgent { return delivering },
	Holding:         func() fetch.UserAgent { return holding },
	RunsScripts:     true,
	ForbidsLoopback: true,
	GivesNoReasons:  true,
	HostCharacters:  "-_\"`{}+!~&'(),$=", // of a semicolon it crashes

	WorkersLoadNoFonts: true,
	FramesBeaconAsPage: true,
	IgnoresCORSOfFonts: true,
	Start: func(ctx context.Context, o browser.Options) (fetch.UserAgent, error) {
		return webkit.Start(ctx, o)
	},
})

// leftHomes are the folders of browsers of this process.
func leftHomes() []string {
	var ours []string
	homes, _ := filepath.Glob(filepath.Join(os.TempDir(), "corsproof-webkit-*"))
	for _, dir := range homes {
		if owner, err := os.ReadFile(filepath.Join(dir, "owner")); err == nil && string(owner) == strconv.Itoa(os.Getpid()) {
			ours = append(ours, dir)
		}
	}
	return ours
}

// leftProcesses are the names of the processes that the process with that id has started,
// and their children, as their environment tells.
func leftProcesses(owner string) []string {
	var left []string
	environments, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environments {
		environment, _ := os.ReadFile(path)
		for variable := range strings.SplitSeq(string(environment), "\x00") {
			home, ok := strings.CutPrefix(variable, "HOME=")
			if !ok || !strings.Contains(home, "corsproof-webkit-") {
				continue
			}
			if pid, err := os.ReadFile(filepath.Join(home, "owner")); err != nil || string(pid) == owner {
				name, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "comm"))
				left = append(left, strings.TrimSpace(string(name)))
			}
		}
	}
	return left
}
