package config_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/config"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// full has every key.
const full = `
target: https://api.example.com          # scheme://host[:port]
connectTo: ["api.example.com:443:127.0.0.1:8443"]
caFile: private-ca.pem
policy:
  allowOrigins: ["https://app.example.com", "https://*.example.org"]
  allowMethods: [GET, POST, PUT, DELETE]
  allowHeaders: [Content-Type, Authorization]
  exposeHeaders: [ETag]
  allowCredentials: true
  maxAge: 600
resources:
  - path: /v1/items
  - path: /v1/public
    policy: {allowOrigins: ["*"], allowMethods: [GET]}
  - path: /v1/broken
    methods: [GET]
    status: 500
  - path: /v1/old
    redirectsTo: /v1/items
  - path: /v1/logo.png
    kind: image
    cacheable: true
request:
  headers: {Authorization: "Bearer ${API_TOKEN}"}
  cookies: [{name: sid, value: "${SID}"}]
effects: hold
limits:
  maxRequests: 500
  rate: 300/m
`

var _ = Describe("a file without mistakes", func() {
	It("becomes a target", func() {
		dir := GinkgoT().TempDir()
		writeCA(filepath.Join(dir, "private-ca.pem"))
		file := filepath.Join(dir, "cors.yaml")
		Expect(os.WriteFile(file, []byte(full), 0o600)).To(Succeed())

		c, err := config.Load(file, func(name string) (string, bool) {
			value, ok := map[string]string{"API_TOKEN": "t0ken", "SID": "se55ion"}[name]
			return value, ok
		})

		Expect(err).NotTo(HaveOccurred())
		Expect(c).To(Equal(&config.Config{
			Target: suite.Target{
				URL: "https://api.example.com",
				Policy: policy.Policy{
					AllowOrigins:     []string{"https://app.example.com", "https://*.example.org"},
					AllowMethods:     []string{"GET", "POST", "PUT", "DELETE"},
					AllowHeaders:     []string{"Content-Type", "Authorization"},
					ExposeHeaders:    []string{"ETag"},
					AllowCredentials: true,
					MaxAge:           new(600),
				},
				Resources: []suite.Resource{
					{Path: "/v1/items"},
					{Path: "/v1/public", Policy: &policy.Policy{AllowOrigins: []string{"*"}, AllowMethods: []string{"GET"}}},
					{Path: "/v1/broken", Methods: []string{"GET"}, Status: 500},
					{Path: "/v1/old", RedirectsTo: "/v1/items"},
					{Path: "/v1/logo.png", Kind: "image", Cacheable: true},
				},
				Request: suite.Authorized{
					Headers:  fetch.HeaderList{{Name: "Authorization", Value: "Bearer t0ken"}},
					Cookies:  []fetch.Cookie{{Name: "sid", Value: "se55ion"}},
					Spelling: map[string]string{"Authorization": "Bearer ${API_TOKEN}", "sid": "${SID}"},
				},
				Effects: fetch.Hold,
			},
			ConnectTo: []config.ConnectTo{{Host: "api.example.com", Port: 443, ToHost: "127.0.0.1", ToPort: 8443}},
			CAFile:    filepath.Join(dir, "private-ca.pem"),
			Limits:    suite.Limits{MaxRequests: 500, Rate: 5},
			Secrets:   []string{"t0ken", "se55ion"},
		}))
	})

	It("has defaults", func() {
		Expect(parse("target: http://localhost:8080\npolicy: {}\n")).To(Equal(&config.Config{
			Target: suite.Target{
				URL:       "http://localhost:8080",
				Resources: []suite.Resource{{Path: "/"}},
				Effects:   fetch.Hold,
			},
		}))
	})

	It("may leave out the policy that no resource needs", func() {
		c := parse("target: http://localhost:8080\nresources: [{path: /a, policy: {maxAge: 0}}]\n")
		Expect(c.Target.Resources[0].Policy).To(HaveValue(Equal(policy.Policy{MaxAge: new(0)})))
	})

	It("may let requests through", func() {
		Expect(parse("target: http://a.test\npolicy: {}\neffects: deliver").Target.Effects).To(Equal(fetch.Deliver))
	})

	It("may hold what is unwise", func() {
		Expect(parse(`{target: http://a.test, policy: {allowOrigins: ["*"], allowCredentials: true}}`)).NotTo(BeNil())
		Expect(parse(`{target: http://a.test, policy: {allowOrigins: ["null", "http://b.test"], allowCredentials: true}}`)).NotTo(BeNil())
	})

	It("may have aliases", func() {
		c := parse("target: http://a.test\npolicy: &p\n  allowMethods: &m [GET, PUT]\nresources:\n  - {path: /a, policy: *p}\n  - {path: /b, methods: *m}\n")
		Expect(c.Target.Resources[0].Policy).To(HaveValue(Equal(c.Target.Policy)))
		Expect(c.Target.Resources[1].Methods).To(Equal([]string{"GET", "PUT"}))
	})

	It("may be JSON, and may begin with a byte order mark", func() {
		c := parse("\uFEFF" + `{"target": "http://a.test", "policy": {"maxAge": 5, "allowCredentials": false}}`)
		Expect(c.Target.Policy.MaxAge).To(HaveValue(Equal(5)))
	})
})

var _ = Describe("the template", func() {
	It("is valid as it is", func() {
		c, err := config.Parse("cors.yaml", []byte(config.Template()), nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Target.URL).To(Equal("http://localhost:8080"))
		Expect(c.Target.Effects).To(Equal(fetch.Hold))
		Expect(c.Target.Resources).To(Equal([]suite.Resource{{Path: "/"}}))
		Expect(c.Secrets).To(BeEmpty())
	})

	It("has every key, and is valid with all of them", func() {
		dir := GinkgoT().TempDir()
		writeCA(filepath.Join(dir, "private-ca.pem"))
		uncommented := regexp.MustCompile(`(?m)^#(\w| +(- )?\w+: )`).ReplaceAllStringFunc(config.Template(), func(s string) string {
			return s[1:]
		})

		c, err := config.Parse(filepath.Join(dir, "cors.yaml"), []byte(uncommented), func(string) (string, bool) { return "x", true })

		Expect(err).NotTo(HaveOccurred())
		expectFilled(*c)
		c.Target.ConnectTo, c.Target.CAFile = []string{"x"}, "x" // by the runner, which may know better
		expectFilled(c.Target)
		expectFilled(c.Target.Policy)
		expectFilled(c.Target.Request)
		var all suite.Resource
		for _, res := range c.Target.Resources {
			merge(&all, res)
		}
		expectFilled(all)
	})
})

var _ = Describe("loading", func() {
	It("says how to get a file where there is none", func() {
		_, err := config.Load(filepath.Join(GinkgoT().TempDir(), "cors.yaml"), nil)
		Expect(err).To(MatchError(fs.ErrNotExist))
		Expect(err).To(MatchError(ContainSubstring("corsproof init")))
	})

	It("passes on why a file cannot be read", func() {
		_, err := config.Load(GinkgoT().TempDir(), nil)
		Expect(err).To(MatchError(ContainSubstring("is a directory")))
	})

	It("calls the file what the user called it", func() {
		dir := GinkgoT().TempDir()
		GinkgoT().Chdir(dir)
		Expect(os.WriteFile("my.yaml", []byte("targte: x"), 0o600)).To(Succeed())
		_, err := config.Load("./my.yaml", nil)
		Expect(err).To(MatchError(HavePrefix("./my.yaml: 2 mistakes\n./my.yaml:1:1: ")))
	})
})

// expectFilled expects that no field of a struct is zero.
func expectFilled(s any) {
	GinkgoHelper()
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		Expect(v.Field(i).IsZero()).To(BeFalse(), "%T has no %s", s, v.Type().Field(i).Name)
	}
}

// merge fills the zero fields of a resource from another.
func merge(all *suite.Resource, res suite.Resource) {
	a, b := reflect.ValueOf(all).Elem(), reflect.ValueOf(res)
	for i := range a.NumField() {
		if a.Field(i).IsZero() {
			a.Field(i).Set(b.Field(i))
		}
	}
}
