package person

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// openWebKit opens WebKitGTK on a display of its own.
func openWebKit() Person {
	GinkgoHelper()
	read, write, err := os.Pipe()
	Expect(err).NotTo(HaveOccurred())
	defer read.Close()
	screen := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x1000x24", "-nolisten", "tcp", "-ac")
	screen.ExtraFiles = []*os.File{write}
	started(screen)
	write.Close()
	display, err := bufio.NewReader(read).ReadString('\n')
	Expect(err).NotTo(HaveOccurred())

	home := folder()
	settings := filepath.Join(home, ".config", "gtk-3.0")
	Expect(os.MkdirAll(settings, 0o700)).To(Succeed())
	Expect(os.WriteFile(filepath.Join(settings, "settings.ini"), []byte("[Settings]\ngtk-enable-animations=0\n"), 0o600)).To(Succeed())

	free, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	address := free.Addr().String()
	free.Close()
	_, port, _ := net.SplitHostPort(address)
	program := exec.Command("WebKitWebDriver", "--port="+port)
	program.Env = append(os.Environ(), "DISPLAY=:"+strings.TrimSpace(display), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"),
		"XDG_RUNTIME_DIR="+home, "TMPDIR="+home, "NO_AT_BRIDGE=1")
	started(program)
	Eventually(func() error {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err
	}, Patience).Should(Succeed())

	session := ""
	driver := webDriver(func(name, element string, parameters map[string]any) (json.RawMessage, error) {
		path := "/session"
		if name != "session" {
			path += "/" + session
			if element != "" {
				path += "/element/" + element
			}
			path += "/" + name
		}
		body, err := json.Marshal(parameters)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(context.Background(), Patience)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, "POST", "http://"+address+path, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		var answer struct{ Value json.RawMessage }
		if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
			return nil, err
		}
		if response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %s", name, answer.Value)
		}
		return answer.Value, nil
	})
	browsers, _ := filepath.Glob("/usr/lib/*/webkit2gtk-4.1/MiniBrowser")
	Expect(browsers).NotTo(BeEmpty(), "tools/need webkit gets it")
	opened, err := driver("session", "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"webkitgtk:browserOptions": map[string]any{"binary": browsers[0], "args": []string{"--automation"}},
	}}})
	Expect(err).NotTo(HaveOccurred())
	var about struct{ SessionID string }
	Expect(json.Unmarshal(opened, &about)).To(Succeed())
	session = about.SessionID
	return Person{driver}
}
