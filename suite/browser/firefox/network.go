package firefox

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/corsproof/corsproof/suite/browser/bidi"
	"github.com/corsproof/corsproof/suite/fetch"
)

//go:embed network.js
var networkJS string

// channel is what network.js tells its notices by.
const channel = "corsproof-network"

// observeNetwork has the browser's own window tell of what the tabs send that are watched.
func (b *Browser) observeNetwork(ctx context.Context) error {
	type evaluated struct {
		Type             string `json:"type"`
		ExceptionDetails struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	e, err := bidi.Call[evaluated](ctx, b.conn, "script.callFunction", map[string]any{
		"functionDeclaration": networkJS, "awaitPromise": false, "target": map[string]any{"context": b.chrome},
		"arguments": []any{map[string]any{"type": "channel", "value": map[string]any{"channel": channel}}},
	})
	if err != nil {
		return err
	}
	if e.Type != "success" {
		return fmt.Errorf("the browser's window does not tell of the network: %s", e.ExceptionDetails.Text)
	}
	return nil
}

// A notice is what network.js tells of a request.
type notice struct {
	Kind            noticeKind   `json:"kind"`
	Tab             int          `json:"tab"`
	ID              int64        `json:"id"` // the same after redirects
	Redirects       int          `json:"redirects"`
	URL             string       `json:"url"`
	Method          string       `json:"method"`
	Sent            float64      `json:"sent"` // when it left; 0 if it did not
	Headers         []headerLine `json:"headers"`
	Status          int          `json:"status"`
	StatusText      string       `json:"statusText"`
	ResponseHeaders []headerLine `json:"responseHeaders"`
	Failed          string       `json:"failed"`
}

type noticeKind string

const (
	announced noticeKind = "request"
	answered  noticeKind = "response"
	stored    noticeKind = "stored"  // the response is the HTTP cache's
	updated   noticeKind = "updated" // it is the HTTP cache's, brought up to date by a 304
	ended     noticeKind = "end"
)

type headerLine struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (n notice) response() *fetch.WireResponse {
	return &fetch.WireResponse{Status: n.Status, StatusText: n.StatusText, Headers: headerList(n.ResponseHeaders)}
}

func headerList(lines []headerLine) fetch.HeaderList {
	var l fetch.HeaderList
	for _, one := range lines {
		l = append(l, fetch.Header{Name: one.Name, Value: one.Value})
	}
	return l
}

// notified takes what network.js tells.
func (ts *traces) notified(params json.RawMessage) {
	var message struct {
		Channel string `json:"channel"`
		Data    struct {
			Value string `json:"value"`
		} `json:"data"`
	}
	if json.Unmarshal(params, &message) != nil || message.Channel != channel {
		return
	}
	var notices []notice
	if json.Unmarshal([]byte(message.Data.Value), &notices) != nil {
		return
	}
	for _, n := range notices {
		if tr := ts.inTab(n.Tab); tr != nil {
			tr.notice(n)
		}
	}
}

func (tr *trace) notice(n notice) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	t := tr.transfer(fmt.Sprint(n.ID), n.URL, n.Method, headerList(n.Headers))
	if t == nil {
		return
	}
	h := t.hop(tr, n.Redirects)
	h.sent = max(h.sent, n.Sent)
	if n.Kind != updated {
		h.request = fetch.WireRequest{Method: n.Method, URL: withoutFragment(n.URL), Headers: headerList(n.Headers)}
	}
	switch n.Kind {
	case answered, stored:
		h.wire, h.fromCache = n.response(), n.Kind == stored
	case updated:
		h.merged = n.response()
	case ended:
		switch {
		case h.updated != nil, t.failed != "": // the first is right: CORS may be blamed afterwards
		case n.Failed == "", n.Failed == ledElsewhere:
			h.updated = cmp.Or(h.merged, h.wire)
		default:
			t.failed = n.Failed
		}
	}
	t.record.change()
}
