package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/useragent"
)

func newList() *cobra.Command {
	var asJSON, asBehaviours bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List every scenario",
		Long: `Lists every scenario, by chapter: its id, its level unless that is required, and its title.
Those of a server come first, by which corsproof run judges; then those of a browser, for
corsproof browser.`,
		Example: "  corsproof list\n  corsproof list --json | jq -r '.[].id'",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asBehaviours {
				return listBehaviours(os.Stdout, asJSON)
			}
			if asJSON {
				return listJSON(os.Stdout)
			}
			return list(os.Stdout)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	c.Flags().BoolVar(&asBehaviours, "behaviours", false, "list the behaviours of the protocol, and the scenarios that cover each")
	return c
}

// The families of scenarios.
const (
	serverFamily  = "server"  // for corsproof run
	browserFamily = "browser" // for corsproof browser
)

// An entry is a scenario as the list has it in JSON.
type entry struct {
	ID         string      `json:"id"`
	Family     string      `json:"family"`
	Chapter    string      `json:"chapter"`
	Level      suite.Level `json:"level"`
	Title      string      `json:"title"`
	Spec       string      `json:"spec"`                 // the section of the Standard
	Behaviours []string    `json:"behaviours,omitempty"` // what it covers of the protocol
	Needs      []string    `json:"needs,omitempty"`      // scenarios that it depends on

	// Severity is the worst that its failure can mean, where an origin is refused.
	Severity suite.Severity `json:"severity,omitempty"`
}

// entries are the scenarios of both families, in the order of reports.
func entries() []entry {
	all := []entry{}
	for _, c := range suite.Chapters() {
		for _, s := range c.Scenarios {
			all = append(all, entry{
				ID: s.ID, Family: serverFamily, Chapter: c.Title, Level: s.Level, Title: s.Title, Spec: s.SpecURL(),
				Behaviours: s.Covers, Needs: s.Needs, Severity: s.Severity(),
			})
		}
	}
	for _, c := range useragent.Chapters() {
		for _, s := range c.Scenarios {
			all = append(all, entry{
				ID: s.ID, Family: browserFamily, Chapter: c.Title, Level: suite.Required, Title: s.Title, Spec: s.SpecURL(),
				Behaviours: s.Covers,
			})
		}
	}
	return all
}

func listJSON(w io.Writer) error {
	return encode(w, entries())
}

func encode(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// A coverage is a behaviour of the protocol and the scenarios that cover it.
type coverage struct {
	suite.Behaviour
	Scenarios []string `json:"scenarios,omitempty"`
}

func listBehaviours(w io.Writer, asJSON bool) error {
	coverages := []coverage{}
	for _, b := range suite.Behaviours() {
		c := coverage{Behaviour: b}
		for _, e := range entries() {
			if slices.Contains(e.Behaviours, b.ID) {
				c.Scenarios = append(c.Scenarios, e.ID)
			}
		}
		coverages = append(coverages, c)
	}
	if asJSON {
		return encode(w, coverages)
	}
	for _, c := range coverages {
		by := strings.Join(c.Scenarios, " ")
		if c.Excused != "" {
			by = "not covered: " + c.Excused
		}
		if _, err := fmt.Fprintf(w, "%s  %s\n       %s\n", c.ID, c.Says, by); err != nil {
			return err
		}
	}
	return nil
}

func list(w io.Writer) error {
	all := entries()
	for i, e := range all {
		if first := i == 0 || all[i-1].Chapter != e.Chapter || all[i-1].Family != e.Family; first {
			heading := e.Chapter
			if e.Family == browserFamily {
				heading = "Of a browser: " + heading
			}
			if i > 0 {
				heading = "\n" + heading
			}
			fmt.Fprintln(w, heading)
		}
		level := ""
		if e.Level != suite.Required {
			level = fmt.Sprintf(" (%s)", e.Level)
		}
		if _, err := fmt.Fprintf(w, "  %-*s  %s%s\n", column(all, e), e.ID, e.Title, level); err != nil {
			return err
		}
	}
	return nil
}

// column is how wide the ids of an entry's chapter are.
func column(all []entry, of entry) int {
	width := 0
	for _, e := range all {
		if e.Family == of.Family && e.Chapter == of.Chapter {
			width = max(width, len(e.ID))
		}
	}
	return width
}
