package main_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/suite/useragent"
)

var _ = Describe("browser", func() {
	graded := func(s *gexec.Session) useragent.Report {
		GinkgoHelper()
		var r useragent.Report
		Expect(json.Unmarshal(s.Out.Contents(), &r)).To(Succeed())
		return r
	}

	It("judges the model, without a browser", func() {
		s := corsproof("browser", "--browser", "none", "--json", "-")
		Expect(s).To(gexec.Exit(0))
		r := graded(s)
		Expect(r.Summary).To(Equal(map[useragent.Verdict]int{useragent.Pass: len(r.Results)}))
		Expect(stderr(s)).To(HaveSuffix("does what the Fetch Standard says.\n"))
	})

	It("judges Chromium, with what is known of it", func() {
		s := corsproof("browser", "--scenario", "browser.simple.*,browser.wildcards.*", "--json", "-")
		Expect(s).To(gexec.Exit(0))
		r := graded(s)
		Expect(r.Browser.Name).To(Equal("chromium"))
		Expect(r.Summary).To(HaveKeyWithValue(useragent.Deviates, 2))
		Expect(stderr(s)).To(ContainSubstring("  ≠ browser.wildcards.authorization  "))
		Expect(stderr(s)).To(ContainSubstring("(D-01, https://github.com/whatwg/fetch/issues/1919)\n"))
	})

	It("judges several side by side, each by itself", func() {
		s := corsproof("browser", "--browser", "none,chromium", "--scenario", "browser.wildcards.*", "--json", temp("r.json"), "--markdown", "-")
		Expect(s).To(gexec.Exit(0), stderr(s))
		Expect(stdout(s)).To(MatchRegexp(`(?m)^\| otherwise than the Standard \| .* \| chromium [\d.]+ \| known from \|$`))
		Expect(stdout(s)).To(ContainSubstring("| It lets Authorization through under *, as all engines do. |  | `wildcards.authorization` |"))
		Expect(stderr(s)).To(MatchRegexp(`(?s)without a browser, judged by .*\n\nchromium [\d.]+, judged by`))
	})

	It("says what it does not know", func() {
		s := corsproof("browser", "--scenario", "browser.nothing")
		Expect(s).To(gexec.Exit(2))
		Expect(stderr(s)).To(Equal("corsproof: scenario \"browser.nothing\" matches none of the browser family; corsproof list shows all\n"))
		Expect(corsproof("browser", "--browser", "lynx")).To(gexec.Exit(2))
		s = corsproof("browser", "--browser-path", "/no/such/browser")
		Expect(s).To(gexec.Exit(3))
		Expect(stderr(s)).To(ContainSubstring(`no browser at "/no/such/browser"`))
	})
})
