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
func (r *Report) ExitCode() int {
	passed, broken := false, r.Partial != ""
	for _, result := range r.Results {
		if result.Level != Required {
			continue
		}
		switch result.Verdict {
		case Fail:
			return ExitFails
		case Broken:
			broken = true
		case Pass:
			passed = true
		}
	}
	if broken || !passed {
		return ExitNoJudgement
	}
	return ExitConforms
}
