package firefox

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/suite/browser/bidi"
	"github.com/corsproof/corsproof/suite/fetch"
)

//go:embed network.js
var networkJS string

// channel is what network.js tells its notices by.
const channel = "corsproof-network"

// observeNetwork has the browser's own window tell of what the tabs send that are watched.
func (b *Browser) observeNetwork(ctx context.Context) error {
	if err := bidi.Do(ctx, b.conn, "session.subscribe", map[string]any{"events": []string{"script.message"}}); err != nil {
		return err
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
	Tab             int64        `json:"tab"`
	ID              int64        `json:"id"` // the same after redirects
	Redirects       int          `json:"redirects"`
	URL             string       `json:"url"`
	Method          string       `json:"method"`
	Sent            float64      `json:"sent"` // when it left, in microseconds; 0 if it did not
	Headers         []headerLine `json:"headers"`
	Status          int          `json:"status"`
	StatusText      string       `json:"statusText"`
	ResponseHeaders []headerLine `json:"responseHeaders"`
	Failed          string       `json:"failed"`
}

type noticeKind string

const (
	kindRequest  noticeKind = "request"
	kindResponse noticeKind = "response"
	kindStored   noticeKind = "stored" // the response is the HTTP cache's
	kindMerged   noticeKind = "merged" // it is the HTTP cache's, brought up to date by a 304
	kindEnd      noticeKind = "end"
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
		if tr := ts.findTab(n.Tab); tr != nil {
			tr.notice(n)
		}
	}
}

func (tr *trace) notice(n notice) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	headers := headerList(n.Headers)
	t := tr.transfer(fmt.Sprint(n.ID), n.URL, n.Method, headers)
	if t == nil {
		return
	}
	h := t.hop(tr, n.Redirects)
	h.sent = max(h.sent, n.Sent)
	if headers != nil && n.Failed != ledElsewhere {
		h.request = fetch.WireRequest{Method: n.Method, URL: withoutFragment(n.URL), Headers: headers}
	}
	switch n.Kind {
	case kindResponse, kindStored:
		h.wire, h.fromCache = n.response(), n.Kind == kindStored
	case kindMerged:
		h.merged = n.response()
	case kindEnd:
		if n.Failed == "" || n.Failed == ledElsewhere || h.wire != nil && slices.Contains(endings, n.Failed) {
			h.updated = cmp.Or(h.merged, h.wire)
		} else {
			t.failed = n.Failed
		}
	}
	t.record.change()
}
