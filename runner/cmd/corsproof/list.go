package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/suite"
)

func newList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List every scenario",
		Long:    "Lists every scenario, by chapter: its id, its level unless that is required, and its title.",
		Example: "  corsproof list\n  corsproof list --json | jq -r '.[].id'",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return listJSON(os.Stdout)
			}
			return list(os.Stdout)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

// An entry is a scenario as the list has it in JSON.
type entry struct {
	ID         string      `json:"id"`
	Chapter    string      `json:"chapter"`
	Level      suite.Level `json:"level"`
	Title      string      `json:"title"`
	Spec       string      `json:"spec"`                 // the section of the Standard
	Behaviours []string    `json:"behaviours,omitempty"` // what it covers of the protocol
	Needs      []string    `json:"needs,omitempty"`      // scenarios that it depends on
}

func listJSON(w io.Writer) error {
	entries := []entry{}
	for _, c := range suite.Chapters() {
		for _, s := range c.Scenarios {
			entries = append(entries, entry{
				ID: s.ID, Chapter: c.Title, Level: s.Level, Title: s.Title, Spec: s.SpecURL(),
				Behaviours: s.Covers, Needs: s.Needs,
			})
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(entries)
}

func list(w io.Writer) error {
	for i, c := range suite.Chapters() {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, c.Title)
		column := 0
		for _, s := range c.Scenarios {
			column = max(column, len(s.ID))
		}
		for _, s := range c.Scenarios {
			level := ""
			if s.Level != suite.Required {
				level = fmt.Sprintf(" (%s)", s.Level)
			}
			if _, err := fmt.Fprintf(w, "  %-*s  %s%s\n", column, s.ID, s.Title, level); err != nil {
				return err
			}
		}
	}
	return nil
}
