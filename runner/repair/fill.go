package repair

import (
	"slices"

	"github.com/corsproof/corsproof/suite"
)

// All asks for every server.
const All = "all"

// Fill writes into a report what to change: in the server of that name, in all of them,
// or, if the name is empty, in the one that the target seems to run on. It writes
// nothing where no configuration is to blame.
func Fill(r *suite.Report, name string) {
	r.Repairs = nil
	servers, guessed := chosen(r, name)
	promises := r.Target.Promises()
	for i, p := range promises {
		failed := false
		for j := range r.Results {
			result := &r.Results[j]
			if result.Verdict != suite.Fail || promiseOf(promises, result.Resource) != i {
				continue
			}
			result.Repairs = nil
			for _, s := range servers {
				if answer, ok := s.answers(p, r.Target, *result); ok {
					result.Repairs = append(result.Repairs, answer)
					failed = true
				}
			}
		}
		if !failed {
			continue
		}
		for _, s := range servers {
			c := s.Configuration(p.Policy)
			c.Guessed = guessed
			if len(promises) > 1 {
				c.Resources = p.Paths
				c.Notes = append(c.Notes, "The target keeps another policy elsewhere: these lines must hold for the paths above alone.")
			}
			r.Repairs = append(r.Repairs, c)
		}
	}
}

// chosen returns the servers of that name, and why it is this one if that is a guess.
func chosen(r *suite.Report, name string) (servers []Server, guessed string) {
	switch name {
	case All:
		return Servers(), ""
	case "":
		if guesses := Guesses(r); len(guesses) > 0 {
			return []Server{guesses[0].Server}, guesses[0].Because
		}
		return nil, ""
	}
	if s, ok := ByName(name); ok {
		servers = []Server{s}
	}
	return servers, ""
}

// promiseOf returns the number of the promise that a path keeps.
func promiseOf(promises []suite.Promise, path string) int {
	return max(0, slices.IndexFunc(promises, func(p suite.Promise) bool { return slices.Contains(p.Paths, path) }))
}

// answers is what answers all failures of a result at once.
func (s Server) answers(p suite.Promise, t suite.Target, r suite.Result) (suite.Repair, bool) {
	all := suite.Repair{Server: s.Name}
	var parts []part
	onError := slices.ContainsFunc(t.Resources, func(res suite.Resource) bool { return res.Path == r.Resource && res.Status >= 400 })
	for _, f := range r.Failures {
		more := partsFor(string(f.Reason), onError && !f.Reason.OfPreflight())
		parts = append(parts, more...)
		for _, why := range s.why(more) {
			if !slices.Contains(all.Why, why) {
				all.Why = append(all.Why, why)
			}
		}
	}
	if parts == nil {
		return all, false
	}
	all.Lines = s.excerpt(p.Policy, parts)
	return all, true
}
