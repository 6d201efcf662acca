package suite

import "github.com/corsproof/corsproof/suite/fetch"

// An origin is allowed or it is not; names that look alike are different origins.
var origins = Chapter{
	Name:  "origins",
	Title: "Origins",
	Scenarios: []Scenario{
		{
			ID:     "origins.allowed",
			Title:  "A page of each allowed origin can read the response",
			Spec:   "concept-cors-check",
			Level:  Required,
			Covers: []string{"SR-04", "OR-01"},
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
	},
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
		Steps:  []Step{{Method: "GET", Want: Want{Shared: No}}},
	}
	if id != "origins.refused" {
		// Who lets everybody in needs not be told of each.
		s.Needs = []string{"origins.refused"}
	}
	return s
}

// preflighted is the cheapest request that needs a preflight.
func preflighted(leaves Answer) Step {
	return Step{
		Method:  PreflightMethod,
		Headers: fetch.HeaderList{{Name: PreflightHeader}},
		Want:    Want{Preflight: Yes, Leaves: leaves},
	}
}
