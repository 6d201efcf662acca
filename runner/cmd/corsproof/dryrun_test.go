package main_test

import (
	"encoding/json"
	"net/http"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/suite"
)

var _ = Describe("run --dry-run", func() {
	// No browser can be found, and the server may not be asked.
	dry := func(args ...string) (*gexec.Session, *atomic.Int64) {
		var asked atomic.Int64
		server := serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
		args = append([]string{"run", "--dry-run", "-f", sampleAt(server.URL)}, args...)
		return corsproofIn([]string{"PATH="}, args...), &asked
	}

	It("shows what would be sent, and to where, without a browser and without a request", func() {
		s, asked := dry("--scenario", "simple.get,methods.listed,methods.unlisted")

		Expect(s).To(gexec.Exit(suite.ExitConforms), stderr(s))
		Expect(asked.Load()).To(BeZero())
		Expect(stdout(s)).To(MatchRegexp(`^http://127\.0\.0\.1:\d+ would be sent this; nothing was sent\n\n/v1/items\n  by corsproof itself, without a page\n`))
		Expect(stdout(s)).To(ContainSubstring("\n  from http://app.example.test:7001\n      2 × GET · by fetch, xhr\n"))
		Expect(stdout(s)).To(MatchRegexp(`\n      2 × PUT · .*2 preflights · 2 held back\n`))
		Expect(stdout(s)).To(MatchRegexp(`\n      2 × CORSPROOF · .*2 preflights · 2 must not leave\n`))
		Expect(stdout(s)).To(MatchRegexp(`\nAt most \d+ would be sent, if everything fails and is tried again\.`))
		Expect(stderr(s)).To(BeEmpty())
	})

	It("gives it as data", func() {
		s, asked := dry("--json", "-", "--max-requests", "50", "--rate", "5/s")

		Expect(s).To(gexec.Exit(suite.ExitConforms))
		Expect(asked.Load()).To(BeZero())
		var f suite.Forecast
		Expect(json.Unmarshal(s.Out.Contents(), &f)).To(Succeed())
		Expect(f.SchemaVersion).To(Equal(suite.SchemaVersion))
		Expect(f.Limits).To(Equal(suite.Limits{MaxRequests: 50, Rate: 5}))
		Expect(f.Total()).To(BeNumerically("<=", 50))
		Expect(f.LeftOut).NotTo(BeZero())
		Expect(stderr(s)).To(ContainSubstring("would be left out by the budget.\n"))
		Expect(stderr(s)).To(MatchRegexp(`\nAt 5/s that takes \d+ s at least\.\n`))
	})

	It("keeps secrets", func() {
		s, _ := dry("--json", "-")
		Expect(stdout(s)).To(ContainSubstring(`"REDACTED"`))
		Expect(stdout(s)).NotTo(ContainSubstring("Bearer"))
	})
})
