package lab_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/runner/internal/person"
	"github.com/corsproof/corsproof/runner/lab"
)

// sends asks the lab by hand, under a name and with headers, given as name and value in
// turn.
func sends(l *lab.Lab, method, host, path, body string, headers ...string) (*http.Response, string) {
	GinkgoHelper()
	r, err := http.NewRequest(method, "http://"+address(l)+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	r.Host = host
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return response, string(text)
}

// name and port are the lab's.
func name(l *lab.Lab) string { return strings.TrimSuffix(strings.TrimPrefix(l.URL(), "http://"), "/") }

func port(l *lab.Lab) string {
	_, port, err := net.SplitHostPort(name(l))
	Expect(err).NotTo(HaveOccurred())
	return port
}

func address(l *lab.Lab) string { return net.JoinHostPort("127.0.0.1", port(l)) }

var _ = Describe("the lab's server", func() {
	It("listens on loopback alone", func() {
		addresses, err := net.InterfaceAddrs()
		Expect(err).NotTo(HaveOccurred())
		for _, a := range addresses {
			ip, _, err := net.ParseCIDR(a.String())
			Expect(err).NotTo(HaveOccurred())
			c, err := net.Dial("tcp", net.JoinHostPort(ip.String(), port(running)))
			if err == nil {
				c.Close()
			}
			Expect(err == nil).To(Equal(ip.String() == "127.0.0.1"), ip.String())
		}
	})

	It("says which port it cannot have", func() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		defer l.Close()
		_, err = lab.Start(l.Addr().(*net.TCPAddr).Port)
		Expect(err).To(MatchError(MatchRegexp(`^the lab cannot have port \d+: .*; --port 0 takes ports that are free$`)))
	})

	DescribeTable("refuses a foreign Host",
		func(host string) {
			response, body := sends(running, "GET", strings.ReplaceAll(host, "PORT", port(running)), "/", "")
			Expect(response.StatusCode).To(Equal(http.StatusMisdirectedRequest))
			Expect(body).NotTo(ContainSubstring(running.Token()))
		},
		Entry("of a site", "evil.example:PORT"),
		Entry("of a site that begins alike", "lab.localhost.evil.example:PORT"),
		Entry("of a site that ends alike", "evillocalhost:PORT"),
		Entry("without a port", "lab.localhost"),
		Entry("with another port", "lab.localhost:1"),
		Entry("by address", "192.0.2.1:PORT"),
		Entry("by an address that is called loopback", "0.0.0.0:PORT"),
	)

	It("gives its token to its own page, and shares nothing", func() {
		response, body := sends(running, "GET", name(running), "/", "", "Origin", "http://evil.localhost:"+port(running))
		Expect(response.StatusCode).To(Equal(200))
		Expect(body).To(ContainSubstring(running.Token()))
		for header := range response.Header {
			Expect(header).NotTo(HavePrefix("Access-Control-"))
		}
		Expect(response.Header.Get("Content-Security-Policy")).To(ContainSubstring("default-src 'none'"))
		Expect(response.Header.Get("Content-Security-Policy")).To(ContainSubstring("frame-ancestors 'none'"))
		for _, host := range []string{"127.0.0.1:", "localhost:", "app.lab.localhost:", "api-none.lab.localhost:"} {
			_, body := sends(running, "GET", host+port(running), "/", "")
			Expect(body).NotTo(ContainSubstring(running.Token()), host)
		}
	})

	DescribeTable("changes nothing for others",
		func(change ...string) {
			headers := map[string]string{
				"Origin": "http://" + name(running), "Sec-Fetch-Site": "same-origin",
				"Content-Type": "application/json", "X-Lab-Token": running.Token(),
			}
			flat := func() (list []string) {
				for name, value := range headers {
					list = append(list, name, value)
				}
				return list
			}
			response, _ := sends(running, "POST", name(running), "/api/session", "{}", flat()...)
			Expect(response.StatusCode).To(Equal(200), "the lab's own page may")

			for i := 0; i < len(change); i += 2 {
				headers[change[i]] = change[i+1]
				if change[i+1] == "" {
					delete(headers, change[i])
				}
			}
			before := running.Sessions()
			response, body := sends(running, "POST", name(running), "/api/session", "{}", flat()...)
			Expect(response.StatusCode).To(Equal(http.StatusForbidden))
			Expect(body).To(HavePrefix(`{"error":`))
			Expect(running.Sessions()).To(Equal(before))
		},
		Entry("of another site", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"),
		Entry("that have another origin of the lab's site", "Origin", "http://app.lab.localhost:7070", "Sec-Fetch-Site", "same-site"),
		Entry("that are opaque", "Origin", "null"),
		Entry("that say nothing of where they are", "Origin", ""),
		Entry("of another site, in a browser that does not send Origin", "Sec-Fetch-Site", "cross-site"),
		Entry("without the token", "X-Lab-Token", ""),
		Entry("with another token", "X-Lab-Token", "aaaa"),
		Entry("with what a form can send", "Content-Type", "text/plain"),
	)

	It("has its pages in frames of the lab's alone, and nowhere else", func() {
		for _, host := range []string{"app.lab.localhost:", "evil.localhost:", "localhost:"} {
			response, body := sends(running, "GET", host+port(running), "/", "", "Sec-Fetch-Dest", "iframe")
			Expect(response.Header.Get("Content-Security-Policy")).To(HaveSuffix("; frame-ancestors http://" + name(running)))
			Expect(body).To(ContainSubstring(`const lab = "http://` + name(running) + `"`))

			response, _ = sends(running, "GET", host+port(running), "/", "", "Sec-Fetch-Dest", "document")
			Expect(response.Header.Get("Location")).To(Equal(running.URL()), "somebody typed it")
		}
	})

	It("says what is wrong with what it is asked", func() {
		ask := func(path, body string) (int, string) {
			response, text := sends(running, "POST", name(running), path, body,
				"Origin", "http://"+name(running), "Content-Type", "application/json", "X-Lab-Token", running.Token())
			return response.StatusCode, text
		}
		status, text := ask("/api/serve", `{`)
		Expect(fmt.Sprint(status, text)).To(HavePrefix(`400{"error":"what was sent is not understood: `))
		status, text = ask("/api/serve", `{"session":"gone"}`)
		Expect(fmt.Sprint(status, text)).To(HavePrefix(`400{"error":"this session has ended: load the lab anew"}`))
		status, _ = ask("/api/serve", `"`+strings.Repeat("x", 1<<20)+`"`)
		Expect(status).To(Equal(400))
	})
})

var _ = Describe("a page of another site", func() {
	for name, open := range person.Engines {
		It("can neither read the lab nor change it, in "+name, func() {
			p := open()
			opens(p, "#/play")
			before := running.Sessions()

			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, "<!doctype html><title>evil</title><iframe name=form></iframe>")
			}))
			DeferCleanup(site.Close)
			p.Goes(site.URL)
			p.Does(`(async () => {
				const lab = "` + strings.TrimSuffix(running.URL(), "/") + `";
				const said = [];
				const tried = async (what, f) => said.push(what + ": " + await f().catch(e => e.name));
				await tried("read", () => fetch(lab + "/").then(r => r.text()));
				await tried("post", () => fetch(lab + "/api/session", {method: "POST", body: "{}"}));
				await tried("post json", () => fetch(lab + "/api/session", {method: "POST", body: "{}", headers: {"Content-Type": "application/json", "X-Lab-Token": "x"}}));
				await tried("post blindly", () => fetch(lab + "/api/session", {method: "POST", body: "{}", mode: "no-cors"}).then(r => r.type));
				const form = document.createElement("form");
				Object.assign(form, {method: "post", action: lab + "/api/session", enctype: "text/plain", target: "form"});
				document.body.append(form);
				const sent = new Promise(resolve => document.querySelector("iframe").onload = resolve);
				form.submit();
				await sent;
				document.title = said.join(", ");
			})()`)
			Eventually(person.Ask[string], person.Patience).WithArguments(p, "document.title").
				Should(Equal("read: TypeError, post: TypeError, post json: TypeError, post blindly: TypeError"))
			Expect(running.Sessions()).To(Equal(before))
		})
	}
})
