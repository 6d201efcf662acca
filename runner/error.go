package runner

import "github.com/corsproof/corsproof/suite"

// An Error is why there is no report.
type Error struct {
	// Code is the exit code that it calls for: suite.ExitUsage or
	// suite.ExitNoJudgement.
	Code int

	Err error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// usage is an error of the command line or the configuration.
func usage(err error) error { return &Error{Code: suite.ExitUsage, Err: err} }

// noJudgement is an error that leaves nothing to judge.
func noJudgement(err error) error { return &Error{Code: suite.ExitNoJudgement, Err: err} }
