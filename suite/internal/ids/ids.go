// Package ids chooses ids, of scenarios or of faults, by patterns such as "preflight.*",
// where "*" stands for any run of characters, dots included.
package ids

import (
	"fmt"
	"path"
	"slices"
)

// Check returns an error if the pattern is malformed. kind is what has the ids.
func Check(kind, pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return fmt.Errorf("%s %q is no pattern: %w", kind, pattern, err)
	}
	return nil
}

// Keeps reports whether one of the patterns, each checked, matches the id. No pattern
// keeps all.
func Keeps(patterns []string, id string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
		matched, _ := path.Match(pattern, id)
		return matched
	})
}
