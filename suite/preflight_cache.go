package suite

import "github.com/corsproof/corsproof/suite/fetch"

// The browser remembers the answer to a CORS-preflight request for as long as
// Access-Control-Max-Age says, for one URL, one origin, and the methods and headers
// that were allowed.
var preflightCache = Chapter{
	Name:  "cache",
	Title: "CORS-preflight cache",
	Scenarios: []Scenario{
		{
			ID:     "cache.hit",
			Title:  "A second request with a listed header within max age needs no second CORS-preflight request",
			Spec:   "concept-cache-match-header",
			Level:  Required,
			Covers: []string{"CA-06"},
			Apart:  CacheApart,
			Steps: []Step{
				{Method: "GET", Headers: fetch.HeaderList{{Name: ListedHeader}}, Want: Want{Preflight: Yes}},
				{Method: "GET", Headers: fetch.HeaderList{{Name: ListedHeader}}, Want: Want{Preflight: No, Leaves: Yes}},
			},
			When:  remembers,
			Needs: []string{"headers.listed.shared"},
		},
		{
			ID:     "cache.hit.method",
			Title:  "A second request with a listed method within max age needs no second CORS-preflight request",
			Spec:   "concept-cache-match-method",
			Level:  Required,
			Covers: []string{"CA-06"},
			Apart:  CacheApart,
			Steps: []Step{
				{Method: ListedMethod, Want: Want{Preflight: Yes}},
				{Method: ListedMethod, Want: Want{Preflight: No, Leaves: Yes}},
			},
			When:  remembers,
			Needs: []string{"methods.listed.shared", "cache.hit"},
		},
		{
			ID:     "cache.expiry",
			Title:  "A request after max age must be preflighted again",
			Spec:   "concept-cache-max-age",
			Level:  Required,
			Covers: []string{"CA-05"},
			Apart:  CacheApart,
			Steps: []Step{
				{Method: PreflightMethod, Headers: fetch.HeaderList{{Name: PreflightHeader}}, Want: Want{Preflight: Yes}},
				{Method: PreflightMethod, Headers: fetch.HeaderList{{Name: PreflightHeader}}, After: AfterMaxAge, Want: Want{Preflight: Yes}},
			},
			When:  func(c Claim) bool { return c.Policy.MaxAge != nil && *c.Policy.MaxAge > 0 },
			Needs: []string{"preflight.answered"},
		},
		{
			ID:     "cache.zero",
			Title:  "Every request must be preflighted where max age is 0",
			Spec:   "concept-cache-max-age",
			Level:  Required,
			Covers: []string{"CA-03"},
			Apart:  CacheApart,
			Steps: []Step{
				{Method: PreflightMethod, Headers: fetch.HeaderList{{Name: PreflightHeader}}, Want: Want{Preflight: Yes}},
				{Method: PreflightMethod, Headers: fetch.HeaderList{{Name: PreflightHeader}}, Want: Want{Preflight: Yes}},
			},
			When:  func(c Claim) bool { return c.Policy.MaxAge != nil && *c.Policy.MaxAge == 0 },
			Needs: []string{"preflight.answered"},
		},
		{
			ID:     "cache.max-age",
			Title:  "Access-Control-Max-Age should be the policy's number",
			Spec:   "http-access-control-max-age",
			Level:  Recommended,
			Covers: []string{"CA-04"},
			Apart:  CacheApart,
			APIs:   []fetch.API{fetch.Fetch},
			Steps: []Step{
				{Method: PreflightMethod, Headers: fetch.HeaderList{{Name: PreflightHeader}}, Want: Want{MaxAge: true}},
			},
			When:  func(c Claim) bool { return c.Policy.MaxAge != nil },
			Needs: []string{"preflight.answered", "cache.hit", "cache.zero", "cache.expiry"},
		},
		{
			ID:     "cache.other-url",
			Title:  "A CORS-preflight request for another resource must be answered while one is remembered",
			Spec:   "concept-cache-url",
			Level:  Required,
			Covers: []string{"CA-12"},
			Apart:  CacheApart,
			Steps: []Step{
				{Method: PreflightMethod, Headers: fetch.HeaderList{{Name: PreflightHeader}}, Want: Want{Preflight: Yes}},
				{Method: PreflightMethod, Headers: fetch.HeaderList{{Name: PreflightHeader}}, Resource: OtherResource, Want: Want{Preflight: Yes, Leaves: Yes}},
			},
			Needs: []string{"preflight.answered"},
		},
		{
			ID:     "cache.other-method",
			Title:  "A listed method must be let through while the answer for another is remembered",
			Spec:   "concept-cache-match-method",
			Level:  Required,
			Covers: []string{"CA-08"},
			Apart:  CacheApart,
			Steps: []Step{
				{Method: ListedMethod, Want: Want{Preflight: Yes}},
				{Method: OtherListedMethod, Want: Want{Leaves: Yes}},
			},
			Needs: []string{"methods.listed"},
		},
		{
			ID:     "cache.unlisted-method",
			Title:  "What is remembered must not let through a method that is not listed",
			Spec:   "concept-cache-match-method",
			Level:  Required,
			Covers: []string{"CA-08"},
			Apart:  CacheApart,
			Steps: []Step{
				{Method: PreflightMethod, Headers: fetch.HeaderList{{Name: PreflightHeader}}, Want: Want{Preflight: Yes}},
				{Method: UnlistedMethod, Want: Want{Leaves: No}},
			},
			Needs: []string{"preflight.answered", "methods.unlisted"},
		},
	},
}
