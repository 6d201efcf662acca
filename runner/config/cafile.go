package config

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// caFile returns where the file is, seen from the working directory.
func (r *reader) caFile(n *yaml.Node) string {
	path, ok := r.text("caFile", n, "the name of a file")
	if !ok {
		return ""
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(r.file), path)
	}
	if problem := caFileProblem(path); problem != "" {
		r.wrongValue("caFile", n, problem, "expected certificates in PEM, in a file relative to this one")
		return ""
	}
	return path
}

// caFileProblem says what is wrong without the path, which may come from the
// environment.
func caFileProblem(path string) string {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist"
	case err != nil:
		return "cannot be read"
	case !info.Mode().IsRegular():
		return "is no regular file"
	}
	pem, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "cannot be read: permission denied"
	case err != nil:
		return "cannot be read"
	case !x509.NewCertPool().AppendCertsFromPEM(pem):
		return "holds no certificate in PEM"
	}
	return ""
}
