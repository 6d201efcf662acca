package patience_test

import (
	"context"
	"errors"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/patience"
)

func TestPatience(t *testing.T) {
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "Patience", config, reporter)
}

var _ = Describe("Patience", func() {
	const short, long = time.Millisecond, time.Hour
	never := func() bool { return false }
	var asked int
	BeforeEach(func() { asked = 0 })
	// behind is a browser that tells what is waited for before its nth answer.
	behind := func(n int) (answer func(context.Context) error, told func() bool) {
		return func(context.Context) error { asked++; return nil }, func() bool { return asked >= n }
	}

	It("looks whenever something has changed, and asks for nothing then", func(ctx SpecContext) {
		changed, looked := make(chan struct{}), 0
		go func() { changed <- struct{}{}; changed <- struct{}{} }()
		answer, _ := behind(0)
		Expect(patience.Wait(ctx, long, changed, answer, func() bool { looked++; return looked == 3 })).To(BeTrue())
		Expect(asked).To(BeZero())
	})

	DescribeTable("lasts until the browser has caught up",
		func(ctx SpecContext, n int, holds bool) {
			answer, told := behind(n)
			Expect(patience.Wait(ctx, short, nil, answer, told)).To(Equal(holds))
			Expect(asked).To(Equal(min(n, 3)))
		},
		Entry("after one answer", 1, true),
		Entry("after three", 3, true),
		Entry("but not for ever", 4, false),
	)

	It("ends with a browser that answers no more", func(ctx SpecContext) {
		gone := func(context.Context) error { asked++; return errors.New("gone") }
		Expect(patience.Wait(ctx, short, nil, gone, never)).To(BeFalse())
		Expect(asked).To(Equal(1))
	})

	It("ends with who waits", func(ctx SpecContext) {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		answer, _ := behind(0)
		Expect(patience.Wait(ended, long, nil, answer, never)).To(BeFalse())
		Expect(asked).To(BeZero())
	})

	It("is not asked for where there is nothing to wait for", func(ctx SpecContext) {
		answer, _ := behind(0)
		Expect(patience.Wait(ctx, 0, nil, answer, never)).To(BeFalse())
		Expect(patience.Wait(ctx, 0, nil, answer, func() bool { return true })).To(BeTrue())
		Expect(asked).To(BeZero())
	})
})
