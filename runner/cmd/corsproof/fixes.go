package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/runner/repair"
)

// fixable are the kinds of servers that --fixes takes.
func fixable() []string { return append(repair.Names(), repair.All) }

func checkFixes(name string) error {
	if name == "" || slices.Contains(fixable(), name) {
		return nil
	}
	return fmt.Errorf("--fixes %s: no such kind of server; expected %s", name, strings.Join(fixable(), ", "))
}

func completeFixes(c *cobra.Command) {
	c.RegisterFlagCompletionFunc("fixes", cobra.FixedCompletions(fixable(), cobra.ShellCompDirectiveNoFileComp))
}
