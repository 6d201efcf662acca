package reference

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A keeper keeps one policy. It does not change.
type keeper struct {
	origins        *origins
	allowOriginToo func(*http.Request, string) (bool, []string) // nil if the list is all
	methods        names
	headers        names
	expose         names
	credentials    bool
	privateNetwork bool
	maxAge         string // empty if the policy makes no promise
	varies         bool   // whether responses depend on Origin
	example        string // an allowed origin or a pattern; empty if there is none to name
}

func newKeeper(p Policy, c Config, allowOriginToo func(*http.Request, string) (bool, []string)) *keeper {
	k := &keeper{
		allowOriginToo: allowOriginToo,
		origins:        newOrigins(p.AllowOrigins),
		methods:        newNames(p.AllowMethods, strings.Clone),
		headers:        newNames(p.AllowHeaders, strings.ToLower),
		expose:         newNames(p.ExposeHeaders, strings.ToLower),
		credentials:    p.AllowCredentials,
		privateNetwork: c.AllowPrivateNetwork,
	}
	k.varies = !k.sharesWithAll() && (!k.origins.empty() || allowOriginToo != nil)
	if p.MaxAge != nil {
		k.maxAge = strconv.Itoa(*p.MaxAge)
	}
	if len(p.AllowOrigins) > 0 && !k.origins.any {
		k.example = p.AllowOrigins[0]
	}
	return k
}

// names is one of the policy's lists of methods or headers.
type names struct {
	any  bool                // the list is "*"
	list string              // as the value of a header
	set  map[string]struct{} // to look one up
}

// newNames makes a list ready. Those to look up are spelled as the function says.
func newNames(values []string, spell func(string) string) names {
	n := names{any: slices.Equal(values, []string{"*"}), list: strings.Join(values, ", "), set: make(map[string]struct{})}
	for _, value := range values {
		n.set[spell(value)] = struct{}{}
	}
	return n
}

// has reports whether the list has a name itself.
func (n *names) has(name string) bool {
	_, ok := n.set[name]
	return ok
}
