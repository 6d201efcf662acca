package person

import (
	"fmt"
	"os"
	"path/filepath"
)

// axeVersion is that of tools/need.
const axeVersion = "4.14.1"

// axe returns the text of axe-core, which defines the global axe. It is not part of
// corsproof: "tools/need axe" gets it from npm, into the user's cache folder.
func axe() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(cache, "corsproof", "axe-core-"+axeVersion, "node_modules", "axe-core", "axe.min.js")
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("axe-core is not there; tools/need axe gets it: %w", err)
	}
	return string(text), nil
}

// violations is JavaScript that resolves to what axe-core finds amiss on the page, one
// string for each place. The rules are those of WCAG 2.2 A and AA, and good practice.
const violations = `axe.run(document, {resultTypes: ["violations"]}).then(r =>
	r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + v.help + " – " + n.target.join(" ") + " – " + n.failureSummary)))`
