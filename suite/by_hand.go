package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A Spelling rewrites a CORS-preflight request, as an intermediary might. It gets the
// headers as a browser writes them, and changes only its copy.
type Spelling func(fetch.HeaderList) fetch.HeaderList

const (
	requestMethod  = "Access-Control-Request-Method"
	requestHeaders = "Access-Control-Request-Headers"
)

// asBrowsersDo changes nothing.
func asBrowsersDo(headers fetch.HeaderList) fetch.HeaderList { return headers }

// respelled gives Access-Control-Request-Headers these lines in place of its names.
func respelled(lines func(names []string) []string) Spelling {
	return func(headers fetch.HeaderList) fetch.HeaderList {
		value, _ := headers.Get(requestHeaders)
		var names []string
		if value != "" {
			names = strings.Split(value, ",")
		}
		rest := without(requestHeaders)(headers)
		for _, line := range lines(names) {
			rest = rest.With(requestHeaders, line)
		}
		return rest
	}
}

// without takes a header away.
func without(name string) Spelling {
	return func(headers fetch.HeaderList) fetch.HeaderList {
		return slices.DeleteFunc(slices.Clone(headers), func(h fetch.Header) bool { return strings.EqualFold(h.Name, name) })
	}
}

// joinedBy writes all names on one line.
func joinedBy(separator string) Spelling {
	return respelled(func(names []string) []string { return []string{strings.Join(names, separator)} })
}

// titled writes a name as header names are commonly written: X-Requested-With.
func titled(name string) string {
	words := strings.Split(name, "-")
	for i, word := range words {
		words[i] = strings.ToUpper(word[:min(1, len(word))]) + word[min(1, len(word)):]
	}
	return strings.Join(words, "-")
}

// byHand replaces the step's request by its CORS-preflight request, in that spelling.
func (s *boundStep) byHand(origin string, spelled Spelling) {
	s.intended = s.request
	asked := fetch.PreflightRequest(origin, s.intended)
	s.request = fetch.Request{URL: s.intended.URL, Method: asked.Method, Headers: spelled(asked.Headers)}
}

// permitted judges the answer to a CORS-preflight request that corsproof wrote: it is
// read as a browser would read it.
func (j judgement) permitted(want Answer) *outcome {
	answer := j.observation.Exchanges[0].Response
	if want == Either || answer == nil {
		return nil
	}
	origin, _ := j.bound.request.Headers.Get("Origin")
	intended := j.bound.intended
	if len(intended.Headers) > 1 {
		// Whether "*" covers Authorization is where browsers and the Standard disagree;
		// scenarios about that one alone say so.
		intended.Headers = without("Authorization")(intended.Headers)
	}
	_, failures := fetch.CheckPreflight(origin, intended, *answer)
	switch {
	case want == Yes && len(failures) > 0:
		return &outcome{verdict: Fail, reason: string(failures[0].Reason), observed: failures[0].Error(), failures: failures, onTheWire: true}
	case want == No && len(failures) == 0:
		return j.allowed("a browser would let the request through")
	}
	return nil
}

// sharedOnWire judges whether a browser would share the response to a request that
// corsproof made.
func (j judgement) sharedOnWire(want Answer) *outcome {
	answer := j.observation.Exchanges[0].Response
	if want == Either || answer == nil {
		return nil
	}
	origin, _ := j.bound.request.Headers.Get("Origin")
	failure := fetch.CORSCheck(origin, j.bound.request.Credentials, answer.Headers)
	switch {
	case want == Yes && failure != nil:
		return &outcome{verdict: Fail, reason: string(failure.Reason), observed: failure.Error(), failures: []*fetch.Failure{failure}, onTheWire: true}
	case want == No && failure == nil:
		return j.allowed("a browser would share the response")
	}
	return nil
}

// unrefused judges whether the request was answered with an error where the first
// step's was not.
func (j judgement) unrefused() *outcome {
	if len(j.before) == 0 {
		return nil
	}
	first, answer := j.before[0].Exchanges[0].Response, j.observation.Exchanges[0].Response
	switch {
	case first == nil || answer == nil:
		return nil
	case first.Status < 400 && answer.Status >= 400:
		return &outcome{
			verdict:   Fail,
			reason:    reasonRefusedByServer,
			observed:  fmt.Sprintf("it was answered %d, though %s was answered %d", answer.Status, j.play.requestInWords(j.play.steps[0]), first.Status),
			onTheWire: true,
		}
	}
	return nil
}
