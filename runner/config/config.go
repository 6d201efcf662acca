// Package config reads cors.yaml: which server to judge, and what its owner
// says of it. It reads strictly, and reports all mistakes at once, each with
// its place, so that nobody has to mend a file one run at a time.
//
// What is well-formed but unwise, such as "*" with credentials, is no mistake
// here, since the file describes somebody's server as it is.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/corsproof/corsproof/suite"
)

// A Config is what a cors.yaml says.
type Config struct {
	// Target has its defaults filled in: at least one resource, and effects.
	Target suite.Target

	// ConnectTo says where to connect to instead of where the names lead. The
	// first that applies wins.
	ConnectTo []ConnectTo

	// CAFile holds further certificate authorities to trust for the target
	// alone, or is empty. It is absolute, or relative to the working directory.
	CAFile string

	// Limits bound what a run sends. The zero value bounds nothing.
	Limits suite.Limits

	// Secrets are the values that came from the environment, none of them
	// empty: no report may show them.
	Secrets []string
}

// Load reads the file at path; see Parse.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; \"corsproof init\" writes a cors.yaml to start from", err)
	}
	if err != nil {
		return nil, err
	}
	return Parse(path, data, env)
}

// Parse reads data as the contents of the file called name. Other files that it
// names are relative to that one. Each ${NAME} in a string is replaced by what
// env, usually os.LookupEnv, knows by that name; nil knows nothing.
//
// An error is an *Error.
func Parse(name string, data []byte, env func(string) (string, bool)) (*Config, error) {
	r := &reader{file: name, env: env}
	var c Config
	if root := r.document(data); root != nil {
		c = r.config(root)
	}
	if len(r.mistakes) > 0 {
		return nil, newError(name, r.mistakes)
	}
	c.Secrets = r.secrets
	return &c, nil
}
