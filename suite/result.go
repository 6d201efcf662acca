package suite

import "github.com/corsproof/corsproof/suite/fetch"

// A Level says how much a failure matters.
type Level string

const (
	Required    Level = "required"    // a script is refused what the policy promises, or allowed what it does not
	Recommended Level = "recommended" // it works here and now, and will hurt elsewhere or later
	Informative Level = "informative" // worth knowing
)

// A Verdict is what came out of a scenario. Only Pass is pass.
type Verdict string

const (
	Pass      Verdict = "pass"
	Fail      Verdict = "fail"
	Blocked   Verdict = "blocked"   // a scenario that it depends on failed
	Unclaimed Verdict = "unclaimed" // the policy makes no such promise
	Unjudged  Verdict = "unjudged"  // it does, but this run cannot see it
	Broken    Verdict = "broken"    // browser, harness or network
)

// The reasons of Unjudged are a closed list.
const (
	MixedContent     = "mixed-content"     // an https page may not call an http target
	Held             = "held"              // only the actual response could show it
	NotObservable    = "not-observable"    // this user agent, or this target, shows no evidence
	NoResource       = "no-resource"       // the target declares no resource of that kind
	WouldWait        = "would-wait"        // it takes longer than --max-wait
	Budget           = "budget"            // the budget of requests is used up
	OriginImpossible = "origin-impossible" // the user agent cannot put a page there
)

// A Result is the judgement of one scenario, bound to values, in one user agent.
type Result struct {
	// Key names the result from run to run: the scenario, its bindings, the
	// API, the resource and the user agent.
	Key string `json:"key"`

	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Browser  string            `json:"browser"`
	Resource string            `json:"resource,omitempty"`
	Origin   string            `json:"origin,omitempty"`
	API      fetch.API         `json:"api,omitempty"`
	Bindings map[string]string `json:"bindings,omitempty"` // role to value
	Level    Level             `json:"level"`
	Verdict  Verdict           `json:"verdict"`

	// Reason says why, in a word, when the verdict is not pass: one of the
	// closed list for unjudged, the fetch.Reason for fail, the scenario that
	// failed for blocked, the cause for broken.
	Reason string `json:"reason,omitempty"`

	// Intermittent marks a failure that the confirming attempt did not show.
	Intermittent bool `json:"intermittent,omitempty"`

	// Severity says how bad it is, where an origin was let in that the policy
	// refuses. It is empty for all else.
	Severity Severity `json:"severity,omitempty"`

	Expected string `json:"expected,omitempty"` // one sentence
	Observed string `json:"observed,omitempty"` // one sentence

	Spec  string   `json:"spec"`            // the section of the Standard
	Step  string   `json:"step,omitempty"`  // the step that failed, in words
	Fixes []string `json:"fixes,omitempty"` // what to change

	// Failures are all steps at which the target fails here, as far as the wire
	// shows them, in the order in which a browser meets them: it stops at the first
	// that it does not survive, and the next comes up once that is repaired. A
	// blocked result keeps its own.
	Failures []Failure `json:"failures,omitempty"`

	// Replay are command lines that send again what failed.
	Replay []string `json:"replay,omitempty"`

	// Repairs are the lines of Report.Repairs that answer the failures.
	Repairs []Repair `json:"repairs,omitempty"`

	// Unseen is why nothing is known of the actual response behind a refused
	// CORS-preflight request: Held. What fails there comes up when it is let through.
	Unseen string `json:"unseen,omitempty"`

	Exchanges []fetch.Exchange `json:"exchanges,omitempty"` // of the attempt that decided
	Attempts  []Attempt        `json:"attempts,omitempty"`
	Seconds   float64          `json:"seconds"`

	policy int // which of the target's policies it is about
}

// An Attempt is one time that a scenario was tried.
type Attempt struct {
	Steps []fetch.Observation `json:"steps,omitempty"`
	Error string              `json:"error,omitempty"` // of the user agent; then there may be fewer steps

	// Lost says that the target answered nothing at all after the attempt, so that
	// an answer that was missing in it proves nothing.
	Lost string `json:"lost,omitempty"`

	// Unjudged is the reason when the user agent could not even try, for a cause
	// that is nobody's fault.
	Unjudged string `json:"unjudged,omitempty"`
}

// A Report is a whole run.
type Report struct {
	SchemaVersion int             `json:"schemaVersion"`
	Tool          Tool            `json:"tool"`
	Browsers      []fetch.About   `json:"browsers"`
	Target        Target          `json:"target"`
	Partial       string          `json:"partial,omitempty"` // why the run ended early; empty for a whole one
	Shard         Shard           `json:"shard,omitzero"`    // which part of a run it is; none for a whole one
	Limits        Limits          `json:"limits,omitzero"`
	Sent          int             `json:"sent,omitempty"`   // how many requests left, where there are limits
	Advice        []string        `json:"advice,omitempty"` // on the policy and the set-up, not on results
	Summary       map[Verdict]int `json:"summary"`
	Results       []Result        `json:"results"`
	Repairs       []Configuration `json:"repairs,omitempty"` // what to change, by the kind of server
}

// A Repair is what in a kind of server answers a failure.
type Repair struct {
	Server string   `json:"server"`          // its name, such as "nginx"
	Why    []string `json:"why,omitempty"`   // what to mind, in sentences
	Lines  []string `json:"lines,omitempty"` // of its configuration
}

// A Configuration is what has a kind of server keep one of the target's policies. It
// replaces what the server said of CORS before.
type Configuration struct {
	Server    string   `json:"server"`              // its name
	Title     string   `json:"title"`               // as its makers call it
	Guessed   string   `json:"guessed,omitempty"`   // why the target seems to be one; empty if it was asked for
	Resources []string `json:"resources,omitempty"` // the paths that keep the policy; none if all do
	Blocks    []Block  `json:"blocks"`
	Notes     []string `json:"notes,omitempty"` // where the server cannot keep the policy
}

// A Block is lines that stand together.
type Block struct {
	Where string   `json:"where"`
	Lines []string `json:"lines"`
}

// Tool is the program that made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// SchemaVersion is that of the reports that this version writes.
const SchemaVersion = 1
