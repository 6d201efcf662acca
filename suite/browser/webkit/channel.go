package webkit

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"

	"github.com/coder/websocket"

	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A channel is a WebSocket to a page with frames, which has them make requests: what
// WebDriver does in several processes is one message each way.
type channel struct {
	path  string        // of its URL, known to the page alone
	open  chan struct{} // closed when the page has connected
	ended chan struct{} // closed when the connection has ended
	conn  *websocket.Conn

	mu      sync.Mutex
	last    int
	waiting map[int]chan<- answer
}

// An order is what goes to the page: a request for the frame with that index, whose page
// is on that origin.
type order struct {
	ID      int            `json:"id"`
	Frame   int            `json:"frame"`
	Origin  string         `json:"origin"`
	Request map[string]any `json:"request"`
}

// An answer is what comes back: what the frame's script saw, or why it saw nothing.
type answer struct {
	ID    int         `json:"id"`
	Seen  script.Seen `json:"seen"`
	Error string      `json:"error"`
}

func newChannel() *channel {
	return &channel{
		path:    "/" + rand.Text(),
		open:    make(chan struct{}),
		ended:   make(chan struct{}),
		waiting: map[int]chan<- answer{},
	}
}

func (c *channel) url() string { return "ws://" + channelsHost + c.path }

var errChannelEnded = errors.New("the page around the frames has closed its connection")

// ask has a frame make a request, and returns what its script saw.
func (c *channel) ask(ctx context.Context, frame int, origin string, r fetch.Request) (script.Seen, error) {
	came := make(chan answer, 1)
	c.mu.Lock()
	c.last++
	id := c.last
	c.waiting[id] = came
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.waiting, id)
	}()
	message, err := json.Marshal(order{id, frame, origin, script.Describe(r)})
	if err != nil {
		return script.Seen{}, err
	}
	// Not with the caller's context: its end would be that of the connection.
	if c.conn.Write(context.Background(), websocket.MessageText, message) != nil {
		return script.Seen{}, errChannelEnded
	}
	select {
	case a := <-came:
		if a.Error != "" {
			return a.Seen, errors.New(a.Error)
		}
		return a.Seen, nil
	case <-c.ended:
		return script.Seen{}, errChannelEnded
	case <-ctx.Done():
		return script.Seen{}, ctx.Err()
	}
}

// serve hands out what the page answers, until the connection ends.
func (c *channel) serve(conn *websocket.Conn) {
	defer close(c.ended)
	defer conn.CloseNow()
	conn.SetReadLimit(-1)
	c.conn = conn
	close(c.open)
	for {
		_, message, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		var a answer
		if json.Unmarshal(message, &a) != nil {
			return
		}
		c.mu.Lock()
		if came := c.waiting[a.ID]; came != nil {
			came <- a
			delete(c.waiting, a.ID)
		}
		c.mu.Unlock()
	}
}

// channelsHost is where pages connect to. The relays lead it to the channels, and nobody
// else can.
const channelsHost = "channels.corsproof-frames.test"

// channels is the server at which the channels of a browser begin.
type channels struct {
	listener net.Listener
	http     *http.Server
	serving  sync.WaitGroup

	mu       sync.Mutex
	expected map[string]*channel // by path
}

func startChannels() (*channels, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &channels{listener: listener, expected: map[string]*channel{}}
	s.http = &http.Server{Handler: s}
	s.serving.Go(func() { s.http.Serve(listener) })
	return s, nil
}

// expect has a page connect to a new channel, once.
func (s *channels) expect() *channel {
	c := newChannel()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected[c.path] = c
	return c
}

// ServeHTTP takes the connection of a page with frames. What runs in a frame can come
// here too, and has another origin.
func (s *channels) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Origin") != script.FramesHost {
		http.Error(w, "not for this origin", http.StatusForbidden)
		return
	}
	s.mu.Lock()
	c := s.expected[r.URL.Path]
	delete(s.expected, r.URL.Path)
	s.mu.Unlock()
	if c == nil {
		http.NotFound(w, r)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: []string{script.FramesHost}})
	if err != nil {
		return
	}
	s.serving.Go(func() { c.serve(conn) })
}

// close waits for the channels, which end with their pages.
func (s *channels) close() {
	s.http.Close()
	s.serving.Wait()
}
