package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/corsproof/corsproof/runner"
	"github.com/corsproof/corsproof/runner/config"
	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

const runLong = `Judges a server and reports.

With -f it is the server of that file, with what its owner says of it. Without, it is
the reference server inside of corsproof, which keeps its policy: a way to see that
everything works.

By default nothing is changed on your server: requests that may change something, such
as PUT and POST, are held back in the browser after their preflight was answered for
real. What only their response could show is then not judged, and the report says so.

` + exitCodes

const runExample = `  corsproof run
  corsproof run -f cors.yaml
  corsproof run -f cors.yaml --target http://localhost:8080 --effects deliver
  corsproof run -f cors.yaml --connect-to api.example.com:443:127.0.0.1:8443 --cacert ca.pem
  corsproof run -f cors.yaml --scenario 'preflight.*,errors.server' --level required
  corsproof run -f cors.yaml --browser all
  corsproof run -f cors.yaml --cdp http://127.0.0.1:9222
  corsproof run -f cors.yaml --webdriver http://grid.example:4444 --capabilities '{"browserName": "firefox"}'
  corsproof run -f cors.yaml --webdriver ws://127.0.0.1:9222
  corsproof run -f cors.yaml --shard 1/4 --json shard-1.json
  corsproof run -f cors.yaml --dry-run
  corsproof run -f cors.yaml --max-requests 300 --rate 5/s
  corsproof run -f cors.yaml --html report.html
  corsproof run -f cors.yaml --json report.json --junit junit.xml
  corsproof run --browser none --json - | jq .summary`

// runFlags are what "corsproof run" was told.
type runFlags struct {
	file        string
	target      string
	effects     string
	caFile      string
	connectTo   []string
	browsers    []string
	shard       string
	browserPath string
	cdp         string
	webDriver   string
	wanted      string
	scenarios   []string
	level       string
	timeout     time.Duration
	maxWait     time.Duration
	maxRequests int
	rate        string
	noProgress  bool
	dryRun      bool
	outputs     outputs
	flags       *pflag.FlagSet
}

func newRun() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:     "run",
		Short:   "Judge a server",
		Long:    runLong,
		Example: runExample,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return f.run(c.Context()) },
	}
	flags := c.Flags()
	f.flags = flags
	flags.SortFlags = false
	flags.StringVarP(&f.file, "file", "f", "", "what the server promises, such as cors.yaml")
	flags.StringVar(&f.target, "target", "", "judge this server, scheme://host[:port], in place of the file's")
	flags.StringVar(&f.effects, "effects", "", "hold or deliver requests that may change something, in place of what the file says")
	flags.StringVar(&f.caFile, "cacert", "", "trust the certificate authorities of this PEM file for the target")
	flags.StringArrayVar(&f.connectTo, "connect-to", nil, "connect elsewhere, HOST1:PORT1:HOST2:PORT2; may be repeated")
	flags.StringSliceVar(&f.browsers, "browser", []string{runner.Chromium}, "chromium, firefox, webkit, several by commas, or all; or none for the Fetch Standard over the wire")
	flags.StringVar(&f.browserPath, "browser-path", "", "the browser's executable; by default it is looked for")
	flags.StringVar(&f.cdp, "cdp", "", "judge in a Chrome that is running already, or in a farm's: where it speaks the DevTools Protocol, such as http://127.0.0.1:9222")
	flags.StringVar(&f.webDriver, "webdriver", "", "judge in a Chrome or a Firefox that this WebDriver endpoint starts, such as http://127.0.0.1:4444 of a Selenium Grid, or in a Firefox that is running already, such as ws://127.0.0.1:9222")
	flags.StringVar(&f.wanted, "capabilities", "", "which browser the WebDriver endpoint is to start, and how, as JSON")
	flags.StringSliceVar(&f.scenarios, "scenario", nil, "run these alone: ids or patterns such as 'preflight.*', by commas; may be repeated")
	flags.StringVar(&f.level, "level", "", "run what matters at least so much: required, recommended or informative")
	flags.DurationVar(&f.timeout, "timeout", fetch.DefaultTimeout, "how long a response may take")
	flags.DurationVar(&f.maxWait, "max-wait", suite.DefaultMaxWait, "how long a scenario may wait for something to expire")
	flags.IntVar(&f.maxRequests, "max-requests", 0, "send at most so many requests to the server, preflights included")
	flags.StringVar(&f.rate, "rate", "", "send at most so many requests per second, such as 5, 5/s or 300/m")
	flags.StringVar(&f.shard, "shard", "", "run one part of several, i/n, such as 1/4; corsproof merge joins their reports")
	flags.BoolVar(&f.dryRun, "dry-run", false, "send nothing; show what would be sent, and to where")
	flags.BoolVar(&f.noProgress, "no-progress", false, "show no progress")
	f.outputs.define(flags)
	completeRun(c)
	f.outputs.complete(c)
	return c
}

func (f *runFlags) run(ctx context.Context) error {
	if err := f.outputs.check(); err != nil {
		return err
	}
	options, err := f.options()
	if err != nil {
		return err
	}
	if f.dryRun {
		return f.foresee(options)
	}
	done := f.showProgress(&options)
	defer done()
	unheard := context.AfterFunc(ctx, func() {
		done()
		fmt.Fprintln(os.Stderr, "corsproof: interrupted; what is known so far follows, unless you interrupt again")
	})
	r, err := runner.Run(ctx, options)
	unheard()
	done()
	if err != nil {
		return err
	}
	return f.outputs.write(r)
}

// foresee shows what would be sent.
func (f *runFlags) foresee(options runner.Options) error {
	forecast, err := runner.DryRun(options)
	if err != nil {
		return err
	}
	out := os.Stdout
	if f.outputs.json == "-" {
		out = os.Stderr
	}
	return errors.Join(
		report.Forecast(out, forecast, f.outputs.console(out)),
		writeTo(f.outputs.json, func(w io.Writer) error { return report.ForecastJSON(w, forecast) }))
}

// options are what the flags mean to the runner.
func (f *runFlags) options() (o runner.Options, err error) {
	o = runner.Options{
		Target:      f.target,
		Effects:     fetch.Effects(f.effects),
		CAFile:      f.caFile,
		BrowserPath: f.browserPath,
		CDP:         f.cdp,
		WebDriver:   f.webDriver,
		Filter:      suite.Filter{Scenarios: f.scenarios, Level: suite.Level(f.level)},
		Timeout:     f.timeout,
		MaxWait:     &f.maxWait,
		Version:     version(),
	}
	for _, file := range f.outputs.files() {
		if f.dryRun && file.path != "" && file.flag != "--json" {
			return o, fmt.Errorf("--dry-run judges nothing, so that there is nothing for %s", file.flag)
		}
	}
	if f.timeout == 0 {
		return o, errors.New("timeout 0s: expected more than 0")
	}
	if err := f.limits(&o); err != nil {
		return o, err
	}
	isRemote := f.cdp != "" || f.webDriver != ""
	if !isRemote || f.flags.Changed("browser") {
		o.Browser = strings.Join(f.browsers, ",")
	}
	if f.wanted != "" {
		if err := json.Unmarshal([]byte(f.wanted), &o.Capabilities); err != nil {
			return o, fmt.Errorf(`--capabilities %q: %w; expected an object in JSON, such as {"browserName": "chrome"}`, f.wanted, err)
		}
	}
	if !isRemote && o.Browser == "" {
		return o, fmt.Errorf("--browser names none; expected %s", runner.BrowsersInWords())
	}
	if f.flags.Changed("shard") {
		if o.Shard, err = suite.ParseShard(f.shard); err != nil {
			return o, fmt.Errorf("--%w", err)
		}
	}
	for _, s := range f.connectTo {
		c, err := config.ParseConnectTo(s)
		if err != nil {
			return o, fmt.Errorf("--connect-to %w", err)
		}
		o.ConnectTo = append(o.ConnectTo, c)
	}
	if f.file != "" {
		o.Config, err = config.Load(f.file, os.LookupEnv)
	}
	return o, err
}

// limits reads those that were given: that of no request is a mistake, not no limit.
func (f *runFlags) limits(o *runner.Options) (err error) {
	if f.flags.Changed("max-requests") && f.maxRequests < 1 {
		return fmt.Errorf("--max-requests %d: expected 1 or more", f.maxRequests)
	}
	o.MaxRequests = f.maxRequests
	if f.flags.Changed("rate") {
		if o.Rate, err = suite.ParseRate(f.rate); err != nil {
			return fmt.Errorf("--%w", err)
		}
	}
	return nil
}

// showProgress has the runner show how far it is, if somebody can see that. What it
// returns ends that, and may be called again.
func (f *runFlags) showProgress(o *runner.Options) (done func()) {
	if f.noProgress || !isTerminal(os.Stderr) {
		return func() {}
	}
	progress := report.NewProgress(os.Stderr)
	o.Progress = progress.Update
	return progress.Done
}
