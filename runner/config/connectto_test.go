package config_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/config"
)

var _ = Describe("ParseConnectTo", func() {
	DescribeTable("reads curl's form",
		func(s string, want config.ConnectTo) {
			Expect(config.ParseConnectTo(s)).To(Equal(want))
			Expect(config.ParseConnectTo(want.String())).To(Equal(want))
		},
		Entry(nil, "api.example.com:443:127.0.0.1:8443", config.ConnectTo{Host: "api.example.com", Port: 443, ToHost: "127.0.0.1", ToPort: 8443}),
		Entry(nil, "API.example.com:443:LocalHost:8443", config.ConnectTo{Host: "api.example.com", Port: 443, ToHost: "localhost", ToPort: 8443}),
		Entry(nil, "[::1]:443:[2001:db8::1]:8443", config.ConnectTo{Host: "::1", Port: 443, ToHost: "2001:db8::1", ToPort: 8443}),
		Entry(nil, "::localhost:8080", config.ConnectTo{ToHost: "localhost", ToPort: 8080}),
		Entry(nil, "a.test:::8080", config.ConnectTo{Host: "a.test", ToPort: 8080}),
		Entry(nil, ":::", config.ConnectTo{}),
	)

	DescribeTable("says what is wrong with anything else",
		func(s, problem string) {
			_, err := config.ParseConnectTo(s)
			Expect(err).To(MatchError(HavePrefix("%q %s; expected HOST1:PORT1:HOST2:PORT2", s, problem)))
		},
		Entry(nil, "", "has 1 of the 4 parts between colons"),
		Entry(nil, "a.test:443:b.test", "has 3 of the 4 parts between colons"),
		Entry(nil, "::1:443:::1:443", "has 8 of the 4 parts between colons"),
		Entry(nil, "[::1:443:b.test:1", "has a bracket without its other half"),
		Entry(nil, "a]:443:b.test:1", "has a bracket without its other half"),
		Entry(nil, "[[::1]]:443:b.test:1", "has a bracket without its other half"),
		Entry(nil, "http//a:443:b.test:1", "has a first part that is no host"),
		Entry(nil, "[1.2.3.4]:443:b.test:1", "has a first part that is no host"),
		Entry(nil, "[::1]x:443:b.test:1", "has a first part that is no host"),
		Entry(nil, "a:x:b.test:1", "has a second part that is no port"),
		Entry(nil, "a:0:b.test:1", "has a second part that is no port"),
		Entry(nil, "a:65536:b.test:1", "has a second part that is no port"),
		Entry(nil, "a:1:b c:1", "has a third part that is no host"),
		Entry(nil, "a:1:b:-1", "has a fourth part that is no port"),
	)
})
