package report_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// hostile are texts that a target may send to harm who reads of it.
var hostile = map[string]string{
	"escape sequences":    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J \u009b31m",
	"control characters":  "a\x00b\bc\rd\te\vf\x7fg\u0085h",
	"new lines":           "a\n::error title=x::y\r\n::set-output name=a::b\n✓ all passed\u2028x",
	"commands":            "::stop-commands::x ##[error]y ::error::z",
	"direction marks":     "\u202egpj.exe \u2066a\u2069 \u200b \ufeff",
	"markup":              `<script>alert("x")</script> &lt; ]]> <!-- --> ' "`,
	"invalid UTF-8":       "a\xff\xfe\xc0\xaf\xed\xa0\x80b",
	"unlikely characters": "\ufffe \uffff \U0010ffff",
	"a mebibyte":          strings.Repeat("x ", 1<<19),
	"a long word":         strings.Repeat("y", 1<<20),
	"percent signs":       "%0A%s%!d %25",
	"nothing":             "",
}

// hostileReports are reports with one of the texts in each string that they have: by
// itself, and where all else is as it should be.
func hostileReports(text string) []*suite.Report {
	all := new(suite.Report)
	fill(reflect.ValueOf(all), text)
	failed := serverError(fetch.Fetch)
	fill(reflect.ValueOf(&failed.Exchanges).Elem(), text)
	failed.Key += text
	failed.Expected, failed.Observed, failed.Reason, failed.Step = text, text, text, text
	failed.Fixes = []string{text, text}
	failed.Bindings["resource-with-server-error"] = text
	broken := result("simple.get", fetch.Fetch, suite.Broken, text)
	broken.Observed = text
	some := reported(failed, broken, result("simple.head", fetch.Fetch, suite.Unclaimed, text), result("simple.range", fetch.XHR, suite.Fail, text))
	some.Target.URL, some.Partial, some.Advice = text, text, []string{text}
	some.Browsers[0].Version = text
	return []*suite.Report{all, some}
}

// shown are the characters that may be written: what can be printed, and line ends.
func shown(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
}

var _ = Describe("what comes from a target", func() {
	for name, text := range hostile {
		Describe("with "+name, func() {
			It("does no harm to a terminal", func() {
				for _, r := range hostileReports(text) {
					for _, o := range []report.ConsoleOptions{{}, {Width: 80}, {Verbose: true}, {Color: true, Width: 100}} {
						out := console(r, o)
						if o.Color {
							out = paint.ReplaceAllString(out, "")
						}
						Expect(shown(out)).To(BeTrue())
						Expect(len(out)).To(BeNumerically("<", 100_000))
						for line := range strings.Lines(out) {
							Expect(strings.TrimLeft(line, " ")).NotTo(HavePrefix("::"))
							Expect(line).NotTo(ContainSubstring("##["))
						}
					}
				}
			})

			It("is no end of a JSON string", func() {
				if len(text) >= 1<<20 {
					return // JSON cuts nothing, and what is to be escaped does not depend on length
				}
				for _, r := range hostileReports(text) {
					r.SchemaVersion = suite.SchemaVersion
					out := written(func(w io.Writer) error { return report.JSON(w, r) })
					Expect(json.Valid([]byte(out))).To(BeTrue())
					Expect(strings.ContainsFunc(out, func(c rune) bool { return c != '\n' && unicode.IsControl(c) })).To(BeFalse())

					again, err := report.ReadJSON(strings.NewReader(out))
					Expect(err).NotTo(HaveOccurred())
					if utf8.ValidString(text) {
						Expect(again.Partial).To(Equal(text))
					}
				}
			})

			It("is no markup in JUnit", func() {
				for _, r := range hostileReports(text) {
					out := written(func(w io.Writer) error { return report.JUnit(w, r) })
					Expect(utf8.ValidString(out)).To(BeTrue())
					Expect(len(out)).To(BeNumerically("<", 100_000))
					var all testsuites
					Expect(xml.Unmarshal([]byte(out), &all)).To(Succeed())
					Expect(all.Tests).To(Equal(len(r.Results)))
				}
			})

			It("is no workflow command", func() {
				for _, r := range hostileReports(text) {
					out := written(func(w io.Writer) error { return report.Annotations(w, r) })
					Expect(shown(out)).To(BeTrue())
					for line := range strings.Lines(out) {
						Expect(line).To(MatchRegexp(`^::(error|warning) title=[^:,]+::`))
						Expect(line[2:]).NotTo(ContainSubstring(" ::"))
						Expect(line).NotTo(ContainSubstring("##["))
					}
				}
			})
		})
	}
})
