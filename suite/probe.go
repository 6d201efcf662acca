package suite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A probe is what two requests without a browser say of the target, before any
// page asks it: whether it answers at all, and whether it answers OPTIONS.
type probe struct {
	cause       fetch.Cause // why it does not answer GET; empty if it does
	detail      string
	latency     time.Duration   // of the answer to GET, connecting included
	optionsHang map[string]bool // paths where GET is answered and a CORS-preflight request is not
}

// probesAtOnce is how many resources are probed side by side.
const probesAtOnce = 6

// probeTarget asks the target's first resource, and every resource by OPTIONS. The
// target may be far away, but six dead connections would starve the browser, so this
// is found out first. Whether OPTIONS is answered only saves time, and is not asked where
// the budget is short.
func (run *run) probeTarget(ctx context.Context, lasts bool) (probe, error) {
	found := probe{optionsHang: map[string]bool{}}
	all := claims(run.target)
	first := firstOf(all[0].paths(PlainResource))
	if first == "" {
		first = all[0].Resources[0].Path
	}
	answer, err := run.asker.ask(ctx, run.get(all[0], first))
	if err != nil {
		return probe{}, err
	}
	found.cause, found.detail = answer.Cause, answer.Detail
	found.latency = time.Duration(answer.Seconds * float64(time.Second))
	if found.cause != "" || !lasts {
		return found, nil
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, probesAtOnce)
	for _, c := range all {
		for _, r := range c.Resources {
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				answer, err := run.asker.ask(ctx, run.preflight(c, r.Path))
				if err == nil && answer.Cause == fetch.ByTimeout {
					mu.Lock()
					found.optionsHang[r.Path] = true
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	return found, ctx.Err()
}

// get is the request by which a resource shows that it is there.
func (run *run) get(c Claim, path string) fetch.Request {
	r := fetch.Request{Method: "GET", URL: run.target.URL + path, Timeout: run.timeout}
	if methods := c.resourceAt(path).Methods; len(methods) > 0 && methods[0] == "HEAD" {
		r.Method = "HEAD"
	}
	return r
}

// preflight is the CORS-preflight request that a browser would send for the cheapest
// request that needs one.
func (run *run) preflight(c Claim, path string) fetch.Request {
	r := fetch.Request{Method: http.MethodOptions, URL: run.target.URL + path, Timeout: run.timeout}
	if origins, g := c.values(AllowedOrigin); g == nil {
		method, header, _ := c.cheapestPreflight()
		actual := fetch.Request{URL: r.URL, Method: cmp.Or(method, "GET")}
		if header != "" {
			actual.Headers = fetch.HeaderList{{Name: header, Value: legalValue(header)}}
		}
		r.Headers = fetch.PreflightRequest(origins[0], actual).Headers
	}
	return r
}

// lookForLost asks once more for the resources at which a CORS-preflight request got
// no answer. If they do not answer GET any more either, the target has gone away in the
// middle of the run, and the missing answer proves nothing.
func (run *run) lookForLost(ctx context.Context, trials []*trial) {
	lost := map[string]string{}
	for _, t := range trials {
		if judge(t.play, t.attempts[0]).reason != reasonUnanswered {
			continue
		}
		path := t.play.resource
		why, asked := lost[path]
		if !asked {
			answer, err := run.asker.ask(ctx, run.get(t.play.claim, path))
			if errors.Is(err, fetch.ErrBudget) {
				for i := range t.attempts {
					t.attempts[i].Unjudged = Budget
				}
				continue
			}
			if err == nil && answer.Cause != "" {
				why = probe{cause: answer.Cause, detail: answer.Detail}.sentence(run.target.URL)
			}
			lost[path] = why
		}
		for i := range t.attempts {
			t.attempts[i].Lost = why
		}
	}
}

// sentence says in words why the target could not be asked.
func (p probe) sentence(target string) string {
	switch p.cause {
	case fetch.ByDNS:
		return fmt.Sprintf("the name of %s is unknown: %s", target, p.detail)
	case fetch.ByTLS:
		return fmt.Sprintf("the certificate of %s is not valid: %s", target, p.detail)
	case fetch.ByTimeout:
		return fmt.Sprintf("%s does not answer: %s", target, p.detail)
	}
	return fmt.Sprintf("%s cannot be reached: %s", target, p.detail)
}
