package firefox

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/suite/browser/bidi"
)

//go:embed privileged.js
var privileged string

// enterChrome finds the browser's own window and takes privileged.js there.
func (b *Browser) enterChrome(ctx context.Context) error {
	type tree struct {
		Contexts []struct {
			Context string `json:"context"`
			URL     string `json:"url"`
		} `json:"contexts"`
	}
	t, err := bidi.Call[tree](ctx, b.conn, "browsingContext.getTree", map[string]any{"moz:scope": "chrome"})
	if err != nil {
		return err
	}
	for _, c := range t.Contexts {
		if c.URL == "chrome://browser/content/browser.xhtml" {
			b.chrome = c.Context
		}
	}
	if b.chrome == "" {
		return errors.New("it has no window")
	}
	if err := bidi.Do(ctx, b.conn, "script.evaluate", map[string]any{
		"expression": privileged, "awaitPromise": false, "target": map[string]any{"context": b.chrome},
	}); err != nil {
		return err
	}
	_, err = privilegedCall[bool](ctx, b, "holdAt", b.nowhere.port)
	return err
}

// privilegedCall calls a function of privileged.js.
func privilegedCall[T any](ctx context.Context, b *Browser, function string, arguments ...any) (T, error) {
	var parts []string
	for _, a := range arguments {
		text, err := json.Marshal(a)
		if err != nil {
			panic(err) // they are strings and numbers
		}
		parts = append(parts, string(text))
	}
	value, err := evaluate[T](ctx, b.conn, b.chrome, "corsproof."+function+"("+strings.Join(parts, ",")+")")
	if err != nil {
		return value, fmt.Errorf("the browser's window: %s: %w", function, err)
	}
	return value, nil
}

// trustFixture has the browser accept the fixtures' certificate at an origin, and no
// other there.
func (b *Browser) trustFixture(ctx context.Context, origin string) error {
	rest, isTLS := strings.CutPrefix(origin, "https://")
	if !isTLS {
		return nil
	}
	host, port := rest, 443
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		host = rest[:i]
		port, _ = strconv.Atoi(rest[i+1:])
	}
	host = strings.Trim(host, "[]")
	if unescaped, err := url.PathUnescape(host); err == nil {
		host = unescaped
	}
	certificate, err := b.origins.Certificate(host)
	if err != nil {
		return err
	}
	_, err = privilegedCall[bool](ctx, b, "trust", host, port, base64.StdEncoding.EncodeToString(certificate))
	return err
}
