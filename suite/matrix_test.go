package suite_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/selftest"
)

// crowd is how many scenarios one mistake may make fail. Where it is more, a
// scenario lacks something in its Needs.
const crowd = 4

var _ = Describe("the matrix of faults and scenarios", func() {
	for _, f := range faultsForModel() {
		It("notices the fault "+f.ID, func() {
			m := matrix()
			Expect(m.broken[f.ID]).To(BeEmpty(), "the harness gave up on %s", f.Sentence)
			ids := m.failing[f.ID]
			Expect(ids).NotTo(BeEmpty(), "no scenario fails: %s", f.Sentence)
			Expect(len(ids)).To(BeNumerically("<=", crowd), "%s makes all these fail: %s", f.ID, ids)
			if f.Harmless != "" {
				Expect(matters(ids)).To(BeFalse(), "%s fail, though it is said that %s", ids, f.Harmless)
			} else {
				Expect(matters(ids)).To(BeTrue(), "nothing but informative scenarios fail: %s", ids)
			}
		})
	}

	for _, s := range suite.Scenarios() {
		It("sees the scenario "+s.ID+" fail", func() {
			needsAllFaults()
			noticed := noticedBy(s.ID)
			if s.BrowserOnly != "" {
				Expect(noticed).To(BeEmpty(), "it needs no browser, though it is said that %s", s.BrowserOnly)
			} else {
				Expect(noticed).NotTo(BeEmpty(), "no fault makes it fail")
			}
		})
	}

	It("sees nothing fail where there is no mistake", func() {
		for _, f := range faults.All() {
			if f.ID == "all.bare" || f.Promise != nil { // the sample policy, and each other one
				faultless := faults.Fault{Promise: f.Promise}
				Expect(complaints(faultless.Handler(), selftest.FaultyTarget(faultless))).To(BeEmpty(), f.ID)
			}
		}
	})

	// What one mistake makes fail is a matter of taste where it is more than one
	// scenario, so a person looks at each change of it.
	It("is the reviewed one", func() {
		needsAllFaults()
		golden := filepath.Join("testdata", "faults.txt")
		lines := goldenLines()
		if os.Getenv("UPDATE") != "" {
			Expect(os.MkdirAll(filepath.Dir(golden), 0o755)).To(Succeed())
			Expect(os.WriteFile(golden, []byte(strings.Join(lines, "\n")+"\n"), 0o644)).To(Succeed())
		}
		reviewed, err := os.ReadFile(golden)
		Expect(err).NotTo(HaveOccurred())
		Expect(difference(strings.Split(strings.TrimSpace(string(reviewed)), "\n"), lines)).To(BeEmpty(),
			"if this is what you mean: UPDATE=1 go test ./suite/")
	})
})

// needsAllFaults leaves a spec to the run without the race detector, which make test has
// too.
func needsAllFaults() {
	if underRace {
		Skip("go test ./suite/ without -race judges all faults")
	}
}

// A faultMatrix says what came of each fault, by its id.
type faultMatrix struct {
	failing map[string][]string // the ids of the scenarios that fail, sorted
	broken  map[string][]string // what the harness says of those that broke
}

// matrix judges all faults, once, by the model.
var matrix = sync.OnceValue(func() faultMatrix {
	patterns := []string{"*"}
	if underRace {
		patterns = nil
		for _, f := range faultsForModel() {
			patterns = append(patterns, f.ID)
		}
	}
	m := faultMatrix{map[string][]string{}, map[string][]string{}}
	for _, pattern := range patterns {
		judged, err := selftest.Run(context.Background(), selftest.Options{Fault: pattern})
		Expect(err).NotTo(HaveOccurred())
		for _, f := range judged.Faults {
			if f.Skipped == "" {
				m.failing[f.ID], m.broken[f.ID] = f.By, f.Broken
			}
		}
	}
	return m
})

// faultsForModel are all that need no browser. The race detector makes each ten times as
// slow, and all go the same way: under it one of each chapter is enough.
func faultsForModel() []faults.Fault {
	seen := map[string]bool{}
	return slices.DeleteFunc(faults.All(), func(f faults.Fault) bool {
		chapter, _, _ := strings.Cut(f.ID, ".")
		again := seen[chapter]
		seen[chapter] = true
		return f.NeedsBrowser || underRace && again
	})
}

// noticedBy returns the faults that make the scenario fail.
func noticedBy(id string) []string {
	var noticed []string
	for fault, ids := range matrix().failing {
		if slices.Contains(ids, id) {
			noticed = append(noticed, fault)
		}
	}
	return noticed
}

// matters reports whether one of the scenarios is more than informative.
func matters(ids []string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return scenario(id).Level != suite.Informative })
}

func scenario(id string) suite.Scenario {
	for _, s := range suite.Scenarios() {
		if s.ID == id {
			return s
		}
	}
	return suite.Scenario{}
}

// goldenLines writes the matrix down, a line for each fault.
func goldenLines() []string {
	var lines []string
	failing := matrix().failing
	for _, id := range slices.Sorted(maps.Keys(failing)) {
		lines = append(lines, fmt.Sprintf("%s: %s", id, strings.Join(failing[id], " ")))
	}
	return lines
}

// difference returns the lines that are on one side alone.
func difference(reviewed, now []string) []string {
	var lines []string
	for _, line := range reviewed {
		if !slices.Contains(now, line) {
			lines = append(lines, "- "+line)
		}
	}
	for _, line := range now {
		if !slices.Contains(reviewed, line) {
			lines = append(lines, "+ "+line)
		}
	}
	slices.SortStableFunc(lines, func(a, b string) int { return cmp.Compare(a[2:], b[2:]) })
	return lines
}

// Scenarios that cover no behaviour of browsers.
var uncovering = map[string]string{
	"options.plain":          "no browser sends OPTIONS without Origin",
	"options.request-method": "no browser sends Access-Control-Request-Method without Origin",
}

var _ = Describe("the table of scenarios", func() {
	slug := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	levels := []suite.Level{suite.Required, suite.Recommended, suite.Informative}

	It("has an id for each scenario alone, which begins with its chapter", func() {
		seen := map[string]bool{}
		for _, c := range suite.Chapters() {
			for _, s := range c.Scenarios {
				Expect(seen).NotTo(HaveKey(s.ID))
				seen[s.ID] = true
				parts := strings.Split(s.ID, ".")
				Expect(parts[0]).To(Equal(c.Name), s.ID)
				Expect(len(parts)).To(BeNumerically(">=", 2), s.ID)
				Expect(parts).To(HaveEach(MatchRegexp(slug.String())), s.ID)
			}
		}
	})

	for _, s := range suite.Scenarios() {
		It("is well-formed at "+s.ID, func() {
			Expect(s.Title).To(MatchRegexp(`^[A-Z].*[^.\s]$`))
			Expect(s.Spec).To(MatchRegexp(slug.String()), "a fragment of the Fetch Standard")
			Expect(levels).To(ContainElement(s.Level))
			if why, ok := uncovering[s.ID]; ok {
				Expect(s.Covers).To(BeEmpty(), why)
			} else {
				Expect(s.Covers).To(HaveEach(MatchRegexp(`^[A-Z]{2}-[0-9]{2}$`)), "it covers a behaviour")
			}
			Expect(s.Steps).NotTo(BeEmpty())
			for _, step := range s.Steps {
				Expect(step.Method).NotTo(BeEmpty())
				Expect(step.Want).NotTo(BeZero(), "each step wants something")
			}
			if s.Each != "" {
				Expect(fmt.Sprintf("%+v", forms(s))).To(ContainSubstring(string(s.Each)), "nothing takes the values of Each in turn")
			}
		})

		It("is told rightly what it needs at "+s.ID, func() {
			for _, need := range s.Needs {
				Expect(scenario(need).ID).To(Equal(need), "it exists")
				Expect(slices.Index(levels, scenario(need).Level)).To(BeNumerically("<=", slices.Index(levels, s.Level)),
					"%s matters less than what needs it", need)
			}
			Expect(slices.Compact(slices.Sorted(slices.Values(s.Needs)))).To(HaveLen(len(s.Needs)), "each once")
			Expect(needed(s, nil)).NotTo(ContainElement(s.ID), "a circle")
		})
	}
})

// forms are the parts of a scenario that may hold roles.
func forms(s suite.Scenario) []any {
	return []any{cmp.Or(s.Origin, suite.AllowedOrigin), cmp.Or(s.Resource, suite.PlainResource), s.Steps}
}

// needed adds everything that the scenario needs, and that what it needs needs.
func needed(s suite.Scenario, found []string) []string {
	for _, id := range s.Needs {
		if !slices.Contains(found, id) {
			found = needed(scenario(id), append(found, id))
		}
	}
	return found
}
