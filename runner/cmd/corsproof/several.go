package main

import (
	"fmt"
	"io"

	"github.com/corsproof/corsproof/suite"
)

// inTurn shows several judgements, one below the other.
func inTurn[T any](w io.Writer, all []T, show func(T) error) error {
	for i, one := range all {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := show(one); err != nil {
			return err
		}
	}
	return nil
}

// exitOf returns the exit code that several judgements call for, if it is not 0, as an
// error: that something is wrong counts for more than that something could not be judged.
func exitOf[T interface{ ExitCode() int }](all []T) error {
	worst := suite.ExitConforms
	for _, one := range all {
		if code := one.ExitCode(); worst != suite.ExitFails && code != suite.ExitConforms {
			worst = code
		}
	}
	if worst != suite.ExitConforms {
		return exit(worst)
	}
	return nil
}
