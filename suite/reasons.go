package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// Reasons of ours, for what is allowed though the policy refuses it, and for what
// the Standard has no step for. The others are those of package fetch.
const (
	reasonUnanswered       = "PreflightUnanswered"
	reasonOriginNotRefused = "OriginNotRefused"
	reasonMethodNotRefused = "MethodNotRefused"
	reasonHeaderNotRefused = "HeaderNotRefused"
	reasonCredentials      = "CredentialsNotRefused"
	reasonNotExposed       = "HeaderNotExposed"
	reasonExposed          = "HeaderExposed"
	reasonMaxAge           = "MaxAgeDiffers"
	reasonRemembered       = "PreflightRemembered"
	reasonNotRemembered    = "PreflightNotRemembered"
	reasonOptionsBroken    = "OptionsBroken"
	reasonStored           = "StoredForAnotherOrigin"
	reasonLedAstray        = "RedirectedElsewhere"
	reasonRefusedByServer  = "RefusedByServer"
	reasonConfirmed        = "NotModifiedUnshared"
)

// A ReasonText explains a reason of failure to the owner of a server.
type ReasonText struct {
	Reason  string
	Meaning string // what went wrong, in a sentence or two
	Repair  string // what to change
}

// Reasons returns the explanation of every reason that a failure can have.
func Reasons() []ReasonText { return slices.Clone(reasons) }

var reasons = []ReasonText{
	{string(fetch.MissingAllowOriginHeader),
		"The response has no Access-Control-Allow-Origin, so the script may not read it.",
		"Send Access-Control-Allow-Origin with the page's origin on this response, whatever its status and whichever layer makes it."},
	{string(fetch.WildcardOriginNotAllowed),
		"Access-Control-Allow-Origin is \"*\", which does not cover requests with credentials.",
		"Answer with the request's Origin when the policy allows it, in place of \"*\", and add Vary: Origin."},
	{string(fetch.MultipleAllowOriginValues),
		"The response has more than one value for Access-Control-Allow-Origin. Two headers count as one list, and a list never matches, even if both say the same.",
		"Send exactly one Access-Control-Allow-Origin. Two usually come from two layers, such as a proxy and the application: let one of them do it."},
	{string(fetch.InvalidAllowOriginValue),
		"Access-Control-Allow-Origin is neither an origin, nor \"null\", nor \"*\".",
		"Send the request's Origin, byte by byte, when the policy allows it."},
	{string(fetch.AllowOriginMismatch),
		"Access-Control-Allow-Origin names another origin than the page's. The comparison is byte by byte: scheme, host and port, lower case, no slash at the end, no pattern.",
		"Answer with the request's Origin, byte by byte, when the policy allows it, and add Vary: Origin."},
	{string(fetch.InvalidAllowCredentials),
		"The request has credentials, and Access-Control-Allow-Credentials is not exactly \"true\".",
		"Send Access-Control-Allow-Credentials: true, lower case, once, on the preflight and on the response."},
	{string(fetch.PreflightMissingAllowOriginHeader),
		"The answer to the CORS-preflight request has no Access-Control-Allow-Origin.",
		"Let the CORS layer answer OPTIONS requests that have Origin and Access-Control-Request-Method, before routing and before authentication."},
	{string(fetch.PreflightWildcardOriginNotAllowed),
		"The answer to the CORS-preflight request says \"*\", which does not cover requests with credentials.",
		"Answer the preflight with the request's Origin when the policy allows it, in place of \"*\"."},
	{string(fetch.PreflightMultipleAllowOriginValues),
		"The answer to the CORS-preflight request has more than one value for Access-Control-Allow-Origin.",
		"Send exactly one Access-Control-Allow-Origin on OPTIONS. Two usually come from two layers, such as a proxy and the application."},
	{string(fetch.PreflightInvalidAllowOriginValue),
		"Access-Control-Allow-Origin on the answer to the CORS-preflight request is no origin.",
		"Answer the preflight with the request's Origin, byte by byte, when the policy allows it."},
	{string(fetch.PreflightAllowOriginMismatch),
		"The answer to the CORS-preflight request names another origin than the page's.",
		"Answer the preflight with the request's Origin, byte by byte, when the policy allows it."},
	{string(fetch.PreflightInvalidAllowCredentials),
		"The answer to the CORS-preflight request lacks Access-Control-Allow-Credentials: true, in exactly these bytes.",
		"Send Access-Control-Allow-Credentials: true on the answer to OPTIONS too."},
	{string(fetch.PreflightDisallowedRedirect),
		"The CORS-preflight request was answered with a redirect, which browsers never follow.",
		"Answer OPTIONS at this URL itself. Common causes are a redirect to https, to a path with a slash, or to a login page."},
	{string(fetch.PreflightInvalidStatus),
		"The CORS-preflight request was answered with a status that is not 200 to 299.",
		"Answer OPTIONS with 204, before routing and before authentication: the preflight carries no credentials. 405 and 404 mean that no route takes OPTIONS, 401 and 403 that authentication comes first."},
	{string(fetch.InvalidAllowMethodsPreflightResponse),
		"Access-Control-Allow-Methods is no list of methods separated by commas.",
		"Separate the methods by commas, without quotes: GET, PUT, DELETE."},
	{string(fetch.InvalidAllowHeadersPreflightResponse),
		"Access-Control-Allow-Headers is no list of header names separated by commas.",
		"Separate the names by commas, without quotes: Content-Type, Authorization."},
	{string(fetch.MethodDisallowedByPreflightResponse),
		"Access-Control-Allow-Methods does not name the method. It is compared byte by byte, and \"*\" does not cover requests with credentials.",
		"Name the method in Access-Control-Allow-Methods, in upper case."},
	{string(fetch.HeaderDisallowedByPreflightResponse),
		"Access-Control-Allow-Headers does not name the request header. \"*\" does not cover requests with credentials.",
		"Name the header in Access-Control-Allow-Headers."},
	{string(fetch.AuthorizationNotCoveredByWildcard),
		"Access-Control-Allow-Headers is \"*\", which by the Standard never covers Authorization.",
		"Name Authorization in Access-Control-Allow-Headers, next to \"*\" or in place of it."},
	{reasonUnanswered,
		"The server answers GET, but leaves OPTIONS without an answer.",
		"Let the server, and whatever stands before it, answer OPTIONS. A firewall or a balancer that drops the method is a common cause."},
	{reasonOriginNotRefused,
		"A page of an origin that the policy does not allow could read the response, or had its request let through.",
		"Compare the whole Origin with the list of allowed ones, byte by byte; anchor patterns at both ends and escape their dots. For all others send no Access-Control-Allow-Origin."},
	{reasonMethodNotRefused,
		"A method that the policy does not list was let through.",
		"List the policy's methods in Access-Control-Allow-Methods; do not echo Access-Control-Request-Method unseen."},
	{reasonHeaderNotRefused,
		"A request header that the policy does not list was let through.",
		"List the policy's headers in Access-Control-Allow-Headers; do not echo Access-Control-Request-Headers unseen."},
	{reasonCredentials,
		"A request with credentials was let through, or its response shared, though the policy has no credentials.",
		"Remove Access-Control-Allow-Credentials."},
	{reasonNotExposed,
		"The response has the header, but the script cannot read it.",
		"Name the header in Access-Control-Expose-Headers, on the response itself; on the preflight it has no effect, and \"*\" does not cover requests with credentials."},
	{reasonExposed,
		"The script can read a header that the policy does not expose.",
		"Take the header out of Access-Control-Expose-Headers."},
	{reasonMaxAge,
		"Access-Control-Max-Age is another number than the policy's.",
		"Send Access-Control-Max-Age with the policy's number of seconds on the answer to OPTIONS."},
	{reasonRemembered,
		"The browser remembered the answer to a CORS-preflight request longer than the policy says.",
		"Send Access-Control-Max-Age with the policy's number of seconds; 0 has every request preflighted. Without the header browsers remember for 5 seconds."},
	{reasonNotRemembered,
		"The browser asked again, though the policy says that it may remember.",
		"Send Access-Control-Max-Age with the policy's number of seconds, digits alone, on the answer to OPTIONS."},
	{reasonStored,
		"An HTTP cache kept the response to another origin, or to none, and gave it to this one.",
		"Send Vary: Origin on every response that depends on Origin, with an allowed one, a refused one and none."},
	{reasonConfirmed,
		"The browser asked whether a stored response is up to date, and the server said 304. The headers of a 304 replace the stored ones; where it has none, those of the stored response count, which were meant for another request.",
		"Send on 304 the same CORS headers as on 200: for the origin that asks, and Vary: Origin. A layer that answers conditional requests before the CORS layer does, or strips headers from 304, is a common cause."},
	{string(fetch.RedirectContainsCredentials),
		"The response redirects to a URL with a user name or a password, which browsers refuse to follow from a script of another origin.",
		"Take the user name and the password out of the Location header."},
	{string(fetch.CorsDisabledScheme),
		"The response redirects to a URL whose scheme is neither http nor https.",
		"Redirect scripts to an http or https URL alone; an app's own scheme belongs on a page that somebody visits."},
	{string(fetch.InvalidRedirect),
		"The response redirects to something that is no URL, or has more than one Location header.",
		"Send exactly one Location header, with a URL or a path."},
	{string(fetch.TooManyRedirects),
		"The redirects do not end: a browser gives up after 20.",
		"Follow the redirects with curl -L and see which rule sends the request back: often one to https behind a proxy that speaks http to the application."},
	{string(fetch.DisallowedRedirect),
		"The script forbade redirects, and the resource answered with one.",
		"Answer at this URL itself, or declare the redirect by redirectsTo."},
	{reasonLedAstray,
		"The request was redirected to another origin than those that the target declares: to a page where one logs in, to another scheme or port, to a name without www.",
		"Answer scripts at this URL itself: 401 in place of a redirect to a login page, and one spelling of scheme, host and port. If the redirect is meant, declare it by redirectsTo, and let its destination answer Access-Control-Allow-Origin: *, since browsers send it Origin: null."},
	{reasonRefusedByServer,
		"The server itself refused a request for the sake of its Origin header, or for the lack of one, though CORS is for browsers to enforce.",
		"Decide by Origin which CORS headers to send, not whether to answer: browsers send Origin with POST to their own origin too, and other clients send none."},
	{reasonOptionsBroken,
		"An OPTIONS request that is no CORS-preflight request was answered with an error.",
		"Treat OPTIONS as a CORS-preflight request only if it has both Origin and Access-Control-Request-Method; pass on every other."},
}

func reasonText(reason string) (ReasonText, bool) {
	i := slices.IndexFunc(reasons, func(r ReasonText) bool { return r.Reason == reason })
	if i < 0 {
		return ReasonText{}, false
	}
	return reasons[i], true
}

// fixes says what to change, one line for each step that fails, in the order in
// which a browser meets them.
func fixes(o outcome, p *play) []string {
	names := []string{o.reason}
	for _, f := range o.failures {
		if !slices.Contains(names, string(f.Reason)) {
			names = append(names, string(f.Reason))
		}
	}
	var lines []string
	for _, name := range names {
		text, ok := reasonText(name)
		if !ok {
			continue
		}
		lines = append(lines, text.Repair)
	}
	if p.step(o).resource.Status >= 400 && slices.Contains(names, string(fetch.MissingAllowOriginHeader)) {
		lines = append(lines, "Error answers need the headers too, whichever layer makes them. An application sets them before its handlers run.")
	}
	return lines
}

// step returns the step that the outcome is about.
func (p *play) step(o outcome) boundStep {
	if o.step < len(p.steps) {
		return p.steps[o.step]
	}
	return boundStep{}
}

// Explain says what a scenario asks for and what its failure would mean, or what a
// reason of failure means and how to repair it. It reports false if there is neither
// of that name.
func Explain(name string) (string, bool) {
	var b strings.Builder
	for _, s := range Scenarios() {
		if s.ID != name {
			continue
		}
		fmt.Fprintf(&b, "%s (%s)\n\n  %s.\n  %s\n\n", s.ID, s.Level, s.Title, s.SpecURL())
		for i, step := range s.Steps {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, s.inWords(step))
		}
		if len(s.Needs) > 0 {
			fmt.Fprintf(&b, "\n  It is blocked, not failed, if one of these failed: %s.\n", strings.Join(s.Needs, ", "))
		}
		return b.String(), true
	}
	if text, ok := reasonText(name); ok {
		fmt.Fprintf(&b, "%s\n\n  %s\n\n  What to change: %s\n%s", text.Reason, text.Meaning, text.Repair, elsewhere(name))
		return b.String(), true
	}
	return "", false
}

// inWords reads a step aloud, roles and all.
func (s Scenario) inWords(step Step) string {
	// A play whose roles are bound to their own names reads like any other.
	p := play{scenario: s, bindings: map[Role]string{}, origin: "the " + strings.Trim(string(s.origin()), "‹›")}
	if s.AskedByCorsproof {
		p.origin = ""
	}
	words := strings.Trim(step.Method, "‹›")
	bound := boundStep{want: step.Want, verified: step.Integrity}
	bound.request.Consumer, bound.request.CrossOrigin = step.Consumer, step.CrossOrigin
	bound.request.Method = words
	bound.request.Credentials = step.Credentials
	bound.request.Redirect, bound.request.Mode, bound.request.Cache = step.Redirect, step.Mode, step.Cache
	bound.resource.Path = "to a " + strings.Trim(string(s.resource(step)), "‹›")
	switch step.Consumer {
	case fetch.ByAPI:
	case fetch.Beacon:
		bound.resource.Path = strings.TrimPrefix(bound.resource.Path, "to ")
	default:
		bound.resource.Path = "" // it is of its kind
	}
	for _, h := range step.Headers {
		name := strings.Trim(h.Name, "‹›")
		if h.Name != name {
			name = "a " + name
		}
		bound.request.Headers = append(bound.request.Headers, fetch.Header{Name: name})
	}
	p.bindings[ExposedHeader] = "the exposed header"
	w := bound.want
	w.Status, w.MaxAge = false, false
	extra := ""
	if step.Want.Status {
		extra = ", with the status that the resource declares"
	}
	if step.Want.MaxAge {
		extra = "Access-Control-Max-Age is the policy's number"
	}
	if step.After == AfterMaxAge {
		extra += ", after max age has passed"
	}
	bound.want = w
	return p.stepExpectation(bound) + extra
}
