package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// literalForm is what an author needs who meant no variable.
const literalForm = "(a literal ${ is written $${)"

// expand replaces each ${NAME} in the node's value by what the environment has,
// once: a value is not looked into again. $${ stands for ${, and any other
// dollar for itself.
func (r *reader) expand(n *yaml.Node) (value string, ok bool) {
	var b strings.Builder
	rest := n.Value
	ok = true
	for {
		before, after, found := strings.Cut(rest, "${")
		if !found {
			b.WriteString(rest)
			return b.String(), ok
		}
		if literal, escaped := strings.CutSuffix(before, "$"); escaped {
			b.WriteString(literal + "${")
			rest = after
			continue
		}
		b.WriteString(before)

		name, tail, closed := strings.Cut(after, "}")
		if !closed || !isVariableName(name) {
			given := "${" + name
			if closed {
				given += "}"
			}
			r.add(n, Mistake{
				Given:    given,
				Problem:  fmt.Sprintf("%s is no variable", quote(given)),
				Expected: "expected ${NAME}, of letters, digits and _ " + literalForm,
			})
			ok = false
			rest = tail
			continue
		}
		if v, defined := r.lookup(name); defined {
			b.WriteString(v)
			if v != "" && !slices.Contains(r.secrets, v) {
				r.secrets = append(r.secrets, v)
			}
		} else {
			r.add(n, Mistake{
				Given:    "${" + name + "}",
				Problem:  "undefined variable ${" + name + "}",
				Expected: "expected it in the environment " + literalForm,
			})
			ok = false
		}
		rest = tail
	}
}

// hasVariables reports whether the node's value may differ from what it stands
// for.
func hasVariables(n *yaml.Node) bool { return strings.Contains(n.Value, "${") }

func (r *reader) lookup(name string) (string, bool) {
	if r.env == nil {
		return "", false
	}
	return r.env(name)
}

func isVariableName(s string) bool {
	for i, c := range []byte(s) {
		if c != '_' && !isLetter(c) && (i == 0 || !isDigit(c)) {
			return false
		}
	}
	return s != ""
}
