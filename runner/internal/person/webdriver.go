package person

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Firefox, by Marionette, and WebKitGTK, by its WebDriver, speak the commands of WebDriver.
//
// https://www.w3.org/TR/webdriver2/#endpoints

// A webDriver gives a command, to an element if its id is not empty.
type webDriver func(name, element string, parameters map[string]any) (json.RawMessage, error)

func (d webDriver) goes(url string) error {
	_, err := d("url", "", map[string]any{"url": url})
	return err
}

func (d webDriver) evaluates(expression string) (json.RawMessage, error) {
	got, err := d("execute/sync", "", map[string]any{"script": "return JSON.stringify(" + expression + ") ?? 'null'", "args": []any{}})
	if err != nil {
		return nil, err
	}
	var text string
	err = json.Unmarshal(got, &text)
	return json.RawMessage(text), err
}

// to gives a command to an element, once it is there to see.
func (d webDriver) to(name, selector string, parameters map[string]any) error {
	GinkgoHelper()
	// A page that is still scrolling is not interactable.
	look := fmt.Sprintf(`(e => {
		const seen = e?.closest("select") ?? e;
		seen?.scrollIntoView({block: "center", behavior: "instant"});
		return seen?.checkVisibility() ?? false;
	})(document.querySelector(%q))`, selector)
	Eventually(d.evaluates, Patience).WithArguments(look).Should(BeEquivalentTo("true"), "%s is not there to see", selector)
	found, err := d("element", "", map[string]any{"using": "css selector", "value": selector})
	if err != nil {
		return err
	}
	var reference map[string]string // its one key is WebDriver's name for references
	if err := json.Unmarshal(found, &reference); err != nil {
		return err
	}
	for _, id := range reference {
		_, err = d(name, id, parameters)
	}
	return err
}

func (d webDriver) clicks(selector string) error { return d.to("click", selector, map[string]any{}) }

func (d webDriver) types(selector, text string) error {
	if err := d.to("clear", selector, map[string]any{}); err != nil || text == "" {
		return err
	}
	return d.to("value", selector, map[string]any{"text": text})
}

func (d webDriver) chooses(selector string, place int) error {
	value, err := d.evaluates(fmt.Sprintf("document.querySelector(%q).options[%d].value", selector, place))
	if err != nil {
		return err
	}
	return d.clicks(selector + " option[value=" + string(value) + "]")
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
