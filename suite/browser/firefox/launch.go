package firefox

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/corsproof/corsproof/suite/browser/bidi"
	"github.com/corsproof/corsproof/suite/browser/internal/process"
	"github.com/corsproof/corsproof/suite/fetch"
)

// startTimeout is how long the browser may take to start.
const startTimeout = time.Minute

// arguments are those of the command line that a report shows. The browser's own window
// is reached for what no page and no command of WebDriver can: see privileged.js.
var arguments = []string{"--headless", "--no-remote", "--remote-debugging-port=0", "--remote-allow-system-access"}

// launch starts the process and opens a session.
func (b *Browser) launch(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	cmd := exec.Command(path, append(arguments, "--profile", b.home.Profile)...)
	cmd.Env = append(withoutDisplay(os.Environ()), b.home.Env()...)
	cmd.Env = append(cmd.Env,
		"MOZ_REMOTE_SETTINGS_DEVTOOLS=1", // or the preference for their server is not read
		"MOZ_CRASHREPORTER_DISABLE=1",
		"MOZ_HEADLESS=1")
	url, err := b.run(ctx, cmd)
	if err != nil {
		return err
	}
	if b.conn, err = bidi.Dial(ctx, url+"/session", b.traces.handle); err != nil {
		return err
	}
	if err := b.openSession(ctx, nil); err != nil {
		return err
	}
	b.about.Flags = b.reportable(arguments)
	if err := b.enterChrome(ctx); err != nil {
		return err
	}
	return b.observeNetwork(ctx)
}

// withoutDisplay leaves out what would lead the browser to somebody's desktop.
func withoutDisplay(environ []string) []string {
	var kept []string
	for _, line := range environ {
		switch name, _, _ := strings.Cut(line, "="); name {
		case "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "MOZ_LOG", "MOZ_LOG_FILE":
		default:
			kept = append(kept, line)
		}
	}
	return kept
}

// run starts the process and waits until it says where it listens. What it prints goes
// to the log.
func (b *Browser) run(ctx context.Context, cmd *exec.Cmd) (url string, err error) {
	out, in, err := os.Pipe()
	if err != nil {
		return "", err
	}
	cmd.Stdout, cmd.Stderr = in, in
	b.process, err = process.Start(cmd)
	in.Close()
	if err != nil {
		out.Close()
		return "", err
	}
	listening := make(chan string, 1)
	last := ""
	printed := make(chan struct{})
	go func() {
		defer close(printed)
		defer out.Close()
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			last = lines.Text()
			if b.options.Log != nil {
				b.options.Log(last)
			}
			if _, url, ok := strings.Cut(last, "WebDriver BiDi listening on "); ok {
				select {
				case listening <- url:
				default:
				}
			}
		}
	}()
	select {
	case url = <-listening:
		return url, nil
	case <-b.process.Done():
		<-printed
		return "", fmt.Errorf("it ended (%v): %s", b.process.Err(), last)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// openSession opens the session and asks what the browser is.
func (b *Browser) openSession(ctx context.Context, capabilities map[string]any) error {
	type session struct {
		Capabilities struct {
			BrowserName    string `json:"browserName"`
			BrowserVersion string `json:"browserVersion"`
		} `json:"capabilities"`
	}
	wanted := map[string]any{}
	if capabilities != nil {
		wanted["alwaysMatch"] = capabilities
	}
	s, err := bidi.Call[session](ctx, b.conn, "session.new", map[string]any{"capabilities": wanted})
	if err != nil {
		return err
	}
	if name := s.Capabilities.BrowserName; name != "firefox" {
		return fmt.Errorf("%s is no firefox; what another browser shows by WebDriver BiDi alone is not enough", cmp.Or(name, "it"))
	}
	return b.begin(ctx, s.Capabilities.BrowserVersion)
}

// begin begins to hear of what happens in a session that is open.
func (b *Browser) begin(ctx context.Context, version string) error {
	b.about = fetch.About{Name: "firefox", Version: version}
	return bidi.Do(ctx, b.conn, "session.subscribe", map[string]any{"events": events})
}

// events are those that the browser is to tell.
var events = []string{"log.entryAdded", "browsingContext.contextCreated"}

// networkEvents are those that it is to tell of tabs of which nothing else does.
var networkEvents = []string{
	"network.beforeRequestSent", "network.responseStarted", "network.responseCompleted", "network.fetchError",
}

// evaluated is what became of a script.
//
// https://www.w3.org/TR/webdriver-bidi/#type-script-EvaluateResult
type evaluated struct {
	Type   string `json:"type"`
	Result struct {
		Value json.RawMessage `json:"value"`
	} `json:"result"`
	ExceptionDetails struct {
		Text string `json:"text"`
	} `json:"exceptionDetails"`
}

// evaluate runs a script in a browsing context and decodes what it resolves to, which is
// sent as JSON.
func evaluate[T any](ctx context.Context, conn *bidi.Conn, in, expression string) (T, error) {
	var value T
	e, err := bidi.Call[evaluated](ctx, conn, "script.evaluate", map[string]any{
		"expression":   "Promise.resolve(" + expression + ").then(v => JSON.stringify(v))",
		"awaitPromise": true,
		"target":       map[string]any{"context": in},
	})
	if err != nil {
		return value, err
	}
	if e.Type != "success" {
		return value, errors.New(e.ExceptionDetails.Text)
	}
	var text string
	if err := json.Unmarshal(e.Result.Value, &text); err != nil {
		return value, fmt.Errorf("the script's value is none: %w", err)
	}
	return value, json.Unmarshal([]byte(text), &value)
}
