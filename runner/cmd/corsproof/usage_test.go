package main_test

import (
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/suite"
)

var _ = DescribeTable("a mistake of usage is one message, without the usage:",
	func(message string, args ...string) {
		s := corsproof(args...)
		Expect(s).To(gexec.Exit(suite.ExitUsage))
		Expect(stderr(s)).To(Equal("corsproof: " + message + "\n"))
		Expect(stdout(s)).To(BeEmpty())
	},
	Entry("an unknown command", `unknown command "rnu"; did you mean run?`, "rnu"),
	Entry("one that is like none", `unknown command "zzzzz"; corsproof --help shows all`, "zzzzz"),
	Entry("an unknown flag", "unknown flag: --fiel", "run", "--fiel", "x"),
	Entry("an argument too many", `unknown command "cors.yaml" for "corsproof run"`, "run", "cors.yaml"),
	Entry("a file that does not exist", `open nope.yaml: no such file or directory; "corsproof init" writes a cors.yaml to start from`, "run", "-f", "nope.yaml"),
	Entry("a browser twice", `browser "chromium" is named twice`, "run", "--browser", "chromium,chromium"),
	Entry("two browsers at once", "--cdp names a browser that somebody else starts; --browser and --browser-path are of one that corsproof starts", "run", "--cdp", "http://127.0.0.1:9222", "--browser", "chromium"),
	Entry("an executable of what runs", "--cdp names a browser that somebody else starts; --browser and --browser-path are of one that corsproof starts", "run", "--cdp", "http://127.0.0.1:9222", "--browser-path", "/usr/bin/chromium"),
	Entry("a running browser that is nowhere", `--cdp "9222" is no endpoint; expected http://host:port or ws://host:port, such as http://127.0.0.1:9222 of a Chrome that was started with --remote-debugging-port=9222`, "run", "--cdp", "9222"),
	Entry("a running browser that is to be led elsewhere", "--cdp names a browser that connects where names lead; connectTo can lead only one elsewhere that corsproof starts", "run", "--cdp", "http://127.0.0.1:9222", "--connect-to", "a:1:b:2"),
	Entry("two remote browsers", "--cdp and --webdriver each name a browser; expected one of them", "run", "--cdp", "http://127.0.0.1:9222", "--webdriver", "http://127.0.0.1:4444"),
	Entry("a driver and a browser", "--webdriver names a browser that somebody else starts; --browser and --browser-path are of one that corsproof starts", "run", "--webdriver", "http://127.0.0.1:4444", "--browser", "firefox"),
	Entry("a driver that is nowhere", `--webdriver "127.0.0.1:4444" is no endpoint; expected http://host:port[/path], such as http://127.0.0.1:4444 of a Selenium Grid, or http://127.0.0.1:9515 of a chromedriver; or ws://host:port[/path], such as ws://127.0.0.1:9222 of a Firefox that was started with --remote-debugging-port=9222`, "run", "--webdriver", "127.0.0.1:4444"),
	Entry("capabilities of nothing", "--capabilities are of the browser that --webdriver is to start", "run", "--capabilities", "{}"),
	Entry("capabilities that are none", `--capabilities "[]": json: cannot unmarshal array into Go value of type remote.Capabilities; expected an object in JSON, such as {"browserName": "chrome"}`, "run", "--webdriver", "http://127.0.0.1:4444", "--capabilities", "[]"),
	Entry("a shard that is none", `--shard "5/4": expected i/n, such as 1/4, with i from 1 to n`, "run", "--shard", "5/4"),
	Entry("nothing to merge", "merge takes reports, such as shard-1.json shard-2.json; none was named", "merge"),
	Entry("no browser at all", "--browser names none; expected chromium, firefox, webkit or none", "run", "--browser", ""),
	Entry("a target without a promise", "--target says where the server is, but not what it promises: name a configuration by -f, such as the cors.yaml that \"corsproof init\" writes", "run", "--target", "https://api.example.com"),
	Entry("an unknown level", `level "high": expected required, recommended or informative`, "run", "--level", "high"),
	Entry("a scenario that there is not", `scenario "simple.gte" matches none (try "simple.*"); corsproof list shows all`, "run", "--scenario", "simple.gte"),
	Entry("unknown effects", `effects "maybe": expected hold or deliver`, "run", "--effects", "maybe"),
	Entry("a malformed mapping", `--connect-to "a:b" has 2 of the 4 parts between colons; expected HOST1:PORT1:HOST2:PORT2, such as api.example.com:443:127.0.0.1:8443`, "run", "--connect-to", "a:b"),
	Entry("no authority", "no certificate authority: open /nope.pem: no such file or directory", "run", "--cacert", "/nope.pem"),
	Entry("no time at all", "timeout 0s: expected more than 0", "run", "--timeout", "0"),
	Entry("a budget of nothing", "--max-requests 0: expected 1 or more", "run", "--max-requests", "0"),
	Entry("a rate that is none", `--rate "5/d": expected requests per second, such as 5, 5/s or 300/m`, "run", "--rate", "5/d"),
	Entry("a rate of nothing", `--rate "0": expected 1/h to 1e+06/s`, "run", "--rate", "0"),
	Entry("JUnit of what was not judged", "--dry-run judges nothing, so that there is nothing for --junit", "run", "--dry-run", "--junit", "junit.xml"),
	Entry("HTML of what was not judged", "--dry-run judges nothing, so that there is nothing for --html", "run", "--dry-run", "--html", "-"),
	Entry("Markdown of what was not judged", "--dry-run judges nothing, so that there is nothing for --markdown", "run", "--dry-run", "--markdown", "-"),
	Entry("two of four reports on standard output", "--junit and --markdown cannot both go to standard output", "judge", "-", "--junit", "-", "--markdown", "-"),
	Entry("two reports on standard output", "--json and --junit cannot both go to standard output", "run", "--json", "-", "--junit", "-"),
	Entry("a report in no folder", "cannot write /nope/report.json: stat /nope: no such file or directory", "run", "--json", "/nope/report.json"),
	Entry("a report that is a folder", "cannot write /: it is a folder", "run", "--junit", "/"),
	Entry("nothing to explain", "explain what? Name a scenario or a reason; corsproof list shows all scenarios", "explain"),
	Entry("a name that is like another", `"errors.sevrer" is no scenario and no reason; did you mean errors.server?`, "explain", "simple.get", "errors.sevrer"),
	Entry("a reason that is like another", `"missingalloworigin" is no scenario and no reason; did you mean MissingAllowOriginHeader?`, "explain", "missingalloworigin"),
	Entry("a name that is like none", `"zzzzzzzzzz" is no scenario and no reason; corsproof list shows all scenarios`, "explain", "zzzzzzzzzz"),
	Entry("nothing to judge", "judge takes one report, such as report.json; 0 were named", "judge"),
	Entry("a report that does not exist", "open nope.json: no such file or directory", "judge", "nope.json"),
	Entry("a fault that there is not", `fault "nope.*" matches none; corsproof selftest --browser none shows all`, "selftest", "--fault", "nope.*"),
	Entry("a report that is none", "/dev/null: it is no report in JSON: unexpected end of JSON input", "judge", "/dev/null"),
)

var _ = Describe("a configuration with mistakes", func() {
	It("is said with every mistake and its place", func() {
		file := temp("cors.yaml")
		Expect(os.WriteFile(file, []byte("target: https://api.example.com/v1\npolicy: {maxage: 5}\n"), 0o600)).To(Succeed())
		s := corsproof("run", "-f", file)

		Expect(s).To(gexec.Exit(suite.ExitUsage))
		Expect(stderr(s)).To(HavePrefix("corsproof: " + file + ": 2 mistakes\n" + file + ":1:9: "))
		Expect(strings.Count(stderr(s), "\n")).To(Equal(3))
	})
})

var _ = Describe("help", func() {
	It("teaches by examples, and says what exit codes mean", func() {
		for _, args := range [][]string{{}, {"--help"}, {"run", "--help"}} {
			s := corsproof(args...)
			Expect(s).To(gexec.Exit(0))
			Expect(stdout(s)).To(ContainSubstring("corsproof run -f cors.yaml"))
			Expect(stdout(s)).To(ContainSubstring("Exit codes:\n  0  the server keeps its policy"))
		}
	})
})

var _ = DescribeTable("a shell completes",
	func(want string, args ...string) {
		s := corsproof(append([]string{"__complete"}, args...)...)
		Expect(s).To(gexec.Exit(0))
		Expect(strings.Split(stdout(s), "\n")).To(ContainElement(HavePrefix(want)))
	},
	Entry("commands", "explain\t", "ex"),
	Entry("browsers", "none", "run", "--browser", ""),
	Entry("where a browser listens", "http://127.0.0.1:9222", "run", "--cdp", ""),
	Entry("levels", "recommended", "run", "--level", "rec"),
	Entry("effects", "deliver", "run", "--effects", ""),
	Entry("scenarios", "errors.server\tA page of an allowed origin can read a 5xx answer", "run", "--scenario", "errors."),
	Entry("whole chapters", "origins.*\tOrigins", "run", "--scenario", "or"),
	Entry("the last of several", "simple.get,errors.server\t", "run", "--scenario", "simple.get,err"),
	Entry("what can be explained", "MissingAllowOriginHeader", "explain", "Miss"),
	Entry("rates", "300", "run", "--max-requests", ""),
	Entry("faults", "errors.server.bare\tAn answer 500 has no CORS headers", "selftest", "--fault", "errors.s"),
	Entry("flags", "--max-wait\t", "run", "--max"),
)
