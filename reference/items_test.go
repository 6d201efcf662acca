package reference_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
)

var _ = Describe("Items", func() {
	get := func(h http.Handler, method, path string, request headers) *http.Response {
		r := httptest.NewRequest(method, path, nil)
		r.Header = request
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}

	DescribeTable("answers",
		func(path string, methods []string, status int, more headers) {
			for _, method := range methods {
				response := get(reference.Items(), method, path, headers{})
				Expect(response.StatusCode).To(Equal(status), method)
				want := headers{
					"Content-Type":  one("application/json"),
					"Etag":          one(`"items-1"`),
					"X-Total-Count": one("2"),
				}
				for name, values := range more {
					want[name] = values
				}
				Expect(response.Header).To(BeEquivalentTo(want), method)

				var body map[string]any
				Expect(json.NewDecoder(response.Body).Decode(&body)).To(Succeed())
				if status == 200 {
					Expect(strconv.Itoa(len(body["items"].([]any)))).To(Equal("2"))
				} else {
					Expect(body).To(HaveKeyWithValue("error", http.StatusText(status)))
				}
			}
		},
		Entry("200 for items", "/v1/items", []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, 200, nil),
		Entry("405 for other methods", "/v1/items", []string{"OPTIONS", "TRACE", "patch", "CORSPROOF"}, 405,
			headers{"Allow": one("GET, HEAD, POST, PUT, PATCH, DELETE")}),
		Entry("200 for what is public", "/v1/public", []string{"GET", "HEAD", "POST"}, 200,
			headers{"Cache-Control": one("public, max-age=60")}),
		Entry("404 for what is missing", "/v1/missing", []string{"GET", "PUT", "OPTIONS"}, 404, nil),
		Entry("404 for what is nowhere", "/", []string{"GET"}, 404, nil),
		Entry("401 for what is private", "/v1/private", []string{"GET", "PUT", "OPTIONS"}, 401, headers{"Www-Authenticate": one("Bearer")}),
		Entry("301 for what is old", "/v1/old", []string{"GET", "POST", "PUT"}, 301, headers{"Location": one("/v1/items")}),
		Entry("303 for what is submitted", "/v1/submitted", []string{"GET", "POST", "PUT"}, 303, headers{"Location": one("/v1/items")}),
		Entry("307 for what is moved", "/v1/moved", []string{"GET", "POST", "PUT"}, 307, headers{"Location": one("/v1/items")}),
		Entry("500 for what is broken", "/v1/broken", []string{"GET", "PUT", "OPTIONS"}, 500, nil),
	)

	DescribeTable("serves what elements load",
		func(path, contentType, begins string) {
			response := get(reference.Items(), "GET", path, headers{})
			Expect(response.StatusCode).To(Equal(200))
			Expect(response.Header).To(BeEquivalentTo(headers{"Content-Type": one(contentType)}))
			Expect(io.ReadAll(response.Body)).To(HavePrefix(begins))
			Expect(get(reference.Items(), "OPTIONS", path, headers{}).StatusCode).To(Equal(405))
		},
		Entry(nil, "/v1/logo.png", "image/png", "\x89PNG\r\n\x1a\n"),
		Entry(nil, "/v1/app.js", "text/javascript", "globalThis"),
		Entry(nil, "/v1/site.css", "text/css", "body {"),
		Entry(nil, "/v1/items.vtt", "text/vtt", "WEBVTT"),
		Entry(nil, "/v1/text.ttf", "font/ttf", "\x00\x01\x00\x00"),
		Entry(nil, "/v1/events", "text/event-stream", "retry: "),
	)

	It("answers 304 for what is public and unchanged", func() {
		response := get(reference.Items(), "GET", "/v1/public", headers{"If-None-Match": one(`"items-1"`)})
		Expect(response.StatusCode).To(Equal(304))
		Expect(response.Header).To(BeEquivalentTo(headers{
			"Etag": one(`"items-1"`), "X-Total-Count": one("2"), "Cache-Control": one("public, max-age=60"),
		}))
		Expect(get(reference.Items(), "GET", "/v1/public", headers{"If-None-Match": one(`"items-0"`)}).StatusCode).To(Equal(200))
		Expect(get(reference.Items(), "PUT", "/v1/public", headers{"If-None-Match": one(`"items-1"`)}).StatusCode).To(Equal(200))
	})

	DescribeTable("is shared as the sample policy says",
		func(path string, status int) {
			response := get(configured(daring(policy.Sample())).Handler(reference.Items()), "GET", path, headers{"Origin": one(admin)})
			Expect(response.StatusCode).To(Equal(status))
			Expect(corsHeaders(response)).To(Equal(headers{
				"Access-Control-Allow-Origin":      one(admin),
				"Access-Control-Allow-Credentials": one("true"),
				"Access-Control-Expose-Headers":    one(sampleExposed),
				"Vary":                             one("Origin"),
			}))
		},
		Entry(nil, "/v1/items", 200),
		Entry(nil, "/v1/public", 200),
		Entry(nil, "/v1/missing", 404),
		Entry(nil, "/v1/private", 401),
		Entry(nil, "/v1/broken", 500),
		Entry(nil, "/v1/logo.png", 200),
	)
})
