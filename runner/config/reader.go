package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A reader walks the tree of a file, and goes on after a mistake. It walks by
// hand, since decoding into structs loses the place of a value, and since what
// is decoded into a string might have been anything.
//
// Its methods that return ok have reported why when it is false.
type reader struct {
	file     string
	env      func(string) (string, bool)
	mistakes []Mistake
	secrets  []string
}

// add reports a mistake at the node.
func (r *reader) add(n *yaml.Node, m Mistake) {
	m.Line, m.Column = max(n.Line, 1), max(n.Column, 1)
	r.mistakes = append(r.mistakes, m)
}

// wrongType reports that what is of the wrong type.
func (r *reader) wrongType(what string, n *yaml.Node, expected string) {
	given, described := describe(n)
	r.add(n, Mistake{
		Given:    given,
		Problem:  fmt.Sprintf("%s is %s", what, described),
		Expected: "expected " + expected,
	})
}

// wrongValue reports a value that has the right type. The problem follows the
// value in a sentence: "has a path".
func (r *reader) wrongValue(what string, n *yaml.Node, problem, expected string) {
	if hasVariables(n) {
		problem += ", once its variables are replaced"
	}
	r.add(n, Mistake{
		Given:    n.Value,
		Problem:  fmt.Sprintf("%s %s %s", what, quote(n.Value), problem),
		Expected: expected,
	})
}

// need reports that a mapping lacks a key, unless it has it, or is no mapping.
func (r *reader) need(key string, has map[string]bool, mapping *yaml.Node, expected string) {
	if has == nil || has[key] {
		return
	}
	r.add(mapping, Mistake{
		Problem:  "missing key " + strconv.Quote(key),
		Expected: "expected " + expected,
	})
}

// section calls read for each key of a section that the node has. It returns
// which ones it has, misspelt ones too, or nil if the node is no mapping.
func (r *reader) section(s section, n *yaml.Node, read func(key string, value *yaml.Node)) (has map[string]bool) {
	if n.Kind == yaml.MappingNode {
		has = make(map[string]bool)
	}
	r.mapping(s.name, n, "a mapping with "+anyOf(s.keys), func(key, value *yaml.Node) {
		if slices.Contains(s.keys, key.Value) {
			has[key.Value] = true
			read(key.Value, value)
			return
		}
		has[nearest(key.Value, s.keys)] = true
		r.add(key, Mistake{
			Given:    key.Value,
			Problem:  "unknown key " + quote(key.Value),
			Expected: s.insteadOf(key.Value),
		})
	})
	return has
}

// mapping calls read for each key and value, the key being a scalar.
func (r *reader) mapping(what string, n *yaml.Node, expected string, read func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.wrongType(what, n, expected)
		return
	}
	first := make(map[string]*yaml.Node)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := resolve(n.Content[i]), resolve(n.Content[i+1])
		if key.Kind != yaml.ScalarNode {
			r.wrongType("a key of "+what, key, "a name")
			continue
		}
		if key.ShortTag() == "!!merge" {
			r.add(key, Mistake{
				Given:    key.Value,
				Problem:  "merge keys are not read, as YAML 1.2 has none",
				Expected: "expected an alias in place of a whole value, such as policy: *shared",
			})
			continue
		}
		if earlier := first[key.Value]; earlier != nil {
			r.add(key, Mistake{
				Given:    key.Value,
				Problem:  "duplicate key " + quote(key.Value),
				Expected: fmt.Sprintf("expected it once; it is on line %d already", earlier.Line),
			})
		} else {
			first[key.Value] = key
		}
		read(key, value)
	}
}

// list calls read for each item.
func (r *reader) list(what string, n *yaml.Node, expected string, read func(item *yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.wrongType(what, n, expected)
		return
	}
	for _, item := range n.Content {
		read(resolve(item))
	}
}

// text returns a string with its variables replaced.
func (r *reader) text(what string, n *yaml.Node, expected string) (s string, ok bool) {
	if !isString(n) {
		if n.Kind == yaml.ScalarNode && n.Value != "" {
			expected += " (in quotes, it is a string)"
		}
		r.wrongType(what, n, expected)
		return "", false
	}
	return r.expand(n)
}

// word returns a string that is one of words.
func (r *reader) word(what string, n *yaml.Node, words ...string) string {
	s, ok := r.text(what, n, anyOf(words))
	if !ok {
		return ""
	}
	for _, w := range words {
		if s == w {
			return s
		}
	}
	expected := "expected " + anyOf(words)
	// What came from the environment is no slip of the pen.
	if near := nearest(s, words); near != "" && s == n.Value {
		expected = "did you mean " + near + "?"
	}
	r.wrongValue(what, n, "is unknown", expected)
	return ""
}

func (r *reader) boolean(what string, n *yaml.Node) (b bool) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Decode(&b) != nil {
		r.wrongType(what, n, "true or false")
		return false
	}
	return b
}

func (r *reader) number(what string, n *yaml.Node, expected string) (i int, ok bool) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || n.Decode(&i) != nil {
		r.wrongType(what, n, expected)
		return 0, false
	}
	return i, true
}

// resolve returns what an alias stands for, at the place of the alias.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.AliasNode {
		return n
	}
	c := *n.Alias
	c.Line, c.Column = n.Line, n.Column
	return &c
}

func isString(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str"
}

// describe returns a node as it was given, if it is a scalar, and as a message
// calls it.
func describe(n *yaml.Node) (given, described string) {
	switch n.Kind {
	case yaml.SequenceNode:
		return "", "a list"
	case yaml.MappingNode:
		return "", "a mapping"
	}
	tag := n.ShortTag()
	if n.Style&yaml.TaggedStyle != 0 {
		return n.Value, fmt.Sprintf("%s, tagged %s", quote(n.Value), tag)
	}
	switch tag {
	case "!!str":
		return n.Value, quote(n.Value) + ", a string"
	case "!!int", "!!float":
		return n.Value, n.Value + ", a number"
	case "!!bool":
		return n.Value, n.Value + ", a boolean"
	case "!!timestamp":
		return n.Value, n.Value + ", a date"
	}
	if n.Value == "" {
		return "", "empty"
	}
	return n.Value, n.Value + ", which is nothing to YAML"
}

// quote puts a value in quotes, and shortens one that would fill the screen.
func quote(s string) string {
	const most = 100
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return strconv.Quote(strings.ToValidUTF8(s, "\uFFFD"))
}
