package process

import (
	"os/exec"
	"runtime"
	"syscall"
)

// A Process is a child of this one that ends with it, however that ends, where the
// system can do that: on Linux.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start starts a command in a process group of its own.
func Start(cmd *exec.Cmd) (*Process, error) {
	p := &Process{cmd: cmd, done: make(chan struct{})}
	DieWithParent(cmd)
	cmd.SysProcAttr.Setpgid = true
	started := make(chan error)
	go func() {
		// The signal follows the thread that started the child, and Go ends threads
		// as it likes: this one stays as long as the child. https://go.dev/issue/27505
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// DieWithParent has a command end with this process, where the system can do that. Whoever
// starts it must keep the thread from which they do; see Start.
func DieWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	dieWithParent(cmd.SysProcAttr)
}

// Pid returns the child's process id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the child ended. It is called after Done is closed.
func (p *Process) Err() error { return p.err }

// Kill ends the child and all of its group, and waits for the child.
func (p *Process) Kill() {
	// The group may have members though the child has ended.
	syscall.Kill(-p.Pid(), syscall.SIGKILL)
	<-p.done
}
