package useragent

import (
	"strings"

	"github.com/corsproof/corsproof/fixtures/stub"
	"github.com/corsproof/corsproof/suite/fetch"
)

// The words that the tables are written in.

// The beginnings of header lines.
const (
	allowOrigin      = "Access-Control-Allow-Origin: "
	allowCredentials = "Access-Control-Allow-Credentials: "
	allowMethods     = "Access-Control-Allow-Methods: "
	allowHeaders     = "Access-Control-Allow-Headers: "
	exposeHeaders    = "Access-Control-Expose-Headers: "
	maxAge           = "Access-Control-Max-Age: "

	anyOrigin  = allowOrigin + "*"
	thisOrigin = allowOrigin + Page
	trusted    = allowCredentials + "true"
)

var (
	byFetch = []fetch.API{fetch.Fetch}
	byXHR   = []fetch.API{fetch.XHR}
)

// ask is a request with a method and headers, "Name: value".
func ask(method string, headers ...string) fetch.Request {
	return fetch.Request{Method: method, Headers: headerList(headers)}
}

// trusting is the request with credentials.
func trusting(r fetch.Request) fetch.Request {
	r.Credentials = fetch.Include
	return r
}

// at is the request of another URL.
func at(url string, r fetch.Request) fetch.Request {
	r.URL = url
	return r
}

func headerList(lines []string) fetch.HeaderList {
	var list fetch.HeaderList
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		list = append(list, fetch.Header{Name: name, Value: strings.TrimPrefix(value, " ")})
	}
	return list
}

// ok answers 200 with these lines and a body.
func ok(lines ...string) stub.Answer { return status(200, lines...) }

func status(code int, lines ...string) stub.Answer {
	return stub.Answer{Status: code, Lines: lines, Body: "corsproof"}
}

// answers is the target, when nothing is to be preflighted.
func answers(a ...stub.Answer) []stub.Resource { return []stub.Resource{{Answers: a}} }

// preflight is the target, with an answer to the preflight and one to what follows.
func preflight(first stub.Answer, then ...stub.Answer) []stub.Resource {
	return []stub.Resource{{Preflights: []stub.Answer{first}, Answers: then}}
}

// sends is the actual request with that method, with header lines that it must have.
func sends(method string, headers ...string) Sent {
	return Sent{Method: method, Headers: headerList(headers)}
}

// asks is the CORS-preflight request for a method and header names, joined as they
// must be; none means that it has no Access-Control-Request-Headers.
func asks(method, names string) Sent {
	s := Sent{Method: "OPTIONS", Headers: fetch.HeaderList{{Name: "Access-Control-Request-Method", Value: method}}}
	if names == "" {
		s.Without = []string{"Access-Control-Request-Headers"}
	} else {
		s.Headers = s.Headers.With("Access-Control-Request-Headers", names)
	}
	return s
}

// to is the same request to another URL, with another Origin unless that is empty.
func (s Sent) to(url, origin string) Sent {
	s.URL, s.Origin = url, origin
	return s
}

// without is the same request, which must not have these headers.
func (s Sent) without(names ...string) Sent {
	s.Without = append(s.Without[:len(s.Without):len(s.Without)], names...)
	return s
}

// shared is a response that the script can read, with status 200.
func shared(sent ...Sent) Want { return Want{Type: fetch.CORS, Status: 200, Sent: sent} }

// refused is a response that the script cannot read, for a reason.
func refused(reason fetch.Reason, sent ...Sent) Want {
	return Want{Type: fetch.NetworkError, Reason: reason, Sent: sent}
}

// once is the one step of a scenario.
func once(r fetch.Request, w Want) []Step { return []Step{{Request: r, Want: w}} }

// own is a resource of the page's own origin.
func own(a stub.Answer) []stub.Resource {
	return []stub.Resource{{URL: Page + "/{id}", Answers: []stub.Answer{a}}}
}

// withURL is the one resource, at another URL.
func withURL(url string, resources []stub.Resource) []stub.Resource {
	resources[0].URL = url
	return resources
}

// repeat is the steps, n times over.
func repeat(n int, steps []Step) []Step {
	var all []Step
	for range n {
		all = append(all, steps...)
	}
	return all
}

func lowered(s string) string { return strings.ToLower(s) }
func upped(s string) string   { return strings.ToUpper(s) }

// bare answers without a body.
func bare(code int, lines ...string) stub.Answer { return stub.Answer{Status: code, Lines: lines} }
