package config

import (
	"go.yaml.in/yaml/v3"

	"github.com/corsproof/corsproof/suite"
)

// limits reads what a run may send.
func (r *reader) limits(n *yaml.Node) (l suite.Limits) {
	r.section(limitsSection, n, func(key string, n *yaml.Node) {
		switch key {
		case "maxRequests":
			l.MaxRequests = r.maxRequests(n)
		case "rate":
			l.Rate = r.rate(n)
		}
	})
	return l
}

func (r *reader) maxRequests(n *yaml.Node) int {
	const expected = "a number of requests, 1 or more"
	most, ok := r.number("maxRequests", n, expected)
	if ok && most < 1 {
		r.add(n, Mistake{
			Given:    n.Value,
			Problem:  "maxRequests " + n.Value + " is out of range",
			Expected: "expected " + expected,
		})
		return 0
	}
	return most
}

// rate reads a number, or a number per second, minute or hour.
func (r *reader) rate(n *yaml.Node) suite.Rate {
	text := n.Value
	switch {
	case isString(n):
		var ok bool
		if text, ok = r.expand(n); !ok {
			return 0
		}
	case n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" && n.ShortTag() != "!!float":
		r.wrongType("rate", n, suite.RateForm)
		return 0
	}
	rate, err := suite.ParseRate(text)
	if err != nil {
		r.wrongValue("rate", n, "is no rate", "expected "+suite.RateForm)
		return 0
	}
	return rate
}
