//go:build !linux

package process

import "syscall"

// replace makes a descriptor another one of the file.
func replace(file, descriptor int) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	err := syscall.Dup2(file, descriptor)
	if err == nil {
		syscall.CloseOnExec(descriptor)
	}
	return err
}
