package suite_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/selftest"
)

func TestSuite(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute) // what comes at once takes long on a busy machine
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "suite", config, reporter)
}

// judgedByModel judges a server by the Fetch Standard's model. Every request
// reaches the server, which must keep no state.
func judgedByModel(server http.Handler, target suite.Target) (*suite.Report, error) {
	listening := httptest.NewServer(server)
	defer listening.Close()
	target = selftest.At(listening.URL, target)
	target.Effects = fetch.Deliver
	report, err := suite.Run(context.Background(), target, fetch.Model{Effects: fetch.Deliver}, suite.Filter{})
	if err == nil && report.Partial != "" {
		err = fmt.Errorf("the run is partial: %s", report.Partial)
	}
	return report, err
}
