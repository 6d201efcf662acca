package suite

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// Merge joins the reports of one target into one, as if one run had made them: shards of
// a run, or runs in several browsers. What depends on a scenario of another report is
// judged again, as Judge does. It is an error if the reports are of different targets, if
// two judge the same, or if a shard is missing.
func Merge(reports ...*Report) (*Report, error) {
	if len(reports) == 0 {
		return nil, errors.New("there is no report to merge")
	}
	merged := *reports[0]
	merged.Browsers, merged.Results, merged.Advice, merged.Sent, merged.Shard = nil, nil, nil, 0, Shard{}
	var partial []string
	from := map[string]int{} // the report that has a result, by key
	for i, r := range reports {
		switch {
		case !reflect.DeepEqual(r.Target, merged.Target):
			return nil, fmt.Errorf("report %d is of another target than the first: %s and %s, or another policy", i+1, r.Target.URL, merged.Target.URL)
		case r.Tool != merged.Tool:
			return nil, fmt.Errorf("report %d was made by another version of corsproof: %s and %s", i+1, r.Tool.Version, merged.Tool.Version)
		}
		for _, b := range r.Browsers {
			other := slices.IndexFunc(merged.Browsers, func(o fetch.About) bool { return o.Name == b.Name })
			if other < 0 {
				merged.Browsers = append(merged.Browsers, b)
			} else if merged.Browsers[other].Version != b.Version {
				return nil, fmt.Errorf("report %d was made in another version of %s: %s and %s", i+1, b.Name, b.Version, merged.Browsers[other].Version)
			}
		}
		for _, result := range r.Results {
			if first, twice := from[result.Key]; twice {
				return nil, fmt.Errorf("reports %d and %d both judge %s", first+1, i+1, result.Key)
			}
			from[result.Key] = i
		}
		merged.Results = append(merged.Results, r.Results...)
		merged.Sent += r.Sent
		partial = appendNew(partial, r.Partial)
		for _, a := range r.Advice {
			merged.Advice = appendNew(merged.Advice, a)
		}
	}
	if missing := missingShards(reports); missing != "" {
		return nil, errors.New(missing)
	}
	merged.Partial = strings.Join(partial, "; ")
	merged.inOrder()
	return Judge(&merged), nil
}

func appendNew(all []string, text string) []string {
	if text == "" || slices.Contains(all, text) {
		return all
	}
	return append(all, text)
}

// missingShards says in words which shards of a run are not there, or nothing.
func missingShards(reports []*Report) string {
	have := map[string]map[Shard]bool{}
	for _, r := range reports {
		var names []string
		for _, b := range r.Browsers {
			names = append(names, b.Name)
		}
		in := strings.Join(names, ",")
		if have[in] == nil {
			have[in] = map[Shard]bool{}
		}
		have[in][r.Shard] = true
	}
	for _, in := range slices.Sorted(maps.Keys(have)) {
		of := 0
		for s := range have[in] {
			of = max(of, s.Of)
		}
		for number := 1; number <= of; number++ {
			if !have[in][Shard{number, of}] {
				return fmt.Sprintf("shard %d/%d of the run in %s is missing", number, of, in)
			}
		}
	}
	return ""
}

// inOrder puts the results in the order of the table, and those of the browsers next to
// each other. What this version does not know comes last.
func (r *Report) inOrder() {
	place := map[string]int{}
	for b, browser := range r.Browsers {
		for i, p := range planned(r.Target) {
			place[p.key(browser.Name)] = i*len(r.Browsers) + b
		}
	}
	slices.SortStableFunc(r.Results, func(a, b Result) int {
		atA, knownA := place[a.Key]
		atB, knownB := place[b.Key]
		switch {
		case knownA && knownB:
			return cmp.Compare(atA, atB)
		case knownA:
			return -1
		case knownB:
			return 1
		}
		return 0
	})
}
