package person

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// openFirefox opens Firefox.
//
// https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
func openFirefox() Person {
	GinkgoHelper()
	path, err := exec.LookPath("firefox-esr")
	if err != nil {
		path, err = exec.LookPath("firefox")
	}
	Expect(err).NotTo(HaveOccurred(), "tools/need firefox gets it")
	profile := folder()
	Expect(os.WriteFile(filepath.Join(profile, "user.js"), []byte(`
		user_pref("marionette.port", 0);
		user_pref("ui.prefersReducedMotion", 1);
		user_pref("network.captive-portal-service.enabled", false);
		user_pref("network.connectivity-service.enabled", false);
		user_pref("services.settings.server", "data:,#remote-settings-dummy/v1");
		user_pref("app.normandy.enabled", false);
		user_pref("browser.safebrowsing.downloads.enabled", false);
	`), 0o600)).To(Succeed())
	command := exec.Command(path, "--headless", "--no-remote", "--profile", profile, "--marionette")
	command.Env = append(os.Environ(), "HOME="+profile, "TMPDIR="+profile, "MOZ_REMOTE_SETTINGS_DEVTOOLS=1", "MOZ_CRASHREPORTER_DISABLE=1")
	started(command)

	var port []byte
	Eventually(func() (err error) {
		port, err = os.ReadFile(filepath.Join(profile, "MarionetteActivePort"))
		if err == nil && len(port) == 0 {
			err = io.ErrUnexpectedEOF
		}
		return err
	}, Patience).Should(Succeed())
	connection, err := net.Dial("tcp", "127.0.0.1:"+strings.TrimSpace(string(port)))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(connection.Close)
	reader := bufio.NewReader(connection)
	read := func() (data []byte, err error) {
		length, err := reader.ReadString(':')
		if err != nil {
			return nil, err
		}
		n, err := strconv.Atoi(strings.TrimSuffix(length, ":"))
		if err != nil {
			return nil, err
		}
		data = make([]byte, n)
		_, err = io.ReadFull(reader, data)
		return data, err
	}
	_, err = read() // it says who it is
	Expect(err).NotTo(HaveOccurred())

	names := map[string]string{
		"url": "WebDriver:Navigate", "element": "WebDriver:FindElement", "click": "WebDriver:ElementClick",
		"clear": "WebDriver:ElementClear", "value": "WebDriver:ElementSendKeys", "execute/sync": "WebDriver:ExecuteScript",
		"session": "WebDriver:NewSession",
	}
	last := 0
	driver := webDriver(func(name, element string, parameters map[string]any) (json.RawMessage, error) {
		if element != "" {
			parameters["id"] = element
		}
		last++
		message, err := json.Marshal([]any{0, last, names[name], parameters})
		if err != nil {
			return nil, err
		}
		if _, err := fmt.Fprintf(connection, "%d:%s", len(message), message); err != nil {
			return nil, err
		}
		data, err := read()
		if err != nil {
			return nil, err
		}
		var answer [4]json.RawMessage
		if err := json.Unmarshal(data, &answer); err != nil {
			return nil, err
		}
		if string(answer[2]) != "null" {
			return nil, fmt.Errorf("%s: %s", name, answer[2])
		}
		var result struct{ Value json.RawMessage }
		if json.Unmarshal(answer[3], &result) == nil && result.Value != nil {
			return result.Value, nil
		}
		return answer[3], nil
	})
	_, err = driver("session", "", map[string]any{})
	Expect(err).NotTo(HaveOccurred())
	return Person{driver}
}
