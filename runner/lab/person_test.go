package lab_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/pages/axe"
)

// patience is how long a step may take on a busy machine.
const patience = 30 * time.Second

// A person sits at a browser of their own, and clicks and types.
type person struct{ ctx context.Context }

// newPerson opens a browser that remembers nothing, and in the end asks its console for
// scripts that threw.
func newPerson() person {
	GinkgoHelper()
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	DeferCleanup(end)
	Expect(chromedp.Do(ctx)).To(Succeed())
	thrown := make(chan string, 10)
	Expect(chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*runtime.EventExceptionThrown); ok && len(thrown) < cap(thrown) {
			thrown <- fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.Exception.Description)
		}
	})).To(Succeed())
	p := person{ctx}
	p.sits(1280, false)
	DeferCleanup(func() { Expect(thrown).NotTo(Receive(), "a script threw") })
	return p
}

func (p person) do(actions ...chromedp.Action[chromedp.Void]) {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	Expect(chromedp.Do(ctx, actions...)).To(Succeed())
}

// opens goes to a place of the lab, such as "#/play", and waits until it is ready.
func (p person) opens(place string) {
	GinkgoHelper()
	p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(running.URL()+place),
		chromedp.WaitReady(chromedp.CSS("html[data-ready]")))
}

// visits goes to another site.
func (p person) visits(url string) {
	GinkgoHelper()
	p.do(chromedp.Navigate(url))
}

func (p person) clicks(selector string) {
	GinkgoHelper()
	p.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// types puts a text in the place of what a field has.
func (p person) types(selector, text string) {
	GinkgoHelper()
	p.do(chromedp.Focus(chromedp.CSS(selector), chromedp.NodeVisible))
	p.evaluates("document.activeElement.select()")
	if text == "" {
		p.do(chromedp.KeyEvent("\b"))
		return
	}
	p.do(chromedp.KeyEvent(text))
}

// chooses goes through the entries of a list by its arrows, until one begins so.
func (p person) chooses(selector, entry string) {
	GinkgoHelper()
	p.do(chromedp.Focus(chromedp.CSS(selector), chromedp.NodeVisible), chromedp.KeyEvent(kb.Home))
	for range p.entries(selector) {
		if p.evaluatesTo(`document.activeElement.selectedOptions[0].label.startsWith(`+strconv.Quote(entry)+`)`) == "true" {
			return
		}
		p.do(chromedp.KeyEvent(kb.ArrowDown))
	}
	Fail(selector + " has no entry that begins " + entry)
}

func (p person) ticked(selector string) bool {
	GinkgoHelper()
	return ask[bool](p, fmt.Sprintf("document.querySelector(%q).checked", selector))
}

func (p person) entries(selector string) int {
	GinkgoHelper()
	return ask[int](p, fmt.Sprintf("document.querySelector(%q).options.length + 1", selector))
}

func (p person) evaluates(script string) {
	GinkgoHelper()
	_, err := chromedp.Run(p.ctx, chromedp.Evaluate[any]("void ("+script+")"))
	Expect(err).NotTo(HaveOccurred())
}

func ask[T any](p person, script string) T {
	GinkgoHelper()
	got, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	Expect(err).NotTo(HaveOccurred())
	return got
}

// reads is the text that stands there for everybody to see.
func (p person) reads(selector string) string {
	GinkgoHelper()
	return ask[string](p, fmt.Sprintf(`(e => e?.checkVisibility() ? e.innerText : "")(document.querySelector(%q))`, selector))
}

// predicts answers the two questions.
func (p person) predicts(preflight, shared string) {
	GinkgoHelper()
	p.clicks("input[name=preflight][value=" + preflight + "]")
	p.clicks("input[name=shared][value=" + shared + "]")
}

// runs presses Run, and waits for what comes of it.
func (p person) runs() {
	GinkgoHelper()
	p.clicks("#run")
	Eventually(p.reads, patience).WithArguments("#result-title").ShouldNot(BeEmpty())
}

// sits before a window that is so wide, by day or by night.
func (p person) sits(width int64, dark bool) {
	GinkgoHelper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 900, DeviceScaleFactor: 1,
	})
	Expect(err).NotTo(HaveOccurred())
	_, err = chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"}, // nobody clicks at what moves
		},
	})
	Expect(err).NotTo(HaveOccurred())
}

// photographs the whole page, if somebody wants to look at it.
func (p person) photographs(name string) {
	GinkgoHelper()
	if shots == "" {
		return
	}
	got, err := chromedp.Call(p.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: new(true)})
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(filepath.Join(shots, name+".png"), got.Data, 0o644)).To(Succeed())
}

func (p person) evaluatesTo(script string) string {
	GinkgoHelper()
	return ask[string](p, "String("+script+")")
}

// presses keys, by their names or as they are.
func (p person) presses(keys ...string) {
	GinkgoHelper()
	for _, key := range keys {
		if named, ok := map[string]string{"Tab": kb.Tab, "Enter": kb.Enter}[key]; ok {
			key = named
		}
		p.do(chromedp.KeyEvent(key))
	}
}

// until presses Tab until it comes to an element.
func (p person) until(id string) {
	GinkgoHelper()
	for range 60 {
		if p.evaluatesTo("document.activeElement.id") == id {
			return
		}
		p.presses("Tab")
	}
	Fail("Tab does not lead to " + id)
}

// finds is what axe-core finds amiss on the page.
func (p person) finds() []string {
	GinkgoHelper()
	script, err := axe.Script()
	Expect(err).NotTo(HaveOccurred())
	_, err = chromedp.Run(p.ctx, chromedp.Evaluate[any](script+"; null"))
	Expect(err).NotTo(HaveOccurred())
	return ask[[]string](p, axe.Violations)
}
