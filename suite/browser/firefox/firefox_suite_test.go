package firefox_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/firefox"
	"github.com/corsproof/corsproof/suite/browser/internal/contract"
	"github.com/corsproof/corsproof/suite/fetch"
)

func TestFirefox(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // what comes at once takes long on a busy machine
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "Firefox", config, reporter)
}

// Two browsers for all specs, since each takes seconds to start: one that delivers
// effects and one that holds them back. Both may reach any port of 127.0.0.1.
var delivering, holding *firefox.Browser

var _ = BeforeSuite(func(ctx SpecContext) {
	var err error
	delivering, err = firefox.Start(ctx, firefox.Options{Targets: []string{"127.0.0.1:*", faults.OtherName + ":*"}, Effects: fetch.Deliver})
	Expect(err).NotTo(HaveOccurred())
	holding, err = firefox.Start(ctx, firefox.Options{Targets: []string{"127.0.0.1:*"}})
	Expect(err).NotTo(HaveOccurred())
})

var _ = AfterSuite(func() {
	for _, b := range []*firefox.Browser{delivering, holding} {
		if b != nil {
			Expect(b.Close()).To(Succeed())
		}
	}
})

var _ = contract.Specs("Firefox", contract.Agent{
	Delivering:     func() fetch.UserAgent { return delivering },
	Holding:        func() fetch.UserAgent { return holding },
	RunsScripts:    true,
	Upgrades:       true,
	HostCharacters: "-_+$",
	Start: func(ctx context.Context, o browser.Options) (fetch.UserAgent, error) {
		return firefox.Start(ctx, o)
	},
})
