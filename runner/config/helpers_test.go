package config_test

import (
	"encoding/pem"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gstruct"
	"github.com/onsi/gomega/types"

	"github.com/corsproof/corsproof/runner/config"
)

// env is an environment with one variable of each kind.
func env(name string) (string, bool) {
	value, ok := map[string]string{
		"TOKEN":  "s3cret",
		"HOST":   "api.example.com",
		"EMPTY":  "",
		"NESTED": "${TOKEN}",
		"LINES":  "s3cret\n",
	}[name]
	return value, ok
}

func parse(data string) *config.Config {
	GinkgoHelper()
	c, err := config.Parse("cors.yaml", []byte(data), env)
	Expect(err).NotTo(HaveOccurred())
	return c
}

func mistakes(data string) []config.Mistake {
	GinkgoHelper()
	_, err := config.Parse("cors.yaml", []byte(data), env)
	return mistakesOf(err)
}

func mistakesOf(err error) []config.Mistake {
	GinkgoHelper()
	var e *config.Error
	Expect(errors.As(err, &e)).To(BeTrue(), fmt.Sprint(err))
	return e.Mistakes
}

// mistake matches one by its place and by parts of what it says.
func mistake(line, column int, problem, expected string) types.GomegaMatcher {
	return gstruct.MatchFields(gstruct.IgnoreExtras, gstruct.Fields{
		"Line":     Equal(line),
		"Column":   Equal(column),
		"Problem":  ContainSubstring(problem),
		"Expected": ContainSubstring(expected),
	})
}

// writeCA writes a certificate in PEM.
func writeCA(file string) {
	GinkgoHelper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	block := &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	Expect(os.WriteFile(file, pem.EncodeToMemory(block), 0o600)).To(Succeed())
}
