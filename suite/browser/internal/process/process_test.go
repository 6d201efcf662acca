package process_test

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/process"
)

func TestProcess(t *testing.T) {
	if os.Getenv(asParent) != "" {
		beParent()
	}
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "Process", config, reporter)
}

// asParent in the environment makes this program start a child, say its id, and wait to
// be killed.
const asParent = "CORSPROOF_TEST_PARENT"

func beParent() {
	child, err := process.Start(exec.Command("sleep", "600"))
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(strconv.Itoa(child.Pid()) + "\n")
	<-child.Done()
	os.Exit(1)
}

func alive(pid int) func() bool {
	return func() bool {
		state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
		}
		return !strings.Contains(string(state), ") Z ") // nobody may reap it here
	}
}

var _ = Describe("A process", func() {
	It("ends with this one, though that is killed", func() {
		parent := exec.Command(os.Args[0], "-test.run", "^TestProcess$")
		parent.Env = append(os.Environ(), asParent+"=1")
		out, err := parent.StdoutPipe()
		Expect(err).NotTo(HaveOccurred())
		Expect(parent.Start()).To(Succeed())
		line, err := bufio.NewReader(out).ReadString('\n')
		Expect(err).NotTo(HaveOccurred())
		child, err := strconv.Atoi(strings.TrimSpace(line))
		Expect(err).NotTo(HaveOccurred())
		Expect(alive(child)()).To(BeTrue())
		Expect(parent.Process.Kill()).To(Succeed())
		parent.Wait()
		Eventually(alive(child), "2s").Should(BeFalse())
	})

	It("is killed with its children", func() {
		cmd := exec.Command("sh", "-c", "sleep 600 & echo $!; wait")
		out, err := cmd.StdoutPipe()
		Expect(err).NotTo(HaveOccurred())
		p, err := process.Start(cmd)
		Expect(err).NotTo(HaveOccurred())
		line, err := bufio.NewReader(out).ReadString('\n')
		Expect(err).NotTo(HaveOccurred())
		grandchild, err := strconv.Atoi(strings.TrimSpace(line))
		Expect(err).NotTo(HaveOccurred())
		p.Kill()
		Expect(p.Err()).To(MatchError("signal: killed"))
		Eventually(alive(grandchild), "2s").Should(BeFalse())
	})

	It("writes to another file than was opened for it", func() {
		// Whoever opened the first pipe keeps its ends, and closes the child's as ever.
		first, opened, err := os.Pipe()
		Expect(err).NotTo(HaveOccurred())
		defer first.Close()
		second, given, err := os.Pipe()
		Expect(err).NotTo(HaveOccurred())
		defer second.Close()
		for _, end := range []*os.File{first, second} {
			Expect(end.SetReadDeadline(time.Now().Add(time.Minute))).To(Succeed())
		}
		cmd := exec.Command("sh", "-c", "echo said >&3")
		cmd.ExtraFiles = []*os.File{opened}
		was, err := process.Swap(cmd.ExtraFiles[0], given)
		Expect(err).NotTo(HaveOccurred())
		Expect(given.Close()).To(Succeed())
		Expect(cmd.Run()).To(Succeed())
		Expect(opened.Close()).To(Succeed())
		Expect(io.ReadAll(second)).To(BeEquivalentTo("said\n"))
		_, err = was.WriteString("passed on\n")
		Expect(err).NotTo(HaveOccurred())
		Expect(was.Close()).To(Succeed())
		Expect(io.ReadAll(first)).To(BeEquivalentTo("passed on\n"))
	})

	DescribeTable("keeps its files if one to be swapped is closed",
		func(swap func(open, closed *os.File) error) {
			closed, err := os.Open(os.DevNull)
			Expect(err).NotTo(HaveOccurred())
			Expect(closed.Close()).To(Succeed())
			out, open, err := os.Pipe()
			Expect(err).NotTo(HaveOccurred())
			defer out.Close()
			Expect(swap(open, closed)).NotTo(Succeed())
			_, err = open.WriteString("still")
			Expect(err).NotTo(HaveOccurred())
			Expect(open.Close()).To(Succeed())
			Expect(out.SetReadDeadline(time.Now().Add(time.Minute))).To(Succeed())
			Expect(io.ReadAll(out)).To(BeEquivalentTo("still"), "and nobody has kept the other end")
		},
		Entry("the first", func(open, closed *os.File) error { _, err := process.Swap(closed, open); return err }),
		Entry("the second", func(open, closed *os.File) error { _, err := process.Swap(open, closed); return err }),
	)

	It("says that it cannot start", func() {
		_, err := process.Start(exec.Command("/no/such/program"))
		Expect(err).To(MatchError(os.ErrNotExist))
	})
})

var _ = Describe("An executable", func() {
	It("is the one that was named", func() {
		Expect(process.Find("/bin/sh", nil, "", "")).To(Equal("/bin/sh"))
		_, err := process.Find("/no/such/browser", nil, "", "")
		Expect(err).To(MatchError(ContainSubstring(`no browser at "/no/such/browser"`)))
	})

	It("is the first that is there", func() {
		Expect(process.Find("", []string{"no-such-browser", "sh"}, "", "")).To(HaveSuffix("/sh"))
		_, err := process.Find("", []string{"no-such-browser"}, "Netscape", "netscape")
		Expect(err).To(MatchError("no Netscape found: looked for no-such-browser; install one (Debian: apt-get install netscape), or name it with --browser-path"))
	})
})
