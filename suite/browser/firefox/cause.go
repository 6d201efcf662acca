package firefox

import (
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// Errors of Firefox's that say more than that there was one.
const (
	refusedByCORS = "NS_ERROR_DOM_BAD_URI"
	heldBack      = "NS_ERROR_PROXY_CONNECTION_REFUSED" // the port of nowhere alone refuses
	aborted       = "NS_BINDING_ABORTED"
	ledElsewhere  = "NS_BINDING_REDIRECTED" // by a redirect that is followed
)

// endings are how a request ends whose response is all there: nobody wanted more of it.
var endings = []string{"NS_ERROR_PARSED_DATA_CACHED", "NS_IMAGELIB_ERROR_FAILURE", "NS_ERROR_ABORT"}

// causes sort Firefox's network errors, by what their names hold.
//
// https://searchfox.org/mozilla-central/source/xpcom/base/ErrorList.py
var causes = []struct {
	part  string
	cause fetch.Cause
}{
	{"NS_ERROR_UNKNOWN_HOST", fetch.ByDNS},
	{"NS_ERROR_UNKNOWN_PROXY_HOST", fetch.ByDNS},
	{"NS_ERROR_DNS_", fetch.ByDNS},
	{"NS_ERROR_MODULE_SECURITY", fetch.ByTLS},
	{"SEC_ERROR", fetch.ByTLS},
	{"SSL_ERROR", fetch.ByTLS},
	{"MOZILLA_PKIX", fetch.ByTLS},
	{"NS_ERROR_NET_TIMEOUT", fetch.ByTimeout},
	{"NS_ERROR_CONNECTION_REFUSED", fetch.ByConnection},
	{"NS_ERROR_PROXY_", fetch.ByConnection},
	{"NS_ERROR_NET_", fetch.ByConnection},
	{"NS_ERROR_OFFLINE", fetch.ByConnection},
	{"NS_ERROR_ABORT", fetch.ByConnection}, // failed by us; see mayLeave
	{"NS_ERROR_PORT_ACCESS_NOT_ALLOWED", fetch.ByConnection},
	{"NS_ERROR_PARSED_DATA_CACHED", fetch.ByContent},
}

// redirectRefusals are the network errors by which Firefox refuses to follow a redirect.
var redirectRefusals = map[string]fetch.Reason{
	"NS_ERROR_REDIRECT_LOOP":     fetch.TooManyRedirects,
	"NS_ERROR_MALFORMED_URI":     fetch.InvalidRedirect,
	"NS_ERROR_CORRUPTED_CONTENT": fetch.InvalidRedirect,
}

// mixedContent is what parseEntry returns of an entry about mixed content.
const mixedContent = "mixed content"

var (
	blockedEntry = regexp.MustCompile(`remote resource at [‘“]?(\S+?)[’”]?\. \(Reason: (.*?)\)\.(?: Status code: .*)?$`)
	mixedEntry   = regexp.MustCompile(`^Blocked loading mixed (?:active|display) content [‘“](.*)[’”]`)
)

// parseEntry reads out of an entry of the console which request was blocked, and why.
func parseEntry(text string) (reason, url string, blocked bool) {
	if m := blockedEntry.FindStringSubmatch(text); m != nil {
		return m[2], m[1], true
	}
	if m := mixedEntry.FindStringSubmatch(text); m != nil {
		return mixedContent, m[1], true
	}
	return "", "", false
}

// reasonNames sort the console's reasons, by how their texts begin, into those of the
// table of codes. "CORS request did not succeed" is none: the console says it when a
// request came to nothing for whatever reason, and after each other reason once more.
//
// https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS/Errors
var reasonNames = []struct{ text, name string }{
	{"CORS header ‘Access-Control-Allow-Origin’ missing", "CORSMissingAllowOrigin"},
	{"CORS header ‘Access-Control-Allow-Origin’ does not match", "CORSAllowOriginNotMatchingOrigin"},
	{"Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed", "CORSMultipleAllowOriginNotAllowed"},
	{"Credential is not supported", "CORSNotSupportingCredentials"},
	{"expected ‘true’ in CORS header", "CORSMissingAllowCredentials"},
	{"CORS preflight response did not succeed", "CORSPreflightDidNotSucceed"},
	{"CORS preflight channel did not succeed", "CORSPreflightDidNotSucceed"},
	{"Did not find method in CORS header", "CORSMethodNotFound"},
	{"invalid token ‘", "CORSInvalidAllow"}, // which of the two is said at the end
	{"missing token ‘", "CORSMissingAllowHeaderFromPreflight"},
	{"header ‘", "CORSMissingAllowHeaderFromPreflight"},
	{"CORS request external redirect not allowed", "CORSExternalRedirectNotAllowed"},
	{"CORS request not http", "CORSRequestNotHttp"},
}

// nameOf returns the name of a reason, or nothing if it is none of CORS.
func nameOf(reason string) string {
	for _, r := range reasonNames {
		if !strings.HasPrefix(reason, r.text) {
			continue
		}
		if r.name != "CORSInvalidAllow" {
			return r.name
		}
		if strings.HasSuffix(reason, "‘Access-Control-Allow-Methods’") {
			return "CORSInvalidAllowMethod"
		}
		return "CORSInvalidAllowHeader"
	}
	return ""
}

// explain says why the response is a network error, or what became of a beacon, and
// writes the browser's reason to the exchange that it is about. The caller holds the
// trace's lock.
func (r *record) explain(o *fetch.Observation, timedOut bool) {
	if r.stopped {
		o.Cause, o.Detail = fetch.ByBudget, fetch.ErrBudget.Error()
		return
	}
	if o.Response.Type != fetch.NetworkError && r.request.Consumer != fetch.Beacon {
		return
	}
	failure := r.failure()
	if r.request.Consumer == fetch.Beacon && o.Actual() != nil && o.Actual().Response != nil && failure != "" {
		failure = "" // the browser reads no more of it than the headers
	}
	switch reason := r.reason(); {
	case timedOut:
		o.Cause, o.Detail = fetch.ByTimeout, "no response in time"
	case r.mixed:
		o.Cause, o.Detail = fetch.ByMixed, "the browser blocked mixed content"
	case failure == heldBack:
		o.Cause, o.Detail = fetch.ByHold, failure
	case reason != "":
		o.Cause, o.Detail = fetch.ByCORS, reason
		r.blame(o, nameOf(reason))
	case redirectRefusals[failure] != "" && r.redirected():
		o.Cause, o.Detail = fetch.ByOther, failure
		if last := lastActual(o); last != nil {
			last.Reason = string(redirectRefusals[failure])
		}
	case failure != "":
		o.Cause, o.Detail = causeOf(failure), failure
		if o.Cause == fetch.ByOther && r.unfit(o) {
			o.Cause = fetch.ByContent
		}
	case r.request.Redirect == fetch.Error && r.redirected():
		o.Cause, o.Detail = fetch.ByOther, o.Exception
		lastActual(o).Reason = string(fetch.DisallowedRedirect)
	case r.refused():
		o.Cause, o.Detail = fetch.ByCORS, refusedByCORS
	case o.Response.Type != fetch.NetworkError:
	case o.Actual() == nil && r.request.EffectiveMode() == fetch.SameOriginMode:
		o.Cause, o.Detail = fetch.ByCORS, string(fetch.DisallowedByMode)
	case r.unfit(o):
		o.Cause, o.Detail = fetch.ByContent, o.Exception
	default:
		o.Cause, o.Detail = fetch.ByOther, o.Exception
	}
}

// unfit reports whether there is a response, and something that may not be able to use
// it.
func (r *record) unfit(o *fetch.Observation) bool {
	return o.Actual() != nil && o.Actual().Response != nil && !r.redirected() &&
		(r.request.Consumer != fetch.ByAPI || r.request.Integrity != "")
}

// redirected reports whether the last response to the actual request is a redirect.
func (r *record) redirected() bool {
	return slices.ContainsFunc(r.transfers, func(t *transfer) bool { return !t.preflight && isRedirect(t.last().wire) })
}

// reason is the first that the console gives which is one of CORS.
func (r *record) reason() string {
	for _, reason := range r.reasons {
		if nameOf(reason) != "" {
			return reason
		}
	}
	return ""
}

func causeOf(failure string) fetch.Cause {
	for _, c := range causes {
		if strings.Contains(failure, c.part) {
			return c.cause
		}
	}
	return fetch.ByOther
}

// blame writes our reason to the exchange that Firefox's is about: the preflight, if that
// failed, or else the last request. Firefox has one name for several of ours; what the
// Standard says of the recorded response tells which of them it is.
func (r *record) blame(o *fetch.Observation, name string) {
	blamed := lastActual(o)
	for _, t := range r.transfers {
		if t.preflight && t.failed != "" {
			blamed = lastOf(o, fetch.Preflight)
		}
	}
	if blamed == nil {
		return
	}
	var candidates []fetch.Reason
	for _, c := range fetch.Codes() {
		if c.Firefox == name && c.Reason != "" && c.Reason.OfPreflight() == (blamed.Kind == fetch.Preflight) {
			candidates = append(candidates, c.Reason)
		}
	}
	if len(candidates) == 0 {
		return
	}
	blamed.Reason = string(candidates[0])
	for _, f := range fetch.Explain(r.origin, r.request, o.Exchanges) {
		for _, c := range candidates {
			if f.Reason == c {
				blamed.Reason = string(c)
				return
			}
		}
	}
}

func lastActual(o *fetch.Observation) *fetch.Exchange { return lastOf(o, fetch.Actual) }

func lastOf(o *fetch.Observation, kind fetch.ExchangeKind) *fetch.Exchange {
	for i := len(o.Exchanges) - 1; i >= 0; i-- {
		if o.Exchanges[i].Kind == kind {
			return &o.Exchanges[i]
		}
	}
	return nil
}
