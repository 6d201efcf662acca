package webkit

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/corsproof/corsproof/suite/browser/internal/home"
	"github.com/corsproof/corsproof/suite/browser/internal/process"
)

// A display is an X server that shows nothing, which WebKitGTK needs to run. What is on
// it ends with it.
type display struct {
	name    string // such as ":99"
	process *process.Process
}

// startDisplay starts Xvfb, which chooses a number that is free and says it.
func startDisplay(ctx context.Context, xvfb string, h *home.Home, log func(string)) (*display, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	// Without -noreset it begins anew, and takes no one in for a moment, whenever the last
	// browser has left.
	cmd := exec.Command(xvfb, "-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp", "-ac", "-noreset")
	cmd.Env = append(os.Environ(), h.Env()...)
	cmd.ExtraFiles = []*os.File{write}
	out := newLines(log)
	cmd.Stdout, cmd.Stderr = out, out
	p, err := process.Start(cmd)
	write.Close()
	if err != nil {
		return nil, fmt.Errorf("%s did not start: %w", xvfb, err)
	}
	d := &display{process: p}
	stop := context.AfterFunc(ctx, func() { read.Close() })
	defer stop()
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		d.close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%s said no display number: %s", xvfb, out.last())
	}
	d.name = ":" + strings.TrimSpace(number)
	return d, nil
}

func (d *display) ended() bool {
	select {
	case <-d.process.Done():
		return true
	default:
		return false
	}
}

func (d *display) close() { d.process.Kill() }
