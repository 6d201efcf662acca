// Package home gives each browser a folder of its own, for its profile and all that it
// writes, and takes care that none is left.
package home

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// A Home is a browser's home folder. The file "owner" in it holds the id of the process
// that made it.
type Home struct {
	Dir     string
	Profile string // inside of it
	Temp    string // for the browser's own temporary files
}

// New makes a home for an engine, and removes those homes of the engine that dead
// processes left.
func New(engine string) (*Home, error) {
	pattern := "corsproof-" + engine + "-"
	sweep(pattern)
	dir, err := os.MkdirTemp("", pattern)
	if err != nil {
		return nil, fmt.Errorf("the browser gets no home folder: %w", err)
	}
	h := &Home{Dir: dir, Profile: filepath.Join(dir, "profile"), Temp: filepath.Join(dir, "tmp")}
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "owner"), []byte(strconv.Itoa(os.Getpid())), 0o600),
		os.Mkdir(h.Profile, 0o700),
		os.Mkdir(h.Temp, 0o700))
	if err != nil {
		h.Remove()
		return nil, err
	}
	return h, nil
}

// Env returns the environment of a process that lives in the home. The temporary files
// of a browser that is killed go with the home.
func (h *Home) Env() []string { return []string{"HOME=" + h.Dir, "TMPDIR=" + h.Temp} }

// sweep removes the homes whose owner is dead. A killed process could not.
func sweep(pattern string) {
	homes, _ := filepath.Glob(filepath.Join(os.TempDir(), pattern+"*"))
	for _, dir := range homes {
		owner, err := os.ReadFile(filepath.Join(dir, "owner"))
		if err != nil {
			continue // one that is just being made, or somebody else's
		}
		pid, err := strconv.Atoi(string(owner))
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			(&Home{Dir: dir}).Remove()
		}
	}
}

// Remove ends what is still running in the home and removes it. A browser's children
// may outlive it for a moment, and write, and start others.
func (h *Home) Remove() error {
	deadline := time.Now().Add(5 * time.Second)
	for {
		alone := killUsers(h.Dir)
		err := os.RemoveAll(h.Dir)
		if err == nil && alone || time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// killUsers kills every process that was started with the folder in its command line
// or in its environment, as what is started with Env and all its children are, and
// reports whether there was none. Where there is no /proc it does nothing.
func killUsers(dir string) (none bool) {
	none = true
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, process := range processes {
		pid, err := strconv.Atoi(filepath.Base(process))
		if err != nil || pid == os.Getpid() {
			continue
		}
		line, _ := os.ReadFile(process + "/cmdline")
		environment, _ := os.ReadFile(process + "/environ")
		switch {
		case bytes.Contains(line, []byte(dir)), bytes.Contains(environment, []byte(dir)):
			syscall.Kill(pid, syscall.SIGKILL)
			none = false
		case len(line) == 0 && len(environment) == 0:
			// Whoever started it may believe that it runs, but Linux gives a new program
			// both only after that. What has ended, or is the kernel's, has no program.
			if _, err := os.Readlink(process + "/exe"); err == nil {
				none = false
			}
		}
	}
	return none
}
