package report_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// inFirefox is the result of another browser.
func inFirefox(r suite.Result) suite.Result {
	r.Browser = "firefox"
	r.Key = strings.TrimSuffix(r.Key, "browser=chromium") + "browser=firefox"
	return r
}

// inBoth is a report of two browsers.
func inBoth(results ...suite.Result) *suite.Report {
	r := reported(results...)
	r.Browsers = append(r.Browsers, fetch.About{Name: "firefox", Version: "153.7"})
	return r
}

var _ = Describe("A report of two browsers", func() {
	get := passed("simple.get", fetch.Fetch)

	It("has a column for each, and one line for what they agree on", func() {
		text := console(inBoth(get, inFirefox(get)), report.ConsoleOptions{})
		Expect(text).To(HavePrefix("https://api.example.com, judged by chromium 140.0, firefox 153.7\nThere is a column for each of them, in this order.\n"))
		Expect(strings.Count(text, "simple.get")).To(Equal(1))
		Expect(text).To(ContainSubstring("  ✓✓ simple.get  "))
		Expect(text).NotTo(ContainSubstring("Where browsers differ"))
	})

	It("has a line for each where they differ, and says that the failure is the server's", func() {
		bad := result("simple.get", fetch.Fetch, suite.Fail, "MissingAllowOriginHeader")
		bad.Observed = "CORS check, step 2: Access-Control-Allow-Origin is missing"
		bad.Failures = []suite.Failure{{}}
		text := console(inBoth(get, inFirefox(bad)), report.ConsoleOptions{})
		Expect(text).To(ContainSubstring("  ✓  simple.get  "))
		Expect(text).To(ContainSubstring("   ✗ simple.get  "))
		Expect(text).To(ContainSubstring("Where browsers differ\n  - simple.get passes in chromium and not in firefox; by the Standard firefox is right: " +
			"CORS check, step 2: Access-Control-Allow-Origin is missing.\n"))
	})

	It("says where a browser refuses what the Standard would not", func() {
		alone := result("simple.get", fetch.Fetch, suite.Broken, "disagreement")
		alone.Observed = "the browser refused it, though the Standard would not"
		Expect(console(inBoth(get, inFirefox(alone)), report.ConsoleOptions{})).To(ContainSubstring(
			"simple.get passes in chromium and not in firefox; by the Standard chromium is right, since nothing that the server sent is wrong: the browser refused it"))
	})

	It("makes no difference of what one of them could not judge", func() {
		unseen := result("simple.get", fetch.Fetch, suite.Unjudged, suite.NotObservable)
		Expect(console(inBoth(get, inFirefox(unseen)), report.ConsoleOptions{})).NotTo(ContainSubstring("Where browsers differ"))
	})
})
