package acceptance_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/repair"
	"github.com/corsproof/corsproof/suite"
)

// A proxy is a real server in front of an application, and what is around the lines
// that package repair writes. In frame, LISTEN is its address, UPSTREAM the
// application's, DIR a folder of its own, and BLOCK0, BLOCK1 are the lines.
type proxy struct {
	paths   []string // of the executable, the first that there is
	file    string
	frame   string
	command func(path, dir string) []string
}

var proxies = map[string]proxy{
	"nginx": {
		paths: []string{"nginx", "/usr/sbin/nginx"},
		file:  "nginx.conf",
		frame: `daemon off; master_process off; pid DIR/pid; error_log DIR/error.log;
events {}
http {
    access_log off; client_body_temp_path DIR; proxy_temp_path DIR; fastcgi_temp_path DIR; uwsgi_temp_path DIR; scgi_temp_path DIR;
BLOCK0
    server {
        listen LISTEN;
BLOCK1
        location / { proxy_pass http://UPSTREAM; }
        location = /v1/down { proxy_pass http://127.0.0.1:1; }
    }
}
`,
		command: func(path, dir string) []string {
			return []string{path, "-p", dir, "-c", dir + "/nginx.conf", "-e", dir + "/error.log"}
		},
	},
	"apache": {
		paths: []string{"apache2", "/usr/sbin/apache2"},
		file:  "apache.conf",
		frame: `ServerRoot DIR
PidFile DIR/pid
ErrorLog DIR/error.log
ServerName localhost
Listen LISTEN
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
LoadModule rewrite_module /usr/lib/apache2/modules/mod_rewrite.so
LoadModule setenvif_module /usr/lib/apache2/modules/mod_setenvif.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
DefaultRuntimeDir DIR
<VirtualHost LISTEN>
BLOCK0
ProxyPass /v1/down http://127.0.0.1:1/
ProxyPass / http://UPSTREAM/
</VirtualHost>
`,
		command: func(path, dir string) []string { return []string{path, "-DFOREGROUND", "-f", dir + "/apache.conf"} },
	},
	"caddy": {
		paths: []string{"caddy"},
		file:  "Caddyfile",
		frame: `{
	admin off
	auto_https off
	storage file_system DIR
}
http://LISTEN {
BLOCK0
	reverse_proxy /v1/down 127.0.0.1:1
	reverse_proxy UPSTREAM
}
`,
		command: func(path, dir string) []string {
			return []string{path, "run", "--config", dir + "/Caddyfile", "--adapter", "caddyfile"}
		},
	},
	"haproxy": {
		paths: []string{"haproxy", "/usr/sbin/haproxy"},
		file:  "haproxy.cfg",
		frame: `defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend api
    bind LISTEN
BLOCK0
    use_backend down if { path /v1/down }
    default_backend app
backend app
    server app UPSTREAM
backend down
    server down 127.0.0.1:1
`,
		command: func(path, dir string) []string { return []string{path, "-db", "-f", dir + "/haproxy.cfg"} },
	},
}

// misguided is an application that has its own mind of CORS: whatever stands before it
// must take that away.
func misguided() http.Handler {
	items := reference.Items()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "https://other.example")
		h.Set("Access-Control-Expose-Headers", "Date")
		h.Set("Access-Control-Max-Age", "1")
		if r.Header.Get("Access-Control-Request-Method") != "" {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		items.ServeHTTP(w, r)
	})
}

// before starts the proxy before an application, with these blocks of configuration,
// and returns its URL.
func (p proxy) before(app http.Handler, blocks ...suite.Block) string {
	GinkgoHelper()
	var path string
	for _, candidate := range p.paths {
		if found, err := exec.LookPath(candidate); err == nil {
			path = found
			break
		}
	}
	Expect(path).NotTo(BeEmpty(), "%s is not installed; make test does it", p.paths[0])
	dir, addr := GinkgoT().TempDir(), freeAddress()
	text := p.frame
	for i, b := range blocks {
		text = strings.Replace(text, fmt.Sprintf("BLOCK%d", i), strings.Join(b.Lines, "\n"), 1)
	}
	text = strings.NewReplacer("LISTEN", addr, "UPSTREAM", strings.TrimPrefix(serve(app), "http://"), "DIR", dir).Replace(text)
	Expect(os.WriteFile(filepath.Join(dir, p.file), []byte(text), 0o600)).To(Succeed())
	args := p.command(path, dir)
	command := exec.Command(args[0], args[1:]...)
	command.Dir = dir
	command.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	command.Stdout, command.Stderr = GinkgoWriter, GinkgoWriter
	Expect(command.Start()).To(Succeed())
	DeferCleanup(func() {
		Expect(command.Process.Signal(os.Interrupt)).To(Succeed())
		_ = command.Wait()
	})
	Eventually(func() error {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err
	}).WithTimeout(20*time.Second).Should(Succeed(), "%s does not listen", p.paths[0])
	return "http://" + addr
}

// promised is the cors.yaml of a proxy that is said to keep a policy.
func promised(target string, p policy.Policy) string {
	GinkgoHelper()
	data, err := json.Marshal(map[string]any{ // YAML has JSON in it
		"target": target,
		"policy": p,
		"resources": []map[string]any{
			{"path": "/v1/items"}, {"path": "/v1/public", "cacheable": true},
			{"path": "/v1/old", "redirectsTo": "/v1/items", "status": 301}, {"path": "/v1/moved", "redirectsTo": "/v1/items", "status": 307},
			{"path": "/v1/missing", "status": 404}, {"path": "/v1/private", "status": 401},
			{"path": "/v1/broken", "status": 500}, {"path": "/v1/down", "status": downStatus(target)},
		},
		"effects": "deliver",
	})
	Expect(err).NotTo(HaveOccurred())
	return string(data)
}

// downStatus is what the proxy says when nothing is behind it.
func downStatus(target string) int {
	GinkgoHelper()
	response, err := http.Get(target + "/v1/down")
	Expect(err).NotTo(HaveOccurred())
	response.Body.Close()
	Expect(response.StatusCode).To(BeElementOf(502, 503))
	return response.StatusCode
}

// kept are policies that every proxy here can keep.
var kept = map[string]policy.Policy{
	"the sample policy": policy.Sample(),
	"sub-domains, ports, an address and null": {
		AllowOrigins: []string{"http://*.example.org", "http://*.a-b.example:8080", "http://app.example.test:7001", "http://[::1]:3000", "http://127.0.0.1:3000", "null"},
		AllowMethods: []string{"GET", "PUT"}, AllowHeaders: []string{"X-A", "x-b"}, ExposeHeaders: []string{"ETag"}, MaxAge: new(0),
	},
	"everything to everybody": {
		AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}, ExposeHeaders: []string{"*"},
	},
	"everything to everybody, with credentials": {
		AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}, AllowCredentials: true, MaxAge: new(600),
	},
}

var _ = Describe("What package repair writes", func() {
	for name, p := range proxies {
		for what, promise := range kept {
			It("has "+name+" keep "+what, func(ctx SpecContext) {
				server, _ := repair.ByName(name)
				target := p.before(misguided(), server.Configuration(promise).Blocks...)
				e := run(ctx, promised(target, promise), "--browser", "none")
				Expect(e.code).To(Equal(0), e.stdout+e.stderr)
				Expect(e.report.Summary[suite.Fail]).To(BeZero(), e.stdout)
				Expect(len(e.ids(suite.Pass, suite.Required))).To(BeNumerically(">=", 10))
			})
		}
	}
})

var _ = Describe("An nginx with four mistakes, one behind the other", func() {
	// On the preflight one; on the actual response two, "*" with credentials and
	// nothing exposed; and on error answers one, for want of "always".
	mistakes := suite.Block{Lines: []string{
		"if ($request_method = OPTIONS) { return 405; }",
		"add_header Access-Control-Allow-Origin *;",
		"add_header Access-Control-Allow-Credentials true;",
		"add_header Vary Origin always;",
	}}
	all := []string{"PreflightInvalidStatus", "WildcardOriginNotAllowed", "HeaderNotExposed", "MissingAllowOriginHeader"}

	It("is repaired by what one report says, to the letter", func(ctx SpecContext) {
		wrong := proxies["nginx"].before(reference.Items(), suite.Block{}, mistakes)
		e := run(ctx, promised(wrong, policy.Sample()))
		Expect(e.code).To(Equal(1))
		for _, reason := range all {
			Expect(e.stdout).To(ContainSubstring(reason))
		}
		Expect(e.stdout).To(ContainSubstring("What to change in nginx\n  It seems to be one: its answers have Server: nginx/"))
		Expect(e.stdout).NotTo(ContainSubstring("Held back"))
		Expect(e.report.Repairs).To(HaveLen(1))

		repaired := proxies["nginx"].before(reference.Items(), e.report.Repairs[0].Blocks...)
		e = run(ctx, promised(repaired, policy.Sample()))
		Expect(e.code).To(Equal(0), e.stdout)
		Expect(e.report.Summary[suite.Fail]).To(BeZero(), e.stdout)
	})

	It("is told what was not looked at where effects are held", func(ctx SpecContext) {
		wrong := proxies["nginx"].before(reference.Items(), suite.Block{}, mistakes)
		e := run(ctx, promised(wrong, policy.Sample()), "--effects", "hold", "--browser", "none")
		Expect(e.code).To(Equal(1))
		_, held, _ := strings.Cut(e.stdout, "\nHeld back\n")
		Expect(held).To(MatchRegexp(`\n  methods\.listed\.shared +PUT /v1/items, .*, behind a preflight that is refused now\n`))
		Expect(held).To(MatchRegexp(`\n  simple\.post\.text +POST /v1/items\n`))
		Expect(strings.Count(e.stdout, "simple.post.text")).To(Equal(1), "once")
	})
})
