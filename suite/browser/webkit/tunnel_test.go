package webkit

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("A request that nobody in between can read", func() {
	const api = "api.example.test:443"

	failed := script.Seen{Response: fetch.Response{Type: fetch.NetworkError}}

	begin := func(ctx context.Context, w *watch) *record {
		GinkgoHelper()
		r, err := w.begin(ctx, "https://app.example.test", fetch.Request{URL: "https://api.example.test/", Method: "GET", Timeout: time.Minute})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(r.end)
		return r
	}
	settling := func(ctx context.Context, r *record) <-chan struct{} {
		settled := make(chan struct{})
		go func() {
			r.settle(ctx, failed)
			close(settled)
		}()
		return settled
	}
	conclusion := func(r *record) fetch.Cause {
		o := fetch.Observation{Response: failed.Response}
		r.conclude(&o, false)
		return o.Cause
	}

	It("waits for the end of a handshake of which its script has heard first", func(ctx SpecContext) {
		w := newWatch(fetch.Deliver)
		r := begin(ctx, w)
		t := newTunnel(w, api)
		settled := settling(ctx, r)
		Consistently(settled, "100ms").ShouldNot(BeClosed())
		t.end(true)
		Eventually(settled).Should(BeClosed())
		Expect(conclusion(r)).To(Equal(fetch.ByTLS))
	})

	It("waits for no other connection once it has left, or if there is none", func(ctx SpecContext) {
		w := newWatch(fetch.Deliver)
		r := begin(ctx, w)
		Eventually(settling(ctx, r), handshakeGrace/2).Should(BeClosed())
		newTunnel(w, api)
		used := newTunnel(w, api)
		used.sent(recordTypeApplicationData, mostHandshake+1)
		used.received(recordTypeApplicationData, 1)
		Eventually(settling(ctx, r), handshakeGrace/2).Should(BeClosed())
		Expect(conclusion(r)).To(Equal(fetch.ByCORS))
	})
})

var _ = Describe("A connection with TLS", func() {
	It("has been ended by the browser that is no longer there to be written to", func() {
		browser := gone()
		counted := 0
		record := []byte{recordTypeApplicationData, 3, 3, 0, 2, 'h', 'i'}
		reading := copyRecords(browser, bufio.NewReader(bytes.NewReader(record)), func(_ byte, size int) { counted += size })
		Expect(reading).To(BeFalse())
		Expect(counted).To(Equal(len(record)))
	})

	It("has been ended by who sends no whole record, and that is passed on", func() {
		for _, part := range []string{"\x17\x03\x03\x00\x02h", "220", "220 mail.example.test"} {
			var passed bytes.Buffer
			reading := copyRecords(&passed, bufio.NewReader(strings.NewReader(part)), func(byte, int) {})
			Expect(reading).To(BeTrue())
			Expect(passed.String()).To(Equal(part))
		}
	})
})

// gone is a connection whose end is no longer there.
func gone() net.Conn {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer listener.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	Expect(err).NotTo(HaveOccurred())
	Expect(conn.Close()).To(Succeed())
	return conn
}
