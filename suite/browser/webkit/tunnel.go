package webkit

import (
	"bufio"
	"io"
	"net"
	"sync"
)

// A tunnel is a connection with TLS between the browser and a target, which nobody in
// between can read. How much went each way is all that is known.
type tunnel struct {
	watch   *watch
	address string

	mu     sync.Mutex
	asked  int  // bytes from the browser since the mark
	told   int  // bytes from the server since the browser asked
	fresh  bool // the handshake was not over at the mark
	broken bool // the browser ended it
	cut    bool // the server ended it
}

// mostHandshake is how many bytes of a handshake the browser sends encrypted at most:
// what it says at its end, or why it breaks off. A request has more, with the browser's
// name in it. Once the tunnel is in use, headers may be compressed to less.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-4.4.4
const mostHandshake = 120

const recordTypeApplicationData = 0x17

func newTunnel(w *watch, address string) *tunnel {
	t := &tunnel{watch: w, address: address, fresh: true}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tunnels[t] = true
	if r := w.claims[allTLS]; r != nil {
		r.tunnels = append(r.tunnels, t)
	}
	return t
}

// mark begins to count for another request.
func (t *tunnel) mark() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fresh = t.fresh && t.asked <= mostHandshake
	t.told = 0
	if !t.fresh {
		t.asked = 0
	}
}

// used reports whether the browser sent a request through the tunnel. The caller holds
// its lock.
func (t *tunnel) used() bool {
	if t.fresh {
		return t.asked > mostHandshake
	}
	return t.asked > 0
}

// relay passes everything on.
func (t *tunnel) relay(browser net.Conn, in *bufio.Reader, server net.Conn) {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer server.Close()
		copyRecords(server, in, t.sent)
		t.mu.Lock()
		t.broken = !t.cut
		t.mu.Unlock()
	})
	copyRecords(browser, bufio.NewReader(server), t.received)
	t.mu.Lock()
	t.cut = !t.broken
	t.mu.Unlock()
	browser.Close()
	wg.Wait()
	t.watch.mu.Lock()
	defer t.watch.mu.Unlock()
	delete(t.watch.tunnels, t)
}

func (t *tunnel) sent(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked += n
}

func (t *tunnel) received(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.used() {
		t.told += n
	}
}

// copyRecords copies TLS records, and calls count with the size of each that may have
// something of a request or a response in it, before it is passed on.
func copyRecords(to io.Writer, from *bufio.Reader, count func(int)) {
	for {
		head, err := from.Peek(5)
		if err != nil {
			return
		}
		size := 5 + int(head[3])<<8 + int(head[4])
		if head[0] == recordTypeApplicationData {
			count(size)
		}
		if _, err := io.CopyN(to, from, int64(size)); err != nil {
			return
		}
	}
}
