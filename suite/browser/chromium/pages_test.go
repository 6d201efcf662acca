package chromium_test

import (
	"errors"
	"os"
	"slices"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/chromium"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

func pid() string { return strconv.Itoa(os.Getpid()) }

const page = "https://app.example.test"

var _ = Describe("A page", func() {
	It("lives on a host with an asterisk, escaped", func(ctx SpecContext) {
		const origin = "https://app.example.test%2A.evil.example"
		target := trial.NewRecorder(trial.Permit)
		o := trial.Do(ctx, trial.In(ctx, delivering), origin, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
		Expect(o.Shared()).To(BeTrue())
		Expect(target.Origins()).To(Equal([]string{origin}))
	})

	It("may be a frame of another, and no tab is opened for it", func(ctx SpecContext) {
		target := trial.NewRecorder(trial.Permit)
		c := trial.In(ctx, delivering)
		origins := []string{"http://one.frame.test", "https://one.frame.test", "http://two.frame.test:7001", "http://localhost:7002", "https://null.example.evil"}
		opened := c.(fetch.FrameOpener).OpenFrames(ctx, origins...)
		Expect(opened).To(Succeed())
		Expect(chromium.Frames(c)).To(ConsistOf(origins))
		for _, origin := range origins {
			o := trial.Do(ctx, c, origin, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "PUT"})
			Expect(o.Shared()).To(BeTrue(), origin)
			Expect(o.Exchanges).To(HaveLen(2), origin)
		}
		Expect(slices.Compact(target.Origins())).To(Equal(origins))
	})

	It("is a tab where no frame can be, and refused where none can", func(ctx SpecContext) {
		target := trial.NewRecorder(trial.Permit)
		c := trial.In(ctx, delivering)
		dotted, impossible := "https://frame.example.test.", "http://corsproof.dev"
		err := c.(fetch.FrameOpener).OpenFrames(ctx, dotted, impossible)
		var refused *fetch.OriginError
		Expect(errors.As(err, &refused)).To(BeTrue(), "%v", err)
		Expect(refused.Origin).To(Equal(impossible))
		Expect(chromium.Frames(c)).To(BeEmpty())
		Expect(trial.Do(ctx, c, dotted, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"}).Shared()).To(BeTrue())
	})

	It("asks for no icon", func(ctx SpecContext) {
		c := trial.In(ctx, delivering)
		Expect(c.Open(ctx, "http://icon.example.test")).To(Succeed())
		Expect(delivering.Misdirected()).NotTo(ContainElement(ContainSubstring("icon.example.test")))
	})
})
