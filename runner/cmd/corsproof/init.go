package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/runner/config"
)

func newInit() *cobra.Command {
	var path string
	var force bool
	c := &cobra.Command{
		Use:     "init",
		Short:   "Write a cors.yaml to start from",
		Long:    "Writes a cors.yaml with a comment for each key. It is valid as it is; say in it what your server promises.",
		Example: "  corsproof init\n  corsproof init --output ci/cors.yaml",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return initialize(path, force) },
	}
	c.Flags().StringVarP(&path, "output", "o", "cors.yaml", "the file to write; - is standard output")
	c.Flags().BoolVar(&force, "force", false, "replace the file if it exists")
	c.MarkFlagFilename("output", "yaml", "yml")
	return c
}

// initialize writes the template, and replaces a file only by force.
func initialize(path string, force bool) error {
	if path == "-" {
		_, err := io.WriteString(os.Stdout, config.Template())
		return err
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(path, mode, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists; --force replaces it", path)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(config.Template())
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "Wrote %s. Say in it what your server promises, then: corsproof run -f %s\n", path, path)
	return nil
}
