package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain NAME...",
		Short: "Say what a scenario asks for, or what a word in a report means",
		Long: `Says what a scenario asks for, step by step; what the reason of a failure means, and
how to repair it; or what a verdict, the reason of unjudged or the cause of broken
stands for.`,
		Example: `  corsproof explain errors.server
  corsproof explain MissingAllowOriginHeader
  corsproof explain held`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("explain what? Name a scenario or a reason; corsproof list shows all scenarios")
			}
			return nil
		},
		ValidArgsFunction: completeNames,
		RunE:              func(_ *cobra.Command, args []string) error { return explainAll(args) },
	}
}

// explainAll explains all names or, if one of them is unknown, none.
func explainAll(names []string) error {
	var texts []string
	for _, name := range names {
		text, ok := explain(name)
		if !ok {
			return unknownName(name)
		}
		texts = append(texts, text)
	}
	_, err := fmt.Fprint(os.Stdout, strings.Join(texts, "\n"))
	return err
}

func explain(name string) (string, bool) {
	if text, ok := suite.Explain(name); ok {
		return text, true
	}
	m, ok := report.MeaningOf(name)
	if !ok {
		return "", false
	}
	text := fmt.Sprintf("%s\n\n  %s\n", name, m.What)
	if m.How != "" {
		text += fmt.Sprintf("\n  What to do: %s\n", m.How)
	}
	return text, true
}

// names are all that can be explained.
func names() []string {
	var all []string
	for _, s := range suite.Scenarios() {
		all = append(all, s.ID)
	}
	for _, r := range suite.Reasons() {
		all = append(all, r.Reason)
	}
	return append(all, report.Words()...)
}

func unknownName(name string) error {
	near := nearest(name, names())
	if len(near) == 0 {
		return fmt.Errorf("%q is no scenario and no reason; corsproof list shows all scenarios", name)
	}
	return fmt.Errorf("%q is no scenario and no reason; did you mean %s?", name, strings.Join(near, " or "))
}
