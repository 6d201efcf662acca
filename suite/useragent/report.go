package useragent

import (
	"slices"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A Verdict is what came out of a scenario.
type Verdict string

const (
	Pass     Verdict = "pass"
	Deviates Verdict = "deviates" // otherwise than the Standard, and as deviations.go says
	Fail     Verdict = "fail"     // otherwise than both
	Broken   Verdict = "broken"   // browser, harness or network
)

// A Result is the judgement of one scenario by one API.
type Result struct {
	// Key names the result from run to run: the scenario, the API and the user agent.
	Key string `json:"key"`

	ID         string    `json:"id"`
	Title      string    `json:"title"`
	Browser    string    `json:"browser"`
	API        fetch.API `json:"api"`
	Behaviours []string  `json:"behaviours"`
	Verdict    Verdict   `json:"verdict"`

	// Reason says why it is broken, in a word.
	Reason string `json:"reason,omitempty"`

	Expected string `json:"expected"`           // one sentence
	Observed string `json:"observed,omitempty"` // what was otherwise, one sentence

	// Deviation is the known one that was seen, or, if Stale, the one that was not.
	Deviation *Deviation `json:"deviation,omitempty"`
	Stale     bool       `json:"stale,omitempty"`

	Spec    string  `json:"spec"`           // the section of the Standard
	Seen    []Seen  `json:"seen,omitempty"` // step by step, unless it passed
	Seconds float64 `json:"seconds"`
}

// A Report is a whole run.
type Report struct {
	SchemaVersion int             `json:"schemaVersion"`
	Tool          Tool            `json:"tool"`
	Browser       fetch.About     `json:"browser"`
	Partial       string          `json:"partial,omitempty"` // why the run ended early; empty for a whole one
	Summary       map[Verdict]int `json:"summary"`
	Results       []Result        `json:"results"`
}

// Tool is the program that made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// SchemaVersion is that of the reports that this version writes.
const SchemaVersion = 1

// The exit codes that a report calls for.
const (
	ExitConforms    = 0 // everything is as the Standard says, or as deviations.go does
	ExitFails       = 1 // something is not
	ExitNoJudgement = 3 // something broke, or nothing was judged
)

// ExitCode returns the exit code that the report calls for.
func (r *Report) ExitCode() int {
	has := func(v Verdict) bool {
		return slices.ContainsFunc(r.Results, func(result Result) bool { return result.Verdict == v })
	}
	switch {
	case has(Fail):
		return ExitFails
	case r.Partial != "", has(Broken), len(r.Results) == 0:
		return ExitNoJudgement
	}
	return ExitConforms
}
