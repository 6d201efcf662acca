package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

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
	json, junit, html, markdown string
	fixes                       string
	noColor                     bool
	verbose                     bool
	github                      bool
}

// A file is a format in which a report is written, and where to.
type file struct {
	flag  string
	path  string // empty for nowhere, - for standard output
	write func(io.Writer, *suite.Report) error
}

func (o *outputs) files() []file {
	return []file{
		{"--json", o.json, report.JSON},
		{"--junit", o.junit, report.JUnit},
		{"--html", o.html, report.HTML},
		{"--markdown", o.markdown, report.Markdown},
	}
}

func (o *outputs) define(flags *pflag.FlagSet) {
	flags.StringVar(&o.json, "json", "", "write the report as JSON to this file; - is standard output")
	flags.StringVar(&o.junit, "junit", "", "write the report as JUnit XML to this file; - is standard output")
	flags.StringVar(&o.html, "html", "", "write the report as one HTML file, for people, to this file; - is standard output")
	flags.StringVar(&o.markdown, "markdown", "", "write the report as Markdown, for a job summary or a comment on GitHub, to this file; - is standard output")
	flags.StringVar(&o.fixes, "fixes", "", "show what to change in this kind of server, such as nginx, or in all; by default it is guessed")
	flags.BoolVar(&o.github, "github", os.Getenv("GITHUB_ACTIONS") == "true", "annotate the run on GitHub Actions; the default there")
	flags.BoolVar(&o.verbose, "verbose", false, "show every result by itself, all headers, and the browser's flags")
	flags.BoolVar(&o.noColor, "no-color", false, "use no colour; NO_COLOR in the environment does the same")
}

func (o *outputs) complete(c *cobra.Command) {
	completeFixes(c)
	c.MarkFlagFilename("json", "json")
	c.MarkFlagFilename("junit", "xml")
	c.MarkFlagFilename("html", "html")
	c.MarkFlagFilename("markdown", "md")
}

// check finds out before a run what would be a pity after it.
func (o *outputs) check() error {
	if err := checkFixes(o.fixes); err != nil {
		return err
	}
	onStandardOutput := ""
	for _, f := range o.files() {
		if f.path == "-" {
			if onStandardOutput != "" {
				return fmt.Errorf("%s and %s cannot both go to standard output", onStandardOutput, f.flag)
			}
			onStandardOutput = f.flag
		}
		path := f.path
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
	if slices.ContainsFunc(o.files(), func(f file) bool { return f.path == "-" }) {
		out = os.Stderr
	}
	errs := []error{report.Console(out, r, o.console(out))}
	if o.github {
		errs = append(errs, report.Annotations(out, r))
	}
	for _, f := range o.files() {
		errs = append(errs, writeTo(f.path, func(w io.Writer) error { return f.write(w, r) }))
	}
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
