package suite

import "time"

// Judge judges a recorded run again, from the observations in its report, without a
// browser and without the network. What was not tried keeps its verdict.
func Judge(recorded *Report) *Report {
	report := *recorded
	report.Results = nil
	plays := plays(recorded)
	for _, r := range recorded.Results {
		p, known := plays[r.Key]
		if known {
			r.policy = p.claim.number
		}
		if known && len(r.Attempts) > 0 {
			t := trial{play: p, attempts: r.Attempts, outcome: conclude(p, r.Attempts)}
			r = t.result(r.Browser)
		}
		report.Results = append(report.Results, r)
	}
	block(report.Results)
	report.Summary = summarize(report.Results)
	return &report
}

// plays plans a recorded run again, and returns the plays by the keys of their results.
func plays(recorded *Report) map[string]play {
	all := map[string]play{}
	for _, browser := range recorded.Browsers {
		for _, p := range planned(recorded.Target) {
			all[p.key(browser.Name)] = p
		}
	}
	return all
}

// planned are the plays of a recorded run, and more if it was filtered. What would have
// waited too long was not tried, so any wait will do.
func planned(t Target) []play { return plan(t, Filter{}, time.Duration(1<<62)) }
