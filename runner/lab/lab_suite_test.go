package lab_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/internal/person"
	"github.com/corsproof/corsproof/runner/lab"
)

func TestLab(t *testing.T) {
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "Lab", config, reporter)
}

// One lab and one browser for all specs: each person has a session, and a context of
// the browser, of their own.
var (
	running *lab.Lab
	browser person.Chromium
)

var _ = BeforeSuite(func(ctx SpecContext) {
	var err error
	running, err = lab.Start(0)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(running.Close()).To(Succeed()) })

	browser = person.OpenChromium()
})
