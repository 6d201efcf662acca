// Corsproof proves, in real browsers, that a server's CORS does what its owner says it
// does, and says exactly what to change where it does not.
//
// The rules of the command:
//
//   - Results go to standard output; progress and messages go to standard error.
//   - A mistake in the command line or the configuration is one message, without the
//     usage, and exit code 2.
//   - An interrupt ends the run, and what is known by then is still reported. A second
//     one ends the command at once.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/corsproof/corsproof/runner"
	"github.com/corsproof/corsproof/suite"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// With the handler gone, the second signal does what signals do.
	context.AfterFunc(ctx, stop)
	err := newRoot().ExecuteContext(ctx)
	var judged exit
	if err != nil && !errors.As(err, &judged) {
		fmt.Fprintln(os.Stderr, "corsproof:", err)
	}
	os.Exit(code(err))
}

// An exit is the exit code of a command that has said all there is to say.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// code returns the exit code for what a command returned. What does not say otherwise
// is a mistake of usage.
func code(err error) int {
	var judged exit
	var failed *runner.Error
	switch {
	case err == nil:
		return suite.ExitConforms
	case errors.As(err, &judged):
		return int(judged)
	case errors.As(err, &failed):
		return failed.Code
	}
	return suite.ExitUsage
}
