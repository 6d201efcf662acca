package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An Error reports everything that is wrong with a file.
type Error struct {
	File     string    // as the user named it
	Mistakes []Mistake // at least one, in the order of the file
}

// A Mistake is one thing that is wrong at one place.
type Mistake struct {
	// Line and Column begin at 1. A column counts characters.
	Line, Column int

	// Given is the key or value as it stands in the file, with its variables
	// not replaced, so that it gives no secret away. It is empty where
	// something is missing, or where the value is a list or a mapping.
	Given string

	// Problem says what is wrong, with what was given: `maxAge is "soon", a
	// string`.
	Problem string

	// Expected says what would be right: `expected a whole number of seconds`,
	// `did you mean allowOrigins?`.
	Expected string
}

func newError(file string, mistakes []Mistake) *Error {
	slices.SortStableFunc(mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	// Whatever an anchor marks is read once for each alias.
	seen := make(map[Mistake]bool)
	mistakes = slices.DeleteFunc(mistakes, func(m Mistake) bool {
		again := seen[m]
		seen[m] = true
		return again
	})
	return &Error{File: file, Mistakes: mistakes}
}

// Error counts the mistakes in its first line, and then has a line for each,
// which begins as compilers do: "cors.yaml:7:5: ".
func (e *Error) Error() string {
	var b strings.Builder
	noun := "mistakes"
	if len(e.Mistakes) == 1 {
		noun = "mistake"
	}
	fmt.Fprintf(&b, "%s: %d %s", e.File, len(e.Mistakes), noun)
	for _, m := range e.Mistakes {
		fmt.Fprintf(&b, "\n%s:%d:%d: %s", e.File, m.Line, m.Column, m)
	}
	return b.String()
}

// String is the mistake without its place.
func (m Mistake) String() string {
	if m.Expected == "" {
		return m.Problem
	}
	return m.Problem + "; " + m.Expected
}
