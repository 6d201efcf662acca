package policy

import (
	"fmt"
	"iter"
)

// An Error is one mistake in a policy: a value that is not well-formed. Those of package
// reference are mistakes in a configuration too, where what is unwise is one.
type Error struct {
	Field    string // as it is spelled in JSON: "allowOrigins"; empty from ParseOrigin; of a configuration as in Go: "PreflightStatus"
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
	FileScheme        Reason = "file-scheme" // "file:", whose pages browsers give the origin "null"
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

	// Of what is well-formed but unwise. These are no mistakes to Validate, since it
	// may be somebody else's server that is so; they are to package reference.
	AnyOriginTrusted      Reason = "any-origin-trusted"      // "*" with credentials, or let into the private network
	InsecureOriginTrusted Reason = "insecure-origin-trusted" // the same of http
	PublicSuffixTrusted   Reason = "public-suffix-trusted"   // the same of sub-domains that anyone may register
	OpaqueOrigin          Reason = "opaque-origin"           // "null"
	OpaqueOriginTrusted   Reason = "opaque-origin-trusted"   // "null" with credentials, or let into the private network
	InvalidIDNA           Reason = "invalid-idna"            // "xn--" and then what stands for no name
	NotNormalized         Reason = "not-normalized"          // a method in a case in which browsers never send it
	OtherMessage          Reason = "other-message"           // a header that such messages never have
	TooLong               Reason = "too-long"                // beyond what any browser remembers
	NoEffect              Reason = "no-effect"               // beside something that leaves it nothing to do
	InvalidStatus         Reason = "invalid-status"
	InvalidResource       Reason = "invalid-resource" // no pattern of http.ServeMux, or one that another contradicts
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
	case FileScheme:
		return `names files, whose pages browsers give the origin "null"`
	case AnyOriginTrusted:
		return "is trusted with credentials or the private network, and so is every site"
	case InsecureOriginTrusted:
		return "is trusted with credentials or the private network, though anyone on the way can change its pages"
	case PublicSuffixTrusted:
		return "is trusted with credentials or the private network, though anyone can register such a domain"
	case OpaqueOrigin:
		return "is an origin that every site can take on by a sandboxed frame"
	case OpaqueOriginTrusted:
		return "is trusted with credentials or the private network, though every site can take it on by a sandboxed frame"
	case InvalidIDNA:
		return `has a label that begins with "xn--" and stands for no name`
	case NotNormalized:
		return "is sent by browsers in upper case alone"
	case OtherMessage:
		return "is a header that such messages never have"
	case TooLong:
		return "is longer than any browser remembers"
	case NoEffect:
		return "has no effect"
	case InvalidStatus:
		return "is not a status for that"
	case InvalidResource:
		return "chooses no resources"
	}
	return string(r)
}

// Errors returns an iterator over the mistakes in what [Policy.Validate], [ParseOrigin]
// or reference.New returned, in the order of the policy's fields, however err may have
// been wrapped or joined since.
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
