package runner_test

import (
	"fmt"
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

var _ = Describe("what a target sets as cookies", func() {
	// forgetful sets cookies, and repeats them, and those that it got, wherever it can.
	forgetful := func(next http.Handler, values ...string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for i, v := range values {
				w.Header().Add("Set-Cookie", fmt.Sprintf("c%d=%s; Path=/; HttpOnly", i, v))
				w.Header().Add("X-Debug", fmt.Sprintf("%d is %s", i, v))
			}
			w.Header().Set("X-Heard", r.Header.Get("Cookie")+" "+r.Header.Get("Authorization"))
			next.ServeHTTP(w, r)
		})
	}
	judged := func(ctx SpecContext, p policy.Policy, values ...string) *suite.Report {
		GinkgoHelper()
		c := declared(serve(forgetful(keeping(p), values...)).URL)
		c.Target.Request = suite.Authorized{
			Headers: fetch.HeaderList{{Name: "Authorization", Value: "Basic bWU6cGFzc3dvcmQx"}},
			Cookies: []fetch.Cookie{{Name: "sid", Value: "given-literally"}},
		}
		return run(ctx, runner.Options{Config: c, Effects: fetch.Deliver})
	}

	It("is nowhere, in whatever spelling, and nor is what was sent", func(ctx SpecContext) {
		all := text(judged(ctx, policy.Sample(), "session-4711", "a%2Fb%20session", `"in-quotes-4711"`))
		for _, secret := range []string{"session-4711", "a%2Fb", "a/b session", "in-quotes", "given-literally", "bWU6cGFzc3dvcmQx", "password1"} {
			Expect(all).NotTo(ContainSubstring(secret))
		}
		Expect(all).To(ContainSubstring(`{"name":"X-Debug","value":"0 is REDACTED"}`))
		Expect(all).To(ContainSubstring(`"value":"sid=REDACTED Basic REDACTED"`))
	})

	It("is nowhere where it makes a server fail, nor in what is told of that", func(ctx SpecContext) {
		server := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Set-Cookie", "sid=session-4711")
			w.Header().Set("Access-Control-Allow-Origin", "session-4711")
		}))
		r := run(ctx, runner.Options{Config: declared(server.URL)})
		Expect(r.ExitCode()).To(Equal(suite.ExitFails))
		Expect(text(r)).NotTo(ContainSubstring("session-4711"))
		Expect(text(r)).To(ContainSubstring(`Access-Control-Allow-Origin is \"REDACTED\"`))
	})

	It("is left where it is too short to be known for a secret, but in its own header", func(ctx SpecContext) {
		all := text(judged(ctx, policy.Sample(), "1"))
		Expect(all).To(ContainSubstring(`{"name":"Set-Cookie","value":"REDACTED"}`))
		Expect(all).To(ContainSubstring(`{"name":"X-Debug","value":"0 is 1"}`))
	})

	It("takes no word out of the report that corsproof said itself", func(ctx SpecContext) {
		app := policy.Sample().AllowOrigins[0]
		r := judged(ctx, policy.Sample(), app, "Access-Control-Allow-Origin", "/v1/items", "is shared with the script", "corsproof-unlisted")
		Expect(r.ExitCode()).To(Equal(suite.ExitConforms))
		Expect(verdicts(suite.Judge(r))).To(Equal(verdicts(r)))
		Expect(text(r)).To(ContainSubstring(`{"name":"Access-Control-Allow-Origin","value":"` + app + `"}`))
		Expect(text(r)).To(ContainSubstring("/v1/items"))
	})
})

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
