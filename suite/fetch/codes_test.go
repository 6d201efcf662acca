package fetch_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

var _ = Describe("Codes", func() {
	It("has each of Chromium's 28 reasons once", func() {
		seen := map[string]bool{}
		for _, c := range fetch.Codes() {
			Expect(seen).NotTo(HaveKey(c.Chromium))
			seen[c.Chromium] = true
			Expect(c.Fault).NotTo(BeEmpty(), c.Chromium)
			if c.Reason != "" {
				Expect(c.Reason.Chromium()).To(Equal(c.Chromium))
				Expect(c.Reason.Firefox()).To(Equal(c.Firefox))
				Expect(c.Firefox).To(HavePrefix("CORS"), c.Chromium)
			}
		}
		Expect(seen).To(HaveLen(28))
	})

	It("gives the preflight's CORS check the names of the response's", func() {
		for _, c := range fetch.Codes() {
			if plain, ok := strings.CutPrefix(c.Chromium, "Preflight"); ok && fetch.Reason(plain).Firefox() != "" {
				Expect(c.Firefox).To(Equal(fetch.Reason(plain).Firefox()), c.Chromium)
			}
		}
	})

	It("has none for what no browser has a word for", func() {
		Expect(fetch.AuthorizationNotCoveredByWildcard.Chromium()).To(BeEmpty())
		Expect(fetch.TooManyRedirects.Firefox()).To(BeEmpty())
		Expect(fetch.Reason("").Chromium()).To(BeEmpty())
	})
})
