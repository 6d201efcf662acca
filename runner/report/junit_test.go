package report_test

import (
	"encoding/xml"
	"io"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// testsuites is what a dashboard reads of JUnit XML. It is declared here again, so that
// a mistake in the writer's types cannot hide.
type testsuites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Suites   []struct {
		Name  string `xml:"name,attr"`
		Tests int    `xml:"tests,attr"`
		Cases []struct {
			Name      string  `xml:"name,attr"`
			Classname string  `xml:"classname,attr"`
			Time      float64 `xml:"time,attr"`
			Failure   *reason `xml:"failure"`
			Error     *reason `xml:"error"`
			Skipped   *reason `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type reason struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func junit(r *suite.Report) (all testsuites) {
	GinkgoHelper()
	out := written(func(w io.Writer) error { return report.JUnit(w, r) })
	Expect(out).To(HavePrefix(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<testsuites"))
	Expect(xml.Unmarshal([]byte(out), &all)).To(Succeed())
	return all
}

var _ = Describe("JUnit", func() {
	It("has a suite for each chapter and a case for each result", func() {
		broken := result("simple.head", fetch.Fetch, suite.Broken, "tls")
		broken.Observed = "net::ERR_CERT_DATE_INVALID"
		all := junit(reported(
			passed("simple.get", fetch.Fetch),
			broken,
			result("simple.worker", fetch.Fetch, suite.Blocked, "simple.get"),
			result("cache.zero", "", suite.Unclaimed, "the policy makes no such promise"),
			result("cache.expiry", fetch.Fetch, suite.Unjudged, suite.WouldWait),
			serverError(fetch.Fetch),
		))

		Expect([]int{all.Tests, all.Failures, all.Errors, all.Skipped}).To(Equal([]int{6, 1, 1, 3}))
		Expect(all.Suites).To(HaveLen(3))
		simple, cache, errors := all.Suites[0], all.Suites[1], all.Suites[2]
		Expect(simple.Name).To(Equal("Simple requests"))
		Expect(simple.Cases[0].Name).To(Equal("simple.get api=fetch browser=chromium"))
		Expect(simple.Cases[0].Classname).To(Equal("corsproof.simple"))
		Expect(simple.Cases[1].Error).To(Equal(&reason{
			Message: "broken: the target's certificate or handshake is not valid", Type: "tls", Text: "net::ERR_CERT_DATE_INVALID",
		}))
		Expect(simple.Cases[2].Skipped.Message).To(Equal("blocked by simple.get"))
		Expect(cache.Cases[0].Skipped.Message).To(Equal("unclaimed: the policy makes no such promise"))
		Expect(cache.Cases[1].Skipped.Message).To(Equal("unjudged: it takes longer than --max-wait"))
		Expect(errors.Cases[0].Time).To(Equal(0.25))
		Expect(errors.Cases[0].Failure.Message).To(Equal("A page of an allowed origin can read a 5xx answer"))
		Expect(errors.Cases[0].Failure.Type).To(Equal("MissingAllowOriginHeader"))
		Expect(errors.Cases[0].Failure.Text).To(HavePrefix("required  GET /v1/broken from https://app.example.com"))
		Expect(errors.Cases[0].Failure.Text).To(ContainSubstring("\nwire      OPTIONS /v1/broken for GET with content-type → 204 No Content\n"))
	})
})
