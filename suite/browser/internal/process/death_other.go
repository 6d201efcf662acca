//go:build !linux

package process

import "syscall"

// dieWithParent does nothing: no other system than Linux kills a child with its parent.
func dieWithParent(*syscall.SysProcAttr) {}
