package main_test

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/suite"
)

// scribble is what a hostile server writes wherever it can.
const scribble = "\x1b[31m\x9b31m\x1b]0;x\x07 </script><script>pwned=1</script> ::error::x ##[error]y ``` @octocat \xff\xc0\xaf \xe2\x80\xae"

// printable is what of it package http takes in a header.
var printable = strings.Map(func(c rune) rune {
	if c < ' ' {
		return -1
	}
	return c
}, strings.ToValidUTF8(scribble, "?")) + "\x9b\xff\xc0\xaf"

// hostile is a server that scribbles in status texts, headers and bodies, repeats what
// it was told in secret and the cookies that it sets, and has a header that is so long.
// It speaks HTTP by itself, since package http would not write such.
func hostile(header string, long int) (target string) {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(listener.Close)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // the spec has ended
			}
			go scribbleTo(connection, header, long)
		}
	}()
	return "http://" + listener.Addr().String()
}

func scribbleTo(connection net.Conn, header string, long int) {
	defer connection.Close()
	in := bufio.NewReader(connection)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		io.Copy(io.Discard, r.Body)
		body := "<p>" + scribble
		heard := r.Header.Get("Authorization")
		if sid, err := r.Cookie("sid"); err == nil {
			heard += " " + sid.Value
		}
		fmt.Fprintf(connection, "HTTP/1.1 200 OK %s\r\nAccess-Control-Allow-Origin: %s\r\nAccess-Control-Allow-Credentials: true\r\nAccess-Control-Allow-Headers: Authorization\r\n"+
			"Access-Control-Allow-Methods: GET, PUT\r\nAccess-Control-Expose-Headers: %s\r\nX-Scribble: %s\r\nX-Long: %s\r\nX-Heard: %s\r\nX-Told: it is fr3sh-enough\r\n"+
			"Set-Cookie: fresh=fr3sh; Path=/\r\nSet-Cookie: long=fr3sh-enough; Path=/\r\nContent-Length: %d\r\n\r\n%s",
			scribble+" fr3sh-enough", r.Header.Get("Origin"), header, header+" fr3sh-enough", strings.Repeat("z", long), heard, len(body), body)
	}
}

var _ = DescribeTable("a server that is hostile harms no report, and secrets are in none",
	func(browser, header string, long, code int) {
		target := hostile(header, long)
		config, err := json.Marshal(map[string]any{
			"target":    target,
			"policy":    map[string]any{"allowOrigins": []string{"https://app.example.com"}, "allowMethods": []string{"GET", "PUT"}, "allowHeaders": []string{"Authorization"}, "allowCredentials": true},
			"resources": []map[string]any{{"path": "/?key=${KEY}"}},
			"request":   map[string]any{"headers": map[string]string{"Authorization": "Bearer ${TOKEN}"}, "cookies": []map[string]string{{"name": "sid", "value": "${SID}"}}},
			"effects":   "deliver",
		})
		Expect(err).NotTo(HaveOccurred())
		file := temp("cors.yaml")
		Expect(os.WriteFile(file, config, 0o600)).To(Succeed())
		paths := map[string]string{}
		args := []string{"run", "-f", file, "--browser", browser, "--verbose", "--github", "--scenario", "simple.get,methods.listed,credentials.authorized,origins.refused"}
		for _, format := range []string{"json", "junit", "html", "markdown"} {
			paths[format] = temp("report." + format)
			args = append(args, "--"+format, paths[format])
		}
		s := corsproofIn([]string{"KEY=k3y", "TOKEN=t0ken", "SID=s3ssion"}, args...)
		Expect(s).To(gexec.Exit(code), stderr(s)+stdout(s))

		// What is made of a report later has no more.
		for _, later := range []string{"judge", "merge"} {
			paths[later] = temp(later + ".html")
			again := corsproof(later, paths["json"], "--html", paths[later])
			Expect(again).To(gexec.Exit(code), stderr(again)+stdout(again))
		}

		reports := map[string]string{"console": stdout(s), "standard error": stderr(s)}
		for format, path := range paths {
			data, err := os.ReadFile(path)
			Expect(err).NotTo(HaveOccurred())
			reports[format] = string(data)
		}
		for format, text := range reports {
			Expect(utf8.ValidString(text)).To(BeTrue(), format)
			Expect(strings.ContainsFunc(text, func(c rune) bool {
				return c != '\n' && c != '\t' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c)) && format != "json" || c == '\x1b'
			})).To(BeFalse(), format)
			for _, secret := range []string{"k3y", "t0ken", "s3ssion", "fr3sh"} {
				Expect(strings.Contains(text, secret)).To(BeFalse(), format+" has "+secret)
			}
			if format != "standard error" {
				Expect(strings.Contains(text, "pwned=1")).To(BeTrue(), format+" has nothing of what was scribbled")
			}
			if format == "console" || format == "html" || format == "markdown" {
				Expect(len(text)).To(BeNumerically("<", 400_000), format+" cuts nothing")
			}
		}
		if code == suite.ExitFails {
			Expect(strings.Contains(reports["json"], `"Bearer REDACTED`)).To(BeTrue(), "what was heard was not heard")
			Expect(strings.Contains(reports["json"], `"it is REDACTED"`)).To(BeTrue(), "what was set was not repeated")
		}
		Expect(strings.Count(reports["html"], "<script")).To(Equal(2))
		Expect(xml.Unmarshal([]byte(reports["junit"]), new(struct{ XMLName xml.Name }))).To(Succeed())
		Expect(parsed([]byte(reports["json"])).Results).NotTo(BeEmpty())
	},
	Entry("over the wire", "none", printable, 1<<20, suite.ExitFails),
	Entry("over the wire, by what is no header at all", "none", scribble, 1, suite.ExitNoJudgement),
	Entry("in Chromium, which takes no more than 256 KiB of headers", "chromium", printable, 200<<10, suite.ExitFails),
)
