package suite

import "github.com/corsproof/corsproof/suite/fetch"

// A 304 confirms a response that a cache has, and its headers replace the stored ones.
// So it owes the same CORS headers as the response itself: those for the origin that
// asks now, which may be another than the one that the response was stored for.
var revalidation = Chapter{
	Name:  "revalidation",
	Title: "Revalidation, and answers 304",
	Scenarios: []Scenario{
		revalidated("revalidation.get", "A stored response can still be read once the server has confirmed it",
			[]string{"EX-10", "VA-04"}, Step{}, Want{Shared: Yes, NotModified: true}, nil),
		revalidated("revalidation.exposed", "An exposed header can still be read once the server has confirmed the response",
			[]string{"EX-10"}, Step{}, Want{Readable: ExposedHeader, NotModified: true}, nil, "revalidation.get", "exposed.listed", "resources.exposed"),
		revalidated("revalidation.credentials", "A stored response can still be read with credentials once the server has confirmed it",
			[]string{"EX-10", "VA-04"}, Step{Credentials: fetch.Include}, Want{Shared: Yes, NotModified: true},
			withCredentials, "revalidation.get", "credentials.include", "resources.credentials"),
		{
			ID:       "revalidation.no-cors",
			Title:    "A response that was loaded without CORS can be read by fetch() once the server has confirmed it",
			Spec:     "http-network-or-cache-fetch",
			Level:    Required,
			Covers:   []string{"EX-10", "VA-02", "VA-04"},
			Resource: CacheableAsset,
			Each:     CacheableAsset,
			APIs:     []fetch.API{fetch.Fetch},
			Apart:    HTTPCacheApart,
			Steps: []Step{
				{Method: "GET", Mode: fetch.NoCORS, Want: Want{Made: true}},
				{Method: "GET", Cache: fetch.NoCache, Want: Want{Shared: Yes, NotModified: true}},
			},
			Needs: append([]string{"revalidation.get"}, cacheableNeeds...),
		},
		{
			ID:       "revalidation.same-site",
			Title:    "A response that was stored for one allowed origin can be read by another of the same site once the server has confirmed it",
			Spec:     "http-network-or-cache-fetch",
			Level:    Required,
			Covers:   []string{"EX-10", "VA-04"},
			Origin:   SiteOrigin,
			Resource: CacheableResource,
			APIs:     []fetch.API{fetch.Fetch},
			Apart:    HTTPCacheApart,
			Steps: []Step{
				{Method: "GET", Want: Want{Shared: Yes}},
				{Method: "GET", Origin: SameSiteOrigin, Cache: fetch.NoCache, Want: Want{Shared: Yes, NotModified: true}},
			},
			Needs: append([]string{"revalidation.get", "revalidation.no-cors", "origins.allowed"}, cacheableNeeds...),
		},
		{
			ID:       "revalidation.refused",
			Title:    "A page of a refused origin cannot read a stored response that the server confirms",
			Spec:     "http-network-or-cache-fetch",
			Level:    Required,
			Covers:   []string{"EX-10", "VA-04"},
			Origin:   BesideRefused,
			Resource: CacheableResource,
			Each:     CacheableResource,
			APIs:     []fetch.API{fetch.Fetch},
			Apart:    HTTPCacheApart,
			Steps: []Step{
				{Method: "GET", Want: Want{Shared: Yes}},
				{Method: "GET", Origin: SameSiteRefused, Cache: fetch.NoCache, Want: Want{Shared: No}},
			},
			Needs: refusedNeeds,
		},
		{
			ID:       "revalidation.script",
			Title:    "A script that asks with If-None-Match of its own can read the answer 304",
			Spec:     "http-network-or-cache-fetch",
			Level:    Required,
			Covers:   []string{"EX-11"},
			Resource: CacheableResource,
			Steps: []Step{
				{Method: "GET", Want: Want{Shared: Yes}},
				{Method: "GET", Headers: fetch.HeaderList{{Name: "If-None-Match", Value: EntityTag}},
					Want: Want{Shared: Yes, NotModified: true}},
			},
			When:  allowsHeader("If-None-Match"),
			Needs: append([]string{"headers.listed"}, cacheableNeeds...),
		},
	},
}

// revalidated is the scenario of a response that an allowed origin gets twice, the
// second time from its cache, after the server was asked.
func revalidated(id, title string, covers []string, get Step, want Want, when func(Claim) bool, needs ...string) Scenario {
	get.Method = "GET"
	again := get
	get.Want = Want{Shared: Yes}
	again.Cache, again.Want = fetch.NoCache, want
	return Scenario{
		ID:       id,
		Title:    title,
		Spec:     "http-network-or-cache-fetch",
		Level:    Required,
		Covers:   covers,
		Resource: CacheableResource,
		Each:     CacheableResource,
		APIs:     []fetch.API{fetch.Fetch},
		Apart:    HTTPCacheApart,
		Steps:    []Step{get, again},
		When:     when,
		Needs:    append(needs, cacheableNeeds...),
	}
}
