package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
)

func newJudge() *cobra.Command {
	var o outputs
	c := &cobra.Command{
		Use:   "judge REPORT",
		Short: "Judge a recorded run again, without a browser",
		Long: `Judges a run again that "corsproof run --json" recorded, from what was observed then.
Nothing is asked of any server. REPORT may be - for standard input.

` + exitCodes,
		Example: "  corsproof judge report.json\n  corsproof judge report.json --html report.html",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("judge takes one report, such as report.json; %d were named", len(args))
			}
			return nil
		},
		ValidArgsFunction: cobra.FixedCompletions([]cobra.Completion{"json"}, cobra.ShellCompDirectiveFilterFileExt),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			recorded, err := readReport(args[0])
			if err != nil {
				return err
			}
			return o.write(suite.Judge(recorded))
		},
	}
	o.define(c.Flags())
	o.complete(c)
	return c
}

func readReport(path string) (*suite.Report, error) {
	var in io.Reader = os.Stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	r, err := report.ReadJSON(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}
