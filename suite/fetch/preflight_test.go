package fetch_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

const target = "http://api.example.test/items"

// asks is a script's request with a method and headers, given as name, value,
// name, value.
func asks(method string, headers ...string) fetch.Request {
	r := fetch.Request{URL: target, Method: method}
	for i := 0; i < len(headers); i += 2 {
		r.Headers = r.Headers.With(headers[i], headers[i+1])
	}
	return r
}

func credentialed(r fetch.Request) fetch.Request {
	r.Credentials = fetch.Include
	return r
}

func withBody(r fetch.Request, body string) fetch.Request {
	r.Body = body
	return r
}

func byXHR(r fetch.Request) fetch.Request {
	r.API = fetch.XHR
	return r
}

func uploading(r fetch.Request) fetch.Request {
	r.UploadListener = true
	return r
}

var _ = DescribeTable("NeedsPreflight",
	func(r fetch.Request, want bool) {
		Expect(fetch.NeedsPreflight(r)).To(Equal(want))
	},
	Entry("SH-01: GET", asks("GET"), false),
	Entry("SH-01: HEAD with safelisted headers", asks("HEAD", "Accept", "*/*", "Content-Language", "fr"), false),
	Entry("SH-14: post", asks("post"), false),
	Entry("SR-09: POST with a string", withBody(asks("POST"), "x"), false),
	Entry("SH-05: POST with JSON", withBody(asks("POST", "Content-Type", "application/json"), "{}"), true),
	Entry("SH-12: GET with Authorization", asks("GET", "Authorization", "x"), true),
	Entry("SH-15: PUT", asks("PUT"), true),
	Entry("OPTIONS", asks("OPTIONS"), true),
	Entry("SH-17: forbidden headers are dropped", asks("GET", "Cookie", "a=b", "Sec-X", "1"), false),
	Entry("values are normalized", asks("GET", "Range", "\n bytes=0- "), false),
	Entry("each value by itself in fetch()", asks("GET", "Content-Type", "text/plain", "content-type", "text/plain"), false),
	Entry("SH-04: combined in XMLHttpRequest", byXHR(asks("GET", "Content-Type", "text/plain", "content-type", "text/plain")), true),
	Entry("PR-11: upload listener", uploading(byXHR(withBody(asks("POST"), "x"))), true),
	Entry("fetch() has none", uploading(withBody(asks("POST"), "x")), false),
)

var _ = DescribeTable("PreflightRequest",
	func(origin string, r fetch.Request, want fetch.HeaderList) {
		r.Tag = "tag"
		Expect(fetch.PreflightRequest(origin, r)).To(Equal(fetch.WireRequest{
			Method: "OPTIONS", URL: target, Headers: want,
		}))
	},
	Entry("SH-15: no ACRH", page, asks("PUT", "Accept", "*/*"),
		fetch.HeaderList{{"Accept", "*/*"}, {acrm, "PUT"}, {"Origin", page}}),
	Entry("PR-02: lower case, sorted, each once, no space", page,
		asks("GET", "X-test-header1", "1", "x-Test-D", "2", "X-TEST-D", "3", "Content-Type", "a/b", "Accept", "*/*"),
		fetch.HeaderList{{"Accept", "*/*"}, {acrm, "GET"}, {acrh, "content-type,x-test-d,x-test-header1"}, {"Origin", page}}),
	Entry("PR-03: Origin is never listed", page, asks("PUT", "Origin", "x"),
		fetch.HeaderList{{"Accept", "*/*"}, {acrm, "PUT"}, {"Origin", page}}),
	Entry("PR-04: no cookie, no value", page, credentialed(asks("PUT", "Authorization", "secret")),
		fetch.HeaderList{{"Accept", "*/*"}, {acrm, "PUT"}, {acrh, "authorization"}, {"Origin", page}}),
	Entry("PR-10: normalized", page, asks("put"),
		fetch.HeaderList{{"Accept", "*/*"}, {acrm, "PUT"}, {"Origin", page}}),
	Entry("PR-10: as it is", page, asks("patcH"),
		fetch.HeaderList{{"Accept", "*/*"}, {acrm, "patcH"}, {"Origin", page}}),
	Entry("PR-11: safelisted method", page, uploading(byXHR(withBody(asks("POST"), "x"))),
		fetch.HeaderList{{"Accept", "*/*"}, {acrm, "POST"}, {"Origin", page}}),
	Entry("OR-06: opaque origin", "null", asks("PUT"),
		fetch.HeaderList{{"Accept", "*/*"}, {acrm, "PUT"}, {"Origin", "null"}}),
)

// allows is a good response to a CORS-preflight request, with more headers,
// given as name, value, name, value.
func allows(headers ...string) fetch.WireResponse {
	w := fetch.WireResponse{Status: 204, Headers: fetch.HeaderList{{acao, page}, {acac, "true"}}}
	for i := 0; i < len(headers); i += 2 {
		w.Headers = w.Headers.With(headers[i], headers[i+1])
	}
	return w
}

func reasons(failures []*fetch.Failure) []fetch.Reason {
	var all []fetch.Reason
	for _, f := range failures {
		all = append(all, f.Reason)
	}
	return all
}

const (
	methodRefused = fetch.MethodDisallowedByPreflightResponse
	headerRefused = fetch.HeaderDisallowedByPreflightResponse
	badMethods    = fetch.InvalidAllowMethodsPreflightResponse
	badHeaders    = fetch.InvalidAllowHeadersPreflightResponse
)

var _ = DescribeTable("CheckPreflight",
	func(r fetch.Request, response fetch.WireResponse, want ...fetch.Reason) {
		permission, failures := fetch.CheckPreflight(page, r, response)
		Expect(reasons(failures)).To(HaveExactElements(want))
		for _, f := range failures {
			Expect(f.Reason.OfPreflight()).To(BeTrue())
			Expect(f.Given).NotTo(BeEmpty())
			Expect(f.Expected).NotTo(BeEmpty())
		}
		if len(want) > 0 {
			Expect(permission).To(BeZero())
		}
	},
	Entry("PV-01: method listed", asks("PUT"), allows(acam, "PUT")),
	Entry("PV-01: method not listed", asks("PUT"), allows(), methodRefused),
	Entry("PV-02: header listed in any case", asks("GET", "x-test", "1"), allows(acah, "X-TEST")),
	Entry("PV-02: header not listed", asks("GET", "x-test", "1"), allows(), headerRefused),
	Entry("PV-03: one of two", asks("GET", "x-a", "1", "x-b", "2"), allows(acah, "x-a"), headerRefused),
	Entry("PV-04: commas and blanks", asks("GET", "x-print", "1", "y-print", "2"),
		allows(acah, ",y-lol,x-PriNT,%20,,,Y-PRINT")),
	Entry("PV-05: leading commas", asks("PUT"), allows(acam, ",,PUT,GET")),
	Entry("PV-06: bad value beside the name", asks("GET", "x-a", "1"), allows(acah, "x-a, Bad value"), badHeaders),
	Entry("PV-06: space between", asks("GET", "x-a", "1"), allows(acah, "x-a x-b"), badHeaders),
	Entry("PV-06: quotes", asks("GET", "x-a", "1"), allows(acah, `"x-a"`), badHeaders),
	Entry("PV-06: parameter", asks("GET", "x-a", "1"), allows(acah, "x-a;q=1"), badHeaders),
	Entry("PV-06: parentheses", asks("GET", "x-a", "1"), allows(acah, "(x-a)"), badHeaders),
	Entry("PV-07: bad methods for GET", asks("GET", "x-a", "1"), allows(acah, "x-a", acam, "Bad value"), badMethods),
	Entry("PV-08: safelisted method need not be listed", asks("GET", "x-a", "1"), allows(acah, "x-a", acam, "PUT")),
	Entry("PV-08: nor in this case", asks("POST", "x-a", "1"), allows(acah, "x-a", acam, "post")),
	Entry("PV-14: several lines", asks("GET", "x-a", "1"), allows(acah, "", acah, "x-b", acah, "x-a")),

	Entry("ME-02: put, put", asks("put"), allows(acam, "put"), methodRefused),
	Entry("ME-02: put, PUT", asks("put"), allows(acam, "PUT")),
	Entry("ME-02: DELETE, delete", asks("DELETE"), allows(acam, "delete"), methodRefused),
	Entry("ME-02: DELETE, DELETE", asks("DELETE"), allows(acam, "DELETE")),
	Entry("ME-03: patch, patch", asks("patch"), allows(acam, "patch")),
	Entry("ME-03: patch, PATCH", asks("patch"), allows(acam, "PATCH"), methodRefused),
	Entry("ME-03: PATCH, patch", asks("PATCH"), allows(acam, "patch"), methodRefused),
	Entry("ME-04: chicken", asks("chicken"), allows(acam, "chicken")),
	Entry("ME-04: Chicken", asks("chicken"), allows(acam, "Chicken"), methodRefused),
	Entry("ME-01: get", credentialed(asks("get", "x-a", "1")), allows(acam, "gEt", acah, "x-a")),

	Entry("WI-01: any method", asks("SUPER", "X-Test", "1"), allows(acam, "*", acah, "x-test")),
	Entry("WI-02: any header", asks("SUPER", "X-Test", "1"), allows(acam, "*", acah, "*")),
	Entry("WI-03: any method with credentials", credentialed(asks("PUT", "X-Test", "1")),
		allows(acam, "*", acah, "x-test"), methodRefused),
	Entry("WI-03: any header with credentials", credentialed(asks("GET", "X-Test", "1")),
		allows(acah, "*"), headerRefused),
	Entry("WI-03: both", credentialed(asks("PUT", "X-Test", "1")),
		allows(acam, "*", acah, "*"), methodRefused, headerRefused),
	Entry("WI-04: literally *", credentialed(asks("*", "*", "1")), allows(acam, "*", acah, "*")),
	Entry("WI-05: Authorization", asks("GET", "Authorization", "x"),
		allows(acah, "*"), fetch.AuthorizationNotCoveredByWildcard),
	Entry("WI-05: and others", asks("GET", "authorization", "x", "x-a", "1"),
		allows(acah, "*"), fetch.AuthorizationNotCoveredByWildcard),
	Entry("WI-06: with *", asks("GET", "Authorization", "x"), allows(acah, "*, Authorization")),
	Entry("WI-06: by itself", asks("GET", "Authorization", "x"), allows(acah, "authorization")),
	Entry("CR-09: not listed", asks("GET", "Authorization", "x"), allows(acah, "x-a"), headerRefused),
	Entry("Authorization under * with credentials", credentialed(asks("GET", "Authorization", "x")),
		allows(acah, "*"), headerRefused),

	Entry("PR-11: no list for an upload listener", uploading(byXHR(withBody(asks("PUT"), "x"))), allows()),
	Entry("PR-11: a list counts", uploading(byXHR(withBody(asks("PUT"), "x"))), allows(acam, "GET"), methodRefused),

	Entry("PV-12: nothing at all", asks("FOO"), fetch.WireResponse{Status: 200},
		fetch.PreflightMissingAllowOriginHeader, methodRefused),
	Entry("PV-13: credentials refused", credentialed(asks("PUT")),
		fetch.WireResponse{Status: 200, Headers: fetch.HeaderList{{acao, "*"}, {acam, "PUT"}}},
		fetch.PreflightWildcardOriginNotAllowed, fetch.PreflightInvalidAllowCredentials),
	Entry("every failure, in order", credentialed(asks("PUT", "Authorization", "x", "X-A", "1")),
		fetch.WireResponse{Status: 404, Headers: fetch.HeaderList{{acao, "http://b.example.test"}}},
		fetch.PreflightAllowOriginMismatch, fetch.PreflightInvalidAllowCredentials,
		fetch.PreflightInvalidStatus, methodRefused, headerRefused, headerRefused),
	Entry("both lists are bad", asks("PUT", "X-A", "1"), allows(acam, "PUT GET", acah, "x-a x-b"), badMethods, badHeaders),
	Entry("RD-09: a redirect is met first", asks("PUT"),
		fetch.WireResponse{Status: 301, Headers: fetch.HeaderList{{"Location", "/"}}},
		fetch.PreflightDisallowedRedirect, fetch.PreflightMissingAllowOriginHeader, methodRefused),
)

var _ = DescribeTable("CheckPreflight judges the status",
	func(statuses []int, want ...fetch.Reason) {
		for _, status := range statuses {
			response := allows(acam, "PUT")
			response.Status = status
			_, failures := fetch.CheckPreflight(page, asks("PUT"), response)
			Expect(reasons(failures)).To(HaveExactElements(want), "status %d", status)
		}
	},
	Entry("ST-01: ok statuses", []int{200, 201, 202, 203, 204, 205, 206, 226, 299}),
	Entry("ST-01: others", []int{300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 407, 417, 500, 501, 503, 680, 790},
		fetch.PreflightInvalidStatus),
)

var _ = Describe("CheckPreflight", func() {
	It("returns what the response allows", func() {
		permission, failures := fetch.CheckPreflight(page, asks("PUT", "x-a", "1"),
			allows(acam, "PUT, PATCH", acah, "X-A,*", acma, "60"))
		Expect(failures).To(BeEmpty())
		Expect(permission).To(Equal(fetch.Permission{
			Methods: []string{"PUT", "PATCH"}, Headers: []string{"X-A", "*"}, MaxAge: time.Minute,
		}))
	})

	It("enters the method that an upload listener asked for", func() {
		permission, _ := fetch.CheckPreflight(page, uploading(byXHR(withBody(asks("POST"), "x"))), allows())
		Expect(permission.Methods).To(Equal([]string{"POST"}))
	})

	It("accepts an origin that a redirect made opaque", func() {
		_, failures := fetch.CheckPreflight("null", asks("GET", "x-a", "1"),
			fetch.WireResponse{Status: 200, Headers: fetch.HeaderList{{acao, "null"}, {acah, "x-a"}}})
		Expect(failures).To(BeEmpty())
	})

	DescribeTable("says in one sentence what is wrong",
		func(r fetch.Request, response fetch.WireResponse, want string) {
			_, failures := fetch.CheckPreflight(page, r, response)
			Expect(failures).To(HaveLen(1))
			Expect(failures[0]).To(MatchError(want))
		},
		Entry(nil, asks("PUT"), fetch.WireResponse{Status: 403, Headers: allows(acam, "PUT").Headers},
			`CORS-preflight fetch, step 7: the status is 403, expected 200 to 299`),
		Entry(nil, asks("GET", "x-a", "1"),
			fetch.WireResponse{Status: 204, Headers: fetch.HeaderList{{acah, "x-a"}}},
			`CORS check of the preflight, step 2: Access-Control-Allow-Origin is missing, expected "http://app.example.test" or "*"`),
		Entry(nil, asks("put"), allows(acam, "put"),
			`CORS-preflight fetch, step 7.5: Access-Control-Allow-Methods is "put", expected "PUT" in the list, in this case`),
		Entry(nil, credentialed(asks("GET", "X-A", "1")), allows(acah, "*"),
			`CORS-preflight fetch, step 7.7: Access-Control-Allow-Headers is "*", expected "x-a" in the list, as "*" covers nothing with credentials`),
		Entry(nil, asks("GET", "Authorization", "1"), allows(acah, "*"),
			`CORS-preflight fetch, step 7.6: Access-Control-Allow-Headers is "*", expected "authorization" in the list, as "*" does not cover it`),
		Entry(nil, asks("PUT"), allows(acam, "PUT GET"),
			`CORS-preflight fetch, step 7.3: Access-Control-Allow-Methods is "PUT GET", expected methods separated by commas`),
	)

	It("names what is refused", func() {
		_, failures := fetch.CheckPreflight(page, asks("PUT", "X-A", "1"), allows())
		Expect(failures[0].Parameter).To(Equal("PUT"))
		Expect(failures[1].Parameter).To(Equal("x-a"))
	})
})
