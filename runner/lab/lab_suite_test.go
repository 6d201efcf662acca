package lab_test

import (
	"context"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/lab"
)

func TestLab(t *testing.T) {
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "Lab", config, reporter)
}

// One lab and one browser for all specs: each person has a session, and a context of
// the browser, of their own.
var (
	running *lab.Lab
	browser context.Context
)

var _ = BeforeSuite(func(ctx SpecContext) {
	var err error
	running, err = lab.Start(0)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(running.Close()).To(Succeed()) })

	// It is a browser as people have it: no flag changes what it sends, or where to.
	home := folder()
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(home),
		chromedp.Env("HOME="+home, "TMPDIR="+home),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("disable-component-update", true),
	)...)
	tab, end := chromedp.NewContext(allocator)
	DeferCleanup(func() {
		end()
		stop()
	})
	Expect(chromedp.Do(tab)).To(Succeed())
	browser = tab
})

// shots is the folder for screenshots, if somebody wants to look at them.
var shots = os.Getenv("CORSPROOF_SCREENSHOTS")
