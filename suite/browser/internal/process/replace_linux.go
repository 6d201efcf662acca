package process

import "syscall"

// replace makes a descriptor another one of the file.
func replace(file, descriptor int) error { return syscall.Dup3(file, descriptor, syscall.O_CLOEXEC) }
