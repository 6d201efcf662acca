package suite

import (
	"fmt"
	"strconv"
	"strings"
)

// A Shard is one of several parts of a run that are made apart from each other, on
// machines of their own, and merged. The zero value is the whole run.
type Shard struct {
	Number int `json:"number"` // from 1
	Of     int `json:"of"`
}

// ParseShard reads "i/n".
func ParseShard(text string) (Shard, error) {
	first, second, found := strings.Cut(text, "/")
	number, err1 := strconv.Atoi(first)
	of, err2 := strconv.Atoi(second)
	if !found || err1 != nil || err2 != nil || number < 1 || of < number {
		return Shard{}, fmt.Errorf("shard %q: expected i/n, such as 1/4, with i from 1 to n", text)
	}
	return Shard{number, of}, nil
}

// of returns the plays of the shard. Neighbours, which cost alike, are dealt out among
// the shards.
func (s Shard) of(plays []play) []play {
	if s.Of <= 1 {
		return plays
	}
	var mine []play
	for i, p := range plays {
		if i%s.Of == s.Number-1 {
			mine = append(mine, p)
		}
	}
	return mine
}

// WithShard runs one shard alone.
func WithShard(s Shard) Option {
	return func(r *run) { r.shard = s }
}
