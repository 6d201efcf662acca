package chromium_test

import (
	"github.com/chromedp/cdproto/network"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/chromium"
)

var _ = Describe("The evidence of a request", func() {
	request := func(id network.RequestID, initiator network.InitiatorType) any {
		return &network.EventRequestWillBeSent{
			RequestID: id,
			Initiator: &network.Initiator{Type: initiator},
			Request:   &network.Request{URL: "http://api.example.test/", URLFragment: "#one", Headers: network.Headers{}},
		}
	}
	refused := func(id network.RequestID, reason network.CorsError) any {
		return &network.EventLoadingFailed{RequestID: id, ErrorText: "net::ERR_FAILED", CorsErrorStatus: &network.CorsErrorStatus{CorsError: reason}}
	}
	sent := func(id network.RequestID) any {
		return &network.EventRequestWillBeSentExtraInfo{RequestID: id, Headers: network.Headers{}}
	}
	received := func(id network.RequestID) any {
		return &network.EventResponseReceivedExtraInfo{RequestID: id, Headers: network.Headers{}}
	}

	It("is not complete while the preflight that forbade it is not known", func() {
		events := []any{
			request("1", network.InitiatorTypeScript),
			refused("1", network.CorsErrorPreflightMultipleAllowOriginValues),
			request("2", network.InitiatorTypePreflight),
			sent("2"),
			received("2"),
			refused("2", network.CorsErrorPreflightMultipleAllowOriginValues),
		}
		for i := range events {
			Expect(chromium.Settled("one", events[:i]...)).To(BeFalse(), "after %d events", i)
		}
		Expect(chromium.Settled("one", events...)).To(BeTrue())
	})

	It("is not all told while the request that came back refused is not known to have gone out", func() {
		led := request("1", network.InitiatorTypeScript).(*network.EventRequestWillBeSent)
		led.RedirectHasExtraInfo = true
		led.RedirectResponse = &network.Response{Status: 302, Headers: network.Headers{}}
		events := []any{
			request("1", network.InitiatorTypeScript), sent("1"), received("1"),
			led,
			refused("1", network.CorsErrorMissingAllowOriginHeader),
		}
		Expect(chromium.Told("one", events...)).To(BeFalse())
		Expect(chromium.Told("one", append(events, sent("1"))...)).To(BeTrue())
		Expect(chromium.Settled("one", append(events, sent("1"))...)).To(BeFalse())
		Expect(chromium.Settled("one", append(events, sent("1"), received("1"))...)).To(BeTrue())
	})

	It("is not all told while a response that is not fit, and not given to the page, may come", func() {
		events := []any{
			request("1", network.InitiatorTypeScript),
			&network.EventLoadingFailed{RequestID: "1", ErrorText: "net::ERR_BLOCKED_BY_ORB"},
		}
		Expect(chromium.Told("one", events...)).To(BeFalse())
		Expect(chromium.Told("one", append(events, sent("1"))...)).To(BeTrue())
		Expect(chromium.Settled("one", append(events, sent("1"))...)).To(BeFalse())
		Expect(chromium.Settled("one", append(events, sent("1"), received("1"))...)).To(BeTrue())
	})

	It("has no preflight where the request itself was refused", func() {
		Expect(chromium.Settled("one",
			request("1", network.InitiatorTypeScript),
			sent("1"),
			received("1"),
			refused("1", network.CorsErrorMultipleAllowOriginValues),
		)).To(BeTrue())
	})
})
