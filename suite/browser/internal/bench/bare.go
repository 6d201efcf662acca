package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// bareLoop returns the time per fetch of the table's requests, one after the other
// in one page, by the same API and each with a CORS-preflight cache entry of its own,
// as in the suite.
func bareLoop(b *testing.B, browser Browser, target suite.Target, repeats int, reported bool) time.Duration {
	type call struct {
		API         fetch.API         `json:"api"`
		URL         string            `json:"url"`
		Method      string            `json:"method"`
		Headers     map[string]string `json:"headers"`
		Body        string            `json:"body,omitempty"`
		Credentials string            `json:"credentials,omitempty"`
	}
	var calls []call
	for round := range repeats {
		for i, planned := range suite.Requests(target, suite.Filter{}, suite.DefaultMaxWait) {
			if planned.Origin == "" {
				continue
			}
			c := call{
				API:         planned.Request.API,
				URL:         fmt.Sprintf("%s#bare-%d-%d", planned.Request.URL, round, i),
				Method:      planned.Request.Method,
				Headers:     map[string]string{},
				Body:        planned.Request.Body,
				Credentials: string(planned.Request.Credentials),
			}
			for _, h := range planned.Request.Headers {
				c.Headers[h.Name] = h.Value
			}
			calls = append(calls, c)
		}
	}
	list, err := json.Marshal(calls)
	if err != nil {
		b.Fatal(err)
	}
	const loop = `(async calls => {
		const xhr = ({url, method, headers, body, credentials}) => new Promise(done => {
			const x = new XMLHttpRequest();
			x.open(method, url);
			x.responseType = "arraybuffer";
			x.withCredentials = credentials === "include";
			for (const name in headers) x.setRequestHeader(name, headers[name]);
			x.onloadend = done;
			x.send(body);
		});
		const began = performance.now();
		for (const {api, url, ...init} of calls) {
			if (api === "xhr") await xhr({url, ...init});
			else try { await (await fetch(url, init)).arrayBuffer(); } catch {}
		}
		return performance.now() - began;
	})`
	elapsed, err := browser.Evaluate(context.Background(), policy.Sample().AllowOrigins[0], fmt.Sprintf("%s(%s)", loop, list), reported)
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(elapsed*float64(time.Millisecond)) / time.Duration(len(calls))
}
