package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/suite"
)

func newMerge() *cobra.Command {
	var o outputs
	c := &cobra.Command{
		Use:   "merge REPORT...",
		Short: "Join reports of one target into one",
		Long: `Joins what "corsproof run --json" recorded of one target into one report: the shards of
a run, or runs in several browsers. What depends on another report is judged again.
Nothing is asked of any server.

The evidence stays that of each run: whether a request has If-None-Match, or a response
comes from the HTTP cache, depends on what the same run asked for before.

` + exitCodes,
		Example: "  corsproof merge shard-*.json\n  corsproof merge chromium.json firefox.json --json all.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("merge takes reports, such as shard-1.json shard-2.json; none was named")
			}
			return nil
		},
		ValidArgsFunction: cobra.FixedCompletions([]cobra.Completion{"json"}, cobra.ShellCompDirectiveFilterFileExt),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			var reports []*suite.Report
			for _, path := range args {
				r, err := readReport(path)
				if err != nil {
					return err
				}
				reports = append(reports, r)
			}
			merged, err := suite.Merge(reports...)
			if err != nil {
				return err
			}
			return o.write(merged)
		},
	}
	o.define(c.Flags())
	o.complete(c)
	return c
}
