package reference

import (
	"maps"
	"net/http"
	"slices"

	"github.com/corsproof/corsproof/reference/policy"
)

// Policy says which cross-origin requests a handler allows.
type Policy = policy.Policy

// A Config is all that there is to say to [New]: a policy, and how to keep it. Most
// servers need a policy alone.
type Config struct {
	// Policy is that of all resources but those that have one of their own.
	Policy Policy

	// Resources are the policies of resources that have one of their own, by patterns
	// of [http.ServeMux]: "/v1/public/" or "PUT /v1/items/{id}". Such a policy replaces
	// the other and is never merged with it, so that what it does not say is not
	// allowed; the zero Policy allows nothing. Which one applies to a CORS-preflight
	// request is decided by its URL and by the method that it asks for.
	Resources map[string]Policy

	// AllowOrigin, if not nil, decides about the origins that Policy does not list. It
	// is asked for no other values of Origin than well-formed ones, and not for "null".
	// What it decides may depend on further request headers: it returns their names,
	// which HTTP caches must know, whatever it decides.
	AllowOrigin func(r *http.Request, origin string) (allow bool, vary []string)

	// AllowPrivateNetwork says that public pages of allowed origins may reach this
	// server on a private network, where a user agent asks.
	//
	// https://wicg.github.io/private-network-access/
	AllowPrivateNetwork bool

	// PreflightStatus is the status of the response to a CORS-preflight request: an ok
	// status (200 to 299). 0 is 204.
	PreflightStatus int

	// RefusalStatus is the status of the response to a CORS-preflight request that the
	// policy refuses: an ok status or a client error, such as 403. It then has no
	// header of the protocol, and so tells nothing of the policy. 0 answers as if the
	// request were allowed, with what the policy does allow: the user agent compares,
	// and its message names the very method or header that it missed.
	RefusalStatus int

	// PassPreflights has the wrapped handler answer CORS-preflight requests too. The
	// headers of the protocol are set when it runs.
	PassPreflights bool

	// Debug has every refusal say as much as user agents can show in their console:
	// RefusalStatus is not used, and who is refused for the origin learns the first
	// one that is allowed.
	Debug bool

	// Shadow has nothing but Observe see the decisions: the wrapped handler gets every
	// request and makes all responses. So a policy can be tried before it counts.
	Shadow bool

	// Observe, if not nil, is told each decision about a CORS request, before the
	// response begins. It may be called by several goroutines at once.
	Observe func(*http.Request, Decision)

	// DangerouslyAllowAnyOrigin accepts the origin "*" together with credentials or the
	// private network: any site may then read what its visitors' cookies unlock, or
	// what only they can reach.
	DangerouslyAllowAnyOrigin bool

	// DangerouslyAllowInsecureOrigins accepts origins of http together with the same,
	// other than those of the user agent's own machine: whoever sits on the way may
	// then change the pages that are trusted.
	DangerouslyAllowInsecureOrigins bool

	// DangerouslyAllowPublicSuffixes accepts patterns such as "https://*.github.io"
	// together with the same: anyone may then register a site that is trusted.
	DangerouslyAllowPublicSuffixes bool

	// DangerouslyAllowOpaqueOrigin accepts the origin "null", which every site can take
	// on. With credentials or the private network it is never accepted.
	DangerouslyAllowOpaqueOrigin bool
}

// clone returns a copy that shares nothing that can change.
func (c Config) clone() Config {
	c.Policy = clonePolicy(c.Policy)
	c.Resources = maps.Clone(c.Resources)
	for pattern, p := range c.Resources {
		c.Resources[pattern] = clonePolicy(p)
	}
	return c
}

func clonePolicy(p Policy) Policy {
	p.AllowOrigins = slices.Clone(p.AllowOrigins)
	p.AllowMethods = slices.Clone(p.AllowMethods)
	p.AllowHeaders = slices.Clone(p.AllowHeaders)
	p.ExposeHeaders = slices.Clone(p.ExposeHeaders)
	if p.MaxAge != nil {
		p.MaxAge = new(*p.MaxAge)
	}
	return p
}
