package chromium

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/suite/browser/internal/process"
)

// reports take the network's events of watched sessions out of what the browser says,
// before chromedp reads it. They are most of it: chromedp would decode all of each, which
// takes four times as long as what is needed of them.
type reports struct {
	traces sync.Map // a *trace for each target.SessionID
}

// watch has the events of a session come to a trace. Those of a session that nobody
// watches, or of a browser that says them to chromedp alone, come by chromedp.Listen.
func (r *reports) watch(session context.Context, t *trace) {
	id := chromedp.FromContext(session).Target.SessionID
	r.traces.Store(id, t)
	context.AfterFunc(session, func() { r.traces.Delete(id) })
}

// divert leads what the browser will say through the reports, on its way to chromedp. The
// command is chromedp's; the browser writes to the second of its extra files.
func (r *reports) divert(cmd *exec.Cmd) error {
	if n := len(cmd.ExtraFiles); n != 2 {
		return fmt.Errorf("the browser's pipe: chromedp gives it %d files, expected 2", n)
	}
	said, browserEnd, err := os.Pipe()
	if err != nil {
		return err
	}
	defer browserEnd.Close()
	chromedpEnd, err := process.Swap(cmd.ExtraFiles[1], browserEnd)
	if err != nil {
		said.Close()
		return fmt.Errorf("the browser's pipe: %w", err)
	}
	go func() {
		defer said.Close()
		defer chromedpEnd.Close()
		r.sift(said, chromedpEnd)
	}()
	return nil
}

// sift writes what is no report to chromedp, until either side ends. A message ends with
// a zero byte.
func (r *reports) sift(said io.Reader, chromedpEnd io.Writer) {
	messages := bufio.NewReaderSize(said, 64<<10)
	for {
		message, err := messages.ReadBytes(0)
		if err != nil {
			return
		}
		if r.take(message[:len(message)-1]) {
			continue
		}
		if _, err := chromedpEnd.Write(message); err != nil {
			return
		}
	}
}

// take hands a message on, and reports whether it is an event of the network in a watched
// session. What cannot be read is chromedp's to complain of.
func (r *reports) take(message []byte) bool {
	if !bytes.Contains(message, []byte(`"Network.`)) {
		return false
	}
	var m struct {
		Method    string           `json:"method"`
		SessionID target.SessionID `json:"sessionId"`
		Params    jsonv2.Value     `json:"params"`
	}
	if jsonv2.Unmarshal(message, &m, chromedp.DefaultUnmarshalOptions) != nil {
		return false
	}
	t, watched := r.traces.Load(m.SessionID)
	read, known := events[m.Method]
	if !watched || !known {
		return false
	}
	if read == nil {
		return true
	}
	event, err := read(m.Params)
	if err != nil {
		return false
	}
	t.(*trace).handle(event)
	return true
}
