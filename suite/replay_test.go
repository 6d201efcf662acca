package suite

import (
	"os/exec"
	"strings"

	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

// words has bash take a command line apart, and fill in what the environment has.
func words(line string, env ...string) []string {
	ginkgo.GinkgoHelper()
	Expect(line).To(HavePrefix("curl "))
	command := exec.Command("bash", "-c", `curl() { printf '%s\0' "$@"; }; `+line)
	command.Env = env
	out, err := command.Output()
	Expect(err).NotTo(HaveOccurred())
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// replayed is the replay of one request from https://app.example.
func replayed(t Target, r fetch.Request, authorized bool) []string {
	r.URL = t.URL + "/v1/items"
	p := play{scenario: Scenario{Authorized: authorized}, claim: Claim{Target: t}, origin: "https://app.example", steps: []boundStep{{request: r}}}
	return p.replay(outcome{}, Attempt{})
}

var _ = ginkgo.Describe("A replay", func() {
	target := Target{URL: "https://api.example"}

	ginkgo.It("is one line for a simple request", func() {
		lines := replayed(target, fetch.Request{Method: "GET"}, false)
		Expect(lines).To(Equal([]string{"curl -i https://api.example/v1/items -H 'Origin: https://app.example'"}))
	})

	ginkgo.It("is two for a preflighted one", func() {
		lines := replayed(target, fetch.Request{Method: "put", Headers: fetch.HeaderList{{Name: "X-B", Value: "2"}, {Name: "X-A", Value: "it's"}}}, false)
		Expect(lines).To(HaveLen(2))
		Expect(words(lines[0])).To(Equal([]string{"-i", "-X", "OPTIONS", "https://api.example/v1/items", "-H", "Origin: https://app.example",
			"-H", "Access-Control-Request-Method: PUT", "-H", "Access-Control-Request-Headers: x-a,x-b"}))
		Expect(words(lines[1])).To(Equal([]string{"-i", "-X", "PUT", "https://api.example/v1/items", "-H", "Origin: https://app.example",
			"-H", "X-B: 2", "-H", "X-A: it's", "-H", "Content-Length: 0"}))
	})

	ginkgo.It("asks for the head alone by --head", func() {
		Expect(words(replayed(target, fetch.Request{Method: "HEAD"}, false)[0])).To(ContainElement("--head"))
	})

	ginkgo.It("goes the way that was declared", func() {
		t := target
		t.ConnectTo, t.CAFile = []string{"api.example:443:[::1]:8443"}, "my certs/ca.pem"
		Expect(words(replayed(t, fetch.Request{Method: "GET"}, false)[0])[:5]).To(Equal([]string{
			"-i", "--connect-to", "api.example:443:[::1]:8443", "--cacert", "my certs/ca.pem"}))
	})

	ginkgo.DescribeTable("quotes a body so that a shell gives it back, on one line that can be shown",
		func(body string) {
			lines := replayed(target, fetch.Request{Method: "POST", Body: body}, false)
			got := words(lines[len(lines)-1])
			Expect(got[len(got)-2:]).To(Equal([]string{"--data-raw", body}))
			Expect(shownAsItIs(lines[len(lines)-1])).To(BeTrue(), lines[len(lines)-1])
		},
		ginkgo.Entry("plain", "corsproof"),
		ginkgo.Entry("a quote", "it's"),
		ginkgo.Entry("quotes and newlines", "--x\r\nContent-Disposition: form-data; name=\"it's\"\r\n\r\n\\n"),
		ginkgo.Entry("what a shell would fill in", "$HOME `id` ${X} $(id) !! \\ * ?"),
		ginkgo.Entry("control characters and digits after them", "\x011\x1b[31m\x7f2"),
		ginkgo.Entry("what is no text", "\xff\xfe1"),
		ginkgo.Entry("letters of the world", "ü 日本 \u202e"),
		ginkgo.Entry("a command of GitHub's", " ::error::x ##[group]"),
		ginkgo.Entry("a file's name to curl", "@/etc/passwd"),
	)

	ginkgo.It("names variables in place of secrets", func() {
		t := target
		t.Request = Authorized{
			Headers:  fetch.HeaderList{{Name: "Authorization", Value: "Bearer s3cret"}, {Name: "X-Key", Value: "k3y"}},
			Cookies:  []fetch.Cookie{{Name: "sid", Value: "c00kie"}},
			Spelling: map[string]string{"Authorization": "Bearer ${API_TOKEN} $${x} \"`$y"},
		}
		r := fetch.Request{Method: "GET", Headers: t.Request.Headers, Credentials: fetch.Include}
		lines := replayed(t, r, true)
		Expect(strings.Join(lines, "\n")).NotTo(Or(ContainSubstring("s3cret"), ContainSubstring("k3y"), ContainSubstring("c00kie")))
		Expect(words(lines[1], "API_TOKEN=one", "X_KEY=it's", "SID=three")).To(ContainElements(
			"Authorization: Bearer one ${x} \"`$y", "X-Key: it's", "Cookie: sid=three"))
	})

	ginkgo.It("sends what was recorded where corsproof or an element wrote the request", func() {
		p := play{scenario: Scenario{AskedByCorsproof: true}, claim: Claim{Target: target}, steps: []boundStep{{}}}
		lines := p.replay(outcome{}, Attempt{Steps: []fetch.Observation{{Exchanges: []fetch.Exchange{{Kind: fetch.Preflight, Request: fetch.WireRequest{
			Method: "OPTIONS", URL: "https://api.example/", Headers: fetch.HeaderList{
				{Name: "Origin", Value: "https://app.example"}, {Name: "Access-Control-Request-Headers", Value: "X-A , x-b"}, {Name: "User-Agent", Value: "corsproof"}, {Name: "Cookie", Value: "s3cret"},
			},
		}}}}}})
		Expect(lines).To(HaveLen(1))
		Expect(words(lines[0])).To(Equal([]string{"-i", "-X", "OPTIONS", "https://api.example/", "-H", "Origin: https://app.example", "-H", "Access-Control-Request-Headers: X-A , x-b"}))
	})

	ginkgo.It("sends a header without a value as curl wants it", func() {
		Expect(words(replayed(target, fetch.Request{Method: "GET", Headers: fetch.HeaderList{{Name: "X-A"}}}, false)[1])).To(ContainElement("X-A;"))
	})
})
