package lab

import (
	"fmt"
	"strings"
)

// want is what must come of a check. What is not said is not asked for.
type want struct {
	Shared    *bool    `yaml:"shared"`    // the script can read the response
	Preflight *bool    `yaml:"preflight"` // one is sent
	Arrives   *bool    `yaml:"arrives"`   // the actual request reaches the server
	Status    int      `yaml:"status"`    // that the script sees
	Method    string   `yaml:"method"`    // of the actual request
	Readable  []string `yaml:"readable"`  // headers that the script can read
	Hidden    []string `yaml:"hidden"`    // and those that it cannot
	Vary      []string `yaml:"vary"`      // headers on which the response says that it depends
	Transfers *int     `yaml:"transfers"` // that the server has made, since it was set
}

// A judgement says whether a check is passed, and what is amiss, in sentences.
type judgement struct {
	Passed bool     `json:"passed"`
	Says   []string `json:"says,omitempty"`
}

// judge holds what is wanted against what the browser did.
func (w want) judge(o *outcome) *judgement {
	var amiss []string
	differs := func(want *bool, is bool, whenNot, whenSo string) {
		switch {
		case want == nil || *want == is:
		case is:
			amiss = append(amiss, whenSo)
		default:
			amiss = append(amiss, whenNot)
		}
	}
	actual := o.Observation.Actual()
	differs(w.Preflight, o.Preflight, "No CORS-preflight request was sent.", "A CORS-preflight request was sent.")
	differs(w.Arrives, actual != nil && !actual.Cached, "The actual request did not reach the server.", "The actual request reached the server.")
	differs(w.Shared, o.Shared, "The script got a network error. "+o.Decision, "The script could read the response. "+o.Decision)
	switch status := o.Observation.Response.Status; {
	case w.Status == 0, status == w.Status:
	case status == 0:
		amiss = append(amiss, fmt.Sprintf("The script saw no status, and not %d.", w.Status))
	default:
		amiss = append(amiss, fmt.Sprintf("The script saw status %d, and not %d.", status, w.Status))
	}
	if w.Method != "" && (actual == nil || actual.Request.Method != w.Method) {
		amiss = append(amiss, fmt.Sprintf("No %s reached the server.", w.Method))
	}
	for _, name := range w.Readable {
		if !o.Observation.Response.Headers.Contains(name) {
			amiss = append(amiss, fmt.Sprintf("The script could not read %s.", name))
		}
	}
	for _, name := range w.Hidden {
		if o.Observation.Response.Headers.Contains(name) {
			amiss = append(amiss, fmt.Sprintf("The script could read %s.", name))
		}
	}
	for _, name := range w.Vary {
		if !o.varies(name) {
			amiss = append(amiss, fmt.Sprintf("The response does not say that it depends on %s, by Vary.", name))
		}
	}
	if w.Transfers != nil && o.Transfers != *w.Transfers {
		amiss = append(amiss, fmt.Sprintf("The server has made %d transfers in all, and not %d.", o.Transfers, *w.Transfers))
	}
	return &judgement{Passed: len(amiss) == 0, Says: trimmed(amiss)}
}

// varies reports whether the actual response says that it depends on a request header.
func (o *outcome) varies(name string) bool {
	actual := o.Observation.Actual()
	if actual == nil || actual.Response == nil {
		return false
	}
	for _, line := range actual.Response.Headers.Values("Vary") {
		for element := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(element), name) {
				return true
			}
		}
	}
	return false
}

func trimmed(sentences []string) []string {
	for i, s := range sentences {
		sentences[i] = strings.TrimSpace(s)
	}
	return sentences
}
