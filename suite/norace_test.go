//go:build !race

package suite_test

// underRace says that the race detector is in.
const underRace = false
