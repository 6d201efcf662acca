package report_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/corsproof/corsproof/runner/pages/axe"
	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
)

// patience is how long a step may take on a busy machine.
const patience = time.Minute

// startBrowser starts Chromium for the specs of a container.
func startBrowser() context.Context {
	GinkgoHelper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.UserDataDir(GinkgoT().TempDir()),
		chromedp.Env("HOME="+GinkgoT().TempDir(), "TMPDIR="+GinkgoT().TempDir()))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	browser, end := chromedp.NewContext(allocator)
	DeferCleanup(func() {
		end()
		stop()
	})
	Expect(chromedp.Do(browser)).To(Succeed())
	return browser
}

// A reader reads a report in a window of their own.
type reader struct {
	ctx  context.Context
	sent chan string // the URLs of all requests
	said chan string // what threw, and what the browser complained of
}

func newReader(browser context.Context) reader {
	GinkgoHelper()
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	DeferCleanup(end)
	Expect(chromedp.Do(ctx)).To(Succeed())
	r := reader{ctx, make(chan string, 1000), make(chan string, 1000)}
	Expect(chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			r.sent <- e.Request.URL
		case *runtime.EventExceptionThrown:
			r.said <- fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.Exception.Description)
		case *log.EventEntryAdded:
			r.said <- e.Entry.Text
		case *page.EventJavascriptDialogOpening:
			r.said <- "dialog: " + e.Message
		}
	})).To(Succeed())
	call(r, network.Enable, network.EnableParams{})
	call(r, log.Enable, cdp.Empty{})
	r.sits(1280, false)
	return r
}

// call calls a command of the DevTools protocol.
func call[P, R any](r reader, command cdp.Command[P, R], params P) R {
	GinkgoHelper()
	got, err := chromedp.Call(r.ctx, command, params)
	Expect(err).NotTo(HaveOccurred())
	return got
}

func ask[T any](r reader, script string) T {
	GinkgoHelper()
	within, cancel := context.WithTimeout(r.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(within, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	Expect(err).NotTo(HaveOccurred())
	return got
}

func (r reader) do(actions ...chromedp.Action[chromedp.Void]) {
	GinkgoHelper()
	within, cancel := context.WithTimeout(r.ctx, patience)
	defer cancel()
	Expect(chromedp.Do(within, actions...)).To(Succeed())
}

// opens a report from disk, at a place such as "#simple.get".
func (r reader) opens(of *suite.Report, place string) string {
	GinkgoHelper()
	path := filepath.Join(GinkgoT().TempDir(), "report.html")
	f, err := os.Create(path)
	Expect(err).NotTo(HaveOccurred())
	Expect(report.HTML(f, of)).To(Succeed())
	Expect(f.Close()).To(Succeed())
	address := (&url.URL{Scheme: "file", Path: path}).String()
	r.do(chromedp.Navigate(address + place))
	return address
}

// sits before a window that is so wide, by day or by night.
func (r reader) sits(width int64, dark bool) {
	GinkgoHelper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	call(r, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1})
	call(r, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // nobody clicks at what moves
	}})
}

func (r reader) clicks(selector string) {
	GinkgoHelper()
	r.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// types into the field that has the focus.
func (r reader) types(keys string) {
	GinkgoHelper()
	r.do(chromedp.KeyEvent(keys))
}

// sees is the text of what is there for everybody to see.
func (r reader) sees(selector string) string {
	GinkgoHelper()
	return ask[string](r, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => e.checkVisibility()).map(e => e.innerText).join("\n")`, selector))
}

// shows waits until the text that is there to see is as it should be: what a click opens
// comes with a later event.
func (r reader) shows(selector string, as types.GomegaMatcher) {
	GinkgoHelper()
	Eventually(r.sees, patience).WithArguments(selector).Should(as)
}

// scenarios are the ids of the rows that are there to see.
func (r reader) scenarios() []string {
	GinkgoHelper()
	return ask[[]string](r, `[...document.querySelectorAll("tr.scenario")].filter(e => e.checkVisibility()).map(e => e.id)`)
}

// opensEverything opens each scenario, and each disclosure in it.
func (r reader) opensEverything() {
	GinkgoHelper()
	ask[int](r, `(() => {
		document.querySelectorAll(".open[aria-expanded=false]").forEach(b => b.click());
		let n = 0;
		for (let closed; (closed = [...document.querySelectorAll("details:not([open])")]).length > 0;) {
			n += closed.length;
			closed.forEach(d => { d.open = true; d.dispatchEvent(new Event("toggle")); });
		}
		return n;
	})()`)
}

// violations are what axe-core finds amiss.
func (r reader) violations() []string {
	GinkgoHelper()
	script, err := axe.Script()
	Expect(err).NotTo(HaveOccurred())
	ask[bool](r, script+"\ntrue")
	return ask[[]string](r, axe.Violations)
}

// cpuSeconds is how much time the page's main thread has worked, whatever else the
// machine did.
func (r reader) cpuSeconds() float64 {
	GinkgoHelper()
	for _, m := range call(r, performance.GetMetrics, cdp.Empty{}).Metrics {
		if m.Name == "TaskDuration" {
			return m.Value
		}
	}
	Fail("no TaskDuration")
	return 0
}

// photographs the whole page, if somebody wants to look at it.
func (r reader) photographs(name string) {
	GinkgoHelper()
	folder := os.Getenv("CORSPROOF_SCREENSHOTS")
	if folder == "" {
		return
	}
	shot, err := chromedp.Run(r.ctx, chromedp.FullScreenshot(100))
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(filepath.Join(folder, "report-"+name+".png"), shot, 0o644)).To(Succeed())
}
