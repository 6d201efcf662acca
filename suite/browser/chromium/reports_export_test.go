package chromium

import (
	"context"
	"io"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/suite/fetch"
)

// Sift takes the reports of one session out of what a browser says. It returns what is
// left for chromedp, and the evidence of the request with that tag.
func Sift(session, tag string, said io.Reader) (left string, evidence []fetch.Exchange) {
	request := fetch.Request{Tag: tag}
	t := newTrace(nil)
	r := t.begin(request)
	var all reports
	all.traces.Store(target.SessionID(session), t)
	var rest strings.Builder
	all.sift(said, &rest)
	var o fetch.Observation
	r.conclude(&o, request, false)
	return rest.String(), o.Exchanges
}

// HeardByChromedp calls event for each of the network's events that chromedp reads of the
// page that a context has on an origin.
func HeardByChromedp(ctx context.Context, c fetch.Context, origin string, event func()) error {
	t, err := c.(*isolated).tab(ctx, tabKey{origin: origin})
	if err != nil {
		return err
	}
	chromedp.Listen(t.page, func(e any) {
		switch e.(type) {
		case *network.EventRequestWillBeSent, *network.EventResponseReceived, *network.EventLoadingFinished,
			*network.EventRequestWillBeSentExtraInfo, *network.EventResponseReceivedExtraInfo:
			event()
		}
	})
	return nil
}
