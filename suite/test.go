package suite

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A TestOption changes what Test does.
type TestOption func(*testSettings)

type testSettings struct {
	ua        fetch.UserAgent
	resources []Resource
	filter    Filter
	options   []Option
}

// In makes Test judge in a user agent, such as a chromium.Browser that may reach
// "127.0.0.1:*" and delivers effects. Without it Test judges by fetch.Model, the Fetch Standard in Go,
// which needs no browser and takes milliseconds.
func In(ua fetch.UserAgent) TestOption {
	return func(s *testSettings) { s.ua = ua }
}

// Of names the handler's resources. Without it Test asks "/" alone.
func Of(resources ...Resource) TestOption {
	return func(s *testSettings) { s.resources = resources }
}

// Only chooses scenarios.
func Only(f Filter) TestOption {
	return func(s *testSettings) { s.filter = f }
}

// With passes options on to Run.
func With(options ...Option) TestOption {
	return func(s *testSettings) { s.options = append(s.options, options...) }
}

// Test judges a handler by the policy that it is meant to keep: a subtest for each
// scenario, in the order of the table. The handler gets every request, those with
// unsafe methods too unless the user agent holds them back. A required scenario that
// fails, or breaks, fails its subtest; one of a lower level is logged; what cannot be
// judged is skipped, and says why.
//
// Test may be called any number of times, from parallel tests too.
func Test(t *testing.T, handler http.Handler, p policy.Policy, options ...TestOption) {
	t.Helper()
	settings := testSettings{ua: &fetch.Model{Effects: fetch.Deliver}}
	for _, option := range options {
		option(&settings)
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	target := Target{URL: server.URL, Policy: p, Resources: settings.resources, Effects: fetch.Deliver}
	report, err := Run(context.Background(), target, settings.ua, settings.filter, settings.options...)
	if err != nil {
		t.Fatal(err)
	}
	if report.Partial != "" {
		t.Error(report.Partial)
	}
	about := report.Browsers[0]
	t.Logf("judged by %s %s", about.Name, about.Version)
	for _, chapter := range Chapters() {
		t.Run(chapter.Name, func(t *testing.T) {
			for _, r := range report.Results {
				if name, ok := strings.CutPrefix(r.ID, chapter.Name+"."); ok {
					t.Run(subtestName(name, r), func(t *testing.T) { r.tell(t) })
				}
			}
		})
	}
}

// subtestName is short enough to read and long enough to tell results apart.
func subtestName(name string, r Result) string {
	_, bindings, _ := strings.Cut(r.Key, " ")
	bindings, _, _ = strings.Cut(bindings, "browser=")
	return strings.TrimSpace(name + " " + bindings)
}

// tell reports the result to its subtest.
func (r Result) tell(t *testing.T) {
	t.Helper()
	switch r.Verdict {
	case Pass:
	case Fail, Broken:
		if r.Level == Required {
			t.Error(r.Sentence())
		} else {
			t.Log(r.Sentence())
		}
	default:
		t.Skip(r.Sentence())
	}
}

// Sentence says in a few lines what came out, what was required, what was observed,
// and what to change.
func (r Result) Sentence() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", r.ID, r.Verdict)
	if r.Reason != "" {
		fmt.Fprintf(&b, " (%s)", r.Reason)
	}
	if r.Expected != "" && r.Observed != "" {
		fmt.Fprintf(&b, "\nrequired: %s\nobserved: %s\n%s", r.Expected, r.Observed, r.Spec)
	}
	for _, fix := range r.Fixes {
		fmt.Fprintf(&b, "\nto change: %s", fix)
	}
	return b.String()
}
