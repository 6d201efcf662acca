package suite

import "github.com/corsproof/corsproof/suite/fetch"

// An HTTP cache knows a response by its URL. Where the response depends on Origin,
// Vary must say so, on every response: to an allowed origin, to a refused one, and to
// a request without Origin, as an image or a link makes it. Else the cache gives one
// page what was meant for another. Browsers keep one such cache for all pages of a
// site; others stand between many users and the server.
var vary = Chapter{
	Name:  "vary",
	Title: "Vary, and what HTTP caches make of it",
	Scenarios: []Scenario{
		{
			ID:       "vary.no-cors",
			Title:    "A response can be read after a page of the same site has loaded it without CORS",
			Spec:     "cors-protocol-and-http-caches",
			Level:    Required,
			Covers:   []string{"VA-02", "VA-03"},
			Resource: CacheableAsset,
			Each:     CacheableAsset,
			APIs:     []fetch.API{fetch.Fetch},
			Apart:    HTTPCacheApart,
			Steps: []Step{
				{Method: "GET", Mode: fetch.NoCORS, Want: Want{Made: true}},
				{Method: "GET", Want: Want{Shared: Yes}},
			},
			Needs: append([]string{"revalidation.no-cors"}, cacheableNeeds...),
		},
		{
			ID:       "vary.same-site",
			Title:    "A response can be read by an allowed origin after another of the same site has read it",
			Spec:     "cors-protocol-and-http-caches",
			Level:    Required,
			Covers:   []string{"VA-01"},
			Origin:   SiteOrigin,
			Resource: CacheableResource,
			Each:     CacheableResource,
			Apart:    HTTPCacheApart,
			Steps: []Step{
				{Method: "GET", Want: Want{Shared: Yes}},
				{Method: "GET", Origin: SameSiteOrigin, Want: Want{Shared: Yes}},
			},
			Needs: append([]string{"revalidation.same-site", "origins.allowed"}, cacheableNeeds...),
		},
		{
			ID:       "vary.same-site.refused",
			Title:    "A page of a refused origin cannot read what an allowed one of the same site has fetched",
			Spec:     "cors-protocol-and-http-caches",
			Level:    Required,
			Covers:   []string{"VA-01"},
			Origin:   BesideRefused,
			Resource: CacheableResource,
			Each:     CacheableResource,
			APIs:     []fetch.API{fetch.Fetch},
			Apart:    HTTPCacheApart,
			Steps: []Step{
				{Method: "GET", Want: Want{Shared: Yes}},
				{Method: "GET", Origin: SameSiteRefused, Want: Want{Shared: No}},
			},
			Needs: append([]string{"revalidation.refused"}, refusedNeeds...),
		},
		{
			ID:       "vary.redirect",
			Title:    "A redirect can be followed after a page of a refused origin of the same site has met it",
			Spec:     "cors-protocol-and-http-caches",
			Level:    Required,
			Covers:   []string{"VA-01", "RD-05"},
			Origin:   BesideRefused,
			Resource: RedirectingResource,
			Each:     RedirectingResource,
			APIs:     []fetch.API{fetch.Fetch},
			Apart:    HTTPCacheApart,
			Steps: []Step{
				{Method: "GET", Origin: SameSiteRefused, Want: Want{Made: true}},
				{Method: "GET", Want: Want{Shared: Yes, Kept: true}},
			},
			Needs: []string{"redirects.get"},
		},
		sharedCache("vary.shared", Recommended, "A shared cache should not answer an allowed origin with what it has for a request without Origin",
			CacheableResource, []string{"VA-03"}, []string{"vary.no-cors"},
			Step{Method: "GET", Want: Want{Made: true}},
			askedFrom(AllowedOrigin, Yes)),
		sharedCache("vary.shared.refused", Recommended, "A shared cache should not answer an allowed origin with what it has for a refused one",
			CacheableResource, []string{"VA-01", "VA-03"}, []string{"vary.no-cors", "vary.shared"},
			askedFrom(UnrelatedOrigin, No),
			askedFrom(AllowedOrigin, Yes)),
		sharedCache("vary.shared.allowed", Recommended, "A shared cache should not answer an allowed origin with what it has for another",
			CacheableResource, []string{"VA-01"}, []string{"vary.no-cors", "vary.same-site", "vary.shared"},
			askedFrom(AllowedOrigin, Yes),
			askedFrom(OtherAllowed, Yes)),
		sharedCache("vary.shared.leak", Recommended, "A shared cache should not answer a refused origin with what it has for an allowed one",
			CacheableResource, []string{"VA-01"}, []string{"vary.same-site.refused", "revalidation.refused"},
			askedFrom(AllowedOrigin, Yes),
			askedFrom(UnrelatedOrigin, No)),
		sharedCache("vary.shared.confirmed", Recommended, "A 304 should not make a shared cache forget that a response depends on Origin",
			CacheableResource, []string{"VA-04"}, []string{"vary.no-cors", "vary.same-site", "vary.shared", "vary.shared.allowed"},
			askedFrom(AllowedOrigin, Yes),
			Step{
				Method:  "GET",
				Headers: fetch.HeaderList{{Name: "Origin", Value: AllowedOrigin}, {Name: "Cache-Control", Value: "no-cache"}},
				Want:    Want{Passes: Yes, NotModified: true},
			},
			askedFrom(OtherAllowed, Yes)),
		sharedCache("vary.undeclared", Informative, "A response that caches may keep, though nobody says so, varies by Origin",
			PlainResource, []string{"VA-03"}, nil,
			Step{Method: "GET", Want: Want{Made: true}},
			askedFrom(AllowedOrigin, Yes)),
	},
}

// cacheableNeeds are what a cacheable resource must do while no cache is asked, be it
// the first of the plain ones or a further one.
var cacheableNeeds = []string{"simple.get", "resources.get"}

// refusedNeeds are the same for what must not be read.
var refusedNeeds = append([]string{"origins.refused", "origins.refused.port", "resources.refused"}, cacheableNeeds...)

// sharedCache is a scenario in which corsproof asks through a shared cache that does
// what the response says. Only what is given out is judged, so that a response which
// says that caches may not keep it is as right as one with Vary.
func sharedCache(id string, level Level, title string, resource Role, covers, needs []string, steps ...Step) Scenario {
	s := Scenario{
		ID:               id,
		Title:            title,
		Spec:             "cors-protocol-and-http-caches",
		Level:            level,
		Covers:           covers,
		Resource:         resource,
		Apart:            HTTPCacheApart,
		AskedByCorsproof: true,
		Steps:            steps,
		Needs:            append(needs, cacheableNeeds...),
	}
	if resource == CacheableResource {
		s.Each = resource
	}
	return s
}

// askedFrom asks with an Origin, and says whether the answer may pass the CORS check.
func askedFrom(origin string, passes Answer) Step {
	return Step{Method: "GET", Headers: fetch.HeaderList{{Name: "Origin", Value: origin}}, Want: Want{Passes: passes}}
}
