package main_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/selftest"
)

var _ = Describe("selftest", func() {
	It("proves by the model that mistakes are noticed", func() {
		s := corsproof("selftest", "--browser", "none", "--fault", "options.*", "--verbose")

		Expect(s).To(gexec.Exit(suite.ExitConforms), stdout(s))
		Expect(stdout(s)).To(HavePrefix("corsproof, tried by the Fetch Standard "))
		Expect(stdout(s)).To(ContainSubstring("\n  ✓ options.plain.400 "))
		Expect(stdout(s)).To(ContainSubstring("\n      OPTIONS without Origin is answered 400\n"))
		Expect(stdout(s)).To(HaveSuffix("corsproof notices what it should, and no more.\n"))
		Expect(stderr(s)).To(BeEmpty())
	})

	It("proves the same in Chromium", func() {
		s := corsproof("selftest", "--fault", "errors.server.bare")
		Expect(s).To(gexec.Exit(suite.ExitConforms), stdout(s))
		Expect(stdout(s)).To(MatchRegexp(`^corsproof, tried by chromium \d+`))
		Expect(stdout(s)).To(ContainSubstring("\n  ✓ errors.server.bare  errors.server\n"))
	})

	It("writes JSON to standard output, and then the rest to standard error", func() {
		s := corsproof("selftest", "--browser", "none", "--fault", "simple.referer", "--json", "-")
		Expect(s).To(gexec.Exit(suite.ExitConforms))
		var m selftest.Matrix
		Expect(json.Unmarshal(s.Out.Contents(), &m)).To(Succeed())
		Expect(m.SchemaVersion).To(Equal(selftest.SchemaVersion))
		Expect(m.Tool.Version).NotTo(BeEmpty())
		Expect(m.Faults).To(HaveLen(1))
		Expect(m.Faults[0].Skipped).NotTo(BeEmpty())
		Expect(stderr(s)).To(ContainSubstring("simple.referer  not judged: the model does not send what browsers send"))
	})

	It("gives no judgement without a browser", func() {
		s := corsproof("selftest", "--browser-path", "/nope")
		Expect(s).To(gexec.Exit(suite.ExitNoJudgement))
		Expect(stderr(s)).To(HavePrefix(`corsproof: no browser at "/nope"`))
		Expect(stdout(s)).To(BeEmpty())
	})
})
