package suite

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A Role stands in a scenario for a value that is bound to the target's policy. A
// role carries its expectation by construction: what is bound to a refused role is
// something that the policy does not allow.
type Role string

// Roles of the page's origin.
const (
	AllowedOrigin    = "‹allowed origin›"
	OtherAllowed     = "‹other allowed origin›"
	SiteOrigin       = "‹allowed origin of a site›"
	SameSiteOrigin   = "‹allowed origin of the same site›"
	BesideRefused    = "‹allowed origin beside a refused one›"
	SameSiteRefused  = "‹refused origin of the same site›"
	UnrelatedOrigin  = "‹unrelated origin›"
	OpaqueOrigin     = "‹opaque origin›"
	OtherPort        = "‹other port›"
	OtherScheme      = "‹other scheme›"
	PrefixedOrigin   = "‹prefixed origin›"
	SuffixedOrigin   = "‹suffixed origin›"
	UndottedOrigin   = "‹undotted origin›"
	SubdomainOrigin  = "‹sub-domain origin›"
	ApexOrigin       = "‹apex origin›"
	PatternLookAlike = "‹pattern look-alike›"
	LookAlike        = "‹look-alike›" // one of each kind; see lookAlikes for further roles

	AnyOrigin       = "‹any origin›"        // where all are allowed: of unusual forms
	AnyOpaqueOrigin = "‹any opaque origin›" // the opaque one, where all are allowed
	TargetOrigin    = "‹target origin›"     // for what is no cross-origin request
)

// Roles of an Origin header that no page sends here.
const (
	AppOrigin      = "‹app origin›"
	UserinfoOrigin = "‹userinfo origin›"
	OriginList     = "‹origin list›" // an allowed one and an unrelated one
)

// Roles of a method.
const (
	ListedMethod      = "‹listed method›"       // listed, implemented, not CORS-safelisted
	OtherListedMethod = "‹other listed method›" // the same, but the second
	SafelistedMethod  = "‹safelisted method›"   // listed, implemented, CORS-safelisted
	UnlistedMethod    = "‹unlisted method›"
	PreflightMethod   = "‹preflight method›" // with PreflightHeader, the cheapest request that needs a preflight
)

// Roles of a request header. Their values are legal for the header.
const (
	ListedHeader     = "‹listed header›"
	AllListedHeaders = "‹all listed headers›"
	UnlistedHeader   = "‹unlisted header›"
	PreflightHeader  = "‹preflight header›" // none, where PreflightMethod alone suffices
)

// Roles of a response header.
const (
	ExposedHeader   = "‹exposed header›"
	UnexposedHeader = "‹unexposed header›" // found on the wire
)

// Roles of a resource.
const (
	PlainResource        = "‹plain resource›" // the first that declares neither status, redirect nor kind
	OtherResource        = "‹other resource›" // any further one
	ErrorResource        = "‹error resource›" // any that declares a 4xx or 5xx status
	NotFoundResource     = "‹resource not found›"
	UnauthorizedResource = "‹resource unauthorized›"
	ClientErrorResource  = "‹resource with client error›"
	ServerErrorResource  = "‹resource with server error›"
	RedirectingResource  = "‹redirecting resource›"    // any that declares a redirect within the target
	MovedResource        = "‹moved resource›"          // one that redirects by 301 or 302
	SeeOtherResource     = "‹see-other resource›"      // one that redirects by 303
	KeepingResource      = "‹method-keeping redirect›" // one that redirects by 307 or 308
	ElsewhereResource    = "‹resource elsewhere›"      // any that declares a redirect to another origin
	WriteOnlyResource    = "‹write-only resource›"     // any that declares methods, and GET is none of them
	ImageResource        = "‹image resource›"          // by kind, as are those that follow
	ScriptResource       = "‹script resource›"
	StyleResource        = "‹style resource›"
	FontResource         = "‹font resource›"
	EventsResource       = "‹events resource›"
	CacheableResource    = "‹cacheable resource›"
	CacheableAsset       = "‹cacheable asset›" // an image, a script or a style sheet, which pages load without CORS
)

// EntityTag is the value of the ETag that the step before has shown.
const EntityTag = "‹entity tag›"

// isRole reports whether the value is a role, and not itself a value.
func (r Role) isRole() bool { return strings.HasPrefix(string(r), "‹") }

// slug is the role's name in keys and bindings.
func (r Role) slug() string {
	return strings.ReplaceAll(strings.Trim(string(r), "‹›"), " ", "-")
}

// A Claim is a policy and the resources of the target that promise it.
type Claim struct {
	Target    Target
	Policy    policy.Policy
	Resources []Resource

	number int // of the claims of one target, in order
}

// claims groups the target's resources by the policy that each keeps, in order.
func claims(t Target) []Claim {
	if len(t.Resources) == 0 {
		t.Resources = []Resource{{Path: "/"}}
	}
	own := func(r Resource) policy.Policy {
		if r.Policy != nil {
			return *r.Policy
		}
		return t.Policy
	}
	var all []Claim
	for _, r := range t.Resources {
		i := slices.IndexFunc(all, func(c Claim) bool { return samePolicy(c.Policy, own(r)) })
		if i < 0 {
			all = append(all, Claim{Target: t, Policy: own(r), number: len(all)})
			i = len(all) - 1
		}
		all[i].Resources = append(all[i].Resources, r)
	}
	return all
}

func samePolicy(a, b policy.Policy) bool {
	sameAge := a.MaxAge == b.MaxAge || a.MaxAge != nil && b.MaxAge != nil && *a.MaxAge == *b.MaxAge
	return sameAge && a.AllowCredentials == b.AllowCredentials &&
		slices.Equal(a.AllowOrigins, b.AllowOrigins) && slices.Equal(a.AllowMethods, b.AllowMethods) &&
		slices.Equal(a.AllowHeaders, b.AllowHeaders) && slices.Equal(a.ExposeHeaders, b.ExposeHeaders)
}

// A gap says why a role cannot be bound.
type gap struct {
	verdict Verdict
	reason  string
}

func unclaimed(reason string) *gap { return &gap{Unclaimed, reason} }
func noResource() *gap             { return &gap{Unjudged, NoResource} }
func noOrigin(reason string) *gap  { return &gap{Unjudged, reason} }

// values returns the values that a role can be bound to, or why there is none.
func (c Claim) values(role Role) ([]string, *gap) {
	switch role {
	case TargetOrigin:
		return []string{c.Target.URL}, nil
	case ListedMethod:
		return orGap(c.preflightedMethods(), unclaimed("the policy lists no method that needs a preflight"))
	case OtherListedMethod:
		m := c.preflightedMethods()
		return orGap(m[min(1, len(m)):], unclaimed("the policy lists no second method that needs a preflight"))
	case SafelistedMethod:
		return orGap(c.safelistedMethods(), unclaimed("the policy lists no CORS-safelisted method"))
	case UnlistedMethod:
		return orGap(c.unlistedMethods(), unclaimed("the policy allows every method"))
	case PreflightMethod, PreflightHeader:
		method, header, g := c.cheapestPreflight()
		if role == PreflightMethod {
			return []string{method}, g
		}
		return []string{header}, g
	case ListedHeader:
		return orGap(c.listedHeaders(), unclaimed("the policy lists no header that a script can set"))
	case AllListedHeaders:
		names := c.listedHeaders()
		if len(names) < 2 {
			return nil, unclaimed("the policy lists no two headers that a script can set")
		}
		return []string{strings.Join(names, ",")}, nil
	case UnlistedHeader:
		if slices.Contains(c.Policy.AllowHeaders, "*") {
			return nil, unclaimed("the policy allows every header")
		}
		return []string{"X-Corsproof-Unlisted"}, nil
	case ExposedHeader:
		return orGap(c.Policy.ExposeHeaders, unclaimed("the policy exposes no header"))
	case UnexposedHeader:
		if slices.Contains(c.Policy.ExposeHeaders, "*") {
			return nil, unclaimed("the policy exposes every header")
		}
		return []string{""}, nil // the judge takes it from the wire
	case PlainResource, OtherResource, ErrorResource, NotFoundResource, UnauthorizedResource, ClientErrorResource, ServerErrorResource, WriteOnlyResource,
		ImageResource, ScriptResource, StyleResource, FontResource, EventsResource:
		return orGap(c.paths(role), noResource())
	case CacheableResource, CacheableAsset:
		return orGap(c.cacheable(role), noResource())
	case EntityTag:
		return []string{""}, nil // it is found on the wire
	case OtherAllowed, SiteOrigin, SameSiteOrigin, BesideRefused, SameSiteRefused:
		return c.pairedOrigin(role)
	case RedirectingResource, MovedResource, SeeOtherResource, KeepingResource, ElsewhereResource:
		return orGap(c.redirecting(role), noResource())
	}
	return c.originValues(role)
}

func orGap(values []string, g *gap) ([]string, *gap) {
	if len(values) == 0 {
		return nil, g
	}
	return values, nil
}

// paths returns the paths of the resources that play the role.
func (c Claim) paths(role Role) []string {
	var paths []string
	plain := 0
	for _, r := range c.Resources {
		answers := (r.Status == 0 || r.Status/100 == 2) && r.RedirectsTo == ""
		isPlain := answers && r.Kind == ""
		if isPlain {
			plain++
		}
		var plays bool
		switch role {
		case PlainResource:
			plays = isPlain && plain == 1
		case OtherResource:
			plays = isPlain && plain > 1
		case ErrorResource:
			plays = r.Status >= 400
		case NotFoundResource:
			plays = r.Status == 404 || r.Status == 410
		case UnauthorizedResource:
			plays = r.Status == 401 || r.Status == 403
		case ClientErrorResource:
			plays = r.Status/100 == 4 && !slices.Contains([]int{401, 403, 404, 410}, r.Status)
		case ServerErrorResource:
			plays = r.Status/100 == 5
		case WriteOnlyResource:
			plays = isPlain && len(r.Methods) > 0 && !slices.Contains(r.Methods, "GET")
		case ImageResource, ScriptResource, StyleResource, FontResource, EventsResource:
			plays = answers && role == Role("‹"+r.Kind+" resource›")
		}
		if plays {
			paths = append(paths, r.Path)
		}
	}
	return paths
}

// resourceAt returns the resource with that path.
func (c Claim) resourceAt(path string) Resource {
	for _, r := range c.Resources {
		if r.Path == path {
			return r
		}
	}
	return Resource{Path: path}
}

// lists reports whether the policy lists a method, or "*", by exact case.
func (c Claim) lists(method string) bool { return slices.Contains(c.Policy.AllowMethods, method) }

// listsHeader reports whether the policy lists a header, in any case.
func (c Claim) listsHeader(name string) bool {
	return slices.ContainsFunc(c.Policy.AllowHeaders, func(h string) bool { return strings.EqualFold(h, name) })
}

// implemented reports whether the claim's plain resource implements a method that
// the policy lets scripts use.
func (c Claim) implemented(method string) bool {
	return c.implementsAt(c.resourceAt(firstOf(c.paths(PlainResource))), method)
}

// implementsAt reports the same of any resource.
func (c Claim) implementsAt(r Resource, method string) bool {
	if len(r.Methods) > 0 {
		return slices.Contains(r.Methods, method)
	}
	return len(c.Policy.AllowMethods) == 0 && method == "GET" || c.lists(method) || c.lists("*")
}

// preflightedMethods are the methods that a script can use after a preflight alone.
func (c Claim) preflightedMethods() []string {
	listed := c.Policy.AllowMethods
	if c.lists("*") {
		listed = []string{"PUT", "PATCH", "DELETE"}
	}
	var m []string
	for _, method := range listed {
		if !fetch.IsSafelistedMethod(method) && !fetch.IsForbiddenMethod(method) && method != "*" && c.implemented(method) {
			m = append(m, method)
		}
	}
	return m
}

func (c Claim) safelistedMethods() []string {
	var m []string
	for _, method := range []string{"GET", "HEAD", "POST"} {
		if c.implemented(method) {
			m = append(m, method)
		}
	}
	return m
}

// unlistedMethods are a method that the target may well know and one that nobody
// does.
func (c Claim) unlistedMethods() []string {
	if c.lists("*") {
		return nil
	}
	for _, known := range []string{"PATCH", "DELETE", "PUT"} {
		if !c.lists(known) {
			return []string{known, "CORSPROOF"}
		}
	}
	return []string{"CORSPROOF"}
}

// listedHeaders are the headers that the policy lists and a script can set.
func (c Claim) listedHeaders() []string {
	var names []string
	for _, name := range c.Policy.AllowHeaders {
		switch {
		case name == "*":
			names = append(names, "X-Corsproof-Any")
		case !fetch.IsForbiddenRequestHeader(name, ""):
			names = append(names, name)
		}
	}
	// Conditions last, since most scenarios take the first name: Chromium has requests
	// of one URL wait for each other where scripts set them.
	isCondition := func(name string) bool { return strings.HasPrefix(strings.ToLower(name), "if-") }
	conditions := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !isCondition(name) })
	return append(slices.DeleteFunc(names, isCondition), conditions...)
}

// cheapestPreflight is the request that needs a preflight and can do the least.
func (c Claim) cheapestPreflight() (method, header string, g *gap) {
	headers, methods, simple := c.listedHeaders(), c.preflightedMethods(), c.safelistedMethods()
	switch {
	case len(headers) > 0 && len(simple) > 0:
		return simple[0], headers[0], nil
	case len(methods) > 0:
		return methods[0], "", nil
	}
	return "", "", unclaimed("the policy allows nothing that needs a preflight")
}

func firstOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// legalValue returns a value for a request header that makes it one that is not
// CORS-safelisted, so that it is preflighted, and that its syntax allows.
func legalValue(name string) string {
	switch strings.ToLower(name) {
	case "content-type":
		return "application/json"
	case "authorization":
		return "Bearer corsproof"
	case "accept":
		return `application/json;profile="corsproof"`
	case "accept-language", "content-language":
		return "en_corsproof"
	case "range":
		return "bytes=-1"
	case "if-none-match", "if-match":
		return `"corsproof"`
	case "if-modified-since", "if-unmodified-since":
		return "Thu, 01 Jan 1970 00:00:00 GMT"
	case "x-requested-with":
		return "XMLHttpRequest"
	case "cache-control", "pragma":
		return "no-cache"
	}
	return "corsproof"
}

// unsendable returns what the target's owner declares that scripts send, and the
// policy lets none send: names of headers, and "cookies".
func (c Claim) unsendable() []string {
	var names []string
	for _, h := range c.Target.Request.Headers {
		covered := c.listsHeader("*") && !fetch.IsNonWildcardRequestHeaderName(h.Name)
		if !c.listsHeader(h.Name) && !covered && !fetch.IsSafelistedRequestHeader(h.Name, h.Value) {
			names = append(names, h.Name)
		}
	}
	if len(c.Target.Request.Cookies) > 0 && !c.Policy.AllowCredentials {
		names = append(names, "cookies")
	}
	return names
}

// Conditions of Scenario.When.

func implements(method string) func(Claim) bool {
	return func(c Claim) bool { return c.implemented(method) }
}

func allowsHeader(name string) func(Claim) bool {
	return func(c Claim) bool { return c.listsHeader(name) }
}

// refusesHeader leaves "*" out: for Authorization the browsers and the Standard
// disagree about it.
func refusesHeader(name string) func(Claim) bool {
	return func(c Claim) bool { return !c.listsHeader(name) && !c.listsHeader("*") }
}

// exposesHeader reports whether the policy exposes a header, in any case, or all.
func exposesHeader(name string) func(Claim) bool {
	return func(c Claim) bool {
		return slices.ContainsFunc(c.Policy.ExposeHeaders, func(h string) bool { return h == "*" || strings.EqualFold(h, name) })
	}
}

// listsAny reports whether a list of the policy is "*".
func listsAny(of func(policy.Policy) []string) func(Claim) bool {
	return func(c Claim) bool { return slices.Contains(of(c.Policy), "*") }
}

func withCredentials(c Claim) bool    { return c.Policy.AllowCredentials }
func withoutCredentials(c Claim) bool { return !c.Policy.AllowCredentials }

// remembers reports whether a CORS-preflight cache entry lives long enough to be
// hit for sure.
func remembers(c Claim) bool { return c.Policy.MaxAge != nil && *c.Policy.MaxAge >= 2 }

func all(conditions ...func(Claim) bool) func(Claim) bool {
	return func(c Claim) bool {
		for _, holds := range conditions {
			if !holds(c) {
				return false
			}
		}
		return true
	}
}
