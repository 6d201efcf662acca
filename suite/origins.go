package suite

import (
	"slices"

	"github.com/corsproof/corsproof/suite/fetch"
)

// An origin is allowed or it is not; names that look alike are different origins.
var origins = Chapter{
	Name:  "origins",
	Title: "Origins",
	Scenarios: slices.Concat([]Scenario{
		{
			ID:     "origins.allowed",
			Title:  "A page of each allowed origin can read the response",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"SR-04", "OR-01", "OR-08", "OR-09"},
			Each:   AllowedOrigin,
			Steps:  []Step{{Method: "GET", Want: Want{Shared: Yes}}},
			Needs:  []string{"simple.get"},
		},
		{
			ID:     "origins.allowed.preflight",
			Title:  "The CORS-preflight request of each allowed origin must be answered",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"PV-09"},
			Each:   AllowedOrigin,
			Steps:  []Step{preflighted(Yes)},
			Needs:  []string{"preflight.answered", "origins.allowed"},
		},
		refused("origins.refused", "A page of an unrelated origin cannot read the response", UnrelatedOrigin, "SR-02"),
		{
			ID:     "origins.refused.preflight",
			Title:  "A preflighted request of an unrelated origin must not leave the browser",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"PV-09"},
			Origin: UnrelatedOrigin,
			Steps:  []Step{preflighted(No)},
			Needs:  []string{"origins.refused"},
		},
		refused("origins.refused.opaque", "A sandboxed frame, whose origin is opaque, cannot read the response", OpaqueOrigin, "OR-06", "OR-07"),
		{
			ID:     "origins.refused.opaque.preflight",
			Title:  "A preflighted request of a sandboxed frame must not leave the browser",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"OR-06", "PV-09"},
			Origin: OpaqueOrigin,
			Steps:  []Step{preflighted(No)},
			Needs:  []string{"origins.refused.opaque", "origins.refused.preflight"},
		},
		refused("origins.refused.port", "A page on another port of an allowed origin cannot read the response", OtherPort, "SR-02"),
		refused("origins.refused.scheme", "A page of an allowed origin under the other scheme cannot read the response", OtherScheme, "SR-02"),
		refused("origins.refused.prefix", "A page whose host ends in an allowed one, without a dot between, cannot read the response", PrefixedOrigin, "SR-02"),
		refused("origins.refused.suffix", "A page whose host begins with an allowed one cannot read the response", SuffixedOrigin, "SR-02"),
		refused("origins.refused.dot", "A page whose host has another character where the allowed one has a dot cannot read the response", UndottedOrigin, "SR-02"),
		refused("origins.refused.subdomain", "A page on a sub-domain of an allowed origin cannot read the response", SubdomainOrigin, "SR-02"),
		refused("origins.refused.apex", "A page on the domain whose sub-domains alone are allowed cannot read the response", ApexOrigin, "SR-02"),
		refused("origins.refused.pattern", "A page whose host ends like a sub-domain pattern, without its dot, cannot read the response", PatternLookAlike, "SR-02"),
	}, likenesses(), []Scenario{
		{
			ID:     "origins.refused.look-alike.preflight",
			Title:  "A preflighted request of an origin that looks like an allowed one must not leave the browser",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"PV-09"},
			Origin: LookAlike,
			Each:   LookAlike,
			APIs:   []fetch.API{fetch.Fetch},
			Steps:  []Step{preflighted(No)},
			Needs:  append([]string{"origins.refused", "origins.refused.preflight"}, requiredLikenesses()...),
		},
		{
			ID:               "origins.refused.cookies",
			Title:            "The response to a request with the declared cookies is not shared with an unrelated origin",
			Spec:             "concept-cors-check",
			Level:            Required,
			Covers:           []string{"SR-02"},
			AskedByCorsproof: true,
			Authorized:       true,
			Steps: []Step{{
				Method:      "GET",
				Headers:     fetch.HeaderList{{Name: "Origin", Value: UnrelatedOrigin}},
				Credentials: fetch.Include,
				Want:        Want{Shared: No},
			}},
			Needs: []string{"origins.refused", "consistency.refused.cookie", "consistency.refused.authorization"},
		},
		byWire("origins.refused.app", "The response is not shared with the origin of an app or an extension, which no page can have", AppOrigin, AppOrigin),
		byWire("origins.refused.userinfo", "The response is not shared with an origin that has an allowed host for its user name, which no browser sends", UserinfoOrigin, ""),
		byWire("origins.refused.list", "The response is not shared with an unrelated origin in one list with an allowed one, which no browser sends", OriginList, ""),
	}),
}

// refused is the scenario of an origin that cannot read the response to GET.
func refused(id, title string, origin Role, covers ...string) Scenario {
	s := Scenario{
		ID:     id,
		Title:  title,
		Spec:   "concept-cors-check",
		Level:  Required,
		Covers: covers,
		Origin: origin,
		Each:   origin,
		Steps:  withAndWithout(Step{Method: "GET", Want: Want{Shared: No}}),
	}
	if id != "origins.refused" {
		// Who lets everybody in needs not be told of each, and who lets in everybody
		// by plain http, not of each by http. Both APIs end in the same CORS check.
		s.Needs = []string{"origins.refused"}
		if origin != OpaqueOrigin {
			s.APIs = []fetch.API{fetch.Fetch}
			s.Needs = append(s.Needs, "origins.refused.unrelated-scheme")
		}
	}
	return s
}

// likenesses are the scenarios of lookAlikes.
func likenesses() []Scenario {
	var all []Scenario
	for _, l := range lookAlikes {
		s := refused("origins.refused."+l.id, l.title, l.role(), "SR-02")
		s.Level = l.level
		s.Needs = slices.DeleteFunc(s.Needs, func(id string) bool { return id == s.ID })
		for _, id := range l.needs {
			s.Needs = append(s.Needs, "origins.refused."+id)
		}
		all = append(all, s)
	}
	return all
}

// requiredLikenesses are the ids of the scenarios of look-alikes that matter most.
func requiredLikenesses() []string {
	var ids []string
	for _, older := range olderLikenesses {
		ids = append(ids, "origins.refused."+older.id)
	}
	for _, l := range lookAlikes {
		if l.level == Required {
			ids = append(ids, "origins.refused."+l.id)
		}
	}
	return ids
}

// withAndWithout makes the request without credentials and then with them: what can be
// read says how bad it is.
func withAndWithout(step Step) []Step {
	credentialed := step
	credentialed.Credentials = fetch.Include
	return []Step{step, credentialed}
}

// byWire is the scenario of an Origin header that no page here can send. What only
// other programs send, which CORS does not bind, is worth knowing.
func byWire(id, title string, origin, each Role) Scenario {
	return Scenario{
		ID:               id,
		Title:            title,
		Spec:             "origin-header",
		Level:            Informative,
		Covers:           []string{"SR-02"},
		AskedByCorsproof: true,
		Each:             each,
		Steps: []Step{{
			Method:  "GET",
			Headers: fetch.HeaderList{{Name: "Origin", Value: string(origin)}},
			Want:    Want{Shared: No},
		}},
		Needs: []string{"origins.refused", "origins.refused.unrelated-scheme"},
	}
}

// preflighted is the cheapest request that needs a preflight.
func preflighted(leaves Answer) Step {
	return Step{
		Method:  PreflightMethod,
		Headers: fetch.HeaderList{{Name: PreflightHeader}},
		Want:    Want{Preflight: Yes, Leaves: leaves},
	}
}
