package specs_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/specs"
)

func TestSpecs(t *testing.T) {
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "Specs", config, reporter)
}

// Every scenario against the reference server, in Chromium.
var _ = specs.Describe("The reference server", func(context.Context) (specs.Subject, error) {
	server := httptest.NewServer(policies.Keep(policy.Sample(), reference.Items()))
	DeferCleanup(server.Close)
	// The browser outlives the node that starts it.
	browser, err := chromium.Start(context.Background(), chromium.Options{
		Targets: []string{"127.0.0.1:*"},
		Effects: fetch.Deliver,
	})
	if err != nil {
		return specs.Subject{}, err
	}
	DeferCleanup(browser.Close)
	return specs.Subject{UserAgent: browser, Target: suite.Target{
		URL:     server.URL,
		Policy:  policy.Sample(),
		Effects: fetch.Deliver,
		Resources: []suite.Resource{
			{Path: "/v1/items"},
			{Path: "/v1/public"},
			{Path: "/v1/missing", Status: 404},
			{Path: "/v1/private", Status: 401},
			{Path: "/v1/broken", Status: 500},
		},
	}}, nil
}, suite.Filter{})

var _ = Describe("A matcher", func() {
	shared := fetch.Observation{
		Response:  fetch.Response{Type: fetch.CORS, Status: 200, Headers: fetch.HeaderList{{Name: "etag", Value: `"1"`}}},
		Exchanges: []fetch.Exchange{{Kind: fetch.Preflight}, {Kind: fetch.Actual}},
	}
	blocked := fetch.Observation{
		Response:  fetch.Response{Type: fetch.NetworkError},
		Cause:     fetch.ByCORS,
		Detail:    string(fetch.MissingAllowOriginHeader),
		Exchanges: []fetch.Exchange{{Kind: fetch.Actual, Reason: string(fetch.MissingAllowOriginHeader)}},
	}
	down := fetch.Observation{Response: fetch.Response{Type: fetch.NetworkError}, Cause: fetch.ByConnection}

	It("knows a shared response", func() {
		Expect(shared).To(specs.BeShared())
		Expect(blocked).NotTo(specs.BeShared())
		Expect(InterceptGomegaFailure(func() { Expect(blocked).To(specs.BeShared()) })).
			To(MatchError(ContainSubstring(`to be shared with the script; it got type error, status 0, cause "cors" MissingAllowOriginHeader`)))
	})
	It("knows a blocked one, and why", func() {
		Expect(blocked).To(specs.BeBlocked())
		Expect(blocked).To(specs.BeBlocked(fetch.MissingAllowOriginHeader))
		Expect(blocked).NotTo(specs.BeBlocked(fetch.AllowOriginMismatch))
		Expect(shared).NotTo(specs.BeBlocked())
		Expect(down).NotTo(specs.BeBlocked(), "a failure of the network is none of CORS")
	})
	It("knows a preflight", func() {
		Expect(shared).To(specs.BePreflighted())
		Expect(blocked).NotTo(specs.BePreflighted())
	})
	It("knows a readable header", func() {
		Expect(shared).To(specs.HaveReadableHeader("ETag"))
		Expect(shared).NotTo(specs.HaveReadableHeader("Date"))
	})
	It("takes nothing but observations", func() {
		Expect(InterceptGomegaFailure(func() { Expect(errors.New("none")).To(specs.BeShared()) })).To(HaveOccurred())
	})
})
