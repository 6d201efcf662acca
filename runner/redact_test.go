package runner_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// gossip repeats in its responses what it was asked.
func gossip(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Url", r.URL.String())
		w.Header().Set("X-Key", "you said "+r.Header.Get("X-Api-Key"))
		w.Header().Set("Set-Cookie", "session=fresh")
		next.ServeHTTP(w, r)
	})
}

var _ = Describe("a report", func() {
	var r *suite.Report

	BeforeEach(func(ctx SpecContext) {
		p := policy.Sample()
		p.AllowHeaders = append(p.AllowHeaders, "X-Api-Key")
		server := serve(gossip(keeping(p)))
		c := declared(server.URL)
		c.Target.Policy = p
		c.Target.Resources = []suite.Resource{{Path: "/v1/items?key=t%20ken"}}
		c.Target.Request = suite.Authorized{
			Headers: fetch.HeaderList{{Name: "Authorization", Value: "Bearer literal"}, {Name: "X-Api-Key", Value: `k"y-é`}},
			Cookies: []fetch.Cookie{{Name: "sid", Value: "se55ion"}, {Name: "plain", Value: "literal"}},
		}
		// The last are no secrets: they stand in the target's URL, and in the policy.
		c.Secrets = []string{"t ken", `k"y-é`, "se55ion", "127.0.0.1", "https://admin.example.test"}
		r = run(ctx, runner.Options{Config: c, Effects: fetch.Deliver})
	})

	It("shows no secret, in whatever spelling", func() {
		all := text(r)
		for _, secret := range []string{"t ken", "t%20ken", "t+ken", "k\\\"y", `k\\\"y`, "se55ion", "literal", "fresh"} {
			Expect(all).NotTo(ContainSubstring(secret))
		}
		Expect(all).To(ContainSubstring("/v1/items?key=REDACTED"))
		Expect(all).To(ContainSubstring("you said REDACTED"))
		Expect(all).To(ContainSubstring(`{"name":"Authorization","value":"REDACTED"}`))
	})

	It("shows what everybody knows", func() {
		Expect(r.Target.URL).To(HavePrefix("http://127.0.0.1:"))
		Expect(r.Target.Policy.AllowOrigins).To(ContainElement("https://admin.example.test"))
	})

	It("can be judged again all the same", func() {
		Expect(r.ExitCode()).To(Equal(suite.ExitConforms))
		Expect(verdicts(suite.Judge(r))).To(Equal(verdicts(r)))
	})
})
