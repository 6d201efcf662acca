package main

import (
	"slices"
	"strings"
)

// nearest returns up to three of the names that somebody may have meant: those that are
// a few letters away and, if there are none, those that begin or end like it.
func nearest(name string, names []string) []string {
	name = strings.ToLower(name)
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	for _, n := range names {
		lower := strings.ToLower(n)
		if d := distance(name, lower); d <= max(2, len(name)/4) {
			near = append(near, candidate{n, d})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return a.distance - b.distance })
	var found []string
	for _, c := range near {
		found = append(found, c.name)
	}
	if len(found) == 0 && len(name) > 2 {
		for _, n := range names {
			lower := strings.ToLower(n)
			if strings.HasPrefix(lower, name) || strings.HasSuffix(lower, name) {
				found = append(found, n)
			}
		}
	}
	return found[:min(3, len(found))]
}

// distance is the number of letters to insert, delete or replace to make a into b.
//
// https://en.wikipedia.org/wiki/Levenshtein_distance
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
