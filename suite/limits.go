package suite

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Limits bound what a run sends to its target: what pages send, CORS-preflight requests
// and redirects included, and what corsproof asks for itself, to probe, to confirm and
// to look behind a refused preflight. The zero value bounds nothing.
//
// Both are kept where requests leave, so that a target cannot make a run send more. What
// is counted may be more than what arrives: a request that the browser's HTTP cache
// answers counts. It is less in one case alone: when a server closes a kept connection
// under a request, without a byte of an answer, HTTP clients and browsers send that
// request once more, and tell nobody.
type Limits struct {
	// MaxRequests is how many requests a run sends at most. 0 is no limit.
	MaxRequests int `json:"maxRequests,omitempty"`

	// Rate is how many requests a second leave at most, evenly spaced. 0 is no limit.
	Rate Rate `json:"rate,omitempty"`
}

// A Rate is a number of requests per second.
type Rate float64

// RateForm is what a rate looks like.
const RateForm = "requests per second, such as 5, 5/s or 300/m"

// ParseRate reads a number, alone or followed by "/s", "/m" or "/h".
func ParseRate(s string) (Rate, error) {
	number, per := s, 1.0
	for unit, seconds := range map[string]float64{"/s": 1, "/m": 60, "/h": 3600} {
		if before, ok := strings.CutSuffix(s, unit); ok {
			number, per = before, seconds
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || strings.ContainsAny(number, "xXpP_iInN") {
		return 0, fmt.Errorf("rate %q: expected %s", s, RateForm)
	}
	r := Rate(n / per)
	if err := r.check(); err != nil {
		return 0, fmt.Errorf("rate %q: %w", s, err)
	}
	return r, nil
}

// leastRate is one request an hour: what is less would never end.
const leastRate = Rate(1.0 / 3600)

// mostRate is more than any run can send, and leaves the time between two requests a
// number of nanoseconds.
const mostRate = Rate(1e6)

func (r Rate) check() error {
	if !(r >= leastRate && r <= mostRate) { // and no NaN
		return fmt.Errorf("expected 1/h to %g/s", float64(mostRate))
	}
	return nil
}

// Check returns an error if a limit is none. Zero is no limit.
func (l Limits) Check() error {
	if l.MaxRequests < 0 {
		return fmt.Errorf("max requests %d: expected 1 or more", l.MaxRequests)
	}
	if l.Rate != 0 {
		if err := l.Rate.check(); err != nil {
			return fmt.Errorf("rate %g: %w", float64(l.Rate), err)
		}
	}
	return nil
}

// Among returns the limits of each of n runs that share these. MaxRequests must last for
// one request of each.
func (l Limits) Among(n int) Limits {
	return Limits{MaxRequests: l.MaxRequests / n, Rate: l.Rate / Rate(n)}
}

// String writes the rate as ParseRate reads it, by the unit that needs no fraction, if
// there is one.
func (r Rate) String() string {
	for _, unit := range []struct {
		seconds float64
		suffix  string
	}{{1, "/s"}, {60, "/m"}, {3600, "/h"}} {
		n := float64(r) * unit.seconds
		if rounded := float64(int64(n + 0.5)); rounded >= 1 && abs(n-rounded) < 1e-6*n {
			return strconv.FormatFloat(rounded, 'f', -1, 64) + unit.suffix
		}
	}
	return strconv.FormatFloat(float64(r), 'g', 4, 64) + "/s"
}

func abs(x float64) float64 { return max(x, -x) }

// interval is the time between two requests.
func (r Rate) interval() time.Duration {
	if r == 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / float64(r))
}

// String says both in words; nothing if there are none.
func (l Limits) String() string {
	var parts []string
	if l.MaxRequests > 0 {
		parts = append(parts, fmt.Sprintf("at most %d requests", l.MaxRequests))
	}
	if l.Rate > 0 {
		parts = append(parts, "at most "+l.Rate.String())
	}
	return strings.Join(parts, ", ")
}
