package chromium_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/fetch"
)

// enoughFetches is how many a measurement has at least: so many that the first of each
// page, which is slower in the suite's 80 pages than in the one of the bare loop, weighs
// little.
const enoughFetches = 4000

// BenchmarkSuite measures the whole table in Chromium against a bare loop of the
// same fetches in one page, in one run on one machine: their ratio is what counts.
func BenchmarkSuite(b *testing.B) {
	target, closeTarget := referenceTarget(b, 0)
	defer closeTarget()
	repeats := repeatsFor(target)
	began := time.Now()
	browser := start(b, target)
	defer browser.Close()
	started := time.Since(began)

	for range b.N {
		// By turns, so that what else the machine does is shared.
		var times suite.Times
		var bare, reported time.Duration
		for range turns {
			bare += bareLoop(b, browser, target, repeats, false)
			reported += bareLoop(b, browser, target, repeats, true)
			t := runSuite(b, browser, target, repeats)
			times.Requests += t.Requests
			times.Fetches += t.Fetches
			times.Preflights += t.Preflights
			times.Waits = max(times.Waits, t.Waits)
			times.Open = max(times.Open, t.Open)
		}
		perFetch, perBare := times.Requests/time.Duration(times.Fetches), bare/turns
		b.Logf("%d fetches, %d preflights, in %d turns", times.Fetches, times.Preflights, turns)
		b.Logf("suite           %8.2f ms per fetch", ms(perFetch))
		b.Logf("bare loop       %8.2f ms per fetch", ms(perBare))
		b.Logf("ratio           %8.2f (at most 1.2)", float64(perFetch)/float64(perBare))
		b.Logf("bare, reported  %8.2f ms per fetch: the same loop while the browser reports its traffic", ms(reported/turns))
		b.Logf("browser start   %8.2f s", started.Seconds())
		b.Logf("pages, contexts %8.2f s, the most of the turns", times.Open.Seconds())
		b.Logf("waits           %8.2f s", times.Waits.Seconds())
		b.Logf("overhead        %8.2f s (at most 4)", (started + times.Open + times.Waits).Seconds())
		b.ReportMetric(float64(perFetch)/float64(perBare), "suite/bare")
		b.ReportMetric((started + times.Open + times.Waits).Seconds(), "s-overhead")
	}
}

// turns is how often the suite and the bare loop are measured, one after the other.
const turns = 3

// BenchmarkFarTarget measures the same against a target that answers after 80 ms,
// over the time that six connections need at least.
func BenchmarkFarTarget(b *testing.B) {
	const away = 80 * time.Millisecond
	target, closeTarget := referenceTarget(b, away)
	defer closeTarget()
	browser := start(b, target)
	defer browser.Close()
	for range b.N {
		times := runSuite(b, browser, target, repeatsFor(target))
		least := time.Duration(times.Fetches+times.Preflights) * away / 6
		b.Logf("%d fetches and %d preflights in %.1f s; six connections need %.1f s; ratio %.2f (at most 2)",
			times.Fetches, times.Preflights, times.Requests.Seconds(), least.Seconds(), float64(times.Requests)/float64(least))
		b.ReportMetric(float64(times.Requests)/float64(least), "suite/least")
	}
}

// referenceTarget serves the reference handler, each answer after a delay.
func referenceTarget(b *testing.B, delay time.Duration) (suite.Target, func()) {
	handler := policies.Keep(policy.Sample(), reference.Items())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if delay > 0 {
			<-time.After(delay)
		}
		handler.ServeHTTP(w, r)
	}))
	return suite.Target{
		URL:     server.URL,
		Policy:  policy.Sample(),
		Effects: fetch.Deliver,
		Resources: []suite.Resource{
			{Path: "/v1/items"}, {Path: "/v1/public"},
			{Path: "/v1/missing", Status: 404}, {Path: "/v1/private", Status: 401}, {Path: "/v1/broken", Status: 500},
		},
	}, server.Close
}

func start(b *testing.B, target suite.Target) *chromium.Browser {
	browser, err := chromium.Start(context.Background(), chromium.Options{
		Targets: []string{target.URL[len("http://"):]},
		Effects: fetch.Deliver,
	})
	if err != nil {
		b.Fatal(err)
	}
	return browser
}

func repeatsFor(target suite.Target) int {
	return enoughFetches/len(suite.Requests(target, suite.Filter{}, suite.DefaultMaxWait)) + 1
}

func runSuite(b *testing.B, browser *chromium.Browser, target suite.Target, repeats int) suite.Times {
	var times suite.Times
	report, err := suite.Run(context.Background(), target, browser, suite.Filter{},
		suite.WithRepeats(repeats), suite.WithTimes(func(t suite.Times) { times = t }))
	if err != nil {
		b.Fatal(err)
	}
	if code := report.ExitCode(); code != suite.ExitConforms {
		b.Fatalf("the reference server got exit code %d: %v", code, report.Summary)
	}
	return times
}

// bareLoop returns the time per fetch of the table's requests, one after the other
// in one page, by the same API and each with a CORS-preflight cache entry of its own,
// as in the suite.
func bareLoop(b *testing.B, browser *chromium.Browser, target suite.Target, repeats int, reported bool) time.Duration {
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

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
