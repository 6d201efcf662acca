package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// config reads the top level, and fills in the defaults.
func (r *reader) config(root *yaml.Node) (c Config) {
	c.Target.Effects = fetch.Hold
	has := r.section(topLevel, root, func(key string, n *yaml.Node) {
		switch key {
		case "target":
			c.Target.URL = r.origin(n)
		case "connectTo":
			c.ConnectTo = r.connectTo(n)
		case "caFile":
			c.CAFile = r.caFile(n)
		case "policy":
			c.Target.Policy = r.policy(n)
		case "resources":
			c.Target.Resources = r.resources(n)
		case "request":
			c.Target.Request = r.request(n)
		case "effects":
			if e := r.word("effects", n, string(fetch.Hold), string(fetch.Deliver)); e != "" {
				c.Target.Effects = fetch.Effects(e)
			}
		case "limits":
			c.Limits = r.limits(n)
		}
	})
	if len(c.Target.Resources) == 0 {
		c.Target.Resources = []suite.Resource{{Path: "/"}}
	}
	r.need("target", has, root, targetForm)
	if slices.ContainsFunc(c.Target.Resources, func(res suite.Resource) bool { return res.Policy == nil }) {
		// A file without it would promise nothing, and all would be green.
		r.need("policy", has, root, "what the target promises; policy: {} promises nothing")
	}
	return c
}

func (r *reader) connectTo(n *yaml.Node) (all []ConnectTo) {
	r.list("connectTo", n, "a list of "+connectToForm, func(item *yaml.Node) {
		s, ok := r.text("an item of connectTo", item, connectToForm)
		if !ok {
			return
		}
		c, problem := parseConnectTo(s)
		if problem != "" {
			r.wrongValue("connectTo", item, problem, "expected "+connectToForm)
			return
		}
		all = append(all, c)
	})
	return all
}

func (r *reader) resources(n *yaml.Node) (all []suite.Resource) {
	first := make(map[string]int)
	r.list("resources", n, "a list of mappings, such as [{path: /}]", func(item *yaml.Node) {
		all = append(all, r.resource(item, first))
	})
	return all
}

// resource reads an item of resources. It enters its path into first, which
// holds the lines of the paths of those before it.
func (r *reader) resource(n *yaml.Node, first map[string]int) (res suite.Resource) {
	has := r.section(resourceSection, n, func(key string, n *yaml.Node) {
		switch key {
		case "path":
			var ok bool
			if res.Path, ok = r.path("path", n); !ok {
				return
			}
			if line, again := first[res.Path]; again {
				// Results are told apart by it.
				r.wrongValue("path", n, "is that of another resource", fmt.Sprintf("expected it once; it is on line %d already", line))
				return
			}
			first[res.Path] = n.Line
		case "policy":
			p := r.policy(n)
			res.Policy = &p
		case "methods":
			res.Methods = r.methods(n)
		case "status":
			res.Status = r.status(n)
		case "redirectsTo":
			res.RedirectsTo = r.destination(n)
		case "kind":
			res.Kind = r.word("kind", n, "image", "script", "style", "font", "events")
		case "cacheable":
			res.Cacheable = r.boolean("cacheable", n)
		}
	})
	r.need("path", has, n, pathForm)
	return res
}

const destinationForm = pathForm + ", or a URL of another origin, such as https://www.example.com/"

// destination reads where a resource redirects: a path, or an absolute URL.
func (r *reader) destination(n *yaml.Node) string {
	s, ok := r.text("redirectsTo", n, destinationForm)
	if !ok {
		return ""
	}
	if strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") {
		path, _ := r.path("redirectsTo", n)
		return path
	}
	u, err := url.Parse(s)
	problem := ""
	switch {
	case err != nil:
		problem = "is malformed"
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		problem = "is neither a path nor a URL of http or https"
	case u.User != nil:
		problem = "has a user name or a password, which browsers refuse to follow"
	case u.Fragment != "":
		problem = "has a fragment, which is not sent"
	}
	if problem != "" {
		r.wrongValue("redirectsTo", n, problem, "expected "+destinationForm)
		return ""
	}
	return s
}

const pathForm = "a path of the target that begins with a slash, such as /v1/items"

func (r *reader) path(what string, n *yaml.Node) (path string, ok bool) {
	if path, ok = r.text(what, n, pathForm); !ok {
		return "", false
	}
	problem := ""
	switch {
	case !strings.HasPrefix(path, "/"):
		problem = "does not begin with a slash"
	case strings.Contains(path, "#"):
		problem = "has a fragment, which is not sent"
	case strings.ContainsFunc(path, func(c rune) bool { return c == ' ' || isControl(c) }):
		problem = "has a blank or a control character"
	case strings.Contains(path, `\`):
		problem = "has a backslash"
	default:
		if _, err := url.ParseRequestURI(path); err != nil {
			problem = "is malformed"
		}
	}
	if problem != "" {
		r.wrongValue(what, n, problem, "expected "+pathForm)
		return "", false
	}
	return path, true
}

func (r *reader) status(n *yaml.Node) int {
	const expected = "a status from 100 to 599"
	status, ok := r.number("status", n, expected)
	if ok && (status < 100 || status > 599) {
		r.add(n, Mistake{
			Given:    n.Value,
			Problem:  "status " + n.Value + " is out of range",
			Expected: "expected " + expected,
		})
	}
	return status
}
