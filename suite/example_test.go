package suite_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/fetch"
)

// api is the handler of these examples: yours, in its place.
func api(p policy.Policy) http.Handler {
	return policies.Keep(p, reference.Items())
}

// One call from go test judges a handler: a subtest for each scenario. Without a
// browser it is judged by the Fetch Standard's model.
func ExampleTest() {
	var t *testing.T // of your func TestCORS(t *testing.T)

	suite.Test(t, api(policy.Sample()), policy.Sample(), suite.Of(suite.Resource{Path: "/v1/items"}))
}

// The same in a real browser.
func ExampleTest_inChromium() {
	var t *testing.T

	browser, err := chromium.Start(t.Context(), chromium.Options{
		Targets: []string{"127.0.0.1:*"},
		Effects: fetch.Deliver,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer browser.Close()
	suite.Test(t, api(policy.Sample()), policy.Sample(), suite.In(browser), suite.Of(suite.Resource{Path: "/v1/items"}))
}

// The core needs neither testing nor Ginkgo.
func ExampleRun() {
	server := httptest.NewServer(api(policy.Sample()))
	defer server.Close()

	report, err := suite.Run(context.Background(), suite.Target{
		URL:       server.URL,
		Policy:    policy.Sample(),
		Resources: []suite.Resource{{Path: "/v1/items"}, {Path: "/v1/missing", Status: 404}},
	}, &fetch.Model{}, suite.Filter{Scenarios: []string{"origins.refused", "errors.not-found"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range report.Results {
		fmt.Println(r.Verdict, r.ID, "by", r.API)
	}
	fmt.Println("exit code", report.ExitCode())
	// Output:
	// pass origins.refused by fetch
	// pass origins.refused by xhr
	// pass errors.not-found by fetch
	// pass errors.not-found by xhr
	// exit code 0
}

// TestTest is what a Go developer writes; go test -count runs it again.
func TestTest(t *testing.T) {
	suite.Test(t, api(policy.Sample()), policy.Sample(),
		suite.Of(suite.Resource{Path: "/v1/items"}, suite.Resource{Path: "/v1/broken", Status: 500}))
}
