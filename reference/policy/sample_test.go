package policy_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
)

var _ = Describe("Sample", func() {
	It("is the sample policy", func() {
		Expect(policy.Sample()).To(Equal(policy.Policy{
			AllowOrigins:     []string{"http://app.example.test:7001", "https://admin.example.test"},
			AllowMethods:     []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"},
			AllowHeaders:     []string{"Content-Type", "Authorization", "X-Requested-With"},
			ExposeHeaders:    []string{"ETag", "X-Total-Count"},
			AllowCredentials: true,
			MaxAge:           new(600),
		}))
	})

	It("is a value of its own each time", func() {
		p := policy.Sample()
		p.AllowOrigins[0] = "https://evil.example"
		*p.MaxAge = 0
		Expect(policy.Sample().AllowOrigins[0]).To(Equal("http://app.example.test:7001"))
		Expect(policy.Sample().MaxAge).To(HaveValue(Equal(600)))
	})
})
