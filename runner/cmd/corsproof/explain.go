package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/repair"
	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/useragent"
)

func newExplain() *cobra.Command {
	var fixes string
	c := &cobra.Command{
		Use:   "explain NAME...",
		Short: "Say what a scenario asks for, or what a word in a report means",
		Long: `Says what a scenario asks for, step by step; what the reason of a failure means, and
how to repair it in each kind of server, for the sample policy; or what a verdict, the
reason of unjudged or the cause of broken stands for.`,
		Example: `  corsproof explain errors.server
  corsproof explain MissingAllowOriginHeader
  corsproof explain errors.server --fixes nginx
  corsproof explain held`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("explain what? Name a scenario or a reason; corsproof list shows all scenarios")
			}
			return nil
		},
		ValidArgsFunction: completeNames,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkFixes(fixes); err != nil {
				return err
			}
			return explainAll(args, fixes)
		},
	}
	c.Flags().StringVar(&fixes, "fixes", "", "show the whole of what this kind of server needs to keep the sample policy, such as nginx, or all")
	completeFixes(c)
	return c
}

// explainAll explains all names or, if one of them is unknown, none.
func explainAll(names []string, fixes string) error {
	var texts []string
	for _, name := range names {
		text, ok := explain(name)
		if !ok {
			return unknownName(name)
		}
		if fixes == "" {
			text += answers(name)
		}
		texts = append(texts, text)
	}
	for _, s := range repair.Servers() {
		if fixes == s.Name || fixes == repair.All {
			texts = append(texts, configuration(s))
		}
	}
	_, err := fmt.Fprint(os.Stdout, strings.Join(texts, "\n"))
	return err
}

func explain(name string) (string, bool) {
	if text, ok := suite.Explain(name); ok {
		return text, true
	}
	if text, ok := useragent.Explain(name); ok {
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

// answers are the lines that answer a reason of failure, in each kind of server.
func answers(reason string) string {
	var b strings.Builder
	for _, s := range repair.Servers() {
		a, ok := s.Answer(policy.Sample(), reason, true)
		if !ok || len(a.Why)+len(a.Lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n  %s (--fixes %s)\n", s.Title, s.Name)
		for _, why := range a.Why {
			fmt.Fprintf(&b, "    %s\n", why)
		}
		for _, l := range a.Lines {
			fmt.Fprintf(&b, "      %s\n", l)
		}
	}
	return b.String()
}

// configuration is the whole of what a kind of server needs.
func configuration(s repair.Server) string {
	var b strings.Builder
	c := s.Configuration(policy.Sample())
	fmt.Fprintf(&b, "%s, for the sample policy\n", s.Title)
	for _, block := range c.Blocks {
		fmt.Fprintf(&b, "\n  # %s:\n\n", block.Where)
		for _, l := range block.Lines {
			fmt.Fprintf(&b, "    %s\n", l)
		}
	}
	for _, n := range c.Notes {
		fmt.Fprintf(&b, "\n  Note: %s\n", n)
	}
	return b.String()
}

// names are all that can be explained.
func names() []string {
	var all []string
	for _, s := range suite.Scenarios() {
		all = append(all, s.ID)
	}
	for _, s := range useragent.Scenarios() {
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
