package report_test

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/pages"
	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

func html(r *suite.Report) string {
	GinkgoHelper()
	return written(func(w io.Writer) error { return report.HTML(w, r) })
}

// between is the text of the first element that such a tag begins.
func between(page, tag, end string) string {
	GinkgoHelper()
	_, rest, ok := strings.Cut(page, tag)
	Expect(ok).To(BeTrue(), tag)
	text, _, ok := strings.Cut(rest, end)
	Expect(ok).To(BeTrue(), end)
	return text
}

// embedded is the data of a page as its script unpacks it.
func embedded(page string) map[string]any {
	GinkgoHelper()
	var pool []any
	Expect(json.Unmarshal([]byte(between(page, `<script type="application/json" id="data">`, "</script>")), &pool)).To(Succeed())
	values := make([]any, len(pool))
	for i, entry := range pool {
		switch entry := entry.(type) {
		case []any:
			list := make([]any, len(entry))
			for j, at := range entry {
				list[j] = values[int(at.(float64))]
			}
			values[i] = list
		case map[string]any:
			object := map[string]any{}
			for key, at := range entry {
				object[key] = values[int(at.(float64))]
			}
			values[i] = object
		default:
			values[i] = entry
		}
	}
	return values[len(values)-1].(map[string]any)
}

// many is a report of n results, each of which differs from all others.
func many(n int, value string) *suite.Report {
	r := reported()
	exchanges := serverError(fetch.Fetch).Exchanges
	for i := range n {
		verdict := []suite.Verdict{suite.Pass, suite.Pass, suite.Pass, suite.Fail, suite.Unjudged}[i%5]
		result := resultOf(known[i%len(known)], fetch.Fetch, verdict, "")
		result.Resource = fmt.Sprintf("/v1/items/%d", i/len(known))
		result.Key += result.Resource
		result.Origin, result.Expected = app, fmt.Sprintf("GET %s from %s has its response shared with the script", result.Resource, app)
		if verdict != suite.Pass {
			result.Observed = fmt.Sprintf("%d %s", i, value)
		}
		o := fetch.Observation{Response: fetch.Response{Type: fetch.CORS, Status: 200}}
		for _, e := range exchanges {
			e.Request.Headers = append(slices.Clone(e.Request.Headers), fetch.Header{Name: "X-Request", Value: fmt.Sprintf("%d %s", i, value)})
			response := *e.Response
			response.Headers = slices.Clone(response.Headers)
			for j := range 12 {
				response.Headers = append(response.Headers, fetch.Header{Name: fmt.Sprintf("X-Header-%d", j), Value: fmt.Sprintf("%d %s", i/10, value)})
			}
			e.Response = &response
			o.Exchanges = append(o.Exchanges, e)
		}
		result.Exchanges, result.Attempts = o.Exchanges, []suite.Attempt{{Steps: []fetch.Observation{o}}}
		r.Results = append(r.Results, result)
		r.Summary[verdict]++
	}
	return r
}

// theirs is a report of n results that failed, in which a target has its text wherever it
// could have one, and never the same.
func theirs(n int, text string) *suite.Report {
	r := reported()
	for i := range n {
		s := known[i%len(known)]
		var failed suite.Result
		fill(reflect.ValueOf(&failed), fmt.Sprint(i, " ", text))
		failed.ID, failed.Title, failed.Level, failed.Browser, failed.Verdict = s.ID, s.Title, s.Level, "chromium", suite.Fail
		failed.Resource = fmt.Sprintf("/v1/items/%d", i/len(known))
		r.Results = append(r.Results, failed)
	}
	r.Summary[suite.Fail] = n
	return r
}

var _ = Describe("the HTML report", func() {
	It("has the judgement, what to repair and what was not judged in its markup", func() {
		r := reported(serverError(fetch.Fetch), serverError(fetch.XHR), passed("simple.get", fetch.Fetch), held("methods.listed.shared", "PUT"))
		r.Repairs = []suite.Configuration{{Server: "nginx", Title: "nginx", Blocks: []suite.Block{{Where: "in http", Lines: lines}}}}
		page := html(r)
		markup, _, _ := strings.Cut(page, `<script type="application/json"`)
		markup = regexp.MustCompile(`(?s)<style>.*</style>`).ReplaceAllString(markup, "")
		for _, text := range []string{
			"https://api.example.com does not keep its policy. It failed in 1 scenario: errors.server.",
			"GET /v1/broken from https://app.example.com has its response shared with the script",
			"Send Access-Control-Allow-Origin on this response.", "Mind this.", "map $http_origin $cors_origin {",
			"The whole configuration", "In http", "unjudged: held", "PUT /v1/items", "curl -i https://api.example.com/v1/broken",
			`id="errors.server"`, `id="simple.get"`,
		} {
			Expect(markup).To(ContainSubstring(text))
		}
		Expect(strings.Count(markup, `href="#errors.server"`)).To(Equal(1), "fetch and XHR are repaired in one go")
		order := []string{"judgement fail", `id="repair"`, `id="configuration"`, `id="not-judged"`, `id="matrix"`}
		for i := range order[1:] {
			Expect(strings.Index(markup, order[i])).To(BeNumerically("<", strings.Index(markup, order[i+1])), order[i+1])
		}
	})

	It("is the same for the same report", func() {
		r := many(300, "x")
		Expect(html(r)).To(Equal(html(r)))
	})

	It("allows its own script and style, and nothing else", func() {
		page := html(reported(passed("simple.get", fetch.Fetch)))
		allowed := strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(between(page, `http-equiv="Content-Security-Policy" content="`, `"`))
		Expect(allowed).To(HavePrefix("default-src 'none'; "))
		Expect(allowed).To(ContainSubstring("style-src " + pages.Hash(between(page, "<style>", "</style>"))))
		Expect(allowed).To(ContainSubstring("script-src " + pages.Hash(between(page, "<script>", "</script>"))))
		Expect(regexp.MustCompile(`(src|style|on\w+)=`).FindAllString(strings.SplitN(between(page, "<body>", `<script type=`), "</style>", 2)[0], -1)).To(BeEmpty())
	})

	It("keeps of each result what there is room for, and the JSON report has the rest", func() {
		data := embedded(html(many(400, "x")))
		Expect(data["cut"]).To(BeZero())
		Expect(data["results"]).To(HaveLen(400))
		first := data["results"].([]any)[0].(map[string]any)
		step := first["attempts"].([]any)[0].(map[string]any)["steps"].([]any)[0].(map[string]any)
		Expect(step["exchanges"]).To(HaveLen(2))
		Expect(first["verdict"]).To(Equal("pass"))
	})

	It("stays below 5 MiB with 5,000 results", func() {
		page := html(many(5000, "x"))
		GinkgoWriter.Println(len(page), "bytes")
		Expect(len(page)).To(BeNumerically("<", 5<<20))
		data := embedded(page)
		Expect(data["results"]).To(HaveLen(5000))
		Expect(data["cut"]).To(BeZero())
	})

	DescribeTable("stays below 5 MiB when the target says all that it can, wherever it can",
		func(text string) {
			page := html(theirs(5000, text))
			Expect(len(page)).To(BeNumerically("<", 5<<20))
			Expect(embedded(page)["results"]).To(HaveLen(5000))
		},
		Entry("in what JSON escapes", strings.Repeat("&<>", 150)),
		Entry("in control characters", strings.Repeat("\x1b", 500)),
		Entry("in characters of several bytes", strings.Repeat("👩‍👩‍👧", 100)),
	)

	It("stays below 5 MiB when the target does what it can against that, and keeps what failed", func() {
		page := html(many(5000, strings.Repeat("&<>", 150)))
		Expect(len(page)).To(BeNumerically("<", 5<<20))
		data := embedded(page)
		Expect(data["results"]).To(HaveLen(5000))
		Expect(data["cut"]).To(BeNumerically(">", 1000))
		whole := map[any]int{}
		for _, r := range data["results"].([]any) {
			if r := r.(map[string]any); r["cut"] == nil {
				whole[r["verdict"]]++
			}
		}
		Expect(whole["fail"]).To(BeNumerically(">", 0))
		Expect(whole).NotTo(HaveKey("pass"))
	})

	It("follows no link that is not the Standard's kind", func() {
		r := serverError(fetch.Fetch)
		r.Spec = "javascript:alert(1)"
		Expect(html(reported(r))).NotTo(ContainSubstring(`href="javascript:`))
	})

	It("shows a scenario in several browsers in one row, and resources that are too many not at all", func() {
		in := func(browser, resource string, v suite.Verdict) suite.Result {
			r := result("simple.get", fetch.Fetch, v, "")
			r.Browser, r.Resource = browser, resource
			return r
		}
		page := html(reported(in("chromium", "/a", suite.Pass), in("chromium", "/b", suite.Fail), in("firefox", "/b", suite.Pass)))
		Expect(strings.Count(page, `<tr class="scenario"`)).To(Equal(1))
		row := between(page, `<tr class="scenario"`, "</tr>")
		Expect(strings.Count(row, `<td class="cell pass">`)).To(Equal(2))
		Expect(strings.Count(row, `<td class="cell fail">`)).To(Equal(1))

		var results []suite.Result
		for i := range 30 {
			results = append(results, in("chromium", fmt.Sprintf("/%d", i), suite.Pass))
		}
		page = html(reported(results...))
		Expect(between(page, `<tr class="scenario"`, "</tr>")).To(ContainSubstring(`<td class="cell pass" title="30 pass">`))
		Expect(page).NotTo(ContainSubstring(`class="paths"`))
	})
})

var _ = Describe("what comes from a target, in the HTML report", func() {
	for name, text := range hostile {
		It("is text, with "+name, func() {
			for _, r := range hostileReports(text) {
				if len(text) >= 1<<20 { // a megabyte of origin is the owner's own, and takes its time
					r.Target.URL, r.Target.Policy, r.Target.Resources = target, policy.Policy{}, nil
				}
				page := html(r)
				Expect(utf8.ValidString(page)).To(BeTrue())
				Expect(len(page)).To(BeNumerically("<", 5<<20))
				Expect(strings.ContainsFunc(page, func(c rune) bool { return c != '\n' && c != '\t' && !unicode.IsPrint(c) })).To(BeFalse())
				Expect(strings.Count(page, "<script")).To(Equal(2), "the data and the script")
				Expect(strings.Count(page, "</script")).To(Equal(2))
				Expect(page).NotTo(ContainSubstring("alert(\"x\")"))
				embedded(page)
			}
		})
	}
})
