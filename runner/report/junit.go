package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/corsproof/corsproof/suite"
)

// JUnit writes the report as JUnit XML: a test suite for each chapter, a test case for
// each result, named by its key. Fail is a failure and broken an error if they are
// required, so that it is red when the exit code says so; at a lower level they are
// skipped, as are blocked, unclaimed and unjudged, each with the reason.
func JUnit(w io.Writer, r *suite.Report) error {
	all := junit.Testsuites{Name: "corsproof " + visible(r.Target.URL, valueLimit)}
	total := 0.0
	for i, c := range chapters(r) {
		s := junit.Testsuite{ID: i, Name: c.title, Package: "corsproof"}
		s.AddProperty("target", visible(r.Target.URL, valueLimit))
		for _, b := range r.Browsers {
			s.AddProperty("browser", visible(b.Name+" "+b.Version, valueLimit))
		}
		if r.Partial != "" {
			s.AddProperty("partial", visible(r.Partial, sentenceLimit))
		}
		seconds := 0.0
		for _, scenario := range c.scenarios {
			for _, result := range scenario.results {
				s.AddTestcase(testcase(result, "corsproof."+visible(c.name, valueLimit), r.Target.URL))
				seconds += result.Seconds
			}
		}
		s.Time = inSeconds(seconds)
		total += seconds
		all.AddSuite(s)
	}
	all.Time = inSeconds(total)
	if _, err := io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"); err != nil {
		return err
	}
	return all.WriteXML(w)
}

func inSeconds(seconds float64) string { return fmt.Sprintf("%.3f", seconds) }

func testcase(r suite.Result, class, target string) junit.Testcase {
	t := junit.Testcase{
		Name:      visible(r.Key, 4*valueLimit),
		Classname: class,
		Time:      inSeconds(r.Seconds),
	}
	title := visible(r.Title, sentenceLimit)
	reason := visible(r.Reason, valueLimit)
	switch {
	case r.Verdict == suite.Pass:
	case r.Level != suite.Required && (r.Verdict == suite.Fail || r.Verdict == suite.Broken):
		t.Skipped = &junit.Result{Message: fmt.Sprintf("%s, but only %s: %s", r.Verdict, r.Level, title), Data: plain(r, target)}
	case r.Verdict == suite.Fail:
		t.Failure = &junit.Result{Message: title, Type: reason, Data: plain(r, target)}
	case r.Verdict == suite.Broken:
		t.Error = &junit.Result{
			Message: "broken: " + inWords(r.Reason),
			Type:    reason,
			Data:    visible(r.Observed, sentenceLimit),
		}
	default:
		message := string(r.Verdict) + ": " + inWords(r.Reason)
		if r.Verdict == suite.Blocked {
			message = "blocked by " + reason
		}
		t.Skipped = &junit.Result{Message: visible(message, sentenceLimit)}
	}
	return t
}

// plain is what explain says, as text.
func plain(r suite.Result, target string) string {
	var b strings.Builder
	if r.Level != suite.Required {
		fmt.Fprintf(&b, "%-*s%s\n", labelWidth, "level", visible(string(r.Level), valueLimit))
	}
	for _, f := range explain(r, target, false) {
		label := f.label
		for _, line := range f.lines {
			fmt.Fprintf(&b, "%-*s%s\n", labelWidth, label, line)
			label = ""
		}
	}
	return b.String()
}
