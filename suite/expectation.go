package suite

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// expectation says in a sentence what the play requires.
func (p play) expectation() string {
	var parts []string
	for i, s := range p.steps {
		if i == 0 {
			s.want.Unrefused = false // it is what the others are compared with
		}
		part := p.at(i).stepExpectation(s)
		if i > 0 {
			part = "then " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

func (p play) stepExpectation(s boundStep) string {
	var wants []string
	add := func(want Answer, yes, no string) {
		switch want {
		case Yes:
			wants = append(wants, yes)
		case No:
			wants = append(wants, no)
		}
	}
	w := s.want
	add(w.Preflight, "is preflighted", "is not preflighted")
	add(w.Leaves, "is let through", "is not let through")
	add(w.Shared, "has its response shared with the script", "has its response kept from the script")
	add(w.Opaque, "has its redirect shown to the script, unfollowed", "has its redirect kept from the script")
	if w.Made {
		wants = append(wants, "is made")
	}
	add(w.Passes, "is answered so that the response may be shared", "is answered so that the response may not be shared")
	if w.NotModified {
		wants = append(wants, "is answered 304 where nothing has changed")
	}
	if w.Accepted {
		wants = append(wants, "has its CORS-preflight request answered with success")
	}
	if w.Status {
		wants = append(wants, fmt.Sprintf("shows the script its status %d", s.resource.Status))
	}
	if w.Opened {
		wants = append(wants, "is answered neither 401 nor 403")
	}
	add(w.Permitted, "has its CORS-preflight request answered so that a browser would let it through",
		"has its CORS-preflight request answered so that a browser would not let it through")
	if w.Readable != "" {
		wants = append(wants, fmt.Sprintf("lets the script read %s", p.value(string(w.Readable))))
	}
	if w.AllReadable {
		wants = append(wants, "lets the script read every header")
	}
	if w.Hidden != "" {
		wants = append(wants, "keeps headers from the script that are not exposed")
	}
	if w.MaxAge {
		wants = append(wants, fmt.Sprintf("may be remembered for %d s", *p.claim.Policy.MaxAge))
	}
	if w.Answered {
		wants = append(wants, "is answered neither 400 nor 5xx")
	}
	if w.Unrefused {
		wants = append(wants, "is answered with an error only if the first request is")
	}
	if len(wants) == 0 {
		wants = append(wants, "is answered")
	}
	return p.requestInWords(s) + " " + joined(wants)
}

// requestInWords names the request: method, path, headers, credentials, origin.
func (p play) requestInWords(s boundStep) string {
	if s.intended.Method != "" {
		s.request = s.intended
	}
	words := s.request.Method + " " + s.resource.Path
	if c := s.request.Consumer; c != fetch.ByAPI {
		words = strings.TrimSpace(consumersInWords[c] + " " + s.resource.Path)
	}
	if s.request.CrossOrigin != fetch.NoCrossOrigin {
		words += fmt.Sprintf(" with crossorigin=%q", s.request.CrossOrigin)
	}
	if s.verified {
		words += " with the digest of its bytes"
	}
	if s.after > 0 {
		words = "after max age, " + words
	}
	var names []string
	for _, h := range s.request.Headers {
		names = append(names, h.Name)
	}
	if len(names) > 0 {
		words += " with " + joined(names)
	}
	if s.request.Credentials == "include" {
		words += " with credentials"
	}
	if s.request.Mode == fetch.NoCORS {
		words += " without CORS"
	}
	if s.request.Cache == fetch.NoCache {
		words += ", asking anew what is stored,"
	}
	switch s.request.Redirect {
	case fetch.Manual:
		words += ", redirects not followed,"
	case fetch.Error:
		words += ", redirects forbidden,"
	}
	switch p.origin {
	case "":
		words += ", asked by corsproof,"
	case "null":
		words += " from a sandboxed frame"
	default:
		words += " from " + p.origin
	}
	return words
}

// consumersInWords name what makes a request in place of a script.
var consumersInWords = map[fetch.Consumer]string{
	fetch.Image:  "the image",
	fetch.Script: "the script",
	fetch.Module: "the module",
	fetch.Style:  "the style sheet",
	fetch.Font:   "the font",
	fetch.Events: "the event source",
	fetch.Beacon: "the beacon to",
}

// joined joins words as a sentence does.
func joined(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
