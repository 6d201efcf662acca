package home

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Trust adds the certificates of an authority, in PEM, to the NSS database of a folder,
// which it makes. The browser that reads it then accepts what they signed, and still
// validates names and times.
func Trust(ctx context.Context, store string, authority []byte) error {
	if _, err := exec.LookPath("certutil"); err != nil {
		return errors.New("a private authority needs certutil, which is not installed (Debian: apt-get install libnss3-tools)")
	}
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
		file := filepath.Join(store, fmt.Sprintf("authority-%d.pem", n))
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
		if err := certutil("-A", "-t", "C,,", "-n", fmt.Sprintf("corsproof target %d", n), "-i", file); err != nil {
			return err
		}
	}
}
