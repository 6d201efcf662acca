package acceptance_test

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/sys/unix"
)

// secluded in the environment makes this program run a command, its arguments, where
// there is no network and a resolver that knows no name, and print what was asked of it.
const secluded = "CORSPROOF_TEST_SECLUDED"

// A seclusion is what became of the command.
type seclusion struct {
	Code   int
	Output string
	Names  []string // in the order in which they were asked for first
}

func init() {
	if folder := os.Getenv(secluded); folder != "" {
		ended, err := seclude(folder, os.Args[1:])
		if err != nil {
			panic(err)
		}
		json.NewEncoder(os.Stdout).Encode(ended)
		os.Exit(0)
	}
}

// seclude does so in the namespaces that this process has for itself.
func seclude(folder string, args []string) (*seclusion, error) {
	if err := loopback(); err != nil {
		return nil, err
	}
	resolver, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 53})
	if err != nil {
		return nil, err
	}
	if err := resolveBy("127.0.0.1", folder); err != nil {
		return nil, err
	}
	names := answerNothing(resolver)
	command := exec.Command(args[0], args[1:]...)
	output, err := command.CombinedOutput()
	if command.ProcessState == nil {
		return nil, err
	}
	return &seclusion{command.ProcessState.ExitCode(), string(output), names()}, nil
}

// loopback brings the only interface up.
func loopback() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request)
}

// resolveBy has every process here ask a resolver.
func resolveBy(address, folder string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	for path, content := range map[string]string{
		"/etc/resolv.conf":   "nameserver " + address + "\n",
		"/etc/nsswitch.conf": "hosts: files dns\n",
	} {
		file := filepath.Join(folder, filepath.Base(path))
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return err
		}
		if err := unix.Mount(file, path, "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	return nil
}

// answerNothing answers that no name is known. What it returns tells which were asked for.
func answerNothing(resolver *net.UDPConn) func() []string {
	var mu sync.Mutex
	names := []string{}
	go func() {
		packet := make([]byte, 4096)
		for {
			n, from, err := resolver.ReadFromUDP(packet)
			if err != nil {
				return
			}
			var message dnsmessage.Message
			if message.Unpack(packet[:n]) != nil || len(message.Questions) != 1 {
				continue
			}
			mu.Lock()
			if name := message.Questions[0].Name.String(); !slices.Contains(names, name) {
				names = append(names, name)
			}
			mu.Unlock()
			message.Response, message.RCode, message.Additionals = true, dnsmessage.RCodeNameError, nil
			if answer, err := message.Pack(); err == nil {
				resolver.WriteToUDP(answer, from)
			}
		}
	}()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(names)
	}
}

// inSeclusion runs a command without network, and returns what became of it.
func inSeclusion(ctx SpecContext, name string, args ...string) seclusion {
	GinkgoHelper()
	command := exec.CommandContext(ctx, os.Args[0], append([]string{name}, args...)...)
	command.Env = append(os.Environ(), secluded+"="+GinkgoT().TempDir(), "TMPDIR="+GinkgoT().TempDir(), "GITHUB_ACTIONS=")
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS,
		Pdeathsig:  syscall.SIGKILL,
	}
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	Expect(command.Run()).To(Succeed(), "%s", &errs)
	var ended seclusion
	Expect(json.Unmarshal(out.Bytes(), &ended)).To(Succeed())
	return ended
}

var _ = Describe("Without a network", func() {
	BeforeEach(func() {
		if os.Geteuid() != 0 {
			Skip("only root may take the network away")
		}
	})

	It("a name that is asked for is recorded", func(ctx SpecContext) {
		Expect(inSeclusion(ctx, "getent", "hosts", "recorded.example.test").Names).To(ConsistOf("recorded.example.test."))
	})

	// The target is an address, and the fixtures' names lead to this process without a
	// resolver: nobody has a name to ask for.
	for _, browser := range engines {
		It("no name is asked for in a whole run by "+browser, func(ctx SpecContext) {
			ended := inSeclusion(ctx, corsproof, "run", "--browser", browser, "--no-progress")
			AddReportEntry("output", ended.Output, ReportEntryVisibilityFailureOrVerbose)
			Expect(ended.Code).To(BeZero())
			Expect(ended.Names).To(BeEmpty())
		})
	}
})
