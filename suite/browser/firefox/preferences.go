package firefox

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
)

// A preference is a line of user.js.
//
// https://searchfox.org/mozilla-central/source/modules/libpref/init/StaticPrefList.yaml
type preference struct {
	name  string
	value any
}

// preferences are those that the browser is started with. None of them touches the
// CORS protocol.
func (b *Browser) preferences() []preference {
	return append([]preference{
		// The tunnel is there for everything but targets: localhost too, and names are
		// resolved by nobody.
		{"network.proxy.type", 1},
		{"network.proxy.socks", "127.0.0.1"},
		{"network.proxy.socks_port", b.tunnel.Port()},
		{"network.proxy.socks_version", 5},
		{"network.proxy.socks5_remote_dns", true},
		{"network.proxy.socks_remote_dns", true},
		{"network.proxy.failover_direct", false},
		{"network.proxy.allow_hijacking_localhost", true},
		{"network.proxy.no_proxies_on", strings.Join(b.direct(), ", ")},
	}, settled...)
}

// settled are those that are always the same.
var settled = []preference{
	{"remote.log.level", "Fatal"},
	{"intl.locale.requested", "en-US"}, // reasons are read out of the console's texts

	// A page on http://app.example.com stays there where https answers too.
	{"dom.security.https_first", false},
	// Local network access is not CORS: it would ask a user about every loopback target.
	{"network.lna.enabled", false},
	// One process for each site of the look-alikes would be hundreds.
	{"fission.autostart", false},
	{"dom.ipc.processCount", 4},
	{"dom.ipc.processPrelaunch.enabled", false},
	// Pages in the background are not slower than others.
	{"dom.min_background_timeout_value", 4},
	{"dom.timeout.enable_budget_timer_throttling", false},
	{"dom.max_script_run_time", 0},

	// No traffic but that of pages.
	{"network.trr.mode", 5},
	{"network.dns.disablePrefetch", true},
	{"network.prefetch-next", false},
	{"network.http.speculative-parallel-limit", 0},
	{"network.captive-portal-service.enabled", false},
	{"network.connectivity-service.enabled", false},
	{"network.http.http3.enable", false},
	{"services.settings.server", "data:,#remote-settings-dummy/v1"},
	{"app.normandy.enabled", false},
	{"app.update.enabled", false},
	{"browser.safebrowsing.blockedURIs.enabled", false},
	{"browser.safebrowsing.downloads.enabled", false},
	{"browser.safebrowsing.malware.enabled", false},
	{"browser.safebrowsing.phishing.enabled", false},
	{"browser.safebrowsing.provider.google.updateURL", ""},
	{"browser.safebrowsing.provider.google4.updateURL", ""},
	{"browser.safebrowsing.provider.mozilla.updateURL", ""},
	{"browser.aboutHomeSnippets.updateUrl", ""},
	{"browser.newtabpage.enabled", false},
	{"browser.startup.homepage", "about:blank"},
	{"browser.startup.page", 0},
	{"browser.shell.checkDefaultBrowser", false},
	{"browser.region.network.url", ""},
	{"browser.search.update", false},
	{"browser.sessionstore.resume_from_crash", false},
	{"datareporting.policy.dataSubmissionEnabled", false},
	{"datareporting.healthreport.uploadEnabled", false},
	{"extensions.update.enabled", false},
	{"extensions.systemAddon.update.enabled", false},
	{"extensions.getAddons.cache.enabled", false},
	{"media.gmp-manager.updateEnabled", false},
	{"security.OCSP.enabled", 0},
	{"security.remote_settings.crlite_filters.enabled", false},
	{"security.remote_settings.intermediates.enabled", false},
	{"toolkit.telemetry.enabled", false},
	{"toolkit.telemetry.server", ""},
	{"toolkit.telemetry.unified", false},
}

// direct are the targets that the browser connects to by itself, as "host:port", since
// it resolves their names and says what is wrong with that.
//
// An IP address goes through the tunnel: Firefox 153 that connects to 127.0.0.1 by itself
// sends up to three CORS-preflight requests for one URL, or more for several, before it
// uses what it remembers, and the first is enough for any name, or by a proxy.
func (b *Browser) direct() []string {
	var all []string
	for _, target := range b.options.Targets {
		host, port, err := net.SplitHostPort(target)
		if err != nil || port == "*" || net.ParseIP(host) != nil {
			continue
		}
		if _, elsewhere := b.options.ConnectTo[target]; !elsewhere {
			all = append(all, target)
		}
	}
	return all
}

func (b *Browser) writePreferences(path string) error {
	var text strings.Builder
	for _, p := range b.preferences() {
		name, _ := json.Marshal(p.name)
		value, _ := json.Marshal(p.value)
		fmt.Fprintf(&text, "user_pref(%s, %s);\n", name, value)
	}
	return os.WriteFile(path, []byte(text.String()), 0o600)
}

// reportable returns the preferences and arguments as a report shows them: sorted, and
// without what differs from run to run.
func (b *Browser) reportable(arguments []string) []string {
	flags := slices.Clone(arguments)
	for _, p := range b.preferences() {
		if p.name != "network.proxy.socks_port" {
			flags = append(flags, fmt.Sprintf("%s=%v", p.name, p.value))
		}
	}
	slices.Sort(flags)
	return flags
}
