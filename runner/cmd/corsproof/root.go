package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

const rootLong = `corsproof proves, in real browsers, that a server's CORS does what its owner says
it does, and says exactly what to change where it does not.

The owner writes down in cors.yaml what the server promises. corsproof opens pages on
real origins, allowed ones and refused ones, makes the requests that a script would
make, watches what the script saw and what went over the wire, and judges.

` + exitCodes

const exitCodes = `Exit codes:
  0  the server keeps its policy: nothing required failed, and something passed
  1  it does not
  2  the command line or the configuration is wrong
  3  no judgement is possible: browser, network, or nothing required could be judged`

const rootExample = `  corsproof run                        judge the reference server inside of corsproof
  corsproof init                       write a cors.yaml to start from
  corsproof run -f cors.yaml           judge your server
  corsproof explain errors.server      what a scenario asks for, or a failure means`

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "corsproof",
		Short:         "Prove in real browsers that a server's CORS keeps its policy",
		Long:          rootLong,
		Example:       rootExample,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),

		SuggestionsMinimumDistance: 2,

		Args: knownCommand,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.AddCommand(newRun(), newList(), newExplain(), newJudge(), newMerge(), newSelftest(), newBrowser(), newLab(), newInit(), newVersion())
	return root
}

// knownCommand refuses what is left over when no command was found.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("unknown command %q; did you mean %s?", args[0], strings.Join(near, " or "))
	}
	return fmt.Errorf("unknown command %q; corsproof --help shows all", args[0])
}
