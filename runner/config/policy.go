package config

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/corsproof/corsproof/reference/policy"
)

// policy reads a policy, and reports at its place whatever package policy finds
// malformed.
func (r *reader) policy(n *yaml.Node) (p policy.Policy) {
	places := make(map[string][]*yaml.Node) // of the values, by field
	r.section(policySection, n, func(key string, n *yaml.Node) {
		switch key {
		case "allowOrigins":
			p.AllowOrigins, places[key] = r.texts(key, n, `a list, such as ["https://app.example.com"]`)
		case "allowMethods":
			p.AllowMethods, places[key] = r.texts(key, n, "a list, such as [GET, PUT]")
		case "allowHeaders":
			p.AllowHeaders, places[key] = r.texts(key, n, "a list, such as [Content-Type]")
		case "exposeHeaders":
			p.ExposeHeaders, places[key] = r.texts(key, n, "a list, such as [ETag]")
		case "allowCredentials":
			p.AllowCredentials = r.boolean(key, n)
		case "maxAge":
			if seconds, ok := r.number(key, n, "a whole number of seconds, such as 600"); ok {
				p.MaxAge, places[key] = &seconds, []*yaml.Node{n}
			}
		}
	})
	for e := range policy.Errors(p.Validate()) {
		r.malformed(e.Field, places[e.Field][max(e.Index, 0)], e, e.Expected)
	}
	return p
}

// texts returns the strings of a list, and the node of each.
func (r *reader) texts(what string, n *yaml.Node, expected string) (values []string, places []*yaml.Node) {
	r.list(what, n, expected, func(item *yaml.Node) {
		if s, ok := r.text("an item of "+what, item, "a string"); ok {
			values = append(values, s)
			places = append(places, item)
		}
	})
	return values, places
}

// methods returns those that a resource implements.
func (r *reader) methods(n *yaml.Node) []string {
	const expected = "a method, such as PUT"
	values, places := r.texts("methods", n, "a list, such as [GET, PUT]")
	for i, method := range values {
		if method == "*" {
			r.wrongValue("methods", places[i], "is no method", "expected those that the resource implements")
			continue
		}
		for e := range policy.Errors(policy.Policy{AllowMethods: []string{method}}.Validate()) {
			r.malformed("methods", places[i], e, expected)
		}
	}
	return values
}

const targetForm = "scheme://host[:port], such as https://api.example.com"

// origin returns the target.
func (r *reader) origin(n *yaml.Node) string {
	s, ok := r.text("target", n, targetForm)
	if !ok {
		return ""
	}
	o, err := policy.ParseOrigin(s)
	for e := range policy.Errors(err) {
		expected := e.Expected
		if e.Reason == policy.MisplacedWildcard {
			expected = targetForm
		}
		r.malformed("target", n, e, expected)
	}
	switch {
	case err != nil:
	case o.Any, o.Opaque, o.Subdomains, o.AnyPort:
		r.wrongValue("target", n, "is no server", "expected "+targetForm)
	case o.Scheme != "http" && o.Scheme != "https":
		r.wrongValue("target", n, "is neither http nor https", "expected "+targetForm)
	}
	return s
}

// malformed reports what package policy found, in its own words, but with the
// value as it stands in the file.
func (r *reader) malformed(what string, n *yaml.Node, e *policy.Error, expected string) {
	bare := policy.Error{Index: -1, Reason: e.Reason}
	problem := strings.TrimPrefix(bare.Error(), strconv.Quote("")+" ")
	problem = strings.TrimSuffix(problem, "; expected ")
	// An origin repaired gives away what came from the environment.
	if _, err := strconv.Unquote(expected); err == nil && hasVariables(n) {
		expected = targetForm
	}
	r.wrongValue(what, n, problem, "expected "+expected)
}
