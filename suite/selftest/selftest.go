// Package selftest judges servers that are known to be wrong, and servers that are known
// to be right. The first prove that the suite can fail: every fault is noticed by a
// scenario, and every scenario notices a fault. The second prove that it does not cry
// wolf.
package selftest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
	"github.com/corsproof/corsproof/suite/internal/ids"
)

// Options says what to judge, and how. The zero value judges everything by the model.
type Options struct {
	// UserAgent judges. It delivers effects, and may reach every port of 127.0.0.1.
	// Nil means fetch.Model.
	UserAgent fetch.UserAgent

	// Fault is a pattern of the ids of faults, such as "errors.*". Empty judges all
	// of them, and the servers that are right too.
	Fault string

	// AtOnce is how many servers are judged side by side. 0 means a number that suits
	// the model, whose servers mostly wait.
	AtOnce int

	// Progress is called whenever a server has been judged, one call at a time.
	Progress func(done, total int)
}

// atOnceByModel is how many servers the model judges side by side.
const atOnceByModel = 8

// patience is how long an answer may take. None of the servers is slow, but the machine
// may be: what is late for that reason is no fault of a server, nor noticed.
const patience = time.Minute

// SchemaVersion is that of the matrices that this version writes as JSON.
const SchemaVersion = 1

// A Matrix says what came of it.
type Matrix struct {
	SchemaVersion int         `json:"schemaVersion"`
	Tool          suite.Tool  `json:"tool"` // its version is left to the caller
	Browser       fetch.About `json:"browser"`

	Faults []Fault `json:"faults"`
	Sound  []Sound `json:"sound"` // servers that are right

	// Scenarios says of each scenario by which faults it was seen to fail. It is
	// empty where not all faults were judged.
	Scenarios []Scenario `json:"scenarios,omitempty"`
}

// A Fault is what came of a server with one mistake.
type Fault struct {
	ID       string `json:"id"`
	Sentence string `json:"sentence"`

	// By are the ids of the scenarios that fail, sorted.
	By []string `json:"by"`

	// Noticed says that one of them matters: it is required or recommended, unless
	// the mistake is known to be harmless.
	Noticed bool `json:"noticed"`

	Harmless  string `json:"harmless,omitempty"`  // why an informative scenario suffices
	Skipped   string `json:"skipped,omitempty"`   // why it was not judged
	Invisible string `json:"invisible,omitempty"` // why this browser could judge none of what shows it

	Broken  []string `json:"broken,omitempty"` // what the browser, or corsproof, gave up on
	Seconds float64  `json:"seconds"`

	tried    map[string]bool   // the ids of the scenarios that could be judged
	fails    []string          // the results that show it, by their keys but for the browser
	unjudged map[string]string // why others could not be judged, by the same
	byModel  []string          // the ids of the scenarios by which the model notices it
}

// A Sound is what came of a server that keeps its policy.
type Sound struct {
	Name     string   `json:"name"`
	Findings []string `json:"findings"` // what the suite accuses it of
	Broken   []string `json:"broken,omitempty"`
	Seconds  float64  `json:"seconds"`
}

// A Scenario is what a scenario noticed.
type Scenario struct {
	ID      string   `json:"id"`
	Notices []string `json:"notices"` // ids of faults

	// BrowserOnly says why the model sees nothing there. It is empty in a browser.
	BrowserOnly string `json:"browserOnly,omitempty"`

	// Untried says why no fault could be noticed there by this user agent.
	Untried string `json:"untried,omitempty"`
}

// Check returns an error if the options are wrong.
func (o Options) Check() error {
	_, err := choose(o.Fault)
	return err
}

// Run judges the servers. An error means that the options are wrong, or that the
// context has ended.
func Run(ctx context.Context, o Options) (*Matrix, error) {
	ua := o.UserAgent
	if ua == nil {
		ua = fetch.Model{Effects: fetch.Deliver}
	}
	chosen, err := choose(o.Fault)
	if err != nil {
		return nil, err
	}
	m := &Matrix{
		SchemaVersion: SchemaVersion,
		Tool:          suite.Tool{Name: "corsproof"},
		Browser:       ua.About(),
		Faults:        make([]Fault, len(chosen)),
		Sound:         []Sound{},
	}
	var tasks []func()
	for i, f := range chosen {
		tasks = append(tasks, func() { m.Faults[i] = judgeFault(ctx, ua, f) })
	}
	if o.Fault == "" {
		cases := casesFor(ua)
		m.Sound = make([]Sound, len(cases))
		for i, c := range cases {
			tasks = append(tasks, func() { m.Sound[i] = judgeSound(ctx, ua, c) })
		}
	}
	sideBySide(ctx, tasks, cmp.Or(o.AtOnce, atOnceByModel), o.Progress)
	if o.Fault == "" {
		m.Scenarios = m.scenarios(isModel(ua))
	}
	return m, context.Cause(ctx)
}

// choose returns the faults whose ids match.
func choose(pattern string) ([]faults.Fault, error) {
	all := faults.All()
	if pattern == "" {
		return all, nil
	}
	if err := ids.Check("fault", pattern); err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f faults.Fault) bool { return !ids.Keeps([]string{pattern}, f.ID) })
	if len(all) == 0 {
		return nil, fmt.Errorf("fault %q matches none; corsproof selftest --browser none shows all", pattern)
	}
	return all, nil
}

func isModel(ua fetch.UserAgent) bool { return ua.About().Name == (fetch.Model{}).About().Name }

// casesFor returns the servers that are right: for a browser, which takes seconds for
// each, those that differ most.
func casesFor(ua fetch.UserAgent) []policies.Case {
	cases := policies.All()
	if isModel(ua) {
		return cases
	}
	return slices.DeleteFunc(cases, func(c policies.Case) bool { return !c.Different })
}

// sideBySide does the tasks, so many at once, until the context ends.
func sideBySide(ctx context.Context, tasks []func(), atOnce int, progress func(done, total int)) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	done := 0
	free := make(chan struct{}, atOnce)
	for _, task := range tasks {
		free <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-free }()
			task()
			mu.Lock()
			defer mu.Unlock()
			done++
			if progress != nil {
				progress(done, len(tasks))
			}
		})
	}
	wg.Wait()
}

// judgeFault judges a server with one mistake. A browser takes seconds for the whole
// table, so that it tries the scenarios by which the model notices the mistake, and the
// rest of them only if it notices nothing there, though it could. Where it could judge
// none of the results that show the mistake to the model, it is invisible to it.
func judgeFault(ctx context.Context, ua fetch.UserAgent, f faults.Fault) Fault {
	judged := Fault{ID: f.ID, Sentence: f.Sentence, By: []string{}, Harmless: f.Harmless}
	if f.NeedsBrowser && isModel(ua) {
		judged.Skipped = "the model does not send what browsers send"
		return judged
	}
	if f.Named && !isModel(ua) {
		judged.Skipped = "the browser knows the server by its address alone"
		return judged
	}
	if isModel(ua) || f.NeedsBrowser {
		judged.judge(ctx, ua, f, suite.Filter{})
		return judged
	}
	model := judgeFault(ctx, fetch.Model{Effects: fetch.Deliver}, f)
	judged.byModel = model.By
	judged.judge(ctx, ua, f, suite.Filter{Scenarios: judged.byModel})
	if judged.Noticed || len(judged.Broken) > 0 || len(judged.byModel) == 0 {
		return judged
	}
	if judged.Invisible = judged.unseen(model.fails); judged.Invisible == "" {
		judged.judge(ctx, ua, f, suite.Filter{}) // the browser may see it elsewhere
	}
	return judged
}

// unseen says why none of these results could be judged. It is empty if one of them was.
func (judged *Fault) unseen(keys []string) string {
	var reasons []string
	for _, key := range keys {
		reason, ok := judged.unjudged[key]
		if !ok {
			return ""
		}
		reasons = append(reasons, reason)
	}
	return strings.Join(sorted(reasons), ", ")
}

// judge has the user agent judge the server with the mistake.
func (judged *Fault) judge(ctx context.Context, ua fetch.UserAgent, f faults.Fault, filter suite.Filter) {
	began := time.Now()
	host := address
	if f.Named {
		host = name
	}
	report, err := judge(ctx, ua, f.Handler(), FaultyTarget(f), host, filter)
	judged.By, judged.Broken, judged.fails = []string{}, nil, nil
	judged.Seconds = time.Since(began).Seconds()
	if err != nil {
		judged.Broken = []string{err.Error()}
		return
	}
	judged.tried, judged.unjudged = map[string]bool{}, map[string]string{}
	for _, r := range report.Results {
		key := strings.TrimSuffix(r.Key, " browser="+r.Browser)
		if r.Verdict != suite.Unclaimed && r.Verdict != suite.Unjudged {
			judged.tried[r.ID] = true
		}
		switch r.Verdict {
		case suite.Unjudged:
			judged.unjudged[key] = r.Reason
		case suite.Fail:
			judged.By = append(judged.By, r.ID)
			judged.fails = append(judged.fails, key)
			judged.Noticed = judged.Noticed || r.Level != suite.Informative || f.Harmless != ""
		case suite.Broken:
			judged.Broken = append(judged.Broken, r.Sentence())
		}
	}
	judged.By = sorted(judged.By)
}

// sorted returns the values in order, each once.
func sorted(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}

func judgeSound(ctx context.Context, ua fetch.UserAgent, c policies.Case) Sound {
	judged := Sound{Name: c.Name, Findings: []string{}}
	began := time.Now()
	report, err := judge(ctx, ua, c.Handler(), SoundTarget(c), address, suite.Filter{})
	judged.Seconds = time.Since(began).Seconds()
	if err != nil {
		judged.Broken = []string{err.Error()}
		return judged
	}
	for _, r := range report.Results {
		switch r.Verdict {
		case suite.Fail, suite.Blocked:
			judged.Findings = append(judged.Findings, r.Sentence())
		case suite.Broken:
			judged.Broken = append(judged.Broken, r.Sentence())
		}
	}
	if report.ExitCode() != suite.ExitConforms && len(judged.Findings)+len(judged.Broken) == 0 {
		judged.Findings = append(judged.Findings, "nothing that is required passed")
	}
	return judged
}

// judge serves, judges, and ends the server.
func judge(ctx context.Context, ua fetch.UserAgent, handler http.Handler, target suite.Target, host string, filter suite.Filter) (*suite.Report, error) {
	port, end, err := serve(handler)
	if err != nil {
		return nil, err
	}
	defer end()
	target = At("http://"+net.JoinHostPort(host, port), target)
	report, err := suite.Run(ctx, target, ua, filter, suite.WithTimeout(patience))
	if err == nil && report.Partial != "" {
		err = errors.New(report.Partial)
	}
	return report, err
}

// scenarios turns the matrix over.
func (m *Matrix) scenarios(byModel bool) []Scenario {
	var all []Scenario
	for _, s := range suite.Scenarios() {
		noticed := Scenario{ID: s.ID, Notices: []string{}}
		if byModel {
			noticed.BrowserOnly = s.BrowserOnly
		} else {
			noticed.Untried = m.untried(s.ID)
		}
		for _, f := range m.Faults {
			if slices.Contains(f.By, s.ID) {
				noticed.Notices = append(noticed.Notices, f.ID)
			}
		}
		all = append(all, noticed)
	}
	return all
}

// alike are scenarios in which a browser asks as it does in others, and why: there no
// mistake of a server shows in it that these do not show.
var alike = map[string]map[string]string{
	"firefox": {"simple.worker": "its worker asks as the page does, and sends Referer too"},
}

// untried says why a browser could notice no fault by a scenario, if so.
func (m *Matrix) untried(scenario string) string {
	if why := alike[m.Browser.Name][scenario]; why != "" {
		return why
	}
	if !slices.ContainsFunc(m.Faults, func(f Fault) bool { return f.tried[scenario] }) {
		return "this browser could judge it of none of these servers"
	}
	byModel := filter(m.Faults, func(f Fault) bool { return slices.Contains(f.byModel, scenario) })
	if len(byModel) == 0 || slices.ContainsFunc(byModel, func(f Fault) bool { return f.Invisible == "" }) {
		return ""
	}
	return "the mistakes that it notices are invisible to this browser"
}

// Unnoticed are the faults that were judged and not noticed, though the browser could.
func (m *Matrix) Unnoticed() []Fault {
	return filter(m.Faults, func(f Fault) bool {
		return f.Skipped == "" && f.Invisible == "" && len(f.Broken) == 0 && !f.Noticed
	})
}

// Invisible are the faults that the browser could not notice.
func (m *Matrix) Invisible() []Fault {
	return filter(m.Faults, func(f Fault) bool { return f.Invisible != "" })
}

// Skipped are the faults that this user agent cannot notice.
func (m *Matrix) Skipped() []Fault {
	return filter(m.Faults, func(f Fault) bool { return f.Skipped != "" })
}

// Idle are the scenarios that notice nothing, though they could.
func (m *Matrix) Idle() []Scenario {
	return filter(m.Scenarios, func(s Scenario) bool { return len(s.Notices) == 0 && s.BrowserOnly == "" && s.Untried == "" })
}

// Untried are the scenarios that notice nothing, and why they cannot.
func (m *Matrix) Untried() []Scenario {
	return filter(m.Scenarios, func(s Scenario) bool { return len(s.Notices) == 0 && s.Untried != "" })
}

// Accused are the servers that are right and have findings.
func (m *Matrix) Accused() []Sound {
	return filter(m.Sound, func(s Sound) bool { return len(s.Findings) > 0 })
}

// Broken are what the browser, or corsproof itself, gave up on, each with the server
// where it did.
func (m *Matrix) Broken() []string {
	var all []string
	for _, f := range m.Faults {
		for _, b := range f.Broken {
			all = append(all, f.ID+": "+b)
		}
	}
	for _, s := range m.Sound {
		for _, b := range s.Broken {
			all = append(all, s.Name+": "+b)
		}
	}
	return all
}

// ExitCode is suite.ExitConforms if every fault is noticed, every scenario notices one
// and no server is accused that is right; suite.ExitNoJudgement if the trial itself
// broke; suite.ExitFails otherwise.
func (m *Matrix) ExitCode() int {
	switch {
	case len(m.Unnoticed())+len(m.Idle())+len(m.Accused()) > 0:
		return suite.ExitFails
	case len(m.Broken()) > 0:
		return suite.ExitNoJudgement
	}
	return suite.ExitConforms
}

func filter[T any](all []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(t T) bool { return !keep(t) })
}
