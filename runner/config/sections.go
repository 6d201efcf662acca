package config

import (
	"fmt"
	"slices"
	"strings"
)

// A section is a mapping whose keys are fixed.
type section struct {
	name string // where its keys live, as a message says it
	keys []string
}

var (
	topLevel = section{"the top level", []string{
		"target", "connectTo", "caFile", "policy", "resources", "request", "effects", "limits"}}
	policySection = section{"policy", []string{
		"allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "allowCredentials", "maxAge"}}
	resourceSection = section{"an item of resources", []string{
		"path", "policy", "methods", "status", "redirectsTo", "kind", "cacheable"}}
	requestSection = section{"request", []string{"headers", "cookies"}}
	cookieSection  = section{"an item of cookies", []string{"name", "value"}}
	limitsSection  = section{"limits", []string{"maxRequests", "rate"}}

	sections = []section{topLevel, policySection, resourceSection, requestSection, cookieSection, limitsSection}
)

// insteadOf says what the author of an unknown key may have had in mind.
func (s section) insteadOf(key string) string {
	if near := nearest(key, s.keys); near != "" {
		return "did you mean " + near + "?"
	}
	for _, other := range sections {
		if slices.Contains(other.keys, key) {
			return "expected it in " + other.name
		}
	}
	return "expected " + anyOf(s.keys)
}

// nearest returns the word that given is most likely a slip for, or "".
func nearest(given string, words []string) string {
	given = strings.ToLower(given)
	best, least := "", max(1, len(given)/3)+1
	for _, w := range words {
		if d := distance(given, strings.ToLower(w)); d < least {
			best, least = w, d
		}
	}
	if best != "" {
		return best
	}
	// "origins" is far from "allowOrigins", but means it.
	for _, w := range words {
		if len(given) >= 4 && strings.Contains(strings.ToLower(w), given) {
			return w
		}
	}
	return ""
}

// distance counts the bytes to add, drop, replace or swap with their neighbour
// to get from a to b: the optimal string alignment distance.
func distance(a, b string) int {
	if len(a) > 64 { // too long for a slip; the work grows with both lengths
		return len(a)
	}
	var before []int // the row before last
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// anyOf lists words as "a, b or c".
func anyOf(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return fmt.Sprintf("%s or %s", strings.Join(words[:last], ", "), words[last])
}
