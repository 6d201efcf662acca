package chromium

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/suite/browser/internal/process"
)

// names are the executables that are looked for, in this order: what people browse with,
// then the shells. Ubuntu's chromium is a snap; GitHub's runners have Chrome.
var names = append([]string{"google-chrome", "google-chrome-stable", "chromium", "chromium-browser"}, shells...)

// shells are those of headless shells, which have the engine of Chrome and no windows.
// Debian's command for its own is a script that stays around it, and would take the
// browser's signals.
var shells = []string{"chrome-headless-shell", "headless-shell", "/usr/lib/chromium/chromium-headless-shell"}

// disabledFeatures are joined into one flag, since a second one would replace the
// first. HttpsUpgrades would move a page on http://app.example.com to https where
// port 443 answers. The omnibox pop-ups are pages of the browser's own, which nobody
// sees in a headless one and which each took part of a core. The rest are background
// services.
var disabledFeatures = []string{
	"Translate", "BlinkGenPropertyTrees", // chromedp's own
	"HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
	"OptimizationHints", "MediaRouter", "AutofillServerCommunication",
	"CertificateTransparencyComponentUpdater",
	"WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
}

func (b *Browser) allocatorOptions(path string) []chromedp.ExecAllocatorOption {
	o := slices.Clone(chromedp.DefaultExecAllocatorOptions[:])
	o = append(o,
		chromedp.ExecPath(path),
		chromedp.UserDataDir(b.home.Profile),
		chromedp.Env(b.home.Env()...),
		chromedp.ModifyCmdFunc(b.prepare),
		chromedp.Flag("disable-features", strings.Join(disabledFeatures, ",")),
		chromedp.Flag("host-resolver-rules", b.resolverRules()),
		chromedp.Flag("ignore-certificate-errors-spki-list", b.origins.SPKI()),
		// HTTP_PROXY and the like of the environment must not come between.
		chromedp.Flag("no-proxy-server", true),
		// As chromedp means it: the feature has got another name. Between processes, the
		// reports of what is on the wire cost as much as the requests.
		chromedp.Flag("enable-features", "NetworkServiceInProcess2"),
		// As it is in Chrome on a desktop anyway. A headless shell would keep a sandboxed
		// frame in its page's process, where it is no target of its own.
		chromedp.Flag("site-per-process", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("no-pings", true),
	)
	if b.options.Log != nil {
		o = append(o, chromedp.CombinedOutput(lines(b.options.Log)))
	}
	return o
}

// prepare readies chromedp's command. What goes wrong here leaves the reports to chromedp,
// which only takes longer.
func (b *Browser) prepare(cmd *exec.Cmd) {
	process.DieWithParent(cmd) // as chromedp has it, unless its command is changed
	if err := b.reports.divert(cmd); err != nil && b.options.Log != nil {
		b.options.Log(err.Error())
	}
}

// resolverRules leave the target's addresses alone, or lead them where ConnectTo
// says, and lead everything else to the fixtures. The first rule that matches
// counts.
func (b *Browser) resolverRules() string {
	var rules []string
	for _, from := range slices.Sorted(maps.Keys(b.options.ConnectTo)) {
		rules = append(rules, fmt.Sprintf("MAP %s %s", from, b.options.ConnectTo[from]))
	}
	for _, target := range b.options.Targets {
		target = strings.TrimSuffix(target, ":*")
		rules = append(rules, fmt.Sprintf("MAP %s %s", target, target))
	}
	return strings.Join(append(rules, "MAP * "+b.origins.Addr()), ", ")
}

// lines is a writer that hands each line on.
type lines func(string)

func (l lines) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		l(strings.TrimRight(line, "\r\n"))
	}
	return len(p), nil
}
