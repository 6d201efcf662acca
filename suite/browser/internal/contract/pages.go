package contract

import (
	"errors"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

// pages says on which origins a script runs.
func pages(a Agent) {
	Describe("A page", func() {
		DescribeTable("lives on any origin, and says so on the wire", func(ctx SpecContext, origin string) {
			target := trial.NewRecorder(trial.Permit)
			o := trial.Do(ctx, trial.In(ctx, a.Delivering()), origin, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
			if a.ForbidsLoopback && strings.HasPrefix(origin, "https:") {
				Expect(o.Cause).To(Equal(fetch.ByMixed))
				return
			}
			Expect(o.Shared()).To(BeTrue())
			Expect(target.Origins()).To(Equal([]string{origin}))
		},
			Entry("http", "http://app.example.test"),
			Entry("http on a port", "http://app.example.test:7001"),
			Entry("https", "https://admin.example.test"),
			Entry("https on a port", "https://admin.example.test:8443"),
			Entry("an internationalized name", "https://xn--bcher-kva.example"),
			Entry("an underscore", "http://host_with_underscore.example.test"),
			Entry("localhost", "http://localhost:3000"),
			Entry("localhost by https", "https://localhost:8443"),
			Entry("a name under localhost", "http://app.localhost:3000"),
			Entry("an IPv6 address", "http://[::1]:4000"),
			Entry("another loopback address", "http://127.0.0.2:5500"),
			Entry("a dot at the end of its host", "http://app.example.test.:7001"),
			Entry("a dot at the end of its host by https", "https://app.example.test.:8443"),
			Entry("a dot at the beginning", "https://.example.test"),
			Entry("a name of the DNS that is as long as can be", "https://"+strings.Repeat(strings.Repeat("e", 63)+".", 3)+strings.Repeat("e", 61)),
			Entry("a private address", "http://192.168.0.1"),
			Entry("an opaque one", "null"),
		)

		// What a host may have is measured, since scanners disagree about it.
		It("lives on a host with any of the characters that the agent allows", func(ctx SpecContext) {
			target := trial.NewRecorder(trial.Permit)
			c := trial.In(ctx, a.Delivering())
			var origins []string
			for _, char := range a.HostCharacters {
				origins = append(origins, "http://app.example.test."+string(char)+".evil.example:7001")
				if !a.ForbidsLoopback {
					origins = append(origins, "https://app.example.test"+string(char)+".evil.example")
				}
			}
			Expect(c.Open(ctx, origins...)).To(Succeed())
			for _, origin := range origins {
				o := trial.Do(ctx, c, origin, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
				Expect(o.Shared()).To(BeTrue(), origin)
			}
			Expect(target.Origins()).To(Equal(origins))
		})

		if a.RunsScripts {
			It("lives on no host with another one", func(ctx SpecContext) {
				for _, char := range []string{"^", "|", "%0b", "%", " ", "<", ">", "*", "@", "A"} {
					_, err := trial.In(ctx, a.Delivering()).Do(ctx, "https://app.example.test"+char+".evil.example", fetch.Request{URL: "http://127.0.0.1:1/", Method: "GET"})
					var impossible *fetch.OriginError
					Expect(errors.As(err, &impossible)).To(BeTrue(), "%q: %v", char, err)
				}
			})
		}

		It("is refused where it cannot live", func(ctx SpecContext) {
			_, err := trial.In(ctx, a.Delivering()).Do(ctx, "https://app.example.test/path", fetch.Request{URL: "http://127.0.0.1:1/", Method: "GET"})
			var impossible *fetch.OriginError
			Expect(errors.As(err, &impossible)).To(BeTrue(), "%v", err)
		})

		if a.Upgrades {
			It("is refused where the browser makes it another origin", func(ctx SpecContext) {
				_, err := trial.In(ctx, a.Delivering()).Do(ctx, "http://corsproof.dev", fetch.Request{URL: "http://127.0.0.1:1/", Method: "GET"})
				var impossible *fetch.OriginError
				Expect(errors.As(err, &impossible)).To(BeTrue(), "%v", err)
			})
		}
	})
}
