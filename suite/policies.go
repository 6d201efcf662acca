package suite

import "github.com/corsproof/corsproof/reference/policy"

// A Promise is one of a target's policies, and the paths that keep it.
type Promise struct {
	Policy policy.Policy
	Paths  []string
}

// Promises returns the target's policies in order, each once.
func (t Target) Promises() []Promise {
	var all []Promise
	for _, c := range claims(t) {
		p := Promise{Policy: c.Policy}
		for _, r := range c.Resources {
			p.Paths = append(p.Paths, r.Path)
		}
		all = append(all, p)
	}
	return all
}
