package process

import (
	"os"
	"syscall"
)

// Swap puts what is given behind a file of somebody else's, which goes to a child, and
// returns what was behind it, in blocking mode. Who opened the file closes it as ever; what
// was given can be closed at once. After an error both are as they were.
func Swap(file, given *os.File) (was *os.File, err error) {
	kept, err := duplicate(int(file.Fd()))
	if err != nil {
		return nil, err
	}
	if err := replace(int(given.Fd()), int(file.Fd())); err != nil {
		syscall.Close(kept)
		return nil, err
	}
	return os.NewFile(uintptr(kept), file.Name()), nil
}

// duplicate returns another descriptor of a file, which no child inherits.
func duplicate(fd int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	kept, err := syscall.Dup(fd)
	if err == nil {
		syscall.CloseOnExec(kept)
	}
	return kept, err
}
