package fetch_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

// refusals are the places of the steps that refuse.
func refusals(steps []fetch.Step) []string {
	var all []string
	for _, s := range steps {
		if s.Outcome == fetch.Refuses {
			all = append(all, fmt.Sprint(s.Algorithm, s.Step, s.Header, s.URL, s.Kind, s.By))
		}
	}
	return all
}

// places are those of failures, as refusals has them.
func places(failures []*fetch.Failure) []string {
	var all []string
	for _, f := range failures {
		all = append(all, fmt.Sprint(f.Algorithm, f.Step, f.Header, f.URL, f.Kind, f.By))
	}
	return all
}

// told are the steps in short, the one that decides in brackets.
func told(steps []fetch.Step) []string {
	var all []string
	for _, s := range steps {
		text := s.Algorithm + " " + s.Step
		if s.Outcome != "" {
			text += " " + string(s.Outcome)
		}
		if s.Decides {
			text = "[" + text + "]"
		}
		all = append(all, text)
	}
	return all
}

var _ = DescribeTable("Walk",
	func(r fetch.Request, exchanges []fetch.Exchange, want ...string) {
		steps := fetch.Walk(page, r, exchanges)
		Expect(told(steps)).To(HaveExactElements(want))
		for _, s := range steps {
			Expect(s.Spec).To(HavePrefix("https://fetch.spec.whatwg.org/#"))
			Expect(s.Text).NotTo(BeEmpty())
		}
	},
	Entry("a request that is not sent", fetch.Request{URL: "::", Method: "GET"}, nil),
	Entry("an origin", asks("GET"), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 200, acao, page),
	}, "main fetch 12", "CORS check 4", "[CORS check 5 allows]", "main fetch 14.1"),
	Entry("every origin", asks("GET"), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 200, acao, "*"),
	}, "main fetch 12", "[CORS check 3 allows]", "main fetch 14.1"),
	Entry("every origin, with credentials", credentialed(asks("GET")), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 200, acao, "*", acac, "true"),
	}, "main fetch 12", "[CORS check 4 refuses]"),
	Entry("credentials", credentialed(asks("GET")), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 200, acao, page, acac, "true"),
	}, "main fetch 12", "CORS check 4", "[CORS check 7 allows]", "main fetch 14.1"),
	Entry("a preflight, and the response behind it", asks("PUT", "X-A", "1"), []fetch.Exchange{
		asked(fetch.Preflight, "OPTIONS", target, 204, acao, page, acam, "PUT", acah, "x-a"),
		asked(fetch.Actual, "PUT", target, 200),
	}, "main fetch 12", "CORS check 4", "CORS check 5 allows", "CORS-preflight fetch 7", "CORS-preflight fetch 7.5",
		"CORS-preflight fetch 7.7", "CORS-preflight fetch 7.8 allows", "[CORS check 2 refuses]"),
	Entry("a preflight that refuses the method, and more behind it", asks("PUT"), []fetch.Exchange{
		asked(fetch.Preflight, "OPTIONS", target, 204, acao, page, acam, "GET"),
		byCorsproof(asked(fetch.Actual, "PUT", target, 200)),
	}, "main fetch 12", "CORS check 4", "CORS check 5 allows", "CORS-preflight fetch 7", "[CORS-preflight fetch 7.5 refuses]", "CORS check 2 refuses"),
	Entry("a preflight that the cache knows", asks("PUT"), []fetch.Exchange{
		asked(fetch.Actual, "PUT", target, 200, acao, "*"),
	}, "main fetch 12", "HTTP fetch 4.1", "[CORS check 3 allows]", "main fetch 14.1"),
	Entry("a request that is held back", asks("PUT"), []fetch.Exchange{
		asked(fetch.Preflight, "OPTIONS", target, 204, acao, "*", acam, "PUT"),
		{Kind: fetch.Actual, Request: fetch.WireRequest{Method: "PUT", URL: target}, Held: true},
	}, "main fetch 12", "CORS check 3 allows", "CORS-preflight fetch 7", "CORS-preflight fetch 7.5", "CORS-preflight fetch 7.8 allows", "HTTP fetch 4.3"),
	Entry("the page's own origin", at(page+"/x", asks("PUT")), []fetch.Exchange{
		asked(fetch.Actual, "PUT", page+"/x", 200),
	}, "main fetch 12"),
	Entry("mode no-cors", fetch.Request{URL: target, Method: "GET", Mode: fetch.NoCORS}, []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 200),
	}, "main fetch 12"),
	Entry("a redirect", asks("GET"), []fetch.Exchange{
		asked(fetch.Actual, "GET", target, 302, acao, page, "Location", "/new"),
		asked(fetch.Actual, "GET", "http://api.example.test/new", 200, acao, page),
	}, "main fetch 12", "CORS check 4", "CORS check 5 allows", "HTTP-redirect fetch 18",
		"main fetch 12", "CORS check 4", "[CORS check 5 allows]", "main fetch 14.1"),
)
