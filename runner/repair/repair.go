// Package repair says what to change in a server so that it keeps a policy: the lines
// of a configuration for each of the servers that it knows, and which of them answer
// which failure.
//
// The rules of what it writes:
//
//   - It works to the letter: every value of the policy is in it, quoted as that server
//     wants it, and nothing is left to be filled in.
//   - It is the whole of the policy. It replaces what the server said of CORS before,
//     and is not merged with it.
//   - Where a server cannot keep the policy, a note says so.
package repair

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
)

// A Server is a kind of server whose configuration is known.
type Server struct {
	Name  string // as it is asked for, such as "nginx"
	Title string // as its makers call it

	render func(*writer)

	// traps say in a sentence what goes wrong there where a part is concerned.
	traps map[part]string
}

// Servers returns all servers that are known, in the order of reports.
func Servers() []Server {
	return []Server{
		nginx, apache, caddy, haproxy, envoy, express, rsCORS, jub0bsCORS,
		aspNetWebAPI, aspNetCore, spring, django, apiGateway, s3,
	}
}

// Names are those by which servers are asked for.
func Names() []string {
	var names []string
	for _, s := range Servers() {
		names = append(names, s.Name)
	}
	return names
}

// ByName returns the server that is asked for by that name.
func ByName(name string) (Server, bool) {
	i := slices.IndexFunc(Servers(), func(s Server) bool { return s.Name == name })
	if i < 0 {
		return Server{}, false
	}
	return Servers()[i], true
}

// Configuration returns what keeps the policy in the server.
func (s Server) Configuration(p policy.Policy) suite.Configuration {
	w := s.written(p)
	c := suite.Configuration{Server: s.Name, Title: s.Title, Notes: w.notes}
	for i, where := range w.places {
		b := suite.Block{Where: where}
		for _, l := range w.lines {
			if l.block == i {
				b.Lines = append(b.Lines, l.text)
			}
		}
		c.Blocks = append(c.Blocks, b)
	}
	return c
}

func (s Server) written(p policy.Policy) *writer {
	w := &writer{intent: newIntent(p)}
	s.render(w)
	return w
}

// A part is what a line of a configuration is there for.
type part string

const (
	allowOrigin part = "origin"
	credentials part = "credentials"
	methods     part = "methods"
	headers     part = "headers"
	expose      part = "expose"
	maxAge      part = "maxAge"
	vary        part = "vary"
	preflight   part = "preflight" // that OPTIONS is answered
	doubles     part = "doubles"   // that nobody else answers
	errorPages  part = "errors"    // that errors have the headers too
)

// A writer writes a configuration.
type writer struct {
	intent
	places []string // of the blocks
	lines  []line
	notes  []string
}

type line struct {
	block int
	text  string
	parts []part
}

// at begins a block.
func (w *writer) at(where string) { w.places = append(w.places, where) }

// add writes lines that are there for some parts.
func (w *writer) add(text string, parts ...part) {
	for l := range strings.SplitSeq(text, "\n") {
		w.lines = append(w.lines, line{len(w.places) - 1, l, parts})
	}
}

// note adds a sentence on what the server cannot do.
func (w *writer) note(text string) { w.notes = append(w.notes, text) }
