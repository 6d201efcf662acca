package person

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Chromium is one that people may share: each has a context of their own, which knows
// nothing of the others.
type Chromium struct{ ctx context.Context }

// OpenChromium opens one. It is a browser as people have it: no flag changes what it
// sends, or where to.
func OpenChromium() Chromium {
	GinkgoHelper()
	home := folder()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.UserDataDir(home),
		chromedp.Env("HOME="+home, "TMPDIR="+home), chromedp.Flag("no-proxy-server", true), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	DeferCleanup(func() {
		end()
		stop()
	})
	Expect(chromedp.Do(ctx)).To(Succeed())
	return Chromium{ctx}
}

// A Sitter is a person before Chromium, of whom a spec may know and set more.
type Sitter struct {
	Person
	ctx  context.Context
	kept *kept
}

// kept is what a browser did, and what it said of that.
type kept struct {
	mu                 sync.Mutex
	sent, said, thrown []string
}

func (k *kept) add(list *[]string, text string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	*list = append(*list, text)
}

func (k *kept) of(list *[]string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(*list)
}

// Sits has somebody sit before it, at a window 1280 pixels wide, by day. In the end no
// script may have thrown.
func (c Chromium) Sits() Sitter {
	GinkgoHelper()
	ctx, end := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext())
	DeferCleanup(end)
	Expect(chromedp.Do(ctx)).To(Succeed())
	k := new(kept)
	Expect(chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			k.add(&k.sent, e.Request.URL)
		case *runtime.EventExceptionThrown:
			k.add(&k.thrown, fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.Exception.Description))
		case *log.EventEntryAdded:
			k.add(&k.said, e.Entry.Text)
		case *page.EventJavascriptDialogOpening:
			k.add(&k.said, "dialog: "+e.Message)
		}
	})).To(Succeed())
	s := Sitter{Person{devTools{ctx}}, ctx, k}
	Call(s, network.Enable, network.EnableParams{})
	Call(s, log.Enable, cdp.Empty{})
	s.Before(1280, false)
	DeferCleanup(func() { Expect(k.of(&k.thrown)).To(BeEmpty(), "a script threw") })
	return s
}

// Sent are the URLs of all requests.
func (s Sitter) Sent() []string { return s.kept.of(&s.kept.sent) }

// Said is what the browser complained of, or asked.
func (s Sitter) Said() []string { return s.kept.of(&s.kept.said) }

// Before a window that is so wide, by day or by night.
func (s Sitter) Before(width int64, dark bool) {
	GinkgoHelper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	Call(s, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1})
	Call(s, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // nobody clicks at what moves
	}})
}

// Prints has the page look as on paper, about a page of A4 wide.
func (s Sitter) Prints() {
	GinkgoHelper()
	s.Before(700, false)
	Call(s, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
}

// Focuses an element that is there to see.
func (s Sitter) Focuses(selector string) {
	GinkgoHelper()
	s.does(chromedp.Focus(chromedp.CSS(selector), chromedp.NodeVisible))
}

// Presses keys, by their names or as they are, where the focus is.
func (s Sitter) Presses(keys ...string) {
	GinkgoHelper()
	for _, key := range keys {
		if named, ok := map[string]string{"Tab": kb.Tab, "Enter": kb.Enter}[key]; ok {
			key = named
		}
		s.does(chromedp.KeyEvent(key))
	}
}

func (s Sitter) does(actions ...chromedp.Action[chromedp.Void]) {
	GinkgoHelper()
	Expect(devTools{s.ctx}.do(actions...)).To(Succeed())
}

// Awaits returns what a promise of a person's page comes to.
func Awaits[T any](s Sitter, expression string) T {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(s.ctx, Patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	Expect(err).NotTo(HaveOccurred())
	return got
}

// Call calls a command of the DevTools protocol.
func Call[P, R any](s Sitter, command cdp.Command[P, R], params P) R {
	GinkgoHelper()
	got, err := chromedp.Call(s.ctx, command, params)
	Expect(err).NotTo(HaveOccurred())
	return got
}

// Violations are what axe-core finds amiss on the page.
func (s Sitter) Violations() []string {
	GinkgoHelper()
	script, err := axe()
	Expect(err).NotTo(HaveOccurred())
	Awaits[bool](s, script+"\ntrue")
	return Awaits[[]string](s, violations)
}

// Overflows is how many pixels a page is wider than its window.
func (s Sitter) Overflows() int {
	GinkgoHelper()
	return Ask[int](s, "document.documentElement.scrollWidth - innerWidth")
}

// Photographs the whole page into the folder that CORSPROOF_SCREENSHOTS names, if somebody
// wants to look at it.
func (s Sitter) Photographs(name string) {
	GinkgoHelper()
	folder := os.Getenv("CORSPROOF_SCREENSHOTS")
	if folder == "" {
		return
	}
	shot := Call(s, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: new(true)})
	Expect(os.WriteFile(filepath.Join(folder, name+".png"), shot.Data, 0o644)).To(Succeed())
}

// devTools drives Chromium by the DevTools protocol.
type devTools struct{ ctx context.Context }

func (d devTools) do(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(d.ctx, Patience)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

func (d devTools) goes(url string) error { return d.do(chromedp.Navigate(url)) }

func (d devTools) evaluates(expression string) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(d.ctx, Patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("JSON.stringify("+expression+") ?? 'null'"))
	return json.RawMessage(text), err
}

func (d devTools) clicks(selector string) error {
	return d.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (d devTools) types(selector, text string) error {
	if err := d.do(chromedp.Focus(chromedp.CSS(selector), chromedp.NodeVisible)); err != nil {
		return err
	}
	if _, err := d.evaluates("document.activeElement.select()"); err != nil {
		return err
	}
	if text == "" {
		text = kb.Backspace
	}
	return d.do(chromedp.KeyEvent(text))
}

// chooses goes through the list by its arrows.
func (d devTools) chooses(selector string, place int) error {
	if err := d.do(chromedp.Focus(chromedp.CSS(selector), chromedp.NodeVisible), chromedp.KeyEvent(kb.Home)); err != nil {
		return err
	}
	for range place {
		if err := d.do(chromedp.KeyEvent(kb.ArrowDown)); err != nil {
			return err
		}
	}
	return nil
}
