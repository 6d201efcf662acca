package lab_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The lab is for browsers that people have, so it is also used in Firefox, by Marionette,
// and in WebKitGTK, by its WebDriver. Both speak the commands of WebDriver.
//
// https://www.w3.org/TR/webdriver2/#endpoints

// A stranger sits at a browser that knows WebDriver.
type stranger struct {
	// command gives a command, to an element if its id is not empty.
	command func(name, element string, parameters map[string]any) (json.RawMessage, error)
}

func (s stranger) does(name, selector string, parameters map[string]any) {
	GinkgoHelper()
	element := ""
	if selector != "" {
		// A page that is still scrolling is not interactable.
		s.asks(fmt.Sprintf(`(e => (e.closest("select") ?? e).scrollIntoView({block: "center", behavior: "instant"}))(document.querySelector(%q))`, selector))
		found, err := s.command("element", "", map[string]any{"using": "css selector", "value": selector})
		Expect(err).NotTo(HaveOccurred())
		var reference map[string]string
		Expect(json.Unmarshal(found, &reference)).To(Succeed())
		for _, id := range reference {
			element = id
		}
	}
	_, err := s.command(name, element, parameters)
	Expect(err).NotTo(HaveOccurred(), selector)
}

func (s stranger) opens(place string) {
	GinkgoHelper()
	s.does("url", "", map[string]any{"url": "about:blank"})
	s.does("url", "", map[string]any{"url": running.URL() + place})
	Eventually(s.asks, patience).WithArguments("document.documentElement.dataset.ready").Should(Equal("true"))
}

func (s stranger) clicks(selector string) {
	GinkgoHelper()
	s.does("click", selector, map[string]any{})
}

func (s stranger) types(selector, text string) {
	GinkgoHelper()
	s.does("clear", selector, map[string]any{})
	if text != "" {
		s.does("value", selector, map[string]any{"text": text})
	}
}

// chooses clicks at the entry of a list that begins so.
func (s stranger) chooses(selector, entry string) {
	GinkgoHelper()
	index := s.asks(fmt.Sprintf("[...document.querySelector(%q).options].findIndex(o => o.label.startsWith(%q)) + 1", selector, entry))
	s.clicks(selector + " option:nth-of-type(" + index + ")")
}

func (s stranger) ticked(selector string) bool {
	GinkgoHelper()
	return s.asks(fmt.Sprintf("document.querySelector(%q).checked", selector)) == "true"
}

// asks evaluates an expression, as a string.
func (s stranger) asks(expression string) string {
	GinkgoHelper()
	got, err := s.command("execute/sync", "", map[string]any{"script": "return String(" + expression + ")", "args": []any{}})
	Expect(err).NotTo(HaveOccurred())
	var text string
	Expect(json.Unmarshal(got, &text)).To(Succeed())
	return text
}

func (s stranger) reads(selector string) string {
	GinkgoHelper()
	return s.asks(fmt.Sprintf("(e => e && e.getClientRects().length ? e.innerText : '')(document.querySelector(%q))", selector))
}

// started starts a program that ends with the spec, and all that it starts.
func started(command *exec.Cmd) {
	GinkgoHelper()
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	Expect(command.Start()).To(Succeed())
	DeferCleanup(func() {
		syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		command.Wait()
	})
}

// marionette opens Firefox.
//
// https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
func marionette() stranger {
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
	}, patience).Should(Succeed())
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
	s := stranger{func(name, element string, parameters map[string]any) (json.RawMessage, error) {
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
	}}
	s.does("session", "", map[string]any{})
	return s
}

// webKit opens WebKitGTK on a display of its own.
func webKit() stranger {
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
	driver := exec.Command("WebKitWebDriver", "--port="+port)
	driver.Env = append(os.Environ(), "DISPLAY=:"+strings.TrimSpace(display), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"),
		"XDG_RUNTIME_DIR="+home, "TMPDIR="+home, "NO_AT_BRIDGE=1")
	started(driver)
	Eventually(func() error {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err
	}, patience).Should(Succeed())

	session := ""
	s := stranger{func(name, element string, parameters map[string]any) (json.RawMessage, error) {
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
		ctx, cancel := context.WithTimeout(context.Background(), patience)
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
	}}
	browsers, _ := filepath.Glob("/usr/lib/*/webkit2gtk-4.1/MiniBrowser")
	Expect(browsers).NotTo(BeEmpty(), "tools/need webkit gets it")
	opened, err := s.command("session", "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"webkitgtk:browserOptions": map[string]any{"binary": browsers[0], "args": []string{"--automation"}},
	}}})
	Expect(err).NotTo(HaveOccurred())
	var about struct{ SessionID string }
	Expect(json.Unmarshal(opened, &about)).To(Succeed())
	session = about.SessionID
	return s
}

var _ = DescribeTable("another browser",
	func(open func() stranger) {
		s := open()
		checked := func() string {
			GinkgoHelper()
			s.asks(`document.getElementById("checks-title").textContent = ""`)
			s.clicks("#check")
			Eventually(s.reads, patience).WithArguments("#checks-title").ShouldNot(BeEmpty())
			return s.reads("#checks-title")
		}

		By("predicting, running and reading at the playground")
		s.opens("#/play")
		s.clicks("input[name=preflight][value=yes]")
		s.clicks("input[name=shared][value=no]")
		s.clicks("#run")
		Eventually(s.reads, patience).WithArguments("#result-title").Should(Equal("The script can read the response."))
		Expect(s.reads(".compared tbody")).To(MatchRegexp(`(?s)A preflight\?\s+yes\s+yes\s+✓ right.*read it\?\s+no\s+yes\s+✗ not so`))
		Expect(s.reads(".sequence")).To(MatchRegexp(`Access-Control-Allow-Origin: http://app\.lab\.localhost:\d+ ◂ allows`))

		By("following a link")
		s.opens("#/play?allowMethods=GET&origin=admin")
		s.clicks("#run")
		s.clicks("#skip")
		Eventually(s.reads, patience).WithArguments("#result-title").Should(Equal("The script gets a network error."))
		Expect(s.reads(".sequence .decides")).To(Equal("Access-Control-Allow-Methods: GET ◂ decides"))

		for _, a := range attempts {
			By("finishing the lesson " + a.lesson + ", the wrong way and the right way")
			s.opens("#/lesson/" + a.lesson)
			a.wrong(s)
			Expect(checked()).To(Equal("Your browser does not agree yet."))
			a.right(s)
			Expect(checked()).To(Equal("Your browser agrees."), s.reads("#check-list"))
		}
	},
	Entry("is Firefox", marionette),
	Entry("is WebKit", webKit),
)
