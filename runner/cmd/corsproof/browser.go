package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/runner"
	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite/useragent"
)

const browserLong = `Judges browsers by the Fetch Standard: what they send, and what they show to a script,
whatever a server answers. A stub inside of corsproof answers as each scenario dictates;
no server of yours is asked, and nothing leaves the machine.

What a browser is known to do otherwise is listed with its evidence, and is no failure.
Several are judged side by side; the report on each is its own.

Exit codes:
  0  everything is as the Standard says, or known to be otherwise
  1  something is otherwise that is not known
  2  the command line is wrong
  3  no judgement is possible: browser or harness`

const browserExample = `  corsproof browser
  corsproof browser --scenario 'browser.redirects.*'
  corsproof browser --browser none            the model of the Standard that corsproof itself has
  corsproof browser --json - | jq .summary
  corsproof browser --browser all --json - | jq '.[].summary'
  corsproof browser --browser all --markdown deviations.md`

// browserFlags are what "corsproof browser" was told.
type browserFlags struct {
	browsers    []string
	browserPath string
	scenarios   []string
	noProgress  bool
	outputs     outputs
}

func newBrowser() *cobra.Command {
	var f browserFlags
	c := &cobra.Command{
		Use:     "browser",
		Short:   "Judge browsers",
		Long:    browserLong,
		Example: browserExample,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return f.run(c.Context()) },
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringSliceVar(&f.browsers, "browser", []string{runner.Chromium}, "chromium, firefox, webkit, several by commas, or all; or none for the model of the Fetch Standard")
	flags.StringVar(&f.browserPath, "browser-path", "", "the browser's executable; by default it is looked for")
	flags.StringSliceVar(&f.scenarios, "scenario", nil, "run these alone: ids or patterns such as 'browser.redirects.*', by commas; may be repeated")
	flags.BoolVar(&f.noProgress, "no-progress", false, "show no progress")
	flags.StringVar(&f.outputs.json, "json", "", "write the report as JSON to this file; - is standard output")
	flags.StringVar(&f.outputs.markdown, "markdown", "", "write what the browsers do otherwise as a table in Markdown to this file; - is standard output")
	flags.BoolVar(&f.outputs.noColor, "no-color", false, "use no colour; NO_COLOR in the environment does the same")
	c.RegisterFlagCompletionFunc("browser", cobra.FixedCompletions(append(runner.Browsers(), runner.All), cobra.ShellCompDirectiveNoFileComp))
	c.RegisterFlagCompletionFunc("scenario", cobra.FixedCompletions(browserPatterns(), cobra.ShellCompDirectiveNoFileComp))
	c.MarkFlagFilename("json", "json")
	c.MarkFlagFilename("markdown", "md")
	return c
}

// browserPatterns are what --scenario can be completed to: chapters, then scenarios.
func browserPatterns() []cobra.Completion {
	var all []cobra.Completion
	for _, c := range useragent.Chapters() {
		all = append(all, cobra.CompletionWithDesc("browser."+c.Name+".*", c.Title))
	}
	for _, s := range useragent.Scenarios() {
		all = append(all, cobra.CompletionWithDesc(s.ID, s.Title))
	}
	return all
}

func (f *browserFlags) run(ctx context.Context) error {
	if err := f.outputs.check(); err != nil {
		return err
	}
	options := runner.GradeOptions{
		Browser: strings.Join(f.browsers, ","), BrowserPath: f.browserPath, Scenarios: f.scenarios, Version: version(),
	}
	done := func() {}
	if !f.noProgress && isTerminal(os.Stderr) {
		progress := report.NewProgress(os.Stderr)
		options.Progress, done = progress.Update, progress.Done
	}
	defer done()
	unheard := context.AfterFunc(ctx, func() {
		done()
		fmt.Fprintln(os.Stderr, "corsproof: interrupted; what is known so far follows, unless you interrupt again")
	})
	reports, err := runner.Grade(ctx, options)
	unheard()
	done()
	if err != nil {
		return err
	}
	out := os.Stdout
	if f.outputs.json == "-" || f.outputs.markdown == "-" {
		out = os.Stderr
	}
	if err := errors.Join(
		inTurn(out, reports, func(r *useragent.Report) error { return report.GradeConsole(out, r, f.outputs.console(out)) }),
		writeTo(f.outputs.json, func(w io.Writer) error { return report.GradeJSON(w, reports) }),
		writeTo(f.outputs.markdown, func(w io.Writer) error { return report.Deviations(w, reports) }),
	); err != nil {
		return err
	}
	return exitOf(reports)
}
