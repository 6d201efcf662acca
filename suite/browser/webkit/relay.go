package webkit

import (
	"bufio"
	"context"
	"io"
	"net"
	"sync"

	"github.com/corsproof/corsproof/suite/browser/internal/socks"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A relay is the SOCKS proxy to which a browser makes all of its connections, with the
// names that it wants. Those of the target's addresses it leads there, and watches what
// goes over them and to where redirects lead; all else ends at the fixtures. The bytes are
// left as they are.
//
// https://www.rfc-editor.org/rfc/rfc1928
type relay struct {
	listener net.Listener
	dial     func(ctx context.Context, address string) (conn net.Conn, target bool, err error)
	watch    *watch
	life     context.Context // ends with Close
	end      context.CancelFunc
	serving  sync.WaitGroup
}

func startRelay(w *watch, dial func(context.Context, string) (net.Conn, bool, error)) (*relay, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{listener: listener, dial: dial, watch: w}
	r.life, r.end = context.WithCancel(context.Background())
	r.serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r.serving.Go(func() { r.serve(conn) })
		}
	})
	return r, nil
}

func (r *relay) url() string { return "socks5://" + r.listener.Addr().String() }

// Close ends the relay and every connection through it.
func (r *relay) Close() {
	r.end()
	r.listener.Close()
	r.serving.Wait()
}

// serve relays one connection of the browser.
func (r *relay) serve(browser net.Conn) {
	defer browser.Close()
	stop := context.AfterFunc(r.life, func() { browser.Close() })
	defer stop()
	address, err := socks.Greet(browser)
	if err != nil {
		return
	}
	server, isTarget, err := r.dial(r.life, address)
	if err != nil {
		r.watch.unreachable(address, err)
		socks.Reply(browser, replyFor(err))
		return
	}
	defer server.Close()
	stopServer := context.AfterFunc(r.life, func() { server.Close() })
	defer stopServer()
	if socks.Reply(browser, socks.Succeeded) != nil {
		return
	}
	if !isTarget && !r.watch.expects(address) {
		splice(browser, browser, server)
		return
	}
	in := bufio.NewReader(browser)
	first, err := in.Peek(1)
	switch {
	case err != nil:
	case first[0] == recordTypeHandshake:
		newTunnel(r.watch, address).relay(browser, in, server)
	default:
		newPlain(r, address, browser, in, server).run()
	}
}

// recordTypeHandshake is the first byte of every TLS connection; no HTTP method begins
// with it.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-5.1
const recordTypeHandshake = 0x16

// splice copies in both directions until one of them ends.
func splice(browser net.Conn, in io.Reader, server net.Conn) {
	var wg sync.WaitGroup
	wg.Go(func() {
		io.Copy(server, in)
		server.Close()
	})
	io.Copy(browser, server)
	browser.Close()
	wg.Wait()
}

func replyFor(err error) byte {
	switch fetch.CauseOf(err) {
	case fetch.ByDNS:
		return socks.HostUnreachable
	case fetch.ByConnection:
		return socks.Refused
	}
	return socks.GeneralFailure
}
