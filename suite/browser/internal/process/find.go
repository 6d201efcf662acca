// Package process finds and starts the programs that browsers consist of, and takes
// care that none outlives corsproof.
package process

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Find returns a browser's executable: the one at path, or else the first of names that
// is installed. The product and Debian's package for it are named where there is none.
//
// A snap is none: it cannot see the temporary folder and ignores HOME.
func Find(path string, names []string, product, debian string) (string, error) {
	if path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("no browser at %q: %w", path, err)
		}
		return found, nil
	}
	for _, name := range names {
		found, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if real, err := filepath.EvalSymlinks(found); err == nil && strings.HasSuffix(real, "/snap") {
			continue
		}
		return found, nil
	}
	return "", fmt.Errorf("no %s found: looked for %s; install one (Debian: apt-get install %s), or name it with --browser-path",
		product, strings.Join(names, ", "), debian)
}
