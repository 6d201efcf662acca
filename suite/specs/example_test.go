package specs_test

import (
	"context"
	"net/http"
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/specs"
)

// Your own handler, which allows one origin to read.
func public(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Origin") == "https://app.example.com" {
		w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
	}
	w.Header().Add("Vary", "Origin")
	w.Write([]byte("hello"))
}

// In a suite of your own, one declaration judges a server by its policy. This one is
// judged by the Standard's model, which needs no browser; give a chromium.Browser for
// a real one.
var _ = specs.Describe("My API", func(context.Context) (specs.Subject, error) {
	server := httptest.NewServer(http.HandlerFunc(public))
	DeferCleanup(server.Close)
	return specs.Subject{
		Target: suite.Target{
			URL: server.URL,
			Policy: policy.Policy{
				AllowOrigins: []string{"https://app.example.com"},
				AllowMethods: []string{"GET"},
			},
		},
		UserAgent: &fetch.Model{},
	}, nil
}, suite.Filter{Level: suite.Required})

// And the matchers serve for observations of your own.
var _ = It("lets one origin read", func(ctx SpecContext) {
	server := httptest.NewServer(http.HandlerFunc(public))
	DeferCleanup(server.Close)
	page, err := new(fetch.Model).NewContext(ctx)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(page.Close)
	get := fetch.Request{API: fetch.Fetch, URL: server.URL + "/", Method: "GET"}

	Expect(page.Do(ctx, "https://app.example.com", get)).To(specs.BeShared())
	Expect(page.Do(ctx, "https://evil.example.com", get)).To(specs.BeBlocked(fetch.MissingAllowOriginHeader))
	Expect(page.Do(ctx, "https://app.example.com", get)).NotTo(specs.BePreflighted())
})
