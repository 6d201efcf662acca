package bidi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/bidi"
)

func TestBiDi(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // what comes at once takes long on a busy machine
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "BiDi", config, reporter)
}

// A command is one that a remote end gets.
type command struct {
	ID     int    `json:"id"`
	Method string `json:"method"`
	Params any    `json:"params"`
}

// dial connects to a remote end that answers as told; "" is no answer, and "close" ends
// the connection.
func dial(ctx context.Context, answer func(command) []string) (*bidi.Conn, <-chan bidi.Event) {
	GinkgoHelper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "" {
			http.Error(w, "browsers refuse clients that are pages", http.StatusForbidden)
			return
		}
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer socket.CloseNow()
		for {
			_, data, err := socket.Read(r.Context())
			if err != nil {
				return
			}
			var c command
			if json.Unmarshal(data, &c) != nil {
				return
			}
			for _, text := range answer(c) {
				if text == "close" {
					return
				}
				socket.Write(r.Context(), websocket.MessageText, []byte(text))
			}
		}
	}))
	DeferCleanup(server.Close)
	events := make(chan bidi.Event, 10)
	conn, err := bidi.Dial(ctx, "ws"+strings.TrimPrefix(server.URL, "http")+"/session", func(e bidi.Event) { events <- e })
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(conn.Close)
	return conn, events
}

var _ = Describe("A connection", func() {
	It("gives each command its own answer, in whatever order they come, and events between", func(ctx SpecContext) {
		conn, events := dial(ctx, func(c command) []string {
			switch c.ID {
			case 1:
				return []string{`{"type":"event","method":"log.entryAdded","params":{"text":"hello"}}`}
			default:
				return []string{
					`{"type":"success","id":2,"result":{"value":"second"}}`,
					`{"type":"success","id":99,"result":{}}`,
					`{"type":"success","id":1,"result":{"value":"first"}}`,
				}
			}
		})
		type result struct {
			Value string `json:"value"`
		}
		first := make(chan result)
		go func() {
			defer GinkgoRecover()
			r, err := bidi.Call[result](ctx, conn, "one", nil)
			Expect(err).NotTo(HaveOccurred())
			first <- r
		}()
		Eventually(events).Should(Receive(HaveField("Method", "log.entryAdded")))
		Expect(bidi.Call[result](ctx, conn, "two", map[string]any{"a": 1})).To(Equal(result{"second"}))
		Eventually(first).Should(Receive(Equal(result{"first"})))
	})

	It("says which command failed, and why", func(ctx SpecContext) {
		conn, _ := dial(ctx, func(command) []string {
			return []string{`{"type":"error","id":1,"error":"no such frame","message":"it is gone"}`}
		})
		err := bidi.Do(ctx, conn, "script.evaluate", nil)
		Expect(err).To(MatchError("script.evaluate: no such frame: it is gone"))
		Expect(bidi.Is(err, "no such frame")).To(BeTrue())
		Expect(bidi.Is(err, "unknown error")).To(BeFalse())
	})

	It("ends with its remote end, and so does all that waits", func(ctx SpecContext) {
		conn, _ := dial(ctx, func(command) []string { return []string{"close"} })
		Expect(bidi.Do(ctx, conn, "one", nil)).To(MatchError(bidi.ErrClosed))
		Eventually(conn.Done()).Should(BeClosed())
		Expect(bidi.Do(ctx, conn, "two", nil)).To(MatchError(bidi.ErrClosed))
	})

	It("stays though a caller gives up", func(ctx SpecContext) {
		conn, _ := dial(ctx, func(c command) []string {
			if c.Method == "never" {
				return nil
			}
			return []string{`{"type":"success","id":2,"result":{}}`}
		})
		short, cancel := context.WithCancel(ctx)
		gaveUp := make(chan error)
		go func() { gaveUp <- bidi.Do(short, conn, "never", nil) }()
		cancel()
		Eventually(gaveUp).Should(Receive(MatchError(context.Canceled)))
		Expect(conn.Done()).NotTo(BeClosed())
	})
})
