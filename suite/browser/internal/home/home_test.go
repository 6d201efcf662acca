package home_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/home"
)

func TestHome(t *testing.T) {
	RegisterFailHandler(Fail)
	config, reporter := GinkgoConfiguration()
	config.RandomizeAllSpecs = true
	RunSpecs(t, "Home", config, reporter)
}

// dead is above the largest process id that the kernel gives.
const dead = "4194305"

var _ = Describe("A home", func() {
	It("has its folders and its owner, and goes with all in it", func() {
		h, err := home.New("test")
		Expect(err).NotTo(HaveOccurred())
		Expect(h.Profile).To(BeADirectory())
		Expect(h.Temp).To(BeADirectory())
		Expect(os.ReadFile(filepath.Join(h.Dir, "owner"))).To(BeEquivalentTo(strconv.Itoa(os.Getpid())))
		Expect(h.Remove()).To(Succeed())
		Expect(h.Dir).NotTo(BeADirectory())
	})

	It("ends what still runs in it, however it was named", func() {
		h, err := home.New("test")
		Expect(err).NotTo(HaveOccurred())
		named := exec.Command("tail", "-f", filepath.Join(h.Dir, "owner"))
		inside := exec.Command("sleep", "600")
		inside.Env = append(os.Environ(), h.Env()...)
		for _, c := range []*exec.Cmd{named, inside} {
			Expect(c.Start()).To(Succeed())
		}
		Expect(h.Remove()).To(Succeed())
		for _, c := range []*exec.Cmd{named, inside} {
			Expect(c.Wait()).To(MatchError("signal: killed"))
		}
	})

	It("ends what has only just started, and starts others", func() {
		h, err := home.New("test")
		Expect(err).NotTo(HaveOccurred())
		out, in, err := os.Pipe()
		Expect(err).NotTo(HaveOccurred())
		defer out.Close()
		busy := exec.Command("sh", "-c", "for i in $(seq 500); do sleep 60 & echo; done; wait")
		busy.Env, busy.Stdout = append(os.Environ(), h.Env()...), in
		Expect(busy.Start()).To(Succeed())
		Expect(in.Close()).To(Succeed())
		Expect(out.Read(make([]byte, 1))).To(Equal(1), "the first has started")
		Expect(h.Remove()).To(Succeed())
		Expect(out.SetReadDeadline(time.Now().Add(10 * time.Second))).To(Succeed())
		Expect(io.Copy(io.Discard, out)).Error().NotTo(HaveOccurred(), "until the last has ended")
		Expect(busy.Wait()).To(MatchError("signal: killed"))
	})

	It("is swept if its owner is dead, and it is the same engine's", func() {
		folder := func(engine, owner string) string {
			dir, err := os.MkdirTemp("", "corsproof-"+engine+"-")
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(os.RemoveAll, dir)
			if owner != "" {
				Expect(os.WriteFile(filepath.Join(dir, "owner"), []byte(owner), 0o600)).To(Succeed())
			}
			return dir
		}
		left, other := folder("test", dead), folder("testother", dead)
		alive, young := folder("test", strconv.Itoa(os.Getppid())), folder("test", "")
		h, err := home.New("test")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(h.Remove)
		Expect(left).NotTo(BeADirectory())
		for _, dir := range []string{other, alive, young} {
			Expect(dir).To(BeADirectory())
		}
	})
})
