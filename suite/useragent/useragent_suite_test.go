package useragent_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/stub"
)

func TestUserAgent(t *testing.T) {
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "suite/useragent", config, reporter)
}

// server is the stub for all specs.
var server *stub.Server

var _ = BeforeSuite(func() {
	var err error
	server, err = stub.Start()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(server.Close)
})
