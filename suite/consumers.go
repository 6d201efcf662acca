package suite

import "github.com/corsproof/corsproof/suite/fetch"

// A page has more ways to use another origin's resource than fetch(). Each has a mode
// of its own: fonts, modules and event sources always ask for CORS, elements where
// their crossorigin attribute says so, a beacon where its Content-Type does.
var consumers = Chapter{
	Name:  "consumers",
	Title: "Images, scripts, style sheets, fonts, events and beacons",
	Scenarios: []Scenario{
		loads("image", ImageResource, fetch.Image, fetch.Anonymous, Scenario{
			Title:  "A page of an allowed origin can draw an anonymous image on a canvas and read it",
			Covers: []string{"CO-11"},
		}),
		loads("image.credentials", ImageResource, fetch.Image, fetch.UseCredentials, Scenario{
			Title:  "A page of an allowed origin can draw an image that is loaded with credentials and read it",
			Covers: []string{"CO-12"},
			When:   withCredentials,
			Needs:  []string{"consumers.image", "credentials.include"},
		}),
		withheld("image.refused", ImageResource, fetch.Image, fetch.Anonymous, Scenario{
			Title:  "A page of an unrelated origin cannot load an anonymous image",
			Covers: []string{"CO-11"},
		}),
		loads("script", ScriptResource, fetch.Script, fetch.Anonymous, Scenario{
			Title:  "A page of an allowed origin can run an anonymous script and see its errors",
			Covers: []string{"CO-16"},
		}),
		loads("script.credentials", ScriptResource, fetch.Script, fetch.UseCredentials, Scenario{
			Title:  "A page of an allowed origin can run a script that is loaded with credentials",
			Covers: []string{"CO-16"},
			When:   withCredentials,
			Needs:  []string{"consumers.script", "credentials.include"},
		}),
		withheld("script.refused", ScriptResource, fetch.Script, fetch.Anonymous, Scenario{
			Title:  "A page of an unrelated origin cannot run an anonymous script",
			Covers: []string{"CO-16"},
		}),
		loads("module", ScriptResource, fetch.Module, fetch.NoCrossOrigin, Scenario{
			Title:  "A page of an allowed origin can import a script as a module",
			Covers: []string{"CO-17"},
		}),
		loads("style", StyleResource, fetch.Style, fetch.Anonymous, Scenario{
			Title:  "A page of an allowed origin can read the rules of an anonymous style sheet",
			Covers: []string{"CO-18"},
		}),
		loads("style.credentials", StyleResource, fetch.Style, fetch.UseCredentials, Scenario{
			Title:  "A page of an allowed origin can read the rules of a style sheet that is loaded with credentials",
			Covers: []string{"CO-18"},
			When:   withCredentials,
			Needs:  []string{"consumers.style", "credentials.include"},
		}),
		withheld("style.refused", StyleResource, fetch.Style, fetch.Anonymous, Scenario{
			Title:  "A page of an unrelated origin cannot load an anonymous style sheet",
			Covers: []string{"CO-18"},
		}),
		verified("integrity.script", ScriptResource, fetch.Script, Scenario{
			Title: "A page of an allowed origin can run a script whose bytes it verifies",
		}),
		verified("integrity.style", StyleResource, fetch.Style, Scenario{
			Title: "A page of an allowed origin can use a style sheet whose bytes it verifies",
		}),
		loads("font", FontResource, fetch.Font, fetch.NoCrossOrigin, Scenario{
			Title:  "A page of an allowed origin can use a font",
			Covers: []string{"CO-19"},
		}),
		withheld("font.refused", FontResource, fetch.Font, fetch.NoCrossOrigin, Scenario{
			Title:  "A page of an unrelated origin cannot use a font",
			Covers: []string{"CO-19"},
		}),
		loads("events", EventsResource, fetch.Events, fetch.NoCrossOrigin, Scenario{
			Title:  "A page of an allowed origin can listen to server-sent events",
			Covers: []string{"CO-02"},
		}),
		{
			ID:       "consumers.events.credentials",
			Title:    "A page of an allowed origin can listen to server-sent events with credentials",
			Spec:     "concept-cors-check",
			Level:    Required,
			Covers:   []string{"CO-01"},
			Resource: EventsResource,
			APIs:     noAPI,
			Steps:    []Step{{Method: "GET", Consumer: fetch.Events, Credentials: fetch.Include, Want: Want{Shared: Yes}}},
			When:     withCredentials,
			Needs:    []string{"consumers.events", "credentials.include"},
		},
		withheld("events.refused", EventsResource, fetch.Events, fetch.NoCrossOrigin, Scenario{
			Title:  "A page of an unrelated origin cannot listen to server-sent events",
			Covers: []string{"CO-02"},
		}),
		{
			ID:     "consumers.beacon",
			Title:  "A beacon of JSON must be let through, which always has credentials",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"CO-08", "CR-12"},
			APIs:   noAPI,
			Steps:  []Step{beacon(Yes)},
			When:   takesBeacons,
			Needs:  []string{"credentials.header", "headers.json"},
		},
		{
			ID:     "consumers.beacon.refused",
			Title:  "A beacon of JSON from a page of an unrelated origin must not leave the browser",
			Spec:   "cors-preflight-fetch",
			Level:  Required,
			Covers: []string{"CO-08"},
			Origin: UnrelatedOrigin,
			APIs:   noAPI,
			Steps:  []Step{beacon(No)},
			When:   takesBeacons,
			Needs:  []string{"origins.refused", "origins.refused.preflight"},
		},
	},
}

// noAPI is for what no API of a script requests.
var noAPI = []fetch.API{""}

// loads completes a scenario in which a page of an allowed origin loads each resource
// of a kind, and can use all of it.
func loads(slug string, resource Role, consumer fetch.Consumer, attribute fetch.CrossOrigin, s Scenario) Scenario {
	s.ID = "consumers." + slug
	s.Spec = "concept-cors-check"
	s.Level = Required
	s.Resource, s.Each = resource, resource
	s.APIs = noAPI
	s.Steps = []Step{{Method: "GET", Consumer: consumer, CrossOrigin: attribute, Want: Want{Shared: Yes}}}
	if s.Needs == nil {
		s.Needs = []string{"simple.get"}
	}
	return s
}

// withheld completes a scenario in which a page of an unrelated origin cannot.
func withheld(slug string, resource Role, consumer fetch.Consumer, attribute fetch.CrossOrigin, s Scenario) Scenario {
	s.Needs = []string{"origins.refused"}
	s = loads(slug, resource, consumer, attribute, s)
	s.Origin = UnrelatedOrigin
	s.Steps[0].Want = Want{Shared: No}
	return s
}

// verified completes a scenario in which a page knows the digest of what it loads.
func verified(slug string, resource Role, consumer fetch.Consumer, s Scenario) Scenario {
	s.Covers = []string{"CO-23"}
	s = loads(slug, resource, consumer, fetch.Anonymous, s)
	s.Each = ""
	s.Steps[0].Integrity = true
	return s
}

func beacon(leaves Answer) Step {
	return Step{
		Method:      "POST",
		Consumer:    fetch.Beacon,
		Headers:     fetch.HeaderList{{Name: "Content-Type", Value: "application/json"}},
		Body:        "{}",
		Credentials: fetch.Include,
		Want:        Want{Preflight: Yes, Leaves: leaves},
	}
}

// takesBeacons reports whether beacons of JSON are among what the policy allows.
var takesBeacons = all(implements("POST"), allowsHeader("Content-Type"), withCredentials)
