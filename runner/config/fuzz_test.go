package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/runner/config"
)

// FuzzParse looks for files that make Parse panic, and for mistakes without a
// place in the file.
func FuzzParse(f *testing.F) {
	f.Add(full)
	f.Add(config.Template())
	f.Add("a: &a [*a]\n<<: *a\n")
	f.Add("target: \"${A}$${B\"\n")
	f.Add("---\n? {a: b}\n: - !!binary x\n...\n--- |\n x\n")
	f.Add("policy: {allowOrigins: [*, @], maxAge: 0x1f}\n")
	f.Add("x: \xff\n\ty: 'z\n")
	f.Fuzz(func(t *testing.T, data string) {
		c, err := config.Parse("cors.yaml", []byte(data), env)
		if err == nil {
			if c.Target.URL == "" || len(c.Target.Resources) == 0 {
				t.Errorf("no error, but %+v", c)
			}
			return
		}
		var e *config.Error
		if !errors.As(err, &e) || len(e.Mistakes) == 0 {
			t.Fatalf("no mistakes in %v", err)
		}
		lines := 1 + strings.Count(data, "\n") + strings.Count(data, "\r") +
			strings.Count(data, "\u0085") + strings.Count(data, "\u2028") + strings.Count(data, "\u2029")
		for _, m := range e.Mistakes {
			if m.Line < 1 || m.Line > lines || m.Column < 1 || m.Problem == "" {
				t.Errorf("%d lines, but %+v", lines, m)
			}
		}
	})
}
