package report_test

import (
	"net/url"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/internal/person"
	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
)

// saved writes a report to disk, and returns its URL.
func saved(r *suite.Report) string {
	GinkgoHelper()
	path := filepath.Join(GinkgoT().TempDir(), "report.html")
	f, err := os.Create(path)
	Expect(err).NotTo(HaveOccurred())
	Expect(report.HTML(f, r)).To(Succeed())
	Expect(f.Close()).To(Succeed())
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// A reader is a person, before whatever browser.
type reader interface {
	Goes(url string)
	Finds(selector, property string) []string
	Does(script string)
}

// opens a report from disk, at a place such as "#simple.get".
func opens(r reader, of *suite.Report, place string) {
	GinkgoHelper()
	r.Goes(saved(of) + place)
}

// scenarios are the ids of the rows that are there to see.
func scenarios(r reader) []string {
	GinkgoHelper()
	return r.Finds("tr.scenario", "id")
}

// opensEverything opens each scenario, and each disclosure in it.
func opensEverything(r reader) {
	GinkgoHelper()
	r.Does(`
		document.querySelectorAll(".open[aria-expanded=false]").forEach(b => b.click());
		for (let closed; (closed = [...document.querySelectorAll("details:not([open])")]).length > 0;) {
			closed.forEach(d => { d.open = true; d.dispatchEvent(new Event("toggle")); });
		}`)
}

// cpuSeconds is how much time the page's main thread has worked, whatever else the
// machine did.
func cpuSeconds(s person.Sitter) float64 {
	GinkgoHelper()
	for _, m := range person.Call(s, performance.GetMetrics, cdp.Empty{}).Metrics {
		if m.Name == "TaskDuration" {
			return m.Value
		}
	}
	Fail("no TaskDuration")
	return 0
}

// plainTable is the CPU time of a table of a thousand rows on an empty page: what the time
// of a report is measured by, since on a busy machine all work takes longer.
func plainTable(s person.Sitter) float64 {
	GinkgoHelper()
	began := cpuSeconds(s)
	person.Ask[float64](s, `(() => {
		const rows = Array.from({length: 1000}, (_, i) => "<tr><td>" + i + "<td>pass<td>/v1/items/" + i + "<td>A page can read the response");
		document.body.innerHTML = "<table>" + rows.join("") + "</table>";
		return document.body.offsetHeight;
	})()`)
	return cpuSeconds(s) - began
}
