//go:build race

package selftest_test

// underRace says that the race detector is in.
const underRace = true
