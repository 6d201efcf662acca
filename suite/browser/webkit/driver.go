package webkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/corsproof/corsproof/suite/browser/internal/process"
	"github.com/corsproof/corsproof/suite/browser/internal/webdriver"
)

// A driver is a WebKitWebDriver, which has one session at most.
//
// https://www.w3.org/TR/webdriver1/
type driver struct {
	process *process.Process
	out     *lines
	url     string
	client  *http.Client
}

// startTimeout is how long a driver, or a browser, may take to be there.
const startTimeout = 30 * time.Second

// startDriver starts a driver on a free port. It chooses none by itself, and between
// choosing and starting another program may take the port: then there is another try.
func startDriver(ctx context.Context, b *Browser) (*driver, error) {
	var err error
	for range 3 {
		var d *driver
		if d, err = tryDriver(ctx, b); err == nil {
			return d, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return nil, fmt.Errorf("%s did not start: %w", b.programs.driver, err)
}

func tryDriver(ctx context.Context, b *Browser) (*driver, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(b.programs.driver, "--port="+strconv.Itoa(port))
	cmd.Env = append(os.Environ(), b.home.Env()...)
	cmd.Env = append(cmd.Env, "DISPLAY="+b.display.name, "XDG_RUNTIME_DIR="+b.home.Temp, "LC_ALL=C")
	d := &driver{out: newLines(b.options.Log), url: "http://127.0.0.1:" + strconv.Itoa(port)}
	cmd.Stdout, cmd.Stderr = d.out, d.out
	// The browser inherits these, and may keep them open for a moment.
	cmd.WaitDelay = time.Second
	if d.process, err = process.Start(cmd); err != nil {
		return nil, err
	}
	d.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	within, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		if _, err = d.call(within, http.MethodGet, "/status", nil); err == nil {
			return d, nil
		}
		var refused *net.OpError
		select {
		case <-d.process.Done():
			return nil, errors.New(d.out.last())
		case <-within.Done():
			d.close()
			return nil, err
		case <-time.After(5 * time.Millisecond):
		}
		if !errors.As(err, &refused) {
			d.close()
			return nil, err
		}
	}
}

// freePort returns a port of the loopback address that is free just now.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func (d *driver) close() {
	d.client.CloseIdleConnections()
	d.process.Kill()
}

// call sends a command and returns its value.
func (d *driver) call(ctx context.Context, method, path string, parameters any) (json.RawMessage, error) {
	return webdriver.Client{URL: d.url, HTTP: d.client}.Call(ctx, method, path, parameters)
}
