package suite

import (
	"net/url"
	"slices"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A browser follows a redirect only if the redirect itself passes the CORS check, and
// asks for permission again where it leads. A CORS-preflight request is never
// redirected. After the step from one foreign origin to another, the page's origin is
// told no more: Origin is "null" from then on.
var redirects = Chapter{
	Name:  "redirects",
	Title: "Redirects",
	Scenarios: []Scenario{
		{
			ID:       "redirects.hop",
			Title:    "A redirect must itself be shared with an allowed origin",
			Spec:     "concept-http-fetch",
			Level:    Required,
			Covers:   []string{"RD-05", "RD-15"},
			Resource: RedirectingResource,
			Each:     RedirectingResource,
			APIs:     []fetch.API{fetch.Fetch},
			Steps:    []Step{{Method: "GET", Redirect: fetch.Manual, Want: Want{Opaque: Yes, Redirected: true}}},
			Needs:    []string{"simple.get"},
		},
		{
			ID:       "redirects.hop.credentials",
			Title:    "A redirect must itself be shared with a request with credentials",
			Spec:     "concept-http-fetch",
			Level:    Required,
			Covers:   []string{"RD-05", "CR-07"},
			Resource: RedirectingResource,
			Each:     RedirectingResource,
			APIs:     []fetch.API{fetch.Fetch},
			Steps: []Step{{Method: "GET", Redirect: fetch.Manual, Credentials: fetch.Include,
				Want: Want{Opaque: Yes, Redirected: true}}},
			When:  withCredentials,
			Needs: []string{"redirects.hop", "credentials.include"},
		},
		{
			ID:       "redirects.hop.refused",
			Title:    "A redirect must not be shown to a page of an unrelated origin",
			Spec:     "concept-http-fetch",
			Level:    Required,
			Covers:   []string{"RD-15"},
			Origin:   UnrelatedOrigin,
			Resource: RedirectingResource,
			Each:     RedirectingResource,
			APIs:     []fetch.API{fetch.Fetch},
			Steps:    []Step{{Method: "GET", Redirect: fetch.Manual, Want: Want{Opaque: No}}},
			Needs:    []string{"origins.refused"},
		},
		redirected("redirects.get", "A page of an allowed origin can follow a redirect of GET and read the response",
			[]string{"RD-02", "RD-07", "RD-08"}, RedirectingResource, Step{Method: "GET"}, nil, "redirects.hop"),
		redirected("redirects.head", "A page of an allowed origin can follow a redirect of HEAD and read the response",
			[]string{"RD-02"}, RedirectingResource, Step{Method: "HEAD"}, implements("HEAD"), "redirects.get", "simple.head"),
		redirected("redirects.credentials", "A page of an allowed origin can follow a redirect with credentials and read the response",
			[]string{"CR-07"}, RedirectingResource, Step{Method: "GET", Credentials: fetch.Include}, withCredentials,
			"redirects.get", "redirects.hop.credentials"),
		{
			ID:       "redirects.exposed",
			Title:    "An exposed header can be read on the response to which a redirect led",
			Spec:     "cors-safelisted-response-header-name",
			Level:    Required,
			Covers:   []string{"EX-08"},
			Resource: RedirectingResource,
			Steps:    []Step{{Method: "GET", Want: Want{Readable: ExposedHeader, Redirected: true}}},
			Needs:    []string{"redirects.get", "exposed.listed"},
		},
		{
			ID:       "redirects.refused",
			Title:    "A page of an unrelated origin cannot read the response to which a redirect leads",
			Spec:     "concept-http-redirect-fetch",
			Level:    Required,
			Covers:   []string{"RD-14", "RD-18"},
			Origin:   UnrelatedOrigin,
			Resource: RedirectingResource,
			Each:     RedirectingResource,
			Steps:    []Step{{Method: "GET", Want: Want{Shared: No}}},
			Needs:    []string{"origins.refused"},
		},
		{
			ID:       "redirects.preflight",
			Title:    "A CORS-preflight request for a redirecting resource must be answered, not redirected",
			Spec:     "cors-preflight-fetch",
			Level:    Required,
			Covers:   []string{"RD-09"},
			Resource: RedirectingResource,
			Each:     RedirectingResource,
			Steps: []Step{{Method: PreflightMethod, Headers: fetch.HeaderList{{Name: PreflightHeader}},
				Want: Want{Preflight: Yes, Accepted: true}}},
			Needs: []string{"preflight.answered"},
		},
		redirected("redirects.preflighted.header", "A request with a listed header must be let through again where a redirect leads",
			[]string{"RD-10"}, RedirectingResource, Step{Method: "GET", Headers: fetch.HeaderList{{Name: ListedHeader}}}, nil,
			"redirects.get", "redirects.preflight", "headers.listed.shared"),
		redirected("redirects.preflighted.method", "A listed method must be let through again where a redirect leads that keeps it",
			[]string{"RD-10"}, KeepingResource, Step{Method: ListedMethod}, nil,
			"redirects.get", "redirects.preflight", "methods.listed.shared"),
		redirected("redirects.preflighted.see-other", "A listed method must be followed by GET where the server says 303",
			[]string{"RD-12"}, SeeOtherResource, Step{Method: ListedMethod}, nil,
			"redirects.get", "redirects.preflight", "methods.listed.shared"),
		redirected("redirects.post.moved", "A page of an allowed origin can read the response after a POST that is redirected by 301 or 302",
			[]string{"RD-12"}, MovedResource, Step{Method: "POST", Body: "corsproof"}, implements("POST"), "redirects.get", "simple.post.text"),
		redirected("redirects.post.see-other", "A page of an allowed origin can read the response after a POST that is redirected by 303",
			[]string{"RD-12"}, SeeOtherResource, Step{Method: "POST", Body: "corsproof"}, implements("POST"), "redirects.get", "simple.post.text"),
		redirected("redirects.post.kept", "A page of an allowed origin can read the response to a POST that is redirected by 307 or 308",
			[]string{"RD-12"}, KeepingResource, Step{Method: "POST", Body: "corsproof"}, implements("POST"), "redirects.get", "simple.post.text"),
		redirected("redirects.json.see-other", "A page of an allowed origin can read the response after a POST of JSON that is redirected by 303",
			[]string{"RD-12"}, SeeOtherResource, postJSON, all(implements("POST"), allowsHeader("Content-Type")),
			"redirects.post.see-other", "redirects.preflight", "headers.json"),
		redirected("redirects.json.kept", "A POST of JSON must be let through again where a redirect leads that keeps it",
			[]string{"RD-10", "RD-12"}, KeepingResource, postJSON, all(implements("POST"), allowsHeader("Content-Type")),
			"redirects.post.kept", "redirects.preflighted.header", "headers.json"),
		{
			ID:       "redirects.upload-listener",
			Title:    "A POST whose upload a script watches must be let through again where a redirect leads that keeps it",
			Spec:     "use-cors-preflight-flag",
			Level:    Required,
			Covers:   []string{"PR-11", "RD-10"},
			Resource: KeepingResource,
			APIs:     []fetch.API{fetch.XHR},
			Steps: []Step{{Method: "POST", Body: "corsproof", UploadListener: true,
				Want: Want{Preflight: Yes, Shared: Yes, Redirected: true}}},
			When:  implements("POST"),
			Needs: []string{"redirects.post.kept", "redirects.preflighted.method", "preflight.upload-listener"},
		},
		{
			ID:     "redirects.undeclared",
			Title:  "A resource that declares no redirect should answer without one",
			Spec:   "concept-request-redirect-mode",
			Level:  Recommended,
			Covers: []string{"RD-16"},
			APIs:   []fetch.API{fetch.Fetch},
			// Past the cache: of a stored redirect, a browser that must not follow it shows nothing.
			Steps: []Step{{Method: "GET", Redirect: fetch.Error, Cache: fetch.NoStore, Want: Want{Shared: Yes}}},
			Needs: []string{"simple.get"},
		},
		redirected("redirects.elsewhere", "A page of an allowed origin can follow a redirect to another origin, which is asked with Origin: null",
			[]string{"RD-03", "RD-06"}, ElsewhereResource, Step{Method: "GET", Credentials: fetch.Omit}, nil, "simple.get"),
		redirected("redirects.elsewhere.preflighted", "A request with a listed header must be let through by the other origin to which a redirect leads",
			[]string{"RD-11"}, ElsewhereResource, Step{Method: "GET", Headers: fetch.HeaderList{{Name: ListedHeader}}, Credentials: fetch.Omit}, nil,
			"redirects.elsewhere", "headers.listed.shared"),
		{
			ID:       "redirects.elsewhere.refused",
			Title:    "A page of an unrelated origin cannot follow a redirect to another origin",
			Spec:     "concept-http-redirect-fetch",
			Level:    Required,
			Covers:   []string{"RD-06"},
			Origin:   UnrelatedOrigin,
			Resource: ElsewhereResource,
			Each:     ElsewhereResource,
			Steps:    []Step{{Method: "GET", Want: Want{Shared: No}}},
			Needs:    []string{"origins.refused"},
		},
	},
}

var postJSON = Step{
	Method:  "POST",
	Headers: fetch.HeaderList{{Name: "Content-Type", Value: "application/json"}},
	Body:    `{"from": "corsproof"}`,
}

// redirected is the scenario of a request that an allowed origin makes of a resource,
// and that comes to an end elsewhere.
func redirected(id, title string, covers []string, resource Role, step Step, when func(Claim) bool, needs ...string) Scenario {
	step.Want = Want{Shared: Yes, Redirected: true}
	s := Scenario{
		ID:       id,
		Title:    title,
		Spec:     "concept-http-redirect-fetch",
		Level:    Required,
		Covers:   covers,
		Resource: resource,
		Steps:    []Step{step},
		When:     when,
		Needs:    needs,
	}
	if step.Method == "GET" && step.Headers == nil {
		s.Each = resource
	}
	if step.Credentials == fetch.Omit {
		s.APIs = []fetch.API{fetch.Fetch} // XMLHttpRequest has no such mode
	}
	return s
}

// redirecting returns the paths of the resources that play a role of redirects.
func (c Claim) redirecting(role Role) []string {
	statuses := map[Role][]int{MovedResource: {301, 302}, SeeOtherResource: {303}, KeepingResource: {307, 308}}[role]
	var paths []string
	for _, r := range c.Resources {
		elsewhere := c.Target.leaves(r)
		if r.RedirectsTo == "" || elsewhere != (role == ElsewhereResource) || !c.keepsAt(r.RedirectsTo) {
			continue
		}
		if statuses == nil || slices.Contains(statuses, r.Status) {
			paths = append(paths, r.Path)
		}
	}
	return paths
}

// keepsAt reports whether the claim's policy holds at a path too: no other is declared
// there.
func (c Claim) keepsAt(path string) bool {
	at := func(r Resource) bool { return r.Path == path }
	return !slices.ContainsFunc(c.Target.Resources, at) || slices.ContainsFunc(c.Resources, at)
}

// leaves reports whether a resource declares a redirect to another origin.
func (t Target) leaves(r Resource) bool {
	there := originOf(r.RedirectsTo)
	return there != "" && there != originOf(t.URL)
}

// Elsewhere returns the origins, other than the target's own, to which its resources
// declare redirects, each once. A user agent must be able to reach them.
func (t Target) Elsewhere() []string {
	var origins []string
	for _, r := range t.Resources {
		if there := originOf(r.RedirectsTo); t.leaves(r) && !slices.Contains(origins, there) {
			origins = append(origins, there)
		}
	}
	return origins
}

// originOf returns the scheme, host and port of an absolute URL, the port always
// given, or nothing for a path.
func originOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || u.Scheme == "" {
		return ""
	}
	return u.Scheme + "://" + address(rawURL)
}
