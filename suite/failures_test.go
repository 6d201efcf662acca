package suite

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"

	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

// stacked is the sample server with four mistakes, one behind the other: it refuses
// every CORS-preflight request with 405, shares actual responses with "*" though they
// have credentials, exposes nothing, and leaves error answers bare.
func stacked() http.HandlerFunc {
	right := policies.Keep(policy.Sample(), reference.Items())
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		right.ServeHTTP(&mistaken{ResponseWriter: w}, r)
	}
}

// mistaken spoils the headers when the status is known.
type mistaken struct {
	http.ResponseWriter
	wrote bool
}

func (m *mistaken) WriteHeader(status int) {
	m.wrote = true
	h := m.Header()
	h.Del("Access-Control-Expose-Headers")
	if h.Get("Access-Control-Allow-Origin") != "" {
		h.Set("Access-Control-Allow-Origin", "*")
	}
	if status >= 400 {
		h.Del("Access-Control-Allow-Origin")
		h.Del("Access-Control-Allow-Credentials")
	}
	m.ResponseWriter.WriteHeader(status)
}

func (m *mistaken) Write(b []byte) (int, error) {
	if !m.wrote {
		m.WriteHeader(http.StatusOK)
	}
	return m.ResponseWriter.Write(b)
}

// forgetting has user agents remember nothing.
type forgetting struct{ http.ResponseWriter }

func (f forgetting) WriteHeader(status int) {
	f.Header().Set("Access-Control-Max-Age", "0")
	f.ResponseWriter.WriteHeader(status)
}

// withoutCode are the reasons of package fetch for which no browser has a word.
var withoutCode = []fetch.Reason{fetch.AuthorizationNotCoveredByWildcard, fetch.InvalidRedirect, fetch.TooManyRedirects, fetch.DisallowedRedirect}

func stackedTarget(effects fetch.Effects) Target {
	t := serve(stacked())
	t.Policy, t.Effects = policy.Sample(), effects
	t.Resources = []Resource{{Path: "/v1/items"}, {Path: "/v1/broken", Status: 500}}
	return t
}

// reasonsOf are those of all failures with that verdict, each once.
func reasonsOf(r *Report, verdicts ...Verdict) []string {
	var all []string
	for _, result := range r.Results {
		if slices.Contains(verdicts, result.Verdict) {
			for _, f := range result.Failures {
				all = append(all, string(f.Reason))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

var _ = ginkgo.Describe("The failures of a result", func() {
	ginkgo.It("name every step in order, with its place in the Standard and its names in browsers", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, stackedTarget(fetch.Deliver), &fetch.Model{Effects: fetch.Deliver}, only("preflight.answered"))
		got := report.Results[0].Failures
		Expect(got[0]).To(Equal(Failure{
			Failure: fetch.Failure{
				Algorithm: "CORS check", Step: "2", Spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
				Reason: fetch.PreflightMissingAllowOriginHeader, Header: "Access-Control-Allow-Origin",
				Given: "missing", Expected: `"http://app.example.test:7001" or "*"`,
				URL: report.Target.URL + "/v1/items", Kind: fetch.Preflight,
			},
			Chromium: "PreflightMissingAllowOriginHeader", Firefox: "CORSMissingAllowOrigin",
		}))
		Expect(got[1].Reason).To(Equal(fetch.PreflightInvalidStatus))
		Expect(got[1].Given).To(Equal("405"))
	})

	ginkgo.It("name all of four stacked mistakes in one report where effects are delivered", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, stackedTarget(fetch.Deliver), &fetch.Model{Effects: fetch.Deliver}, Filter{})
		Expect(reasonsOf(report, Fail, Blocked)).To(ContainElements(
			"PreflightInvalidStatus",   // on the preflight
			"WildcardOriginNotAllowed", // on the actual response
			"HeaderNotExposed",
			"MissingAllowOriginHeader", // on error answers
		))
		Expect(report.Results).NotTo(ContainElement(HaveField("Unseen", Not(BeEmpty()))))
	})

	ginkgo.It("say which were not looked for where effects are held", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, stackedTarget(fetch.Hold), &fetch.Model{Effects: fetch.Hold}, Filter{})
		unseen := map[string]bool{}
		for _, r := range report.Results {
			if r.Unseen != "" {
				Expect(r.Unseen).To(Equal(Held))
				unseen[r.Bindings["listed-method"]] = true
			}
		}
		Expect(unseen).To(HaveKey("PUT"))
		Expect(unseen).To(HaveKey("DELETE"))
	})

	ginkgo.It("mark what corsproof asked for itself", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, serve(func(http.ResponseWriter, *http.Request) {}), &fetch.Model{}, only("preflight.answered"))
		got := report.Results[0].Failures
		Expect(got[0].By).To(BeEmpty())
		Expect(got[len(got)-1]).To(And(HaveField("By", "corsproof"), HaveField("Reason", fetch.MissingAllowOriginHeader)))
	})

	ginkgo.It("look behind a blocked preflight too, by safe methods", func(ctx ginkgo.SpecContext) {
		var put int
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				put++
			}
			if r.Method != http.MethodOptions {
				keep(w, r)
			}
		})
		report := judged(ctx, target, &fetch.Model{Effects: fetch.Deliver}, Filter{Scenarios: []string{"preflight.*", "methods.*"}})
		Expect(report.Results).To(ContainElement(And(
			HaveField("Verdict", Blocked),
			HaveField("Exchanges", ContainElement(And(HaveField("By", "corsproof"), HaveField("Request.Method", "GET")))),
		)))
		Expect(put).To(BeZero(), "by safe methods alone")
	})

	ginkgo.It("quote what was to be remembered, not what came when it was not", func(ctx ginkgo.SpecContext) {
		// The header is wrong until the first request of a page and method came, and then right.
		var delivered sync.Map
		right := policies.Keep(policy.Sample(), reference.Items())
		target := serve(func(w http.ResponseWriter, r *http.Request) {
			origin := r.Header.Get("Origin")
			if r.Method != http.MethodOptions {
				delivered.Store(origin+r.Method, true)
			} else if _, ok := delivered.Load(origin + r.Header.Get("Access-Control-Request-Method")); !ok {
				w = forgetting{w}
			}
			right.ServeHTTP(w, r)
		})
		target.Policy = policy.Sample()
		report := judged(ctx, target, &fetch.Model{Effects: fetch.Deliver}, only("cache.hit.method"))
		Expect(report.Results).To(ContainElement(HaveField("Failures", ContainElement(And(
			HaveField("Given", `"0"`), HaveField("Expected", `"600"`),
		)))))
	})

	ginkgo.It("say what came of a header that is right", func(ctx ginkgo.SpecContext) {
		target := serve(policies.Keep(policy.Sample(), reference.Items()).ServeHTTP)
		target.Policy = policy.Sample()
		forgetful := &fetch.Model{Effects: fetch.Deliver, MaxAgeCap: 1}
		report := judged(ctx, target, forgetful, only("cache.hit.method"))
		Expect(report.Results[0].Failures).To(ConsistOf(And(
			HaveField("Given", `the request was preflighted again; Access-Control-Max-Age was "600"`),
			HaveField("Expected", Not(Equal(`"600"`))),
		)))
	})

	ginkgo.It("have a header or an answer for every reason", func() {
		for _, r := range Reasons() {
			_, ours := subjects[r.Reason]
			Expect(ours || fetch.Reason(r.Reason).Chromium() != "" || slices.Contains(withoutCode, fetch.Reason(r.Reason))).To(BeTrue(), r.Reason)
			Expect(elsewhere(r.Reason)).To(ContainSubstring("https://fetch.spec.whatwg.org/#"))
		}
	})

	ginkgo.It("say of what is let through what lets it through", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
		}), &fetch.Model{}, only("origins.refused"))
		f := report.Results[0].Failures[0]
		Expect([]string{f.Header, f.Given, f.Step, string(f.Reason)}).To(Equal([]string{"Access-Control-Allow-Origin", `"*"`, "4", "OriginNotRefused"}))
		Expect(f.Expected).To(Equal(`neither "https://unrelated.corsproof.test" nor "*"`))
	})

	ginkgo.DescribeTable("are the same when the report is judged again, as is all else", func(ctx ginkgo.SpecContext, effects fetch.Effects) {
		report := judged(ctx, stackedTarget(effects), &fetch.Model{Effects: effects}, Filter{})
		data, err := json.Marshal(report)
		Expect(err).NotTo(HaveOccurred())
		recorded := new(Report)
		Expect(json.Unmarshal(data, recorded)).To(Succeed())
		Expect(json.Marshal(Judge(recorded))).To(MatchJSON(data))
	},
		ginkgo.Entry("with effects delivered", fetch.Deliver),
		ginkgo.Entry("with effects held", fetch.Hold),
	)
})
