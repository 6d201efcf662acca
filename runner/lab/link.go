package lab

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A Case is a request of a page, and the policy that a server should keep: what a result
// of a report is about.
type Case struct {
	Policy  policy.Policy
	Origin  string // the page's, or "null"
	Request fetch.Request
	Status  int // of the actual response; 0 is 200
}

// Link returns the address of the same case in the playground of a lab on its default
// port. The lab has origins and paths of its own: an allowed origin becomes that of the
// lab's app, a refused one that of a stranger, and a path one that answers with the
// status. Of values that a script sends, only those are in it that CORS goes by, so that
// nothing secret is.
func (c Case) Link() string {
	n := names{port: DefaultPort, otherPort: DefaultPort + 1}
	from, path := c.from(), c.path()
	allowed := c.Policy.AllowOrigins
	switch {
	case slices.Contains(allowed, "*"):
	case len(allowed) > 0:
		kept := []string{n.at("app.lab.localhost")}
		if slices.Contains(allowed, "null") {
			kept = append(kept, "null")
		}
		allowed = kept
	}
	maxAge := ""
	if c.Policy.MaxAge != nil {
		maxAge = strconv.Itoa(*c.Policy.MaxAge)
	}
	via := string(c.Request.Consumer)
	if via == "" {
		via = string(c.Request.API)
	}
	if c.Request.CrossOrigin != "" {
		via += " anonymous"
	}
	credentials := c.Request.Credentials
	if credentials == "" {
		credentials = fetch.SameOrigin
	}
	redirect := c.Request.Redirect
	if redirect == "" {
		redirect = fetch.Follow
	}
	credentialed := ""
	if c.Policy.AllowCredentials {
		credentialed = "yes"
	}
	query := url.Values{
		"allowOrigins":     {strings.Join(allowed, "\n")},
		"allowMethods":     {strings.Join(c.Policy.AllowMethods, ", ")},
		"allowHeaders":     {strings.Join(c.Policy.AllowHeaders, ", ")},
		"exposeHeaders":    {strings.Join(c.Policy.ExposeHeaders, ", ")},
		"maxAge":           {maxAge},
		"allowCredentials": {credentialed},
		"origin":           {from},
		"via":              {via},
		"method":           {c.Request.Method},
		"path":             {path},
		"headers":          {harmless(c.Request.Headers)},
		"body":             {c.body()},
		"credentials":      {string(credentials)},
		"redirect":         {string(redirect)},
	}
	return n.lab() + "/#/play?" + query.Encode()
}

// from is the name of the lab's origin that stands for the page's.
func (c Case) from() string {
	if c.Origin == "null" {
		return c.Origin
	}
	if c.Policy.Validate() != nil {
		return "evil" // what is not well-formed allows nothing
	}
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}, Header: http.Header{"Origin": {c.Origin}}}
	w := &buffer{header: http.Header{}}
	policies.Keep(c.Policy, http.NotFoundHandler()).ServeHTTP(w, r)
	if w.header.Get("Access-Control-Allow-Origin") == "" {
		return "evil"
	}
	return "app"
}

// path is one of the lab's that answers alike.
func (c Case) path() string {
	element := map[fetch.Consumer]string{
		fetch.Image: "/v1/logo.png", fetch.Script: "/v1/app.js", fetch.Module: "/v1/app.js",
		fetch.Style: "/v1/site.css", fetch.Font: "/v1/text.ttf", fetch.Events: "/v1/events",
	}
	switch {
	case element[c.Request.Consumer] != "":
		return element[c.Request.Consumer]
	case c.Status == http.StatusUnauthorized:
		return "/v1/private"
	case c.Status >= 500:
		return "/v1/broken"
	case c.Status >= 400:
		return "/v1/missing"
	case c.Status >= 300:
		return "/v1/moved"
	}
	return "/v1/items"
}

// body is one in place of the request's own.
func (c Case) body() string {
	if c.Request.Body == "" {
		return ""
	}
	return "{}"
}

// harmless are the headers as the lab's form has them, without values that CORS does not
// look at.
func harmless(headers fetch.HeaderList) string {
	var lines []string
	for _, h := range headers {
		switch strings.ToLower(h.Name) {
		case "accept", "accept-language", "content-language", "content-type", "range":
		default:
			h.Value = "1"
		}
		lines = append(lines, h.Name+": "+h.Value)
	}
	return strings.Join(lines, "\n")
}
