package main_test

import (
	"encoding/json"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/runner/config"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/useragent"
)

var _ = Describe("list", func() {
	It("lists every scenario as JSON", func() {
		s := corsproof("list", "--json")
		Expect(s).To(gexec.Exit(0))
		var entries []struct {
			ID, Family, Chapter, Level, Title, Spec string
			Behaviours                              []string
		}
		Expect(json.Unmarshal(s.Out.Contents(), &entries)).To(Succeed())

		Expect(len(entries)).To(BeNumerically(">=", 60))
		ids := map[string]bool{}
		for i, e := range entries {
			Expect(ids).NotTo(HaveKey(e.ID))
			ids[e.ID] = true
			Expect(e.Chapter).NotTo(BeEmpty())
			Expect(e.Level).To(BeElementOf("required", "recommended", "informative"))
			Expect(e.Title).NotTo(BeEmpty())
			Expect(e.Spec).To(HavePrefix("https://fetch.spec.whatwg.org/#"))
			if i < len(suite.Scenarios()) {
				Expect(e.Family).To(Equal("server"))
				Expect(e.Behaviours).To(Equal(suite.Scenarios()[i].Covers))
			} else {
				Expect(e.Family).To(Equal("browser"))
				Expect(e.Behaviours).To(Equal(useragent.Scenarios()[i-len(suite.Scenarios())].Covers))
			}
		}
		Expect(entries).To(HaveLen(len(suite.Scenarios()) + len(useragent.Scenarios())))
	})

	It("lists the behaviours of the protocol and what covers each", func() {
		s := corsproof("list", "--behaviours")
		Expect(s).To(gexec.Exit(0))
		Expect(stdout(s)).To(MatchRegexp(`(?m)^PR-11  an upload listener .*\n +.*\bpreflight\.upload-listener\b`))
		Expect(stdout(s)).To(MatchRegexp(`(?m)^CO-28  .*\n +not covered: `))

		s = corsproof("list", "--behaviours", "--json")
		Expect(s).To(gexec.Exit(0))
		var listed []struct {
			ID, Says, Excused string
			Scenarios         []string
		}
		Expect(json.Unmarshal(s.Out.Contents(), &listed)).To(Succeed())
		Expect(listed).To(HaveLen(len(suite.Behaviours())))
		for _, b := range listed {
			Expect(b.Excused == "").To(Equal(len(b.Scenarios) > 0), b.ID)
		}
	})

	It("lists them for people, by chapter", func() {
		s := corsproof("list")
		Expect(s).To(gexec.Exit(0))
		Expect(stdout(s)).To(HavePrefix("Simple requests\n  simple.get  "))
		Expect(stdout(s)).To(MatchRegexp(`\n  options\.plain +OPTIONS without Origin .* \(recommended\)\n`))
		Expect(stdout(s)).To(MatchRegexp(`\n\nOf a browser: Redirects\n  browser\.redirects\.out\.star +A redirect `))
	})
})

var _ = Describe("explain", func() {
	It("explains scenarios, reasons and other words", func() {
		s := corsproof("explain", "errors.server", "MissingAllowOriginHeader", "held")

		Expect(s).To(gexec.Exit(0))
		Expect(stdout(s)).To(HavePrefix("errors.server (required)\n"))
		Expect(stdout(s)).To(ContainSubstring("\n\nMissingAllowOriginHeader\n"))
		Expect(stdout(s)).To(ContainSubstring("\n\nheld\n\n  only the actual response could show it"))
	})

	It("says of a reason what browsers call it, and which lines answer it", func() {
		s := corsproof("explain", "MultipleAllowOriginValues")

		Expect(s).To(gexec.Exit(0))
		Expect(stdout(s)).To(ContainSubstring("\n  Chromium: MultipleAllowOriginValues\n  Firefox:  CORSMultipleAllowOriginNotAllowed\n"))
		Expect(stdout(s)).To(ContainSubstring("\n  https://fetch.spec.whatwg.org/#concept-cors-check\n"))
		Expect(stdout(s)).To(ContainSubstring("\n      proxy_hide_header Access-Control-Allow-Origin;\n"))
		Expect(stdout(s)).To(ContainSubstring("\n  Django with django-cors-headers (--fixes django)\n"))
	})

	It("shows the whole of what a server needs", func() {
		s := corsproof("explain", "errors.server", "--fixes", "apache")
		Expect(s).To(gexec.Exit(0))
		Expect(stdout(s)).To(ContainSubstring("\nApache httpd, for the sample policy\n"))
		Expect(stdout(s)).To(ContainSubstring("\n    RewriteRule ^ - [R=204,L]\n"))
		Expect(stdout(s)).NotTo(ContainSubstring("nginx"))

		Expect(stdout(corsproof("explain", "errors.server", "--fixes", "all"))).To(ContainSubstring("\nAmazon S3, for the sample policy\n"))

		s = corsproof("explain", "errors.server", "--fixes", "iis")
		Expect(s).To(gexec.Exit(suite.ExitUsage))
		Expect(stderr(s)).To(HavePrefix("corsproof: --fixes iis: no such kind of server; expected nginx, apache, "))
	})

	It("explains a scenario of a browser, with what is known of some", func() {
		s := corsproof("explain", "browser.cache.max-age.negative")

		Expect(s).To(gexec.Exit(0))
		Expect(stdout(s)).To(HavePrefix("browser.cache.max-age.negative (of a browser)\n\n  Access-Control-Max-Age: -1 must count as none.\n"))
		Expect(stdout(s)).To(ContainSubstring("\n  2. PUT http://api.example.test: the script gets the response with status 200; the server gets PUT http://api.example.test\n"))
		Expect(stdout(s)).To(ContainSubstring("\n    answers OPTIONS 200\n      Access-Control-Allow-Origin: *\n"))
		Expect(stdout(s)).To(ContainSubstring("\n  Known of chromium: It does not remember the answer"))
	})

	It("says what makes a request of a browser special", func() {
		said := stdout(corsproof("explain", "browser.opaque.keepalive.more"))
		Expect(said).To(ContainSubstring("POST http://api.example.test, kept alive, with a body of 65537 bytes: the script gets a network error"))
		Expect(stdout(corsproof("explain", "browser.consumers.beacon.more"))).To(ContainSubstring("Known of firefox: It sends beacons of more than 64 KiB."))
	})

	It("explains every scenario and every reason", func() {
		args := []string{"explain"}
		for _, scenario := range suite.Scenarios() {
			args = append(args, scenario.ID)
		}
		for _, scenario := range useragent.Scenarios() {
			args = append(args, scenario.ID)
		}
		for _, reason := range suite.Reasons() {
			args = append(args, reason.Reason)
		}
		Expect(corsproof(args...)).To(gexec.Exit(0))
	})
})

var _ = Describe("judge", func() {
	It("comes to the same verdicts as the run", func() {
		server := serve(forgetful())
		recorded := temp("report.json")
		Expect(corsproof("run", "--browser", "none", "-f", sampleAt(server.URL), "--json", recorded)).To(gexec.Exit(suite.ExitFails))
		data, err := os.ReadFile(recorded)
		Expect(err).NotTo(HaveOccurred())
		server.Close()

		s := corsproofIn([]string{"PATH="}, "judge", recorded, "--json", "-")

		Expect(s).To(gexec.Exit(suite.ExitFails))
		Expect(s.Out.Contents()).To(MatchJSON(data), "it explains as the run did, with no browser in reach")
		Expect(verdicts(parsed(s.Out.Contents()))).To(Equal(verdicts(parsed(data))))
		Expect(stderr(s)).To(ContainSubstring("✗ errors.server"))
	})
})

var _ = Describe("merge", func() {
	It("joins shards to what one run says", func() {
		server := serve(forgetful())
		args := []string{"run", "--browser", "none", "-f", sampleAt(server.URL), "--no-progress"}
		whole := temp("whole.json")
		Expect(corsproof(append(args, "--json", whole)...)).To(gexec.Exit(suite.ExitFails))
		data, err := os.ReadFile(whole)
		Expect(err).NotTo(HaveOccurred())
		merge := []string{"merge"}
		for _, shard := range []string{"1", "2"} {
			file := temp("shard-" + shard + ".json")
			corsproof(append(args, "--shard", shard+"/2", "--json", file)...)
			merge = append(merge, file)
		}
		s := corsproof(append(merge, "--json", "-")...)
		Expect(s).To(gexec.Exit(suite.ExitFails))
		Expect(verdicts(parsed(s.Out.Contents()))).To(Equal(verdicts(parsed(data))))

		s = corsproof(merge[:2]...)
		Expect(s).To(gexec.Exit(suite.ExitUsage))
		Expect(stderr(s)).To(Equal("corsproof: shard 2/2 of the run in model is missing\n"))
	})
})

var _ = Describe("init", func() {
	It("writes a file to start from, which is valid", func() {
		file := temp("cors.yaml")
		s := corsproof("init", "--output", file)

		Expect(s).To(gexec.Exit(0))
		Expect(stderr(s)).To(ContainSubstring("corsproof run -f " + file))
		Expect(stdout(s)).To(BeEmpty())
		_, err := config.Load(file, os.LookupEnv)
		Expect(err).NotTo(HaveOccurred())
	})

	It("replaces a file only by force", func() {
		file := temp("cors.yaml")
		Expect(os.WriteFile(file, []byte("mine"), 0o600)).To(Succeed())

		s := corsproof("init", "-o", file)
		Expect(s).To(gexec.Exit(suite.ExitUsage))
		Expect(stderr(s)).To(Equal("corsproof: " + file + " exists; --force replaces it\n"))
		Expect(os.ReadFile(file)).To(BeEquivalentTo("mine"))

		Expect(corsproof("init", "-o", file, "--force")).To(gexec.Exit(0))
		Expect(os.ReadFile(file)).To(BeEquivalentTo(config.Template()))
	})

	It("writes to standard output", func() {
		Expect(stdout(corsproof("init", "-o", "-"))).To(Equal(config.Template()))
	})
})

var _ = Describe("version", func() {
	It("says which version, and which Go", func() {
		Expect(stdout(corsproof("version"))).To(MatchRegexp(`^corsproof \S+ \(go1\.\S+ \w+/\w+\)\n$`))
	})
})
