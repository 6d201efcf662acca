package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/corsproof/corsproof/runner/repair"
	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
)

// outputs are where a report goes, and how it looks. The commands that have a report
// share them.
type outputs struct {
	json, junit string
	fixes       string
	noColor     bool
	verbose     bool
	github      bool
}

func (o *outputs) define(flags *pflag.FlagSet) {
	flags.StringVar(&o.json, "json", "", "write the report as JSON to this file; - is standard output")
	flags.StringVar(&o.junit, "junit", "", "write the report as JUnit XML to this file; - is standard output")
	flags.StringVar(&o.fixes, "fixes", "", "show what to change in this kind of server, such as nginx, or in all; by default it is guessed")
	flags.BoolVar(&o.github, "github", os.Getenv("GITHUB_ACTIONS") == "true", "annotate the run on GitHub Actions; the default there")
	flags.BoolVar(&o.verbose, "verbose", false, "show every result by itself, all headers, and the browser's flags")
	flags.BoolVar(&o.noColor, "no-color", false, "use no colour; NO_COLOR in the environment does the same")
}

func (o *outputs) complete(c *cobra.Command) {
	completeFixes(c)
	c.MarkFlagFilename("json", "json")
	c.MarkFlagFilename("junit", "xml")
}

// check finds out before a run what would be a pity after it.
func (o *outputs) check() error {
	if err := checkFixes(o.fixes); err != nil {
		return err
	}
	if o.json == "-" && o.junit == "-" {
		return errors.New("--json and --junit cannot both go to standard output")
	}
	for _, path := range []string{o.json, o.junit} {
		if path == "" || path == "-" {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return fmt.Errorf("cannot write %s: it is a folder", path)
		}
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return fmt.Errorf("cannot write %s: %w", path, err)
		}
	}
	return nil
}

// write writes the report everywhere, and returns its exit code, if it is not 0, as an
// error. The console report makes way if something else takes standard output.
func (o *outputs) write(r *suite.Report) error {
	repair.Fill(r, o.fixes)
	out := os.Stdout
	if o.json == "-" || o.junit == "-" {
		out = os.Stderr
	}
	errs := []error{report.Console(out, r, o.console(out))}
	if o.github {
		errs = append(errs, report.Annotations(out, r))
	}
	errs = append(errs,
		writeTo(o.json, func(w io.Writer) error { return report.JSON(w, r) }),
		writeTo(o.junit, func(w io.Writer) error { return report.JUnit(w, r) }))
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if code := r.ExitCode(); code != suite.ExitConforms {
		return exit(code)
	}
	return nil
}

// console fits the report to where it is shown.
func (o *outputs) console(out *os.File) report.ConsoleOptions {
	options := report.ConsoleOptions{Verbose: o.verbose}
	if !isTerminal(out) {
		return options
	}
	options.Color = !o.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if width, _, err := term.GetSize(int(out.Fd())); err == nil {
		options.Width = width
	}
	return options
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// writeTo has a file written, standard output, or nothing.
func writeTo(path string, write func(io.Writer) error) error {
	switch path {
	case "":
		return nil
	case "-":
		return write(os.Stdout)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
