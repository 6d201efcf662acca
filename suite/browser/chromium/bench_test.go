package chromium_test

import (
	"testing"

	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/internal/bench"
)

var engine = bench.Engine[*chromium.Browser]{Start: chromium.Start, AtMost: 1.2, Fetches: 4000}

func BenchmarkSuite(b *testing.B)     { engine.Suite(b) }
func BenchmarkFarTarget(b *testing.B) { engine.FarTarget(b) }
func BenchmarkResources(b *testing.B) { engine.Resources(b) }
