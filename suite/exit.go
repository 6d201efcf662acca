package suite

// Exit codes of the runner, by what a report says.
const (
	ExitConforms    = 0 // nothing required failed or broke, and something required passed
	ExitFails       = 1 // the server does not keep its policy
	ExitUsage       = 2 // the command line or the configuration is wrong
	ExitNoJudgement = 3 // browser, harness or target allow no judgement
)

// ExitCode returns the exit code that the report calls for: ExitConforms, ExitFails
// or ExitNoJudgement. Levels below required do not change it.
//
// Where the policy promises something to somebody, a promise must have been seen
// kept: a server that refuses everybody keeps no policy but the empty one.
func (r *Report) ExitCode() int {
	promised, kept, passed, broken := false, false, false, r.Partial != ""
	for _, result := range r.Results {
		if result.Level != Required {
			continue
		}
		promise := promises[result.ID]
		switch result.Verdict {
		case Fail:
			return ExitFails
		case Broken:
			broken = true
		case Pass:
			passed, kept = true, kept || promise
		}
		promised = promised || promise && result.Verdict != Unclaimed
	}
	if broken || !passed || promised && !kept {
		return ExitNoJudgement
	}
	return ExitConforms
}

// promises tells the scenarios in which something is allowed from those in which
// something is refused, by their ids.
var promises = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range Scenarios() {
		for _, step := range s.Steps {
			if w := step.Want; w.Shared == Yes || w.Leaves == Yes || w.Readable != "" || w.Accepted {
				m[s.ID] = true
			}
		}
	}
	return m
}()
