package lab

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// names are the lab's own: all of them below localhost, which browsers lead to their own
// machine, and all below lab.localhost one site, so that cookies are not in the way.
type names struct{ port, otherPort int }

const (
	labName    = "lab.localhost"
	targetName = ".lab.localhost" // behind "api-" or "other-" and the session's id
)

func (n names) at(host string) string { return fmt.Sprintf("http://%s:%d", host, n.port) }

func (n names) lab() string { return n.at(labName) }

func (n names) target(session string) string { return n.at("api-" + session + targetName) }

// other is a session's server by another name, to which some resources redirect.
func (n names) other(session string) string { return n.at("other-" + session + targetName) }

// A meaning is what a Host header names.
type meaning int

const (
	nobody meaning = iota
	labHost
	targetHost
	pageHost
)

// meant returns what a Host header names, and of a target its session.
func (n names) meant(header string) (meaning, string) {
	host, port, err := net.SplitHostPort(header)
	if err != nil || port != strconv.Itoa(n.port) && port != strconv.Itoa(n.otherPort) {
		return nobody, ""
	}
	host = strings.ToLower(host)
	if host != "127.0.0.1" && host != "localhost" && !strings.HasSuffix(host, ".localhost") {
		return nobody, ""
	}
	if port == strconv.Itoa(n.port) {
		if host == labName {
			return labHost, ""
		}
		if name, below := strings.CutSuffix(host, targetName); below {
			kind, id, _ := strings.Cut(name, "-")
			if (kind == "api" || kind == "other") && !strings.Contains(id, ".") {
				return targetHost, id
			}
		}
	}
	return pageHost, ""
}

// An origin is one from which a page of the lab can ask.
type origin struct {
	Name   string `json:"name"`   // as a link and a lesson call it
	Origin string `json:"origin"` // empty for the target's own, which the session decides
	Says   string `json:"says"`
}

func (n names) origins() []origin {
	return []origin{
		{"app", n.at("app.lab.localhost"), "the app, for which the API was made"},
		{"admin", n.at("admin.lab.localhost"), "a second page of the same owner"},
		{"port", fmt.Sprintf("http://app.lab.localhost:%d", n.otherPort), "the app's name, on another port"},
		{"evil", n.at("evil.lab.localhost"), "a page of somebody else"},
		{"lookalike", n.at("evilapp.lab.localhost"), "ends like the app's name"},
		{"longer", n.at("app.lab.localhost.evil.localhost"), "begins like the app's name"},
		{"null", "null", "a sandboxed frame: an opaque origin"},
		{"self", "", "the API's own origin"},
	}
}

// fill puts origins in the place of their names in braces, such as {app}.
func (n names) fill(text string) string {
	for _, o := range n.origins() {
		if o.Origin != "" {
			text = strings.ReplaceAll(text, "{"+o.Name+"}", o.Origin)
		}
	}
	return text
}
