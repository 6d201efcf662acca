package lab

import (
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = DescribeTable("a lesson that is not understood",
	func(yaml, says string) {
		_, err := readLesson([]byte(strings.ReplaceAll(yaml, "\t", "  ")))
		Expect(err).To(MatchError(ContainSubstring(says)))
	},
	Entry("has a key that nobody knows", "tittle: x", "field tittle not found"),
	Entry("has a fault that there is not", "server: {fault: no.such}", "the lab has no fault no.such"),
	Entry("has a handler that there is not", "choices: [{handler: none}]", "the lab has no handler none"),
	Entry("has a policy that is not well-formed", `server: {policy: {allowOrigins: ["http://a/"]}}`, "has a path"),
	Entry("lets somebody edit what nobody can", "edit: [weather]", `edit: nobody can edit "weather"; expected one of allowOrigins, `),
	Entry("wants what nobody can see", "checks: [{want: {happy: true}}]", "field happy not found"),
	Entry("asks for what is no request", "checks: [{request: {path: [1]}}]", "checks[0]: "),
)

var _ = Describe("the lessons", func() {
	n := names{port: 7070, otherPort: 7071}

	It("are understood, have all their texts, and name origins that there are", func() {
		lessons, err := n.lessons()
		Expect(err).NotTo(HaveOccurred())
		Expect(len(lessons)).To(BeNumerically(">=", 12))
		origins := map[string]bool{"": true} // the learner's
		for _, o := range n.origins() {
			origins[o.Name] = true
		}
		ids := map[string]bool{}
		for _, l := range lessons {
			Expect(ids).NotTo(HaveKey(l.ID))
			ids[l.ID] = true
			for _, text := range []string{l.Title, l.Text, l.Task, l.Why, l.Origin} {
				Expect(text).NotTo(BeEmpty(), l.ID)
				Expect(text).NotTo(MatchRegexp(`\{[a-z]+\}`), l.ID)
			}
			Expect(l.Edit).NotTo(BeEmpty(), l.ID)
			Expect(l.Checks).NotTo(BeEmpty(), l.ID)
			Expect(origins).To(HaveKey(l.Origin), l.ID)
			for _, c := range l.Checks {
				Expect(c.Says).NotTo(BeEmpty(), l.ID)
				Expect(origins).To(HaveKey(c.Origin), l.ID)
				Expect(c.Want).NotTo(BeZero(), l.ID)
			}
		}
	})
})

var _ = Describe("what came of a run", func() {
	const page, url = "http://app.example.test", "http://api.example.test/v1/public"
	get := fetch.Request{API: fetch.Fetch, URL: url, Method: "GET"}

	exchange := func(status int, headers ...string) recorded {
		e := recorded{Exchange: fetch.Exchange{
			Kind:     fetch.Actual,
			Request:  fetch.WireRequest{Method: "GET", URL: url, Headers: fetch.HeaderList{{Name: "Origin", Value: page}}},
			Response: &fetch.WireResponse{Status: status},
		}, body: "body"}
		for i := 0; i < len(headers); i += 2 {
			e.Response.Headers = e.Response.Headers.With(headers[i], headers[i+1])
		}
		return e
	}
	shared := seen{Response: fetch.Response{Type: fetch.CORS, Status: 200}}
	failed := seen{Response: fetch.Response{Type: fetch.NetworkError}, Exception: "TypeError: Failed to fetch"}

	It("is from the HTTP cache where nothing arrived", func() {
		stored := exchange(200, "Access-Control-Allow-Origin", "http://admin.example.test")
		o := tell(page, get, failed, nil, []recorded{stored})
		Expect(o.Exchanges).To(HaveLen(1))
		Expect(o.Exchanges[0].Cached).To(BeTrue())
		Expect(o.Decision).To(ContainSubstring(`Access-Control-Allow-Origin is "http://admin.example.test"`))
		Expect(o.Body).To(Equal("body"))
	})

	It("is a stored response where a 304 confirmed it, with the headers of the 304", func() {
		stored := exchange(200, "Access-Control-Allow-Origin", page, "Content-Type", "text/plain")
		o := tell(page, get, shared, []recorded{exchange(304, "Access-Control-Allow-Origin", "*")}, []recorded{stored})
		Expect(o.Exchanges[0].NotModified.Status).To(Equal(304))
		Expect(o.Exchanges[0].Response.Status).To(Equal(200))
		Expect(o.Exchanges[0].Response.Headers).To(ConsistOf(
			fetch.Header{Name: "Content-Type", Value: "text/plain"}, fetch.Header{Name: "Access-Control-Allow-Origin", Value: "*"}))
	})

	It("was remembered where a preflight is needed and did not come", func() {
		put := fetch.Request{API: fetch.Fetch, URL: url, Method: "PUT"}
		sent := exchange(200, "Access-Control-Allow-Origin", page)
		Expect(tell(page, put, shared, []recorded{sent}, nil).Remembered).To(BeTrue())
		Expect(tell(page, get, shared, []recorded{sent}, nil).Remembered).To(BeFalse())
		Expect(tell("http://api.example.test", put, shared, []recorded{sent}, nil).Remembered).To(BeFalse())
	})

	It("is doubted where the browser did not do as the Standard says", func() {
		sent := exchange(200, "Access-Control-Allow-Origin", page)
		Expect(tell(page, get, shared, []recorded{sent}, nil).Doubt).To(BeEmpty())
		Expect(tell(page, get, failed, []recorded{sent}, nil).Doubt).To(HavePrefix("By the Fetch Standard this step decides: "))
	})

	It("is nothing where nothing was sent", func() {
		o := tell(page, fetch.Request{URL: url, Method: "TRACE"}, failed, nil, nil)
		Expect(o.Exchanges).To(BeEmpty())
		Expect(o.Decision).To(BeEmpty())
	})

	It("has a line for curl that is quoted for a shell", func() {
		s := new(session)
		Expect(s.serve(settings{})).To(Succeed())
		c := s.curl(fetch.Request{URL: url, Method: "POST", Headers: fetch.HeaderList{{Name: "X-A", Value: "it's"}}, Body: "$(id)"})
		Expect(c.Line).To(Equal(`curl -i -X 'POST' '` + url + `' -H 'X-A: it'\''s' --data-raw '$(id)'`))
		Expect(c.Status).To(BeEmpty(), "it might change something")
		Expect(s.curl(get).Status).To(Equal("HTTP/1.1 200 OK"))
	})
})

var _ = Describe("sessions", func() {
	It("end, the oldest first, when there are too many", func() {
		s := newSessions()
		first := s.open(names{})
		for range mostSessions {
			s.open(names{})
		}
		Expect(s.get(first.id)).To(BeNil())
		Expect(s.all).To(HaveLen(mostSessions))
	})
})

var _ = Describe("the link to a case", func() {
	maxAge := 60
	c := Case{
		Policy: policy.Policy{
			AllowOrigins: []string{"https://app.example.com", "https://*.example.org"}, AllowMethods: []string{"PUT"},
			AllowCredentials: true, MaxAge: &maxAge,
		},
		Origin: "https://a.example.org",
		Request: fetch.Request{
			API: fetch.XHR, URL: "https://api.example.com/v1/secret", Method: "PUT", Body: "secret", Credentials: fetch.Include,
			Headers: fetch.HeaderList{{Name: "Authorization", Value: "Bearer secret"}, {Name: "Content-Type", Value: "application/json"}},
		},
		Status: 503,
	}

	query := func(c Case) url.Values {
		GinkgoHelper()
		query, found := strings.CutPrefix(c.Link(), "http://lab.localhost:7070/#/play?")
		Expect(found).To(BeTrue())
		values, err := url.ParseQuery(query)
		Expect(err).NotTo(HaveOccurred())
		return values
	}

	It("says the same in the lab's words, and no secret", func() {
		q := query(c)
		Expect(q.Get("allowOrigins")).To(Equal("http://app.lab.localhost:7070"))
		Expect(q.Get("origin")).To(Equal("app"))
		Expect(q.Get("via")).To(Equal("xhr"))
		Expect(q.Get("path")).To(Equal("/v1/broken"))
		Expect(q.Get("headers")).To(Equal("Authorization: 1\nContent-Type: application/json"))
		Expect(q.Get("credentials")).To(Equal("include"))
		Expect(q.Get("maxAge")).To(Equal("60"))
		Expect(c.Link()).NotTo(ContainSubstring("secret"))
	})

	DescribeTable("asks from a page that stands for the other",
		func(origin, from string) {
			other := c
			other.Origin = origin
			Expect(query(other).Get("origin")).To(Equal(from))
		},
		Entry("an allowed one", "https://app.example.com", "app"),
		Entry("a refused one", "https://example.org", "evil"),
		Entry("an opaque one", "null", "null"),
	)
})
