package config_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = DescribeTable("what is no YAML is reported at its place",
	func(data string, line, column int, problem, expected string) {
		Expect(mistakes(data)).To(HaveExactElements(mistake(line, column, problem, expected)))
	},
	Entry("nothing", "", 1, 1, "the file is empty", "corsproof init"),
	Entry("comments alone", "# soon\n", 1, 1, "the file is empty", "corsproof init"),
	Entry("an empty document", "---\n", 1, 1, "the file is empty", "corsproof init"),
	Entry("null", "~\n", 1, 1, "the file is empty", "corsproof init"),
	Entry("a second document", "target: http://a.test\n---\ntarget: http://b.test\n", 2, 1, "second YAML document", "one document"),
	Entry("a second document that is no YAML", "target: http://a.test\n---\na: [\n", 3, 5, "no YAML", "every bracket closed"),

	Entry("a tab", "policy:\n\tmaxAge: 1\n", 2, 1, "no YAML: found character that cannot", "spaces"),
	Entry("a tab after a value", "a: b\n\tc: d\n", 2, 1, "no YAML: found a tab", "spaces"),
	Entry("a value with a colon", "x: 1\ntarget: a: b\n", 2, 10, "mapping values are not allowed", "in quotes"),
	Entry("a key too far in", "target: b\n policy: d\n", 2, 8, "mapping values are not allowed", "one indentation"),
	Entry("a key too far out", "policy:\n   maxAge: 1\n  allowMethods: [GET]\n", 3, 3, "did not find expected key", "one indentation"),
	Entry("an item too far out", "x:\n  - 1\n - 2\ny: 1\n", 3, 2, "did not find expected key", "one indentation"),
	Entry("a key without a value", "x: 1\ny\nz: 1\n", 3, 1, "could not find expected ':'", "key: value"),
	Entry("a key after a value", "hello\ntarget: http://a.test\n", 2, 7, "mapping values are not allowed", "one indentation"),
	Entry("a key after a mapping in brackets", "{x: 1}\ny: 2\n", 2, 1, "did not find expected <document start>", "one indentation"),
	Entry("a key in a list", "- a\nb: c\n", 2, 1, "did not find expected '-' indicator", "one indentation"),
	Entry("an open bracket", "x: 1\ny: [a, b\n", 2, 1, "did not find expected ',' or ']'", "every bracket closed"),
	Entry("an open bracket in line 1", "x: {a: b\n", 1, 1, "did not find expected ',' or '}'", "every bracket closed"),
	Entry("a variable in brackets", "x: 1\nh: {A: Bearer ${B}}\n", 2, 18, "did not find expected ',' or '}'", "${...} inside of brackets in quotes"),
	Entry("an open quote", "x: 1\ny: \"a\nz: b\n", 2, 1, "unexpected end of stream", "every quote closed"),
	Entry("an open quote in line 1", "y: 'a\nz: b\n", 1, 1, "unexpected end of stream", "every quote closed"),
	Entry("a pattern without quotes", "x: 1\ny:\n  - *.example.org\n", 3, 5, "alphabetic or numeric", "begins with *"),
	Entry("an asterisk without quotes", "x: 1\ny: [*]\n", 2, 5, "alphabetic or numeric", "begins with *"),
	Entry("an alias of nothing", "x: 1\ny: *foo\nz: 1\n", 2, 4, "unknown anchor 'foo'", "begins with *"),
	Entry("an at sign", "x: 1\ny: @foo\nz: 1\n", 2, 4, "cannot start any token", "begins with"),
	Entry("a control character", "x: 1\ny: \x01\nz: 1\n", 2, 4, "control characters", "UTF-8"),
	Entry("Latin-1", "x: 1\ny: \xe9\nz: 1\n", 2, 4, "UTF-8", "UTF-8"),
	Entry("characters of several bytes in front", "x: 1\n\"é\": @foo\n", 2, 6, "cannot start any token", "begins with"),
)
