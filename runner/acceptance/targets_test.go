package acceptance_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
)

// sampleFor is the cors.yaml of a target that keeps the sample policy.
func sampleFor(target string, further ...string) string {
	GinkgoHelper()
	yaml, err := os.ReadFile(filepath.Join(recipes, "cors.yaml"))
	Expect(err).NotTo(HaveOccurred())
	text := strings.Replace(string(yaml), "http://127.0.0.1:8080", target, 1)
	return text + strings.Join(further, "\n") + "\n"
}

// held is the same under effects: hold.
func held(yaml string) string {
	return strings.Replace(yaml, "effects: deliver", "effects: hold", 1)
}

// keeper is the handler that keeps the sample policy.
func keeper() http.Handler {
	return policies.Keep(policy.Sample(), reference.Items())
}

func serve(handler http.Handler) string {
	server := httptest.NewServer(handler)
	DeferCleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

var _ = Describe("A target that cannot be judged", func() {
	It("is down", func(ctx SpecContext) {
		e := run(ctx, sampleFor("http://"+freeAddress()))
		Expect(e.code).To(Equal(3))
		Expect(e.report.Summary[suite.Fail]).To(BeZero())
		Expect(e.stdout).To(ContainSubstring("connection refused"))
	})

	It("has a name that nobody knows", func(ctx SpecContext) {
		e := run(ctx, sampleFor("http://nowhere.invalid"))
		Expect(e.code).To(Equal(3))
		Expect(e.report.Summary[suite.Fail]).To(BeZero())
		Expect(e.stdout).To(ContainSubstring("name of http://nowhere.invalid is unknown"))
	})

	It("never answers", func(ctx SpecContext) {
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(silent.Close)
		e := run(ctx, sampleFor("http://"+silent.Addr().String()), "--timeout", "2s")
		Expect(e.code).To(Equal(3))
		Expect(e.took).To(BeNumerically("<", 20*time.Second))
		Expect(e.report.Summary[suite.Fail]).To(BeZero())
		Expect(e.stdout).To(ContainSubstring("does not answer"))
	})

	It("is mixed content to every page of its policy", func(ctx SpecContext) {
		addr := strings.TrimPrefix(serve(keeper()), "http://")
		yaml := sampleFor("http://api.example.test", fmt.Sprintf("connectTo: [\"api.example.test:80:%s\"]", addr))
		yaml = strings.Replace(yaml, `"http://app.example.test:7001", `, "", 1)
		e := run(ctx, yaml)
		Expect(e.code).To(Equal(3))
		Expect(e.report.Summary[suite.Fail]).To(BeZero())
		Expect(e.reasons(suite.Unjudged)).To(ContainElement("mixed-content"))
		Expect(e.stdout).To(ContainSubstring("Test it behind TLS"))
	})

	It("is mixed content to one page, and judged by the other", func(ctx SpecContext) {
		addr := strings.TrimPrefix(serve(keeper()), "http://")
		e := run(ctx, sampleFor("http://api.example.test", fmt.Sprintf("connectTo: [\"api.example.test:80:%s\"]", addr)))
		Expect(e.code).To(Equal(0))
		Expect(e.reasons(suite.Unjudged)).To(ContainElement("mixed-content"))
		Expect(e.ids(suite.Pass, suite.Required)).To(ContainElement("simple.get"))
	})
})

var _ = Describe("A target that hangs on OPTIONS alone", func() {
	It("fails, and the report names it", func(ctx SpecContext) {
		quit := make(chan struct{})
		DeferCleanup(func() { close(quit) })
		inner := keeper()
		const timeout = 3 * time.Second
		answered := run(ctx, sampleFor(serve(inner)))
		e := run(ctx, sampleFor(serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions {
				select {
				case <-quit:
				case <-r.Context().Done():
				}
				return
			}
			inner.ServeHTTP(w, r)
		}))), "--timeout", timeout.String())
		Expect(e.code).To(Equal(1))
		Expect(e.ids(suite.Fail, suite.Required)).To(ContainElement("preflight.answered"))
		Expect(e.reasons(suite.Fail)).To(Equal([]string{"PreflightUnanswered"}))
		Expect(e.took).To(BeNumerically("<", 4*answered.took+10*timeout), "what hangs is waited for side by side")
		Expect(e.report.Summary[suite.Broken]).To(BeZero())
		Expect(e.ids(suite.Pass, suite.Required)).To(ContainElements("simple.get", "errors.not-found"))
		Expect(e.stdout).To(ContainSubstring("got no answer, though GET did"))
	})
})

var _ = Describe("A correct target with a body of 200 MiB", func() {
	It("is judged as any other, and little of it is read", func(ctx SpecContext) {
		var most, whole atomic.Int64
		e := run(ctx, sampleFor(serve(policies.Keep(policy.Sample(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v1/items" {
				reference.Items().ServeHTTP(w, r)
				return
			}
			w.Header().Set("ETag", `"1"`)
			w.Header().Set("X-Total-Count", "0")
			chunk := make([]byte, 64<<10)
			for written := int64(0); written < 200<<20; {
				n, err := w.Write(chunk)
				written += int64(n)
				for seen := most.Load(); r.Header.Get("Content-Type") != "application/json" && written > seen && !most.CompareAndSwap(seen, written); seen = most.Load() {
				}
				if err != nil || r.Method == http.MethodHead {
					return
				}
			}
			whole.Add(1)
		})))))
		Expect(e.code).To(Equal(0))
		for _, r := range e.report.Results {
			for _, a := range r.Attempts {
				for _, s := range a.Steps {
					Expect(s.Response.BodyBytes).To(BeNumerically("<=", 1<<20), r.Key)
				}
			}
		}
		// How much passes before the browser hears that its script has had enough depends
		// on what else the machine does: 66 MB were seen.
		Expect(most.Load()).To(BeNumerically("<", 100<<20), "the server could write no more than what buffers hold")
		Expect(whole.Load()).To(BeNumerically("<=", 1), "but for a beacon's, which no script can stop")
	})
})

var _ = Describe("Under effects: hold", func() {
	DescribeTable("no request with an unsafe method reaches the target, and preflights do", func(ctx SpecContext, browser string) {
		var mu sync.Mutex
		got := map[string]int{}
		inner := keeper()
		e := run(ctx, held(sampleFor(serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			got[r.Method]++
			if r.Method == http.MethodOptions {
				got["OPTIONS for "+r.Header.Get("Access-Control-Request-Method")]++
			}
			mu.Unlock()
			inner.ServeHTTP(w, r)
		})))), "--browser", browser)
		Expect(e.code).To(Equal(0))
		Expect(e.reasons(suite.Unjudged)).To(ContainElement("held"))
		for method := range got {
			Expect(method).To(Or(BeElementOf("GET", "HEAD", "OPTIONS"), HavePrefix("OPTIONS for ")))
		}
		Expect(got).To(HaveKey("OPTIONS for PUT"))
		Expect(got).To(HaveKey("OPTIONS for POST"))
		Expect(got).To(HaveKey("OPTIONS for CORSPROOF"))
	},
		Entry("from Chromium", "chromium"),
		Entry("from the wire-only mode", "none"),
	)
})

var _ = Describe("A Chromium that is killed in the middle of a run", func() {
	It("ends the run without a verdict that nobody saw", func(ctx SpecContext) {
		inner := keeper()
		var asked atomic.Int64
		command, finish := prepare(ctx, sampleFor(serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Origin") != "" && r.UserAgent() != "corsproof" {
				asked.Add(1)
			}
			inner.ServeHTTP(w, r)
		}))))
		Expect(command.Start()).To(Succeed())
		Eventually(asked.Load).WithTimeout(bounded).Should(BeNumerically(">", 20))
		browserOf(command.Process.Pid, func(pid int) { Expect(syscall.Kill(pid, syscall.SIGKILL)).To(Succeed()) })
		e := finish()
		Expect(e.code).To(BeElementOf(0, 3))
		Expect(e.report.Summary[suite.Fail]).To(BeZero())
	})
})

// browserOf finds the browser that a process has started.
func browserOf(parent int, found func(pid int)) {
	GinkgoHelper()
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// pid (comm) state ppid: the name may hold spaces.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if fields[1] == strconv.Itoa(parent) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			Expect(err).NotTo(HaveOccurred())
			found(pid)
			return
		}
	}
	Fail("no browser was found")
}

var _ = Describe("A run that is interrupted", func() {
	DescribeTable("says that its report is partial", func(ctx SpecContext, signal syscall.Signal) {
		inner := keeper()
		var asked atomic.Int64
		command, finish := prepare(ctx, sampleFor(serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) > 30 {
				<-r.Context().Done() // from here on nothing gets done
				return
			}
			inner.ServeHTTP(w, r)
		}))))
		Expect(command.Start()).To(Succeed())
		Eventually(asked.Load).WithTimeout(bounded).Should(BeNumerically(">", 30))
		Expect(command.Process.Signal(signal)).To(Succeed())
		e := finish()
		Expect(e.code).To(Equal(3))
		Expect(e.report.Partial).To(ContainSubstring("interrupted"))
		Expect(e.stdout).To(ContainSubstring("interrupted"))
		Expect(e.report.Summary[suite.Fail]).To(BeZero())
		Expect(e.report.Summary[suite.Pass]).NotTo(BeZero())
	},
		Entry("by SIGINT", syscall.SIGINT),
		Entry("by SIGTERM", syscall.SIGTERM),
	)
})

var _ = Describe("A cors.yaml with four mistakes", func() {
	It("gets one message with four positions", func(ctx SpecContext) {
		e := run(ctx, `target: https://api.example.com
policy:
  allowOrigin: ["https://app.example.com"]
  allowOrigins: ["https://app.example.com/path"]
  maxAge: soon
request:
  headers: {Authorization: "Bearer ${CORSPROOF_NOT_DEFINED}"}
`)
		Expect(e.code).To(Equal(2))
		Expect(e.stdout).To(BeEmpty())
		Expect(strings.Count(e.stderr, "cors.yaml:")).To(BeNumerically(">=", 4))
		for _, position := range []string{"cors.yaml:3:3:", "cors.yaml:4:18:", "cors.yaml:5:11:", "cors.yaml:7:"} {
			Expect(e.stderr).To(ContainSubstring(position))
		}
	})
})
