package person

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// folder makes a folder for a browser, which goes with all that still runs in it: what a
// browser started may outlive it for a moment, and write.
func folder() string {
	GinkgoHelper()
	dir, err := os.MkdirTemp("", "corsproof-person-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		Eventually(func() error {
			if users := usersOf(dir); len(users) > 0 {
				return fmt.Errorf("still in use by %v", users)
			}
			return os.RemoveAll(dir)
		}, Patience).Should(Succeed())
	})
	return dir
}

// usersOf kills the processes that have a folder in their command line, and returns them.
func usersOf(dir string) (users []int) {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range lines {
		line, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(line, []byte(dir)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && pid != os.Getpid() {
			syscall.Kill(pid, syscall.SIGKILL)
			users = append(users, pid)
		}
	}
	return users
}
