package config

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// document returns the root of the one YAML document in data, or nil if there
// is none to read, which it has then reported.
func (r *reader) document(data []byte) *yaml.Node {
	var doc, next yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(&doc)
	if err == nil {
		err = dec.Decode(&next)
	}
	switch {
	case err == nil:
		r.add(&next, Mistake{
			Given:    "---",
			Problem:  "a second YAML document begins here",
			Expected: "expected one document in a file, and one file for each target",
		})
		return nil
	case !errors.Is(err, io.EOF):
		r.mistakes = append(r.mistakes, syntaxMistake(data, err))
		return nil
	case len(doc.Content) == 0 || isEmpty(doc.Content[0]):
		r.mistakes = append(r.mistakes, Mistake{Line: 1, Column: 1,
			Problem:  "the file is empty",
			Expected: `"corsproof init" writes one to start from`,
		})
		return nil
	}
	return doc.Content[0]
}

func isEmpty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// yamlError matches what the YAML parser says: a line, a problem.
var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// syntaxMistake says what err means, with which the YAML parser stopped.
func syntaxMistake(data []byte, err error) Mistake {
	problem, said := err.Error(), 0
	if m := yamlError.FindStringSubmatch(problem); m != nil {
		said, _ = strconv.Atoi(m[1])
		problem = m[2]
	}
	taken := bytesTaken(data)
	at := min(max(taken-lookahead, 0), len(bytes.TrimRight(data, " \t\r\n")))
	m := Mistake{Problem: "this is no YAML: " + problem}

	switch {
	case strings.Contains(problem, "found a tab"),
		strings.Contains(problem, "cannot start any token") && bytes.HasPrefix(data[at:], []byte("\t")):
		m.Expected = "expected spaces to indent with"
		if i := bytes.IndexByte(data[at:], '\t'); i >= 0 {
			at += i
		}

	case strings.Contains(problem, "unknown anchor"),
		strings.Contains(problem, "alphabetic or numeric character"),
		strings.Contains(problem, "cannot start any token"):
		m.Expected = "put a value that begins with *, &, @, %, ` or a bracket in quotes"
		if i := bytes.LastIndexByte(data[:min(taken, len(data))], '*'); strings.Contains(problem, "unknown anchor") && i >= 0 {
			at = i
		}

	case strings.Contains(problem, "mapping values are not allowed"):
		m.Expected = `expected the keys of one mapping at one indentation, and a value with ": " in it in quotes`

	case strings.Contains(problem, "did not find expected node content"):
		m.Expected = bracketsClosed

	case strings.Contains(problem, "did not find expected ',' or"):
		m.Expected = bracketsClosed
		if taken >= len(data)+lookahead {
			// That of the opening bracket, but counted from 0.
			at = lineStart(data, said+1)
		}

	case strings.Contains(problem, "unexpected end of stream"):
		m.Expected = "expected every quote closed"
		at = lineStart(data, cmp.Or(said, 1)) // of the opening quote

	case strings.Contains(problem, "control characters"), strings.Contains(problem, "UTF-8"):
		m.Expected = "expected UTF-8 without control characters"
		at = min(max(taken-1, 0), validUTF8(data))

	case strings.Contains(problem, "did not find expected key"),
		strings.Contains(problem, "did not find expected <document start>"),
		strings.Contains(problem, "did not find expected '-' indicator"),
		strings.Contains(problem, "could not find expected ':'"):
		m.Expected = `expected "key: value", and the keys or items of one block at one indentation`
		at = lineStart(data, 1+bytes.Count(data[:at], []byte("\n")))
	}

	before := data[:at]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	m.Line = 1 + bytes.Count(before, []byte("\n"))
	m.Column = 1 + utf8.RuneCount(line)
	rest, _, _ := bytes.Cut(data[at-len(line):], []byte("\n"))
	m.Given = strings.TrimSpace(string(rest))
	return m
}

const bracketsClosed = "expected every bracket closed, and a value with ${...} inside of brackets in quotes"

// validUTF8 returns how many bytes of data are UTF-8 until one is not.
func validUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}

// bytesTaken returns how much of data the YAML parser takes before it stops. Its
// errors have no column, and a line that is often one too low.
func bytesTaken(data []byte) int {
	s := &slowReader{data: data}
	dec := yaml.NewDecoder(s)
	for {
		if err := dec.Decode(new(yaml.Node)); err != nil {
			return s.taken
		}
	}
}

// lookahead is how many bytes the parser wants to see before it takes the next
// token, in case that they are "---" and a blank.
const lookahead = 4

// A slowReader gives its data byte by byte, and then blank lines, so that there
// is something to look ahead to at the end as well.
type slowReader struct {
	data  []byte
	taken int
}

func (s *slowReader) Read(p []byte) (int, error) {
	switch {
	case len(p) == 0:
		return 0, nil
	case s.taken < len(s.data):
		p[0] = s.data[s.taken]
	case s.taken < len(s.data)+lookahead:
		p[0] = '\n'
	default:
		return 0, io.EOF
	}
	s.taken++
	return 1, nil
}

// lineStart returns where the first character of a line is that is no blank.
// For a line behind the last it is that of the first line, since the parser
// loses track of what begins there.
func lineStart(data []byte, line int) int {
	at, last := 0, len(bytes.TrimRight(data, " \t\r\n"))
	for n := 1; n < line; n++ {
		i := bytes.IndexByte(data[at:last], '\n')
		if i < 0 {
			at = 0
			break
		}
		at += i + 1
	}
	for at < last && (data[at] == ' ' || data[at] == '\t') {
		at++
	}
	return at
}
