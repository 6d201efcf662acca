package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The rules for what comes from a target, or was said by its owner:
//
//   - It is data. No control character of it reaches a terminal, and no direction
//     mark reorders a line.
//   - It is cut, so that a megabyte of header stays one line.
//   - It is no workflow command: GitHub reads those out of whatever a step prints.

// Lengths at which text is cut, in characters.
const (
	sentenceLimit = 600  // what was required, observed, or is to be changed
	valueLimit    = 160  // a header, a path, an origin
	copiedLimit   = 8000 // a line of a configuration or of a shell
)

// visible returns s as a reader may see it, cut after limit characters of what is
// shown. What cannot be printed is escaped as by strconv.Quote, but there are no quotes
// around it.
func visible(s string, limit int) string {
	var b strings.Builder
	for i, n := 0, 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		shown := s[i : i+size]
		switch {
		case r == utf8.RuneError && size == 1:
			shown = fmt.Sprintf(`\x%02x`, s[i])
		case !strconv.IsPrint(r), beginsCommand(s, i):
			shown = escaped(r)
		}
		if n += utf8.RuneCountInString(shown); n > limit {
			fmt.Fprintf(&b, "… (%d bytes more)", len(s)-i)
			break
		}
		b.WriteString(shown)
		i += size
	}
	return b.String()
}

// beginsCommand reports whether s[i:] would begin a workflow command: "::" at the
// beginning of what may become a line, or "##[" anywhere.
//
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func beginsCommand(s string, i int) bool {
	return strings.HasPrefix(s[i:], "::") && (i == 0 || s[i-1] == ' ') || strings.HasPrefix(s[i:], "##[")
}

func escaped(r rune) string {
	if r == ':' || r == '#' {
		return fmt.Sprintf(`\x%02x`, r)
	}
	return strings.Trim(strconv.QuoteRune(r), "'")
}

// wrap breaks text at blanks into lines of at most width characters. A word that is
// longer stays whole, so that links can be followed. No width breaks nothing.
func wrap(text string, width int) []string {
	if width <= 0 {
		return []string{text}
	}
	var lines []string
	line, length := "", 0
	for word := range strings.SplitSeq(text, " ") {
		n := utf8.RuneCountInString(word)
		if length > 0 && length+1+n > width {
			lines = append(lines, line)
			line, length = "", 0
		}
		if length > 0 {
			line += " "
			length++
		}
		line += word
		length += n
	}
	return append(lines, line)
}

// A paragraph is text of several colours, broken into lines. The width counts
// characters, not paint.
type paragraph struct {
	width   int // 0 breaks nothing
	painted []string
	length  int // of the last line, without paint
}

// add appends text in one colour: on the same line, after a separator, if all of it
// fits there, and on lines of its own if not.
func (p *paragraph) add(text, separator string, paint func(...any) string) {
	if text == "" {
		return
	}
	joint := utf8.RuneCountInString(separator + text)
	if len(p.painted) > 0 && (p.width <= 0 || p.length+joint <= p.width) {
		p.painted[len(p.painted)-1] += paint(separator + text)
		p.length += joint
		return
	}
	for _, line := range wrap(text, p.width) {
		p.painted = append(p.painted, paint(line))
		p.length = utf8.RuneCountInString(line)
	}
}
