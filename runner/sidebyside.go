package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/suite"
)

// All stands for all browsers that are built.
const All = "all"

// browsersOf are the names in a list by commas.
func browsersOf(list string) []string {
	switch list {
	case "":
		return Browsers()[:1]
	case All:
		return engineNames()
	}
	return strings.Split(list, ",")
}

// checkBrowsers returns an error if the list is wrong, or cannot be with the path of a
// browser's executable.
func checkBrowsers(list, path string) error {
	names := browsersOf(list)
	for i, name := range names {
		if name == "" {
			return fmt.Errorf("browser %q names none; expected %s", list, BrowsersInWords())
		}
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("browser %q is named twice", name)
		}
		if !slices.Contains(Browsers(), name) {
			return fmt.Errorf("browser %q is unknown; expected %s", name, BrowsersInWords())
		}
	}
	if len(names) > 1 && path != "" {
		return errors.New("--browser-path is of one browser, and --browser names several")
	}
	return nil
}

// inEach has each of several browsers judge, side by side, and returns what they come to,
// or the first error in their order.
func inEach[T any](names []string, tell func(done, total int), judge func(name string, progress func(done, total int)) (T, error)) ([]T, error) {
	judged, errs := make([]T, len(names)), make([]error, len(names))
	all := progressOf(len(names), tell)
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { judged[i], errs[i] = judge(name, all.update(i)) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return judged, nil
}

func (o Options) checkBrowsers() error {
	if err := o.checkRemote(); err != nil {
		return err
	}
	if err := checkBrowsers(o.Browser, o.BrowserPath); err != nil {
		return err
	}
	names := browsersOf(o.Browser)
	if l := o.limits(); l.MaxRequests > 0 && l.MaxRequests < len(names) {
		return fmt.Errorf("max requests %d: expected one for each of %d browsers at least", l.MaxRequests, len(names))
	}
	return o.limits().Among(len(names)).Check()
}

// runIn judges in several browsers, side by side, and merges what they report. The limits
// are shared out among them, since the server does not care who asks.
func (o Options) runIn(ctx context.Context, names []string, s *subject, transport http.RoundTripper) (*suite.Report, error) {
	limits := o.limits().Among(len(names))
	reports, err := inEach(names, o.Progress, func(name string, progress func(done, total int)) (*suite.Report, error) {
		// Should suite.Run panic, the browser must end all the same.
		ua, stop, err := o.start(ctx, name, s, transport)
		if err != nil {
			return nil, err
		}
		defer stop()
		options := append(o.suiteOptions(transport), suite.WithLimits(limits), suite.WithProgress(progress))
		report, err := suite.Run(ctx, s.target, ua, o.Filter, options...)
		if err != nil {
			return nil, usage(err)
		}
		return report, nil
	})
	if err != nil {
		return nil, err
	}
	if len(reports) == 1 {
		return reports[0], nil
	}
	for _, r := range reports {
		r.Shard = suite.Shard{} // whole in itself
	}
	merged, err := suite.Merge(reports...)
	if err != nil {
		return nil, noJudgement(err)
	}
	merged.Limits, merged.Shard = o.limits(), o.Shard
	return merged, nil
}

// A progress is how far several runs are, taken together.
type progress struct {
	mu          sync.Mutex
	done, total []int
	tell        func(done, total int)
}

func progressOf(runs int, tell func(done, total int)) *progress {
	return &progress{done: make([]int, runs), total: make([]int, runs), tell: tell}
}

// update returns what one of the runs calls.
func (p *progress) update(run int) func(done, total int) {
	return func(done, total int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.done[run], p.total[run] = done, total
		if p.tell != nil {
			p.tell(sum(p.done), sum(p.total))
		}
	}
}

func sum(numbers []int) int {
	n := 0
	for _, one := range numbers {
		n += one
	}
	return n
}
