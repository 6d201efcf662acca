package suite

import (
	"context"
	"errors"
	"slices"

	"github.com/corsproof/corsproof/suite/fetch"
)

// cacheable returns the paths of the resources that caches may keep.
func (c Claim) cacheable(role Role) []string {
	kinds := []string{"", "image", "script", "style", "font"}
	if role == CacheableAsset {
		// Of anything else browsers drop what comes without CORS before it can be
		// kept: opaque response blocking.
		kinds = []string{"image", "script", "style"}
	}
	var paths []string
	for _, r := range c.Resources {
		if r.Cacheable && r.Status/100 <= 2 && r.RedirectsTo == "" && slices.Contains(kinds, r.Kind) && c.implementsAt(r, "GET") {
			paths = append(paths, r.Path)
		}
	}
	return paths
}

// pairedOrigin returns the origins that play a role beside another origin.
func (c Claim) pairedOrigin(role Role) ([]string, *gap) {
	allowed, g := c.values(AllowedOrigin)
	if g != nil {
		return nil, g
	}
	if slices.Contains(c.Policy.AllowOrigins, "*") {
		allowed = append(slices.Clone(allowed), c.anyScheme()+"://someone.corsproof.test")
	}
	switch role {
	case OtherAllowed:
		return orGap(allowed[1:], unclaimed("the policy allows no second origin"))
	case BesideRefused, SameSiteRefused:
		for _, o := range allowed {
			if refused := resembling(OtherPort, o); refused != "" && !c.allows(refused) && c.obstacle(refused) == "" {
				return one(role == BesideRefused, o, refused), nil
			}
		}
		return nil, unclaimed("the policy refuses no origin of the same site")
	}
	for i, o := range allowed {
		for _, other := range allowed[i+1:] {
			if o != "null" && fetch.SameSite(o, other) {
				return one(role == SiteOrigin, o, other), nil
			}
		}
	}
	return nil, unclaimed("the policy allows no two origins of one site")
}

func one(isFirst bool, first, second string) []string {
	if isFirst {
		return []string{first}
	}
	return []string{second}
}

// emptyCache empties the HTTP cache of a context. Where corsproof asks for itself, it
// returns a shared cache to ask through.
func emptyCache(ctx context.Context, in fetch.Context) (*fetch.HTTPCache, error) {
	if in == nil {
		return &fetch.HTTPCache{Shared: true}, nil
	}
	clearer, ok := in.(fetch.CacheClearer)
	if !ok {
		return nil, errNoClearing
	}
	return nil, clearer.ClearHTTPCache(ctx)
}

var (
	errNoClearing  = errors.New("the user agent has no HTTP cache that can be emptied")
	errNoEntityTag = errors.New("the response has no ETag")
)

// revalidates puts the entity tag that the step before has shown where a step asks for
// it.
func (p *play) revalidates(step int, r *fetch.Request, before []fetch.Observation) error {
	for i, h := range p.scenario.Steps[step].Headers {
		if h.Value != EntityTag {
			continue
		}
		tag := ""
		for _, e := range before[step-1].Exchanges {
			if e.Kind == fetch.Actual && e.Response != nil {
				tag, _ = e.Response.Headers.Get("ETag")
			}
		}
		if tag == "" {
			return errNoEntityTag
		}
		r.Headers = slices.Clone(r.Headers)
		r.Headers[i].Value = tag
	}
	return nil
}
