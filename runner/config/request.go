package config

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// request reads what a script sends so that the target knows it.
func (r *reader) request(n *yaml.Node) (a suite.Authorized) {
	r.section(requestSection, n, func(key string, n *yaml.Node) {
		switch key {
		case "headers":
			a.Headers = r.headers(n, &a)
		case "cookies":
			a.Cookies = r.cookies(n, &a)
		}
	})
	return a
}

func (r *reader) headers(n *yaml.Node, a *suite.Authorized) (headers fetch.HeaderList) {
	const expected = `a mapping of names to values, such as {Authorization: "Bearer ${API_TOKEN}"}`
	spelling := make(map[string]string)
	r.mapping("headers", n, expected, func(key, n *yaml.Node) {
		name := key.Value
		r.headerName(key)
		lower := strings.ToLower(name)
		if other, again := spelling[lower]; again && other != name {
			r.wrongValue("header name", key, "is there already as "+other, "expected it once")
		}
		spelling[lower] = name

		value, ok := r.text("the value of a header", n, "a string")
		if !ok {
			return
		}
		if problem, expected := headerValueProblem(name, value); problem != "" {
			r.wrongValue("the header value", n, problem, expected)
		}
		headers = headers.With(name, value)
		spell(a, name, n)
	})
	return headers
}

// headerName reports what is wrong with the name of a header that a script is to
// set. The rules are those for a policy's allowHeaders.
func (r *reader) headerName(key *yaml.Node) {
	if key.Value == "*" {
		r.wrongValue("header name", key, "is no header", "expected the name of one")
		return
	}
	for e := range policy.Errors(policy.Policy{AllowHeaders: []string{key.Value}}.Validate()) {
		expected := "one that scripts may set, such as Authorization"
		if strings.EqualFold(key.Value, "Cookie") {
			expected = "its content in request.cookies"
		}
		r.malformed("header name", key, e, expected)
	}
}

func (r *reader) cookies(n *yaml.Node, a *suite.Authorized) (cookies []fetch.Cookie) {
	r.list("cookies", n, `a list of mappings, such as [{name: sid, value: "${SID}"}]`, func(item *yaml.Node) {
		cookies = append(cookies, r.cookie(item, a))
	})
	return cookies
}

// spell keeps how a value was written that came from the environment, so that reports
// can name its variables.
func spell(a *suite.Authorized, name string, n *yaml.Node) {
	if !hasVariables(n) {
		return
	}
	if a.Spelling == nil {
		a.Spelling = map[string]string{}
	}
	a.Spelling[name] = n.Value
}

func (r *reader) cookie(n *yaml.Node, a *suite.Authorized) (c fetch.Cookie) {
	var value *yaml.Node
	has := r.section(cookieSection, n, func(key string, n *yaml.Node) {
		var ok bool
		switch key {
		case "name":
			if c.Name, ok = r.text("the name of a cookie", n, "a string"); !ok {
				return
			}
			if problem, expected := cookieNameProblem(c.Name); problem != "" {
				r.wrongValue("the cookie name", n, problem, expected)
			}
		case "value":
			if c.Value, ok = r.text("the value of a cookie", n, "a string"); !ok {
				return
			}
			value = n
			if problem, expected := cookieValueProblem(c.Value); problem != "" {
				r.wrongValue("the cookie value", n, problem, expected)
			}
		}
	})
	r.need("name", has, n, "the name of the cookie")
	r.need("value", has, n, `the value of the cookie, which may be ""`)
	if value != nil {
		spell(a, c.Name, value)
	}
	return c
}
