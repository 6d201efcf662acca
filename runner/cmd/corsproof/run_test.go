package main_test

import (
	"encoding/xml"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/suite"
)

var _ = Describe("run", func() {
	It("proves the embedded server in Chromium", func() {
		s := corsproof("run")

		Expect(s).To(gexec.Exit(suite.ExitConforms), stdout(s)+stderr(s))
		Expect(stdout(s)).To(MatchRegexp(`^http://127\.0\.0\.1:\d+, judged by chromium \d+`))
		Expect(stdout(s)).To(MatchRegexp(`\nhttp://127\.0\.0\.1:\d+ keeps its policy\.\n$`))
		Expect(stderr(s)).To(BeEmpty())
	})

	It("proves the embedded server without a browser", func() {
		s := corsproof("run", "--browser", "none")

		Expect(s).To(gexec.Exit(suite.ExitConforms), stdout(s))
		Expect(stdout(s)).To(ContainSubstring("as a model, without a browser\n"))
		Expect(stdout(s)).NotTo(ContainSubstring("\x1b"), "standard output is no terminal")
		Expect(stderr(s)).To(BeEmpty())
	})

	It("fails a server that does not keep its policy", func() {
		server := serve(forgetful())
		s := corsproof("run", "--browser", "none", "-f", sampleAt(server.URL), "--scenario", "simple.*,errors.server")

		Expect(s).To(gexec.Exit(suite.ExitFails))
		Expect(stdout(s)).To(ContainSubstring("✗ errors.server  "))
		Expect(stdout(s)).To(ContainSubstring("\n      reason    MissingAllowOriginHeader (CORSMissingAllowOrigin in Firefox)\n"))
		Expect(stdout(s)).To(HaveSuffix(" does not keep its policy. It failed in 1 scenario: errors.server.\n"))
		Expect(stdout(s)).NotTo(ContainSubstring("::error"))
	})

	It("takes the target of the command line", func() {
		server := serve(sample())
		s := corsproof("run", "--browser", "none", "-f", sampleAt("http://127.0.0.1:1"), "--target", server.URL, "--effects", "deliver")
		Expect(s).To(gexec.Exit(suite.ExitConforms), stdout(s))
	})

	for _, browser := range []string{"none", "chromium"} {
		It("gives no judgement of a target that is down, in "+browser, func() {
			s := corsproof("run", "--browser", browser, "-f", sampleAt("http://127.0.0.1:1"))

			Expect(s).To(gexec.Exit(suite.ExitNoJudgement))
			Expect(stdout(s)).To(ContainSubstring("\nNo judgement: http://127.0.0.1:1 cannot be reached: "))
			Expect(stdout(s)).NotTo(ContainSubstring("simple.get"))
		})
	}

	It("writes JSON to standard output, and then the rest to standard error", func() {
		s := corsproof("run", "--browser", "none", "--json", "-")

		Expect(s).To(gexec.Exit(suite.ExitConforms))
		r := parsed(s.Out.Contents())
		Expect(r.SchemaVersion).To(Equal(suite.SchemaVersion))
		Expect(r.Tool.Version).NotTo(BeEmpty())
		Expect(verdicts(r)).To(HaveLen(len(r.Results)))
		Expect(stderr(s)).To(ContainSubstring(" keeps its policy.\n"))
	})

	It("writes JUnit and JSON to files", func() {
		junit, report := temp("junit.xml"), temp("report.json")
		s := corsproof("run", "--browser", "none", "--junit", junit, "--json", report)

		Expect(s).To(gexec.Exit(suite.ExitConforms))
		data, err := os.ReadFile(junit)
		Expect(err).NotTo(HaveOccurred())
		var all struct {
			XMLName xml.Name `xml:"testsuites"`
			Tests   int      `xml:"tests,attr"`
		}
		Expect(xml.Unmarshal(data, &all)).To(Succeed())
		data, err = os.ReadFile(report)
		Expect(err).NotTo(HaveOccurred())
		Expect(parsed(data).Results).To(HaveLen(all.Tests))
		Expect(stdout(s)).To(ContainSubstring(" keeps its policy.\n"))
	})

	It("writes HTML and Markdown to files, and writes them again from the recorded run", func() {
		page, summary, recorded := temp("report.html"), temp("report.md"), temp("report.json")
		s := corsproof("run", "--browser", "none", "--html", page, "--markdown", summary, "--json", recorded)
		Expect(s).To(gexec.Exit(suite.ExitConforms))
		Expect(os.ReadFile(page)).To(And(HavePrefix("<!doctype html>"), ContainSubstring(" keeps its policy.</span>"), HaveSuffix("</html>\n")))
		Expect(os.ReadFile(summary)).To(MatchRegexp("^## ✓ ` http://127.0.0.1:[0-9]+ ` keeps its policy\n"))

		again := corsproof("judge", recorded, "--html", "-", "--markdown", temp("again.md"))
		Expect(again).To(gexec.Exit(suite.ExitConforms))
		Expect(os.ReadFile(page)).To(BeEquivalentTo(again.Out.Contents()))
		Expect(stderr(again)).To(ContainSubstring(" keeps its policy.\n"))
	})

	It("annotates on GitHub Actions", func() {
		server := serve(forgetful())
		args := []string{"run", "--browser", "none", "-f", sampleAt(server.URL), "--scenario", "simple.get", "--scenario", "errors.server"}
		s := corsproofIn([]string{"GITHUB_ACTIONS=true"}, args...)
		Expect(stdout(s)).To(ContainSubstring("\n::error title=errors.server::A page of an allowed origin"))

		s = corsproofIn([]string{"GITHUB_ACTIONS=true"}, append(args, "--github=false")...)
		Expect(stdout(s)).NotTo(ContainSubstring("::error"))
		s = corsproof(append(args, "--github")...)
		Expect(stdout(s)).To(ContainSubstring("\n::error title=errors.server::"))
	})

	It("has no judgement without a browser", func() {
		s := corsproof("run", "--browser-path", "/nope")
		Expect(s).To(gexec.Exit(suite.ExitNoJudgement))
		Expect(stderr(s)).To(Equal("corsproof: no browser at \"/nope\": exec: \"/nope\": stat /nope: no such file or directory\n" +
			"without a browser, --browser none judges by the Fetch Standard alone\n"))
		Expect(stdout(s)).To(BeEmpty())
	})
})
