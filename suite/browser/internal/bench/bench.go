// Package bench measures what the suite costs in a browser: one measurement for all
// engines.
package bench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/fetch"
)

// An Engine is what is measured.
type Engine[B Browser] struct {
	Start func(context.Context, browser.Options) (B, error)

	// AtMost is how much longer than in the bare loop a fetch may take.
	AtMost float64

	// Fetches is how many a measurement has at least: so many that the first of each page,
	// which is slower in the suite's 80 pages than in the one of the bare loop, weighs
	// little.
	Fetches int
}

// A Browser also tells what a fetch costs without corsproof.
type Browser interface {
	browser.Browser

	// Evaluate runs a script that resolves to a number in a fresh page on an origin.
	// Nothing watches the page, unless what it sends is to be reported as in a run.
	Evaluate(ctx context.Context, origin, script string, reported bool) (float64, error)
}

// turns is how often the suite and the bare loop are measured, one after the other.
const turns = 7

// Suite measures the whole table against a bare loop of the same fetches in one page, in
// one run on one machine: their ratio is what counts. What else the machine does can slow
// one of them for seconds, so that what is said is the median of several turns.
func (e Engine[B]) Suite(b *testing.B) {
	target, closeTarget := referenceTarget(0)
	defer closeTarget()
	repeats := e.repeatsFor(target)
	began := time.Now()
	browser := e.start(b, target)
	defer browser.Close()
	started := time.Since(began)

	for range b.N {
		var m measurements
		for range turns {
			// The bare loop before the suite and after it, since what else the machine
			// does changes within a turn too.
			before := bareLoop(b, browser, target, repeats, false)
			times := run(b, browser, target, suite.WithRepeats(repeats))
			after := bareLoop(b, browser, target, repeats, false)
			m.add(times, (before+after)/2)
		}
		reported := bareLoop(b, browser, target, repeats, true)
		ratios := slices.Sorted(slices.Values(m.ratios))
		overhead := started.Seconds() + median(m.opens) + median(m.waits)
		b.Logf("%d fetches, %d preflights, in %d turns", m.fetches, m.preflights, turns)
		b.Logf("suite           %8.2f ms per fetch", median(m.perFetch))
		b.Logf("bare loop       %8.2f ms per fetch", median(m.perBare))
		b.Logf("ratio           %8.2f (at most %.1f), in the turns %.2f to %.2f", median(ratios), e.AtMost, ratios[0], ratios[turns-1])
		b.Logf("bare, reported  %8.2f ms per fetch: the same loop while its traffic is reported, once", ms(reported))
		b.Logf("browser start   %8.2f s", started.Seconds())
		b.Logf("pages, contexts %8.2f s", median(m.opens))
		b.Logf("waits           %8.2f s", median(m.waits))
		b.Logf("overhead        %8.2f s", overhead)
		b.ReportMetric(median(ratios), "suite/bare")
		b.ReportMetric(overhead, "s-overhead")
	}
}

// measurements are those of the turns: how much was sent in all, and for each turn
// milliseconds of a fetch, their ratio, and seconds of what is a line of its own.
type measurements struct {
	fetches, preflights       int
	perFetch, perBare, ratios []float64
	opens, waits              []float64
}

func (m *measurements) add(t suite.Times, bare time.Duration) {
	m.fetches += t.Fetches
	m.preflights += t.Preflights
	perFetch := t.Requests / time.Duration(t.Fetches)
	m.perFetch = append(m.perFetch, ms(perFetch))
	m.perBare = append(m.perBare, ms(bare))
	m.ratios = append(m.ratios, float64(perFetch)/float64(bare))
	m.opens, m.waits = append(m.opens, t.Open.Seconds()), append(m.waits, t.Waits.Seconds())
}

// median is the middle one of an odd number of values.
func median(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

// FarTarget measures the same against a target that answers after 80 ms, over the time
// that six connections need at least.
func (e Engine[B]) FarTarget(b *testing.B) {
	const away = 80 * time.Millisecond
	target, closeTarget := referenceTarget(away)
	defer closeTarget()
	browser := e.start(b, target)
	defer browser.Close()
	for range b.N {
		times := run(b, browser, target, suite.WithRepeats(e.repeatsFor(target)))
		least := time.Duration(times.Fetches+times.Preflights) * away / 6
		b.Logf("%d fetches and %d preflights in %.1f s; six connections need %.1f s; ratio %.2f (at most 2)",
			times.Fetches, times.Preflights, times.Requests.Seconds(), least.Seconds(), float64(times.Requests)/float64(least))
		b.ReportMetric(float64(times.Requests)/float64(least), "suite/least")
	}
}

// referenceTarget serves the reference handler, each answer after a delay.
func referenceTarget(delay time.Duration) (suite.Target, func()) {
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

func (e Engine[B]) start(b *testing.B, target suite.Target) B {
	browser, err := e.Start(context.Background(), browser.Options{
		Targets: []string{target.URL[len("http://"):]},
		Effects: fetch.Deliver,
	})
	if err != nil {
		b.Fatal(err)
	}
	return browser
}

func (e Engine[B]) repeatsFor(target suite.Target) int {
	return e.Fetches/len(suite.Requests(target, suite.Filter{}, suite.DefaultMaxWait)) + 1
}

// run judges a target that keeps its policy, and returns how long that took.
func run(b *testing.B, browser Browser, target suite.Target, options ...suite.Option) suite.Times {
	var times suite.Times
	report, err := suite.Run(context.Background(), target, browser, suite.Filter{},
		append(options, suite.WithTimes(func(t suite.Times) { times = t }))...)
	if err != nil {
		b.Fatal(err)
	}
	if code := report.ExitCode(); code != suite.ExitConforms {
		b.Fatalf("the reference server got exit code %d: %v", code, report.Summary)
	}
	return times
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
