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

	mu      sync.Mutex
	asked   int  // bytes from the browser since the mark
	told    int  // bytes from the server since the browser asked
	fresh   bool // the handshake was not over at the mark
	alerted bool // the browser said last that it ends the connection, or breaks it off
	broken  bool // the browser ended it
	cut     bool // the server ended it
}

// mostHandshake is how many bytes of a handshake the browser sends encrypted at most:
// what it says at its end, or why it breaks off. A request has more, with the browser's
// name in it. Once the tunnel is in use, headers may be compressed to less.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-4.4.4
const mostHandshake = 120

const (
	recordTypeAlert           = 0x15
	recordTypeApplicationData = 0x17

	// encryptedAlert is the size of a record with an alert in TLS 1.3, which looks like
	// application data and is shorter than any.
	encryptedAlert = 24
)

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

// How far a tunnel has come, for the request that it was marked for.
type stage int

const (
	idle      stage = iota // it is one of earlier requests, or the server ended it
	handshake              // nothing has come of it yet
	brokenOff              // the browser ended it before it was used
	inUse
)

func (t *tunnel) stage() stage {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.used():
		return inUse
	case !t.fresh, t.cut:
		return idle
	case t.broken:
		return brokenOff
	}
	return handshake
}

// answered reports whether the server said something to a request, and did not break off.
func (t *tunnel) answered() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.used() && t.told > 0 && !t.cut
}

// relay passes everything on.
func (t *tunnel) relay(browser net.Conn, in *bufio.Reader, server net.Conn) {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer server.Close()
		t.end(copyRecords(server, in, t.sent))
	})
	t.end(!copyRecords(browser, bufio.NewReader(server), t.received))
	browser.Close()
	wg.Wait()
	t.watch.mu.Lock()
	defer t.watch.mu.Unlock()
	delete(t.watch.tunnels, t)
}

// end notes that the tunnel has ended, by the browser or by the server. The first to say
// so is right, but that a server which hears the browser's alert may be faster.
func (t *tunnel) end(byBrowser bool) {
	t.mu.Lock()
	if !t.broken && !t.cut {
		t.broken = byBrowser || t.alerted
		t.cut = !t.broken
	}
	t.mu.Unlock()
	t.tell()
}

// tell wakes who waits for what comes of the tunnel.
func (t *tunnel) tell() {
	t.watch.mu.Lock()
	defer t.watch.mu.Unlock()
	if r := t.watch.claims[allTLS]; r != nil {
		r.tell()
	}
}

func (t *tunnel) sent(recordType byte, size int) {
	defer t.tell()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.alerted = recordType == recordTypeAlert || recordType == recordTypeApplicationData && size == encryptedAlert
	if recordType == recordTypeApplicationData && !t.alerted {
		t.asked += size
	}
}

func (t *tunnel) received(recordType byte, size int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if recordType == recordTypeApplicationData && t.used() {
		t.told += size
	}
}

// copyRecords copies TLS records, and calls count with the type and the size of each
// before it is passed on. It reports whether it was the reading that ended.
func copyRecords(to io.Writer, from *bufio.Reader, count func(recordType byte, size int)) bool {
	out := &sink{Writer: to}
	for {
		head, err := from.Peek(5)
		if err != nil {
			io.Copy(out, io.LimitReader(from, int64(len(head))))
			return true
		}
		size := 5 + int(head[3])<<8 + int(head[4])
		count(head[0], size)
		if _, err := io.CopyN(out, from, int64(size)); err != nil {
			return !out.failed
		}
	}
}

// A sink knows whether it was the writing that failed when something was copied to it.
type sink struct {
	io.Writer
	failed bool
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	s.failed = s.failed || err != nil
	return n, err
}
