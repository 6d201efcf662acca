package webkit_test

import (
	"testing"

	"github.com/corsproof/corsproof/suite/browser/internal/bench"
	"github.com/corsproof/corsproof/suite/browser/webkit"
)

var engine = bench.Engine[*webkit.Browser]{Start: webkit.Start, AtMost: 2, Fetches: 1000}

func BenchmarkSuite(b *testing.B) { engine.Suite(b) }
