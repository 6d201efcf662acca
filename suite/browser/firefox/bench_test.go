package firefox_test

import (
	"testing"

	"github.com/corsproof/corsproof/suite/browser/firefox"
	"github.com/corsproof/corsproof/suite/browser/internal/bench"
)

var engine = bench.Engine[*firefox.Browser]{Start: firefox.Start, AtMost: 1.5, Fetches: 2000}

func BenchmarkSuite(b *testing.B) { engine.Suite(b) }
