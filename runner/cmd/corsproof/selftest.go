package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/runner"
	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite/selftest"
)

const selftestLong = `Judges servers whose mistakes are known, to prove that corsproof would notice yours.

Each server has exactly one mistake, and a scenario that matters must notice it; each
scenario must notice a mistake. Then come servers that make none, with policies as
different as can be: nothing may be found there. All of them run inside of corsproof, on
127.0.0.1.

A browser tries a mistake by the scenarios that notice it over the wire, and by all of
them if none of these does: the whole table for each would take it an hour. A mistake
of which it can judge nothing there is invisible to it, for the reason that is shown,
such as mixed content: to WebKit a page by https may not call 127.0.0.1 without TLS.

Exit codes:
  0  every mistake is noticed, every scenario notices one, and no right server is accused
  1  not so
  2  the command line is wrong
  3  no judgement is possible: the browser, or corsproof itself, is broken`

// selftestFlags are what "corsproof selftest" was told.
type selftestFlags struct {
	options    runner.SelftestOptions
	browsers   []string
	json       string
	verbose    bool
	noColor    bool
	noProgress bool
}

func newSelftest() *cobra.Command {
	var f selftestFlags
	c := &cobra.Command{
		Use:   "selftest",
		Short: "Prove that every known mistake is noticed, and no right server accused",
		Long:  selftestLong,
		Example: "  corsproof selftest\n  corsproof selftest --browser none\n" +
			"  corsproof selftest --fault 'errors.*' --verbose\n  corsproof selftest --json matrix.json",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context()) },
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringSliceVar(&f.browsers, "browser", []string{runner.Chromium}, "chromium, firefox, webkit, several by commas, or all; or none for the Fetch Standard over the wire")
	flags.StringVar(&f.options.BrowserPath, "browser-path", "", "the browser's executable; by default it is looked for")
	flags.StringVar(&f.options.Fault, "fault", "", "judge the servers with these mistakes alone: an id or a pattern such as 'errors.*'")
	flags.StringVar(&f.json, "json", "", "write the matrix as JSON to this file; - is standard output")
	flags.BoolVar(&f.verbose, "verbose", false, "say of each server what its mistake is")
	flags.BoolVar(&f.noColor, "no-color", false, "use no colour; NO_COLOR in the environment does the same")
	flags.BoolVar(&f.noProgress, "no-progress", false, "show no progress")
	c.RegisterFlagCompletionFunc("browser", cobra.FixedCompletions(append(runner.Browsers(), runner.All), cobra.ShellCompDirectiveNoFileComp))
	c.RegisterFlagCompletionFunc("fault", completeFaults)
	c.MarkFlagFilename("json", "json")
	return c
}

func (f *selftestFlags) run(ctx context.Context) error {
	out := outputs{json: f.json, verbose: f.verbose, noColor: f.noColor}
	if err := out.check(); err != nil {
		return err
	}
	f.options.Browser, f.options.Version = strings.Join(f.browsers, ","), version()
	done := func() {}
	if !f.noProgress && isTerminal(os.Stderr) {
		progress := report.NewProgress(os.Stderr)
		f.options.Progress, done = progress.Update, progress.Done
	}
	matrices, err := runner.Selftest(ctx, f.options)
	done()
	if err != nil {
		return err
	}
	shown := os.Stdout
	if f.json == "-" {
		shown = os.Stderr
	}
	if err := errors.Join(
		inTurn(shown, matrices, func(m *selftest.Matrix) error { return report.Matrix(shown, m, out.console(shown)) }),
		writeTo(f.json, func(w io.Writer) error { return report.MatrixJSON(w, matrices) }),
	); err != nil {
		return err
	}
	return exitOf(matrices)
}

// completeFaults completes ids of faults.
func completeFaults(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var all []cobra.Completion
	for _, f := range faults.All() {
		all = append(all, cobra.CompletionWithDesc(f.ID, f.Sentence))
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}
