package fetch_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The ids in front of entries are those of the project's list of behaviours,
// most of which are pinned by web-platform-tests.
func TestFetch(t *testing.T) {
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "suite/fetch", config, reporter)
}
