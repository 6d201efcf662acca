package suite

import (
	"context"
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
	latency     time.Duration // of the answer to GET, connecting included
	optionsHang bool          // GET is answered, a CORS-preflight request is not
}

// probeTarget asks the target's first resource. The target may be far away, but six
// dead connections would starve the browser, so this is found out first.
func (run *run) probeTarget(ctx context.Context) (probe, error) {
	c := claims(run.target)[0]
	path := firstOf(c.paths(PlainResource))
	if path == "" {
		path = c.Resources[0].Path
	}
	url := run.target.URL + path
	get := fetch.Request{Method: "GET", URL: url, Timeout: run.timeout}
	if r := c.resourceAt(path); len(r.Methods) > 0 && r.Methods[0] == "HEAD" {
		get.Method = "HEAD"
	}
	options := fetch.Request{Method: http.MethodOptions, URL: url, Timeout: run.timeout}
	if origins, g := c.values(AllowedOrigin); g == nil {
		method, header, _ := c.cheapestPreflight()
		options.Headers = fetch.PreflightRequest(origins[0], fetch.Request{
			URL: url, Method: orString(method, "GET"), Headers: (&play{bindings: map[Role]string{PreflightHeader: header}}).headers(fetch.HeaderList{{Name: PreflightHeader}}),
		}).Headers
	}
	var answers [2]fetch.Observation
	var errs [2]error
	var wg sync.WaitGroup
	for i, r := range []fetch.Request{get, options} {
		wg.Go(func() { answers[i], errs[i] = run.asker.ask(ctx, r) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return probe{}, err
		}
	}
	return probe{
		cause:       answers[0].Cause,
		detail:      answers[0].Detail,
		latency:     time.Duration(answers[0].Seconds * float64(time.Second)),
		optionsHang: answers[0].Cause == "" && answers[1].Cause == fetch.ByTimeout,
	}, nil
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

func orString(value, other string) string {
	if value == "" {
		return other
	}
	return value
}
