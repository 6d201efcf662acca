package chromium_test

import (
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing/iotest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("The reports of the network", func() {
	// A GET that got a response, as Chromium 156 tells of it, in short.
	reports := []string{
		`{"method":"Network.policyUpdated","params":{},"sessionId":"S"}`,
		`{"method":"Network.requestWillBeSent","params":{"requestId":"1","request":{"url":"http://api.example.test/v1","urlFragment":"#one","method":"GET","headers":{"Accept":"*/*"},"isSameSite":false},"initiator":{"type":"script","stack":{"callFrames":[]}},"redirectHasExtraInfo":false,"type":"Fetch"},"sessionId":"S"}`,
		`{"method":"Network.requestWillBeSentExtraInfo","params":{"requestId":"1","associatedCookies":[],"headers":{"Accept":"*/*","Origin":"http://app.example.test"},"connectTiming":{"requestTime":1.5}},"sessionId":"S"}`,
		`{"method":"Network.responseReceivedExtraInfo","params":{"requestId":"1","blockedCookies":[],"headers":{"Set-Cookie":"a=1\nb=2","Vary":"Origin"},"statusCode":200},"sessionId":"S"}`,
		`{"method":"Network.responseReceived","params":{"requestId":"1","response":{"status":200,"statusText":"OK","headers":{"Vary":"Origin"},"timing":{"requestTime":1.5}},"hasExtraInfo":true},"sessionId":"S"}`,
		`{"method":"Network.dataReceived","params":{"requestId":"1","dataLength":61},"sessionId":"S"}`,
		`{"method":"Network.loadingFinished","params":{"requestId":"1","timestamp":1.5},"sessionId":"S"}`,
	}
	others := []string{
		`{"id":7,"result":{"value":"\"Network.requestWillBeSent\""},"sessionId":"S"}`,
		`{"method":"Target.targetInfoChanged","params":{"targetInfo":{"title":"\"Network."}}}`,
		strings.ReplaceAll(reports[1], `"sessionId":"S"`, `"sessionId":"another"`),
		`{"method":"Network.webSocketCreated","params":{"requestId":"1"},"sessionId":"S"}`,
		`{"method":"Network.requestWillBeSent","params":{"requestId":{}},"sessionId":"S"}`,
		`{"method":"Network.requestWillBeSent`,
		strings.Repeat("long ", 100_000),
	}
	message := func(texts ...string) string { return strings.Join(texts, "\x00") + "\x00" }

	It("are evidence, and chromedp reads all but them as it was said", func() {
		said := message(others[0], reports[0], reports[1], others[1], reports[2], others[2], reports[3], others[3],
			reports[4], others[4], others[5], reports[5], others[6], reports[6])
		left, evidence := chromium.Sift("S", "one", iotest.HalfReader(strings.NewReader(said)))
		Expect(left).To(Equal(message(others...)))
		Expect(evidence).To(Equal([]fetch.Exchange{{
			Kind: fetch.Actual,
			Request: fetch.WireRequest{Method: "GET", URL: "http://api.example.test/v1", Headers: fetch.HeaderList{
				{Name: "Accept", Value: "*/*"}, {Name: "Origin", Value: "http://app.example.test"},
			}},
			Response: &fetch.WireResponse{Status: 200, StatusText: "OK", Headers: fetch.HeaderList{
				{Name: "Set-Cookie", Value: "a=1"}, {Name: "Set-Cookie", Value: "b=2"}, {Name: "Vary", Value: "Origin"},
			}},
		}}))
	})

	It("tell preflights, redirects and refusals", func() {
		const headers = `"headers":{"Origin":"http://app.example.test"}`
		_, evidence := chromium.Sift("S", "one", strings.NewReader(message(
			`{"method":"Network.requestWillBeSent","params":{"requestId":"1","request":{"url":"http://api.example.test/v1","urlFragment":"#one","method":"PUT","headers":{}},"initiator":{"type":"script"}},"sessionId":"S"}`,
			`{"method":"Network.requestWillBeSent","params":{"requestId":"2","request":{"url":"http://api.example.test/v1","urlFragment":"#one","method":"OPTIONS","headers":{}},"initiator":{"type":"preflight"}},"sessionId":"S"}`,
			`{"method":"Network.requestWillBeSentExtraInfo","params":{"requestId":"2",`+headers+`},"sessionId":"S"}`,
			`{"method":"Network.responseReceivedExtraInfo","params":{"requestId":"2","headers":{},"statusCode":204},"sessionId":"S"}`,
			`{"method":"Network.responseReceived","params":{"requestId":"2","response":{"status":204,"statusText":"No Content","headers":{}},"hasExtraInfo":true},"sessionId":"S"}`,
			`{"method":"Network.loadingFinished","params":{"requestId":"2"},"sessionId":"S"}`,
			`{"method":"Network.requestWillBeSentExtraInfo","params":{"requestId":"1",`+headers+`},"sessionId":"S"}`,
			`{"method":"Network.responseReceivedExtraInfo","params":{"requestId":"1","headers":{"Location":"/v2"},"statusCode":307},"sessionId":"S"}`,
			`{"method":"Network.requestWillBeSent","params":{"requestId":"1","request":{"url":"http://api.example.test/v2","urlFragment":"#one","method":"PUT","headers":{}},"initiator":{"type":"script"},"redirectHasExtraInfo":true,"redirectResponse":{"status":307,"statusText":"Moved","headers":{}}},"sessionId":"S"}`,
			`{"method":"Network.requestWillBeSentExtraInfo","params":{"requestId":"1",`+headers+`},"sessionId":"S"}`,
			`{"method":"Network.responseReceivedExtraInfo","params":{"requestId":"1","headers":{},"statusCode":200},"sessionId":"S"}`,
			`{"method":"Network.loadingFailed","params":{"requestId":"1","errorText":"net::ERR_FAILED","corsErrorStatus":{"corsError":"MissingAllowOriginHeader","failedParameter":""}},"sessionId":"S"}`,
		)))
		sent := fetch.HeaderList{{Name: "Origin", Value: "http://app.example.test"}}
		Expect(evidence).To(Equal([]fetch.Exchange{
			{
				Kind:     fetch.Preflight,
				Request:  fetch.WireRequest{Method: "OPTIONS", URL: "http://api.example.test/v1", Headers: sent},
				Response: &fetch.WireResponse{Status: 204, StatusText: "No Content"},
			},
			{
				Kind:     fetch.Actual,
				Request:  fetch.WireRequest{Method: "PUT", URL: "http://api.example.test/v1", Headers: sent},
				Response: &fetch.WireResponse{Status: 307, StatusText: "Moved", Headers: fetch.HeaderList{{Name: "Location", Value: "/v2"}}},
			},
			{
				Kind:     fetch.Actual,
				Request:  fetch.WireRequest{Method: "PUT", URL: "http://api.example.test/v2", Headers: sent},
				Response: &fetch.WireResponse{Status: 200},
				Error:    "net::ERR_FAILED",
				Reason:   "MissingAllowOriginHeader",
			},
		}))
	})

	It("end with what the browser says", func() {
		broken := io.MultiReader(strings.NewReader(message(others[0])+"half a mess"), iotest.ErrReader(errors.New("the browser has ended")))
		left, evidence := chromium.Sift("S", "one", broken)
		Expect(left).To(Equal(message(others[0])))
		Expect(evidence).To(BeEmpty())
	})

	It("are not read twice", func(ctx SpecContext) {
		const origin = "http://app.example.test"
		target, c := trial.NewRecorder(trial.Permit), trial.In(ctx, delivering)
		var heard atomic.Int32
		Expect(chromium.HeardByChromedp(ctx, c, origin, func() { heard.Add(1) })).To(Succeed())
		o := trial.Do(ctx, c, origin, fetch.Request{API: fetch.Fetch, Method: "GET", URL: target.URL, Headers: fetch.HeaderList{{Name: "X-One", Value: "1"}}})
		Expect(o.Exchanges).NotTo(BeEmpty())
		Expect(heard.Load()).To(BeZero())
	})
})
