package runner

import (
	"github.com/corsproof/corsproof/suite"
)

// DryRun returns what Run would send, and to where. It sends nothing, and needs no
// browser.
//
// An error is an *Error.
func DryRun(o Options) (*suite.Forecast, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	subject, err := o.subject()
	if err != nil {
		return nil, err
	}
	defer subject.close()
	maxWait := suite.DefaultMaxWait
	if o.MaxWait != nil {
		maxWait = *o.MaxWait
	}
	f, err := suite.Foresee(subject.target, o.Filter, maxWait, o.limits())
	if err != nil {
		return nil, usage(err)
	}
	f.Tool.Version = o.Version
	redact(f, subject.secrets)
	return f, nil
}
