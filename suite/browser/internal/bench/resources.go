package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// Resources measures whole runs against targets that declare 1, 10 and 100
// resources, all of which keep the sample policy: requests that arrive, and seconds,
// the browser's start left out.
func (e Engine[B]) Resources(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			target, arrived, closeTarget := manyResources(b, n)
			defer closeTarget()
			browser := e.start(b, target)
			defer browser.Close()
			for range b.N {
				arrived.Store(0)
				began := time.Now()
				report, err := suite.Run(context.Background(), target, browser, suite.Filter{})
				if err != nil {
					b.Fatal(err)
				}
				if code := report.ExitCode(); code != suite.ExitConforms {
					b.Fatalf("the reference server got exit code %d: %v", code, report.Summary)
				}
				b.Logf("%3d resources: %4d results, %4d requests, %.1f s", n, len(report.Results), arrived.Load(), time.Since(began).Seconds())
				b.ReportMetric(float64(arrived.Load()), "requests")
				b.ReportMetric(time.Since(began).Seconds(), "s/run")
			}
		})
	}
}

// manyResources serves so many paths that are like the sample application's items.
func manyResources(b *testing.B, n int) (target suite.Target, arrived *atomic.Int64, end func()) {
	items := reference.Items()
	handler := policies.Keep(policy.Sample(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = "/v1/items"
		items.ServeHTTP(w, r)
	}))
	arrived = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		handler.ServeHTTP(w, r)
	}))
	target = suite.Target{URL: server.URL, Policy: policy.Sample(), Effects: fetch.Deliver}
	for i := range n {
		target.Resources = append(target.Resources, suite.Resource{Path: fmt.Sprintf("/v1/items/%d", i)})
	}
	return target, arrived, server.Close
}
