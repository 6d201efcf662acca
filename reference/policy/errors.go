package policy

import (
	"fmt"
	"iter"
)

// An Error is one mistake in a policy: a value that is not well-formed.
type Error struct {
	Field    string // as it is spelled in JSON: "allowOrigins"; empty from ParseOrigin
	Index    int    // where in the field's list, or -1 for the field itself
	Value    string // what was given
	Reason   Reason // what is wrong with it
	Expected string // what is expected instead
}

func (e *Error) Error() string {
	mistake := fmt.Sprintf("%q %s; expected %s", e.Value, e.Reason.words(), e.Expected)
	switch {
	case e.Field == "":
		return mistake
	case e.Index < 0:
		return fmt.Sprintf("%s: %s", e.Field, mistake)
	default:
		return fmt.Sprintf("%s[%d]: %s", e.Field, e.Index, mistake)
	}
}

// A Reason says what is wrong with a value. There are no others than these.
type Reason string

const (
	Empty    Reason = "empty"     // the empty string
	NotAlone Reason = "not-alone" // "*" beside other values of its list

	// Of origins.
	MissingScheme     Reason = "missing-scheme"
	InvalidScheme     Reason = "invalid-scheme"
	MissingHost       Reason = "missing-host"
	InvalidHost       Reason = "invalid-host"
	InvalidPort       Reason = "invalid-port"
	DefaultPort       Reason = "default-port" // ":443" with https, ":80" with http
	HasUserinfo       Reason = "has-userinfo" // "user:password@"
	HasPath           Reason = "has-path"     // if only a slash
	HasQuery          Reason = "has-query"
	HasFragment       Reason = "has-fragment"
	UpperCase         Reason = "upper-case" // in the scheme or the host
	NotASCII          Reason = "not-ascii"
	MisplacedWildcard Reason = "misplaced-wildcard" // "*" that is not the whole first label of a domain

	// Of methods and headers.
	NotToken  Reason = "not-token"
	Forbidden Reason = "forbidden" // user agents keep it from scripts

	// Of maxAge.
	Negative Reason = "negative"
)

// words returns what the reason says of a value, to stand behind it.
func (r Reason) words() string {
	switch r {
	case Empty:
		return "is empty"
	case NotAlone:
		return "stands beside other values"
	case MissingScheme:
		return "has no scheme"
	case InvalidScheme:
		return "has a malformed scheme"
	case MissingHost:
		return "has no host"
	case InvalidHost:
		return "has a malformed host"
	case InvalidPort:
		return "has a malformed port"
	case DefaultPort:
		return "names its scheme's default port, which browsers never send"
	case HasUserinfo:
		return "has a user name"
	case HasPath:
		return "has a path, or a slash at its end"
	case HasQuery:
		return "has a query"
	case HasFragment:
		return "has a fragment"
	case UpperCase:
		return "has upper-case letters, which browsers never send"
	case NotASCII:
		return "has characters outside ASCII, which browsers never send"
	case MisplacedWildcard:
		return `has a "*" in a place where it means nothing`
	case NotToken:
		return "is not a token"
	case Forbidden:
		return "is kept from scripts by browsers"
	case Negative:
		return "is negative"
	}
	return string(r)
}

// Errors returns an iterator over the mistakes in what [Policy.Validate] or
// [ParseOrigin] returned, in the order of the policy's fields, however err may
// have been wrapped or joined since.
func Errors(err error) iter.Seq[*Error] {
	return func(yield func(*Error) bool) { walk(err, yield) }
}

// walk reports whether to go on.
func walk(err error, yield func(*Error) bool) bool {
	switch err := err.(type) {
	case *Error:
		return yield(err)
	case interface{ Unwrap() error }:
		return walk(err.Unwrap(), yield)
	case interface{ Unwrap() []error }:
		for _, err := range err.Unwrap() {
			if !walk(err, yield) {
				return false
			}
		}
	}
	return true
}
