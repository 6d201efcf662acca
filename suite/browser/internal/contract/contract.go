// Package contract says what every user agent keeps to, a browser or not: one table of
// specs that each runs in its own tests.
package contract

import (
	"context"
	"io"
	"net"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/script"
	"github.com/corsproof/corsproof/suite/fetch"
)

// An Agent is a user agent that is held to the contract, and what it cannot do.
type Agent struct {
	// Delivering and Holding return two that may reach any port of 127.0.0.1: one that
	// delivers effects, and one that holds them back.
	Delivering, Holding func() fetch.UserAgent

	// HostCharacters are those that the host of a page may have, besides letters, digits
	// and dots. The URL Standard allows more than some agents do.
	HostCharacters string

	// RunsScripts says that it is a browser, whose pages have a place to live and run what
	// they load.
	RunsScripts bool

	// ForbidsLoopback says that to it a loopback address without TLS is mixed content too,
	// so that a page by https may not call it.
	ForbidsLoopback bool

	// Upgrades says that it knows domains whose pages are by https alone.
	Upgrades bool

	// GivesNoReasons says that nothing is known of why it refuses.
	GivesNoReasons bool

	// WorkersLoadNoFonts says that a font fails in a worker before it is asked for.
	WorkersLoadNoFonts bool

	// FramesBeaconAsPage says that a beacon of a sandboxed frame has the origin of the page
	// around it where it is not preflighted, and IgnoresCORSOfFonts that fonts are loaded without Origin and used
	// whatever is allowed: two deviations that suite/useragent knows.
	FramesBeaconAsPage, IgnoresCORSOfFonts bool

	// Remote says that somebody else has started it: it cannot be led elsewhere than names
	// lead, and trusts whom it trusts.
	Remote bool

	// HoldsBefore says that what it holds back it does not preflight either, nor
	// does it load scripts that could send something, and
	// AsksAgain that it may send a CORS-preflight request to an IP address again, and
	// says so.
	HoldsBefore, AsksAgain bool

	// Start starts another.
	Start func(context.Context, browser.Options) (fetch.UserAgent, error)
}

// Specs makes the specs of an agent.
func Specs(name string, a Agent) bool {
	return Describe(name, func() {
		pages(a)
		evidence(a)
		causes(a)
		if !a.Remote {
			certificates(a)
		}
		bodies(a)
		contexts(a)
		consumers(a)
		beacons(a)
		caches(a)
		modes(a)
		holding(a)
	})
}

// The origins of most pages.
const (
	page       = "http://app.example.test"
	securePage = "https://app.example.test"
)

// unanswered is the timeout of a request that gets no answer, and is seen to have left: so
// much time that it has on a busy machine too.
const unanswered = time.Second

// reason is what the agent says of a refusal for which the Standard has this reason.
func (a Agent) reason(written string) string {
	if a.GivesNoReasons {
		return ""
	}
	return written
}

// beaconOrigin is what the agent says in a beacon that is not preflighted.
func (a Agent) beaconOrigin(origin string) string {
	if a.FramesBeaconAsPage {
		return script.Location(origin)
	}
	return origin
}

// end closes a user agent that a spec has started.
func end(ua fetch.UserAgent) error {
	if c, ok := ua.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// closedPort is one that nobody listens on.
func closedPort() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer l.Close()
	return l.Addr().String()
}
