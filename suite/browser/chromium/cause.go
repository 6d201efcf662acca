package chromium

import (
	"strings"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/suite/fetch"
)

// localNetwork are the reasons that Chromium counts among those of CORS, but that
// come of local network access.
var localNetwork = map[string]bool{
	"InsecureLocalNetwork":               true,
	"InvalidLocalNetworkAccess":          true,
	"LocalNetworkAccessPermissionDenied": true,
	"PreflightMissingAllowExternal":      true,
	"PreflightInvalidAllowExternal":      true,
}

// redirectRefusals are the network errors by which Chromium refuses to follow a
// redirect.
var redirectRefusals = map[string]fetch.Reason{
	"net::ERR_INVALID_REDIRECT":   fetch.InvalidRedirect,
	"net::ERR_TOO_MANY_REDIRECTS": fetch.TooManyRedirects,
	"net::ERR_UNSAFE_REDIRECT":    fetch.CorsDisabledScheme,
}

// refusedBefore reports whether a reason means that the actual request never left.
func refusedBefore(reason string) bool {
	return strings.HasPrefix(reason, "Preflight") || strings.HasSuffix(reason, "PreflightResponse") || localNetwork[reason]
}

// causes sort Chromium's network errors, by how their names begin.
var causes = []struct {
	prefix string
	cause  fetch.Cause
}{
	{"net::ERR_NAME_", fetch.ByDNS},
	{"net::ERR_DNS_", fetch.ByDNS},
	{"net::ERR_CERT_", fetch.ByTLS},
	{"net::ERR_SSL_", fetch.ByTLS},
	{"net::ERR_BAD_SSL_", fetch.ByTLS},
	{"net::ERR_CONNECTION_TIMED_OUT", fetch.ByTimeout},
	{"net::ERR_TIMED_OUT", fetch.ByTimeout},
	{"net::ERR_CONNECTION_", fetch.ByConnection},
	{"net::ERR_ADDRESS_", fetch.ByConnection},
	{"net::ERR_SOCKET_", fetch.ByConnection},
	{"net::ERR_EMPTY_RESPONSE", fetch.ByConnection},
	{"net::ERR_INVALID_HTTP_RESPONSE", fetch.ByConnection},
	{"net::ERR_RESPONSE_HEADERS_", fetch.ByConnection},
	{"net::ERR_CONTENT_LENGTH_MISMATCH", fetch.ByConnection},
	{"net::ERR_INCOMPLETE_CHUNKED_ENCODING", fetch.ByConnection},
	{"net::ERR_HTTP2_", fetch.ByConnection},
	{"net::ERR_INTERNET_DISCONNECTED", fetch.ByConnection},
	{"net::ERR_NETWORK_", fetch.ByConnection},
	{"net::ERR_UNSAFE_PORT", fetch.ByConnection},
	{"net::ERR_BLOCKED_BY_ORB", fetch.ByContent},
}

// cause says why the response is a network error, and in which words the browser
// does, or nothing if no request failed. The caller holds the trace's lock.
func (r *record) cause(timedOut bool) (fetch.Cause, string) {
	if timedOut {
		return fetch.ByTimeout, "no response in time"
	}
	// The actual request's failure comes first: it is the one that the script
	// met. A preflight's own failure says more where it is the network's.
	cause, detail := fetch.NoCause, ""
	for _, tr := range r.transfers {
		if tr.failed == nil || tr.failed.Canceled && tr.hasAnswer() {
			continue // the page had its answer, and wanted no more of it
		}
		c, d := causeOf(tr.failed)
		if cause == fetch.NoCause || cause == fetch.ByOther || tr.preflight && c != fetch.ByOther {
			cause, detail = c, d
		}
	}
	return cause, detail
}

func causeOf(failed *network.EventLoadingFailed) (fetch.Cause, string) {
	if failed.CorsErrorStatus != nil {
		reason := string(failed.CorsErrorStatus.CorsError)
		if localNetwork[reason] {
			return fetch.ByLocal, reason
		}
		return fetch.ByCORS, reason
	}
	switch failed.BlockedReason {
	case network.BlockedReasonInspector:
		return fetch.ByHold, failed.ErrorText
	case network.BlockedReasonMixedContent:
		return fetch.ByMixed, failed.ErrorText
	case network.BlockedReasonContentType:
		return fetch.ByContent, failed.ErrorText
	}
	for _, c := range causes {
		if strings.HasPrefix(failed.ErrorText, c.prefix) {
			return c.cause, failed.ErrorText
		}
	}
	return fetch.ByOther, failed.ErrorText
}
