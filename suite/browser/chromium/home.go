package chromium

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const homePattern = "corsproof-chromium-"

// A home is the browser's home folder: its profile and its certificate store. The
// file "owner" in it holds the id of the process that made it.
type home struct {
	dir     string
	profile string
	temp    string // for the browser's own temporary files
}

func newHome() (*home, error) {
	sweep()
	dir, err := os.MkdirTemp("", homePattern)
	if err != nil {
		return nil, fmt.Errorf("the browser gets no home folder: %w", err)
	}
	h := &home{dir: dir, profile: filepath.Join(dir, "profile"), temp: filepath.Join(dir, "tmp")}
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "owner"), []byte(strconv.Itoa(os.Getpid())), 0o600),
		os.Mkdir(h.profile, 0o700),
		os.Mkdir(h.temp, 0o700))
	if err != nil {
		h.remove()
		return nil, err
	}
	return h, nil
}

// sweep removes the homes whose owner is dead. A killed process could not.
func sweep() {
	homes, _ := filepath.Glob(filepath.Join(os.TempDir(), homePattern+"*"))
	for _, dir := range homes {
		owner, err := os.ReadFile(filepath.Join(dir, "owner"))
		if err != nil {
			continue // one that is just being made, or somebody else's
		}
		pid, err := strconv.Atoi(string(owner))
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			(&home{dir: dir}).remove()
		}
	}
}

// remove ends what is still running in the home and removes it. Chromium's
// children may outlive it for a moment, and write.
func (h *home) remove() error {
	deadline := time.Now().Add(5 * time.Second)
	for {
		killUsers(h.dir)
		err := os.RemoveAll(h.dir)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// killUsers kills every process that was started with the folder in its command
// line. Where there is no /proc it does nothing.
func killUsers(dir string) {
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range commands {
		line, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(line, []byte(dir)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && pid != os.Getpid() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// trust adds the certificates of an authority to the home's store. Chromium then
// accepts what they signed, and still validates names and times.
func (h *home) trust(ctx context.Context, authority []byte) error {
	if _, err := exec.LookPath("certutil"); err != nil {
		return errors.New("a private authority needs certutil, which is not installed (Debian: apt-get install libnss3-tools)")
	}
	store := filepath.Join(h.dir, ".pki", "nssdb")
	if err := os.MkdirAll(store, 0o700); err != nil {
		return err
	}
	certutil := func(args ...string) error {
		out, err := exec.CommandContext(ctx, "certutil", append(args, "-d", "sql:"+store)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("certutil %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
		}
		return nil
	}
	if err := certutil("-N", "--empty-password"); err != nil {
		return err
	}
	// certutil takes the first certificate of a file and drops the rest.
	for n := 1; ; n++ {
		var block *pem.Block
		if block, authority = pem.Decode(authority); block == nil {
			return nil
		}
		file := filepath.Join(h.dir, fmt.Sprintf("authority-%d.pem", n))
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
		if err := certutil("-A", "-t", "C,,", "-n", fmt.Sprintf("corsproof target %d", n), "-i", file); err != nil {
			return err
		}
	}
}
