package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/internal/ids"
)

// A Filter chooses scenarios. The zero value keeps all.
type Filter struct {
	// Scenarios are patterns of ids, such as "preflight.*". "*" stands for any
	// run of characters, dots included. None keeps all.
	Scenarios []string

	// Level is the least that a scenario must matter. Empty keeps all.
	Level Level
}

// levels in order, the weightiest first.
var levels = []Level{Required, Recommended, Informative}

// Check returns an error if the filter is malformed or keeps nothing.
func (f Filter) Check() error {
	if f.Level != "" && !slices.Contains(levels, f.Level) {
		return fmt.Errorf("level %q: expected required, recommended or informative", f.Level)
	}
	for _, pattern := range f.Scenarios {
		if err := ids.Check("scenario", pattern); err != nil {
			return err
		}
		one := Filter{Scenarios: []string{pattern}}
		if !slices.ContainsFunc(Scenarios(), one.Keeps) {
			return fmt.Errorf("scenario %q matches none%s; corsproof list shows all", pattern, nearest(pattern))
		}
	}
	if !slices.ContainsFunc(Scenarios(), f.Keeps) {
		return fmt.Errorf("no scenario of %s has level %s", strings.Join(f.Scenarios, ", "), f.Level)
	}
	return nil
}

// nearest suggests the scenarios of the same chapter.
func nearest(pattern string) string {
	chapter, _, _ := strings.Cut(pattern, ".")
	for _, c := range Chapters() {
		if c.Name == chapter {
			return fmt.Sprintf(" (try %q)", chapter+".*")
		}
	}
	return ""
}

// Keeps reports whether the filter keeps a scenario.
func (f Filter) Keeps(s Scenario) bool {
	if f.Level != "" && slices.Index(levels, s.Level) > slices.Index(levels, f.Level) {
		return false
	}
	return ids.Keeps(f.Scenarios, s.ID)
}
