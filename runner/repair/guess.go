package repair

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A Guess is a server that a target may run on, and the header that says so.
type Guess struct {
	Server  Server
	Because string
}

// A trace is a header that a server leaves, and what its value begins with; the empty
// string is any.
type trace struct {
	header, begins string
	server         Server
}

// traces are in the order of what they tell: who speaks of itself as an application
// decides what is said of CORS before a proxy in front of it does.
var traces = []trace{
	{"Server", "AmazonS3", s3},
	{"Apigw-Requestid", "", apiGateway},
	{"X-Amz-Apigw-Id", "", apiGateway},
	{"X-Amzn-Requestid", "", apiGateway},
	{"X-Powered-By", "Express", express},
	{"X-Aspnet-Version", "", aspNetWebAPI},
	{"X-Aspnetmvc-Version", "", aspNetWebAPI},
	{"Server", "Kestrel", aspNetCore},
	{"X-Powered-By", "ASP.NET", aspNetCore},
	{"Server", "WSGIServer", django},
	{"Server", "gunicorn", django},
	{"Server", "daphne", django},
	{"X-Application-Context", "", spring},
	{"Server", "Apache-Coyote", spring},
	{"Server", "nginx", nginx},
	{"Server", "openresty", nginx},
	{"Server", "Apache", apache},
	{"Server", "Caddy", caddy},
	{"Server", "envoy", envoy},
	{"Server", "istio-envoy", envoy},
	{"X-Envoy-Upstream-Service-Time", "", envoy},
	{"Via", "1.1 Caddy", caddy},
	{"Server", "HAProxy", haproxy},
}

// Guesses returns what the target seems to run on, judging by the headers of its
// answers, the most telling first. Several may be right: a proxy and an application.
func Guesses(r *suite.Report) []Guess {
	var guesses []Guess
	seen := map[string]bool{}
	for _, t := range traces {
		if value, found := left(r, t); found && !seen[t.server.Name] {
			seen[t.server.Name] = true
			guesses = append(guesses, Guess{t.server, fmt.Sprintf("its answers have %s: %s", t.header, value)})
		}
	}
	if len(guesses) == 0 {
		if g, ok := byVary(r); ok {
			guesses = append(guesses, g)
		}
	}
	return guesses
}

// left reports whether an answer has the trace, and with which value.
func left(r *suite.Report, t trace) (value string, found bool) {
	eachAnswer(r, func(e fetch.Exchange) bool {
		for _, v := range e.Response.Headers.Values(t.header) {
			if !found && len(v) >= len(t.begins) && strings.EqualFold(v[:len(t.begins)], t.begins) {
				value, found = v, true
			}
		}
		return !found
	})
	return value, found
}

// byVary guesses by how the answer to a CORS-preflight request says what it varies by:
// Go's net/http leaves no other trace, and Spring's may be behind a proxy.
func byVary(r *suite.Report) (g Guess, ok bool) {
	eachAnswer(r, func(e fetch.Exchange) bool {
		if e.Kind != fetch.Preflight || e.Response.Headers.Contains("Server") {
			return true
		}
		lines := e.Response.Headers.Values("Vary")
		switch {
		case len(lines) == 1 && lines[0] == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers":
			g, ok = Guess{rsCORS, "the answer to a preflight has Vary: " + lines[0]}, true
		case len(lines) == 3 && strings.Join(lines, " ") == "Origin Access-Control-Request-Method Access-Control-Request-Headers":
			g, ok = Guess{spring, "the answer to a preflight has three lines of Vary: " + strings.Join(lines, ", ")}, true
		case len(lines) == 1 && strings.HasPrefix(lines[0], "Access-Control-Request-Headers, Access-Control-Request-Method, "):
			g, ok = Guess{jub0bsCORS, "the answer to a preflight has Vary: " + lines[0]}, true
		}
		return !ok
	})
	return g, ok
}

// eachAnswer calls f with each exchange that has a response, until it returns false.
func eachAnswer(r *suite.Report, f func(fetch.Exchange) bool) {
	for _, result := range r.Results {
		for _, a := range result.Attempts {
			for _, s := range a.Steps {
				for _, e := range s.Exchanges {
					if e.Response != nil && !f(e) {
						return
					}
				}
			}
		}
	}
}
