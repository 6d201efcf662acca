package chromium

import (
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// events are those of the network that scripts cause, and how to read what a trace needs
// of each; nil where it needs nothing.
//
// https://chromedevtools.github.io/devtools-protocol/tot/Network/
var events = map[string]func(jsonv2.Value) (any, error){
	"Network.requestWillBeSent":          part(requestWillBeSent.event),
	"Network.requestWillBeSentExtraInfo": part(requestWillBeSentExtraInfo.event),
	"Network.responseReceived":           part(responseReceived.event),
	"Network.responseReceivedExtraInfo":  part(responseReceivedExtraInfo.event),
	"Network.loadingFinished":            part(loadingFinished.event),
	"Network.loadingFailed":              part(func(e network.EventLoadingFailed) any { return &e }),
	"Network.dataReceived":               nil,
	"Network.policyUpdated":              nil,
}

// part reads of an event what P has of it.
func part[P any](event func(P) any) func(jsonv2.Value) (any, error) {
	return func(params jsonv2.Value) (any, error) {
		var p P
		if err := jsonv2.Unmarshal(params, &p, chromedp.DefaultUnmarshalOptions); err != nil {
			return nil, err
		}
		return event(p), nil
	}
}

type requestWillBeSent struct {
	RequestID network.RequestID `json:"requestId"`
	Request   struct {
		URL         string          `json:"url"`
		URLFragment string          `json:"urlFragment"`
		Method      string          `json:"method"`
		Headers     network.Headers `json:"headers"`
	} `json:"request"`
	Initiator struct {
		Type network.InitiatorType `json:"type"`
	} `json:"initiator"`
	RedirectHasExtraInfo bool      `json:"redirectHasExtraInfo"`
	RedirectResponse     *response `json:"redirectResponse"`
}

func (e requestWillBeSent) event() any {
	return &network.EventRequestWillBeSent{
		RequestID: e.RequestID,
		Request: &network.Request{
			URL:         e.Request.URL,
			URLFragment: e.Request.URLFragment,
			Method:      e.Request.Method,
			Headers:     e.Request.Headers,
		},
		Initiator:            &network.Initiator{Type: e.Initiator.Type},
		RedirectHasExtraInfo: e.RedirectHasExtraInfo,
		RedirectResponse:     e.RedirectResponse.protocol(),
	}
}

type requestWillBeSentExtraInfo struct {
	RequestID network.RequestID `json:"requestId"`
	Headers   network.Headers   `json:"headers"`
}

func (e requestWillBeSentExtraInfo) event() any {
	return &network.EventRequestWillBeSentExtraInfo{RequestID: e.RequestID, Headers: e.Headers}
}

type responseReceived struct {
	RequestID    network.RequestID `json:"requestId"`
	Response     *response         `json:"response"`
	HasExtraInfo bool              `json:"hasExtraInfo"`
}

func (e responseReceived) event() any {
	return &network.EventResponseReceived{RequestID: e.RequestID, Response: e.Response.protocol(), HasExtraInfo: e.HasExtraInfo}
}

type response struct {
	Status        int64           `json:"status"`
	StatusText    string          `json:"statusText"`
	Headers       network.Headers `json:"headers"`
	FromDiskCache bool            `json:"fromDiskCache"`
}

// protocol is the response as the protocol has it, without what a trace does not need.
func (r *response) protocol() *network.Response {
	if r == nil {
		return nil
	}
	return &network.Response{Status: r.Status, StatusText: r.StatusText, Headers: r.Headers, FromDiskCache: r.FromDiskCache}
}

type responseReceivedExtraInfo struct {
	RequestID  network.RequestID `json:"requestId"`
	StatusCode int64             `json:"statusCode"`
	Headers    network.Headers   `json:"headers"`
}

func (e responseReceivedExtraInfo) event() any {
	return &network.EventResponseReceivedExtraInfo{RequestID: e.RequestID, StatusCode: e.StatusCode, Headers: e.Headers}
}

type loadingFinished struct {
	RequestID network.RequestID `json:"requestId"`
}

func (e loadingFinished) event() any { return &network.EventLoadingFinished{RequestID: e.RequestID} }
