package browser_test

import (
	"net/http/httptest"
	"os"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/selftest"
)

// What the model notices of every fault is recorded in suite/testdata/faults.txt;
// here Chromium is asked about one fault or two of each kind, and about those that a
// browser alone can notice. It takes seconds for each.
var _ = Describe("Chromium notices what the model notices", func() {
	for _, id := range []string{
		"all.bare", "simple.form.415", "preflight.status.401.bare", "preflight.redirect", "preflight.first-header",
		"allow-origin.twice", "methods.lower-case", "methods.echoed", "headers.echoed.listed",
		"credentials.title-case", "credentials.missing.preflight", "expose.preflight", "expose.any",
		"max-age.zero", "max-age.longer", "origins.null", "origins.prefix", "pattern.dot",
		"likeness.tolerant", "likeness.homograph", "likeness.trailing-dot", "likeness.suffix.preflight", "trusted.http", "trusted.localhost",
		"errors.server.bare", "resources.any", "options.origin.400",
		"redirects.bare", "redirects.any", "redirects.preflight", "redirects.after.preflight", "redirects.login", "redirects.loop",
		"redirects.userinfo", "redirects.invalid", "redirects.scheme", "redirects.undeclared", "redirects.elsewhere.listed",
		"consumers.static.bare", "consumers.static.twice", "consumers.image.any", "consumers.script.bare", "consumers.style.credentials",
		"consumers.font.origins", "consumers.events.any", "consumers.beacon.credentials", "consumers.beacon.origins",
		"vary.missing", "vary.allowed.site", "vary.star", "vary.redirect", "vary.shared",
		"revalidation.bare.script", "revalidation.other", "revalidation.pinned", "revalidation.origins", "revalidation.exposed",
	} {
		It("of the fault "+id, func(ctx SpecContext) {
			Expect(failing(ctx, fault(id))).To(Equal(recorded(id)))
		})
	}

	It("and what only a browser can show: a server that reads Referer in place of Origin", func(ctx SpecContext) {
		Expect(failing(ctx, fault("simple.referer"))).To(ContainElement("simple.worker"))
	})

	// By the Standard "*" never covers Authorization; no browser keeps to that.
	// https://github.com/whatwg/fetch/issues/1919
	It("but for Authorization under *, which Chromium lets through", func(ctx SpecContext) {
		seen := failing(ctx, fault("headers.any"))
		Expect(seen).To(ConsistOf("credentials.header", "headers.unlisted"))
		Expect(recorded("headers.any")).To(ConsistOf("credentials.header", "headers.unlisted", "headers.listed", "headers.authorization"))
	})

	It("leaving out none that needs a browser", func() {
		for _, f := range faults.All() {
			if f.NeedsBrowser {
				Expect(f.ID).To(Equal("simple.referer"))
			}
		}
	})
})

func fault(id string) faults.Fault {
	GinkgoHelper()
	i := slices.IndexFunc(faults.All(), func(f faults.Fault) bool { return f.ID == id })
	Expect(i).NotTo(Equal(-1), "no fault %q", id)
	return faults.All()[i]
}

// concerning leaves the look-alikes out where the fault is not about origins: each of
// them costs a page.
func concerning(f faults.Fault) suite.Filter {
	about := func(chapters ...string) bool {
		chapter, _, _ := strings.Cut(f.ID, ".")
		return slices.Contains(chapters, chapter)
	}
	if about("origins", "pattern", "likeness", "trusted", "target") {
		return suite.Filter{Scenarios: []string{"simple.get", "preflight.answered", "redirects.elsewhere*", "origins.*"}}
	}
	var ids []string
	for _, s := range suite.Scenarios() {
		if !strings.HasPrefix(s.ID, "origins.refused.") {
			ids = append(ids, s.ID)
		}
	}
	return suite.Filter{Scenarios: ids}
}

// failing are the ids of the scenarios that fail in Chromium, sorted.
func failing(ctx SpecContext, f faults.Fault) []string {
	GinkgoHelper()
	server := httptest.NewServer(f.Handler())
	DeferCleanup(server.Close)
	target := selftest.At(server.URL, selftest.FaultyTarget(f))
	report, err := suite.Run(ctx, target, browser, concerning(f))
	Expect(err).NotTo(HaveOccurred())
	var ids []string
	for _, r := range report.Results {
		Expect(r.Verdict).NotTo(Equal(suite.Broken), "%s: %s", r.Key, r.Observed)
		if r.Verdict == suite.Fail {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// recorded are the ids that the model was seen to fail.
func recorded(id string) []string {
	GinkgoHelper()
	data, err := os.ReadFile("../testdata/faults.txt")
	Expect(err).NotTo(HaveOccurred())
	for line := range strings.Lines(string(data)) {
		if ids, ok := strings.CutPrefix(strings.TrimSpace(line), id+": "); ok {
			return strings.Fields(ids)
		}
	}
	Fail("no fault " + id + " is recorded")
	return nil
}
