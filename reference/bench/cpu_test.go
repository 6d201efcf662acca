package bench

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime returns the processor time that this thread has had. On a machine that does
// other things too, it is what there is to compare.
func cpuTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}
