// Package bidi is a small client of WebDriver BiDi, the protocol by which browsers are
// driven over a WebSocket. It knows the envelope of the protocol and none of its
// modules.
//
// https://www.w3.org/TR/webdriver-bidi/#protocol
package bidi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	neturl "net/url"
	"sync"

	"github.com/coder/websocket"
)

// An Event is what the remote end tells unasked.
type Event struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// An Error is the remote end's answer to a command that failed.
type Error struct {
	Method  string `json:"-"` // of the command
	Code    string `json:"error"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %s", e.Method, e.Code, e.Message) }

// Is reports whether an error is the remote end's, with that code.
func Is(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// ErrClosed is why a command has no answer when the connection has ended.
var ErrClosed = errors.New("the connection to the browser has ended")

// A Conn is a connection to a remote end. Its methods may be called from several
// goroutines at once.
type Conn struct {
	socket *websocket.Conn
	handle func(Event)
	done   chan struct{}

	mu      sync.Mutex
	last    int
	waiting map[int]chan<- answer
	ended   bool
}

// An answer is what a command comes to.
type answer struct {
	result json.RawMessage
	err    *Error
}

// Dial connects to a remote end, "ws://host:port/path". Events are handed to handle one
// by one, in their order; until it returns nothing else is heard, so that it must not
// wait for a command.
func Dial(ctx context.Context, url string, handle func(Event)) (*Conn, error) {
	// No proxy of the environment comes between.
	transport := &http.Transport{DialContext: dialPrompt}
	socket, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		if at := (*neturl.Error)(nil); errors.As(err, &at) {
			err = at.Err // the URL may hold a secret
		}
		return nil, err
	}
	socket.SetReadLimit(-1) // a document may be in a message, as large as it is
	c := &Conn{socket: socket, handle: handle, done: make(chan struct{}), waiting: map[int]chan<- answer{}}
	go c.read()
	return c, nil
}

func dialPrompt(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return prompt(conn), nil
}

// message is any that comes: an answer has an id, an event a method.
type message struct {
	ID     *int            `json:"id"`
	Type   string          `json:"type"`
	Result json.RawMessage `json:"result"`
	Event
	Error
}

func (c *Conn) read() {
	defer c.end()
	for {
		_, data, err := c.socket.Read(context.Background())
		if err != nil {
			return
		}
		var m message
		switch {
		case json.Unmarshal(data, &m) != nil:
			return // it is no remote end
		case m.Type == "event":
			c.handle(m.Event)
		case m.ID != nil:
			c.answer(m)
		}
	}
}

func (c *Conn) answer(m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	waiting := c.waiting[*m.ID]
	if waiting == nil {
		return // who asked has given up
	}
	delete(c.waiting, *m.ID)
	a := answer{result: m.Result}
	if m.Type == "error" {
		a.err = &m.Error
	}
	waiting <- a
}

// end gives all that wait to understand that there is nothing to wait for.
func (c *Conn) end() {
	c.socket.CloseNow()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	close(c.done)
}

// Done is closed when the connection has ended.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Close ends the connection and waits for that. What was asked for stays undone.
func (c *Conn) Close() {
	c.socket.CloseNow()
	<-c.done
}

// Call sends a command and returns its result. A command that fails is an *Error.
func Call[R any](ctx context.Context, c *Conn, method string, params any) (R, error) {
	var result R
	raw, err := c.call(ctx, method, params)
	if err != nil {
		return result, err
	}
	if err := json.Unmarshal(raw, &result); err != nil {
		return result, fmt.Errorf("%s: the result is none: %w", method, err)
	}
	return result, nil
}

// Do sends a command whose result says nothing.
func Do(ctx context.Context, c *Conn, method string, params any) error {
	_, err := c.call(ctx, method, params)
	return err
}

func (c *Conn) call(ctx context.Context, method string, params any) (json.RawMessage, error) {
	if params == nil {
		params = struct{}{}
	}
	answered := make(chan answer, 1)
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return nil, ErrClosed
	}
	c.last++
	id := c.last
	c.waiting[id] = answered
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.waiting, id)
	}()
	command, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	// A context that ends in the middle of a message would end the connection too.
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err := c.socket.Write(context.WithoutCancel(ctx), websocket.MessageText, command); err != nil {
		return nil, ErrClosed
	}
	select {
	case a := <-answered:
		if a.err != nil {
			a.err.Method = method
			return nil, a.err
		}
		return a.result, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.done:
		return nil, ErrClosed
	}
}
