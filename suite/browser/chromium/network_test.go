package chromium_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("A browser that is killed", func() {
	It("is an error of its own, and leaves nothing", func(ctx SpecContext) {
		quit := make(chan struct{})
		target := trial.NewRecorder(func(http.ResponseWriter, *http.Request) { <-quit })
		DeferCleanup(func() { close(quit) })
		browser, err := chromium.Start(ctx, chromium.Options{Targets: []string{"127.0.0.1:*"}})
		Expect(err).NotTo(HaveOccurred())
		c := trial.In(ctx, browser)
		go func() {
			defer GinkgoRecover()
			Eventually(target.Methods).Should(HaveLen(1))
			Expect(syscall.Kill(browser.Pid(), syscall.SIGKILL)).To(Succeed())
		}()
		_, err = c.Do(ctx, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
		Expect(err).To(MatchError(ContainSubstring("the browser ended")))
		_, err = browser.NewContext(ctx)
		Expect(err).To(HaveOccurred())
		Expect(browser.Close()).To(Succeed())
		Expect(browser.Home()).NotTo(BeADirectory())
	})
})

var _ = Describe("The start", func() {
	It("sweeps what a dead process left, and nothing else", func(ctx SpecContext) {
		dead, err := os.MkdirTemp("", "corsproof-chromium-")
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(dead+"/owner", []byte("4194305"), 0o600)).To(Succeed()) // above the kernel's largest id
		browser, err := chromium.Start(ctx, chromium.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(browser.Close)
		Expect(dead).NotTo(BeADirectory())
		Expect(delivering.Home()).To(BeADirectory())
	})

	It("ends when its caller gives up, and leaves nothing", func(ctx SpecContext) {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		_, err := chromium.Start(gone, chromium.Options{})
		Expect(err).To(MatchError(context.Canceled))
		Expect(leftHomes()).To(ConsistOf(delivering.Home(), holding.Home()))
	})

	It("says what it looked for", func(ctx SpecContext) {
		_, err := chromium.Start(ctx, chromium.Options{Path: "/no/such/browser"})
		Expect(err).To(MatchError(ContainSubstring(`no browser at "/no/such/browser"`)))
	})

	It("describes the browser", func() {
		about := delivering.About()
		Expect(about.Name).To(Equal("chromium"))
		Expect(about.Version).To(MatchRegexp(`^\d+\.\d+\.\d+\.\d+$`))
		Expect(about.Flags).To(ContainElement(HavePrefix("--host-resolver-rules=")))
		Expect(strings.Join(about.Flags, " ")).NotTo(ContainSubstring(os.TempDir()))
		if os.Geteuid() == 0 {
			Expect(about.Flags).To(ContainElement("--no-sandbox"))
		}
		Expect(about.Flags).NotTo(ContainElement(ContainSubstring("disable-web-security")))
	})
})
