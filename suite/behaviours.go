package suite

import "slices"

// A Behaviour is something that browsers do by the CORS protocol and that a server can
// get wrong, or must live with. Scenarios name those that they cover by their ids.
type Behaviour struct {
	ID   string `json:"id"`
	Says string `json:"says"`

	// Excused is why no scenario covers it, of a server or of a browser; empty if one
	// does.
	Excused string `json:"excused,omitempty"`
}

// Behaviours returns all behaviours that concern a server.
func Behaviours() []Behaviour { return slices.Clone(behaviours) }

var behaviours = []Behaviour{
	// Simple requests.
	{ID: "SR-01", Says: "a response is shared by \"*\", whatever the two origins are to each other"},
	{ID: "SR-02", Says: "a response without Access-Control-Allow-Origin is not shared"},
	{ID: "SR-04", Says: "a response is shared with the origin that it names"},
	{ID: "SR-05", Says: "a response that names the target's own origin is not shared"},
	{ID: "SR-06", Says: "a preflight that names the target's own origin permits nothing"},
	{ID: "SR-07", Says: "XMLHttpRequest with credentials reads what names its origin and allows credentials"},
	{ID: "SR-09", Says: "a POST without Content-Type is not preflighted, and the server must know that"},
	{ID: "SR-10", Says: "a POST of a multipart form is not preflighted"},
	{ID: "SR-11", Says: "a POST of a multipart form with Authorization and credentials is"},
	{ID: "SR-13", Says: "a request with keepalive is like any other"},
	{ID: "SR-18", Says: "browsers send Origin with POST to their own origin too"},

	// Safelisted methods and headers.
	{ID: "SH-05", Says: "a POST of JSON needs Content-Type in the list"},
	{ID: "SH-08", Says: "a simple Range needs no preflight; 206 and 416 owe CORS headers"},
	{ID: "SH-10", Says: "Last-Event-ID, set by a script, is preflighted"},
	{ID: "SH-12", Says: "Authorization, If-None-Match, Cache-Control and any x- header are preflighted"},
	{ID: "SH-15", Says: "a preflight has no Access-Control-Request-Headers where there is nothing to ask"},

	// The shape of a preflight.
	{ID: "PR-01", Says: "a preflight is OPTIONS with Origin, Access-Control-Request-Method and Accept: */*, and nothing else to rely on"},
	{ID: "PR-02", Says: "requested names come in lower case, sorted, each once, joined by a comma without a space"},
	{ID: "PR-04", Says: "a preflight has no cookies"},
	{ID: "PR-06", Says: "a preflight has no Authorization, and must not be answered 401"},
	{ID: "PR-10", Says: "the requested method is spelled as the browser normalized it"},
	{ID: "PR-11", Says: "an upload listener makes a simple POST preflighted, without requested headers"},

	// What a preflight must say.
	{ID: "PV-01", Says: "a method that is not safelisted must be in the list"},
	{ID: "PV-02", Says: "a header that is not safelisted must be in the list, in any case"},
	{ID: "PV-03", Says: "all of several headers must be"},
	{ID: "PV-04", Says: "empty elements and blanks in Access-Control-Allow-Headers do not matter"},
	{ID: "PV-05", Says: "empty elements in Access-Control-Allow-Methods do not matter"},
	{ID: "PV-06", Says: "one element of Access-Control-Allow-Headers that is no token spoils the preflight"},
	{ID: "PV-07", Says: "one element of Access-Control-Allow-Methods that is no token spoils the preflight"},
	{ID: "PV-08", Says: "safelisted methods need not be listed"},
	{ID: "PV-09", Says: "the answer to a preflight must pass the CORS check"},
	{ID: "PV-10", Says: "the preflight may name the origin where the response says \"*\""},
	{ID: "PV-11", Says: "a response must pass the CORS check though its preflight did"},
	{ID: "PV-12", Says: "a 2xx without CORS headers permits nothing"},
	{ID: "PV-13", Says: "with credentials the preflight must allow them, and must not say \"*\""},
	{ID: "PV-14", Says: "several Access-Control-Allow-Headers count as one list"},

	// Methods.
	{ID: "ME-01", Says: "GET, HEAD and POST pass in whatever case they are listed"},
	{ID: "ME-02", Says: "PUT and DELETE must be listed in upper case"},
	{ID: "ME-03", Says: "\"patch\" is not PATCH"},
	{ID: "ME-04", Says: "other methods compare byte by byte"},

	// Wildcards.
	{ID: "WI-01", Says: "\"*\" allows any method"},
	{ID: "WI-02", Says: "\"*\" allows any header"},
	{ID: "WI-03", Says: "with credentials \"*\" allows no method and no header"},
	{ID: "WI-05", Says: "\"*\" does not cover Authorization, by the Standard"},
	{ID: "WI-06", Says: "\"*, Authorization\" does"},
	{ID: "WI-07", Says: "with credentials \"*\" shares nothing"},
	{ID: "WI-08", Says: "Access-Control-Allow-Credentials does no harm where there are none"},
	{ID: "WI-09", Says: "\"*\" exposes every header but Set-Cookie"},
	{ID: "WI-10", Says: "with credentials \"*\" exposes nothing"},
	{ID: "WI-11", Says: "\"*\" in a list exposes every header too"},
	{ID: "WI-12", Says: "a pattern in Access-Control-Allow-Origin never matches"},

	// Credentials.
	{ID: "CR-04", Says: "Access-Control-Allow-Credentials is \"true\" in these bytes, or nothing"},
	{ID: "CR-07", Says: "a redirect to another origin with credentials needs both headers there"},
	{ID: "CR-08", Says: "Authorization that a script sets needs no credentials mode, but must be listed"},
	{ID: "CR-09", Says: "Authorization that is not listed does not leave"},
	{ID: "CR-10", Says: "a 401 is readable only with CORS headers"},
	{ID: "CR-12", Says: "beacons go with credentials"},

	// Exposed response headers.
	{ID: "EX-03", Says: "a header that Access-Control-Expose-Headers names is readable"},
	{ID: "EX-05", Says: "several Access-Control-Expose-Headers count as one list"},
	{ID: "EX-07", Says: "one element of Access-Control-Expose-Headers that is no token spoils it"},
	{ID: "EX-08", Says: "the final response's Access-Control-Expose-Headers counts, not the redirect's"},
	{ID: "EX-09", Says: "Access-Control-Expose-Headers has no effect on a preflight"},
	{ID: "EX-10", Says: "the headers of a 304 update those of the stored response"},
	{ID: "EX-11", Says: "a 304 to a script's own If-None-Match must pass the CORS check"},

	// The CORS-preflight cache.
	{ID: "CA-01", Says: "without Access-Control-Max-Age an answer is remembered for 5 seconds"},
	{ID: "CA-03", Says: "0 means that nothing is remembered"},
	{ID: "CA-04", Says: "a negative number means that nothing is remembered"},
	{ID: "CA-05", Says: "what is remembered expires"},
	{ID: "CA-06", Says: "within max age a second request is not preflighted"},

	// Redirects.
	{ID: "RD-01", Says: "a redirect from the page's own origin to the target"},
	{ID: "RD-02", Says: "each redirect within the target owes its CORS headers"},
	{ID: "RD-03", Says: "after a redirect to a third origin Origin is null"},
	{ID: "RD-04", Says: "after a redirect back to the page's origin Origin is null"},
	{ID: "RD-05", Says: "a redirect without CORS headers is not followed"},
	{ID: "RD-06", Says: "the answers of both hops decide"},
	{ID: "RD-07", Says: "a redirect to a URL with a user name is refused"},
	{ID: "RD-08", Says: "a redirect to another scheme, or to no URL, is refused"},
	{ID: "RD-09", Says: "a preflight that is redirected fails"},
	{ID: "RD-10", Says: "a redirect after the preflight has a preflight of its own"},
	{ID: "RD-11", Says: "a redirect to the target is preflighted there"},
	{ID: "RD-12", Says: "301, 302 and 303 make GET of POST, 307 and 308 keep it"},
	{ID: "RD-14", Says: "a redirect to a resource without CORS headers fails"},
	{ID: "RD-15", Says: "a redirect that a script will not follow is opaque"},
	{ID: "RD-18", Says: "a custom header goes along where both hops allow it"},

	// Origins.
	{ID: "OR-01", Says: "\"*\" and the exact origin pass"},
	{ID: "OR-02", Says: "anything else does not: another scheme or port, a slash, upper case, a path"},
	{ID: "OR-03", Says: "two Access-Control-Allow-Origin fail, though they be equal"},
	{ID: "OR-04", Says: "a list of origins fails"},
	{ID: "OR-05", Says: "\"null\" does not stand for a page with an origin"},
	{ID: "OR-06", Says: "a sandboxed frame has the origin null"},
	{ID: "OR-07", Says: "so has a data: URL"},
	{ID: "OR-08", Says: "an internationalized host comes in its ASCII form"},
	{ID: "OR-09", Says: "what is refused one way is refused the other way round"},
	{ID: "OR-10", Says: "a form that navigates by POST sends Origin", Excused: "a navigation is no CORS request"},
	{ID: "OR-11", Says: "with a strict referrer policy it sends Origin: null"},
	{ID: "OR-12", Says: "a default port is never sent"},

	// Statuses.
	{ID: "ST-01", Says: "a preflight must be answered 200 to 299"},
	{ID: "ST-02", Says: "an error answer with CORS headers is readable"},
	{ID: "ST-03", Says: "one without is not"},
	{ID: "ST-04", Says: "an error answer after a preflight is readable"},
	{ID: "ST-05", Says: "an error answer to the preflight itself is fatal"},

	// What else makes CORS requests.
	{ID: "CO-01", Says: "EventSource with credentials"},
	{ID: "CO-02", Says: "EventSource that is refused does not try again"},
	{ID: "CO-03", Says: "EventSource through a redirect, and after a lost connection"},
	{ID: "CO-05", Says: "EventSource sends back any Last-Event-ID without a preflight", Excused: "it is sent without a preflight, which a server cannot change"},
	{ID: "CO-08", Says: "a beacon of another type than a form's is preflighted, with credentials"},
	{ID: "CO-09", Says: "such a beacon through a redirect"},
	{ID: "CO-11", Says: "an image with crossorigin=anonymous"},
	{ID: "CO-12", Says: "an image with crossorigin=use-credentials"},
	{ID: "CO-16", Says: "a script with crossorigin"},
	{ID: "CO-17", Says: "module scripts, and what they import"},
	{ID: "CO-18", Says: "a stylesheet with crossorigin"},
	{ID: "CO-19", Says: "fonts"},
	{ID: "CO-23", Says: "integrity of what another origin serves"},
	{ID: "CO-26", Says: "reports to another origin", Excused: "browsers send reports when they like, without a page"},
	{ID: "CO-27", Says: "preload, dictionaries, fetchLater", Excused: "rare, and not tried yet"},
	{ID: "CO-28", Says: "WebSocket sends Origin, and knows no CORS", Excused: "no CORS request"},

	// Neighbours of CORS.
	{ID: "NC-04", Says: "Cross-Origin-Resource-Policy does not concern CORS requests"},
	{ID: "MI-01", Says: "HTTP caches and Vary", Excused: "said in VA-01 to VA-04"},
	{ID: "MI-03", Says: "Timing-Allow-Origin takes a list, unlike Access-Control-Allow-Origin", Excused: "another header's business"},
	{ID: "MI-04", Says: "Cross-Origin-Embedder-Policy is content with CORS", Excused: "another header's business"},

	// HTTP caches.
	{ID: "VA-01", Says: "a response without Vary is stored for another origin's page"},
	{ID: "VA-02", Says: "a response to no Origin is stored for a page that needs one"},
	{ID: "VA-03", Says: "Vary is owed to requests without Origin, and to refused ones"},
	{ID: "VA-04", Says: "a 304 keeps the CORS headers that the response had"},
}

// ofBrowsers are the ids of the behaviours that no server can change. A scenario that
// covers one shows that the browser is as it should be.
const ofBrowsers = `
SR-03 SR-08 SR-12 SR-14 SR-15 SR-16 SR-17
SH-01 SH-02 SH-03 SH-04 SH-06 SH-07 SH-09 SH-11 SH-13 SH-14 SH-16 SH-17
PR-03 PR-05 PR-07 PR-08 PR-09 PR-12 PR-13 PR-14 PR-15
ME-05 ME-06
WI-04
CR-01 CR-02 CR-03 CR-05 CR-06 CR-11 CR-13
EX-01 EX-02 EX-04 EX-06 EX-12
CA-02 CA-07 CA-08 CA-09 CA-10 CA-11 CA-12 CA-13 CA-14 CA-15
RD-13 RD-16 RD-17 RD-19 RD-20 RD-21
ST-06 ST-07 ST-08
CO-04 CO-06 CO-07 CO-10 CO-13 CO-14 CO-15 CO-20 CO-21 CO-22 CO-24 CO-25
XE-01 XE-02 XE-03 XE-04 XE-05 XE-06 XE-07
NC-01 NC-02 NC-03 NC-05
MI-02 MI-05 MI-06
`
