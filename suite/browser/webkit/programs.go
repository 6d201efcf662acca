package webkit

import (
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/corsproof/corsproof/suite/browser/internal/process"
)

// programs are the executables of which the browser consists.
type programs struct {
	miniBrowser, driver, xvfb string
}

// miniBrowsers are where distributions put the one that comes with the library.
var miniBrowsers = []string{
	"/usr/lib/*/webkit2gtk-4.1/MiniBrowser", // Debian, Ubuntu
	"/usr/libexec/webkit2gtk-4.1/MiniBrowser",
	"/usr/lib/webkit2gtk-4.1/MiniBrowser",
	"/usr/lib/*/webkit2gtk-4.0/MiniBrowser",
}

const install = "Debian: apt-get install webkit2gtk-driver xvfb"

func findPrograms(path string) (p programs, err error) {
	var names []string
	for _, pattern := range miniBrowsers {
		found, _ := filepath.Glob(pattern)
		names = append(names, found...)
	}
	if len(names) == 0 {
		names = miniBrowsers // for the error
	}
	if p.miniBrowser, err = process.Find(path, names, "MiniBrowser of WebKitGTK", "webkit2gtk-driver"); err != nil {
		return p, err
	}
	if p.driver, err = exec.LookPath("WebKitWebDriver"); err != nil {
		return p, fmt.Errorf("no WebKitWebDriver found, which drives WebKit (%s)", install)
	}
	if p.xvfb, err = exec.LookPath("Xvfb"); err != nil {
		return p, fmt.Errorf("no Xvfb found, the display that WebKit needs (%s)", install)
	}
	return p, nil
}
