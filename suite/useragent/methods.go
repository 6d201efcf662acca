package useragent

import "github.com/corsproof/corsproof/suite/fetch"

// Six methods are written in upper case whatever a script writes. All others, PATCH
// among them, go as they are, and are compared by exact bytes.
var methods = Chapter{
	Name:  "methods",
	Title: "Methods and their case",
	Scenarios: append(append(permissions("methods", "concept-method-normalize", []permission{
		{"put.lower-case", "put must be sent as PUT", "ME-02",
			ask("put"), asks("PUT", ""), []string{anyOrigin, allowMethods + "PUT"}, ""},
		{"put.listed-lower-case", "PUT must not be let through if put is listed", "ME-02",
			ask("PUT"), asks("PUT", ""), []string{anyOrigin, allowMethods + "put"}, fetch.MethodDisallowedByPreflightResponse},
		{"put.both-lower-case", "put must not be let through if put is listed", "ME-02",
			ask("put"), asks("PUT", ""), []string{anyOrigin, allowMethods + "put"}, fetch.MethodDisallowedByPreflightResponse},
		{"delete.lower-case", "delete must be sent as DELETE", "ME-02",
			ask("delete"), asks("DELETE", ""), []string{anyOrigin, allowMethods + "DELETE"}, ""},
		{"delete.listed-lower-case", "DELETE must not be let through if delete is listed", "ME-02",
			ask("DELETE"), asks("DELETE", ""), []string{anyOrigin, allowMethods + "delete"}, fetch.MethodDisallowedByPreflightResponse},
		{"options.lower-case", "options must be sent as OPTIONS", "PR-10",
			ask("options"), asks("OPTIONS", ""), []string{anyOrigin, allowMethods + "OPTIONS"}, ""},
		{"patch", "PATCH must be let through if PATCH is listed", "ME-03",
			ask("PATCH"), asks("PATCH", ""), []string{anyOrigin, allowMethods + "PATCH"}, ""},
		{"patch.lower-case", "patch must be sent as patch", "ME-03",
			ask("patch"), asks("patch", ""), []string{anyOrigin, allowMethods + "patch"}, ""},
		{"patch.lower-case.refused", "patch must not be let through if PATCH is listed", "ME-03",
			ask("patch"), asks("patch", ""), []string{anyOrigin, allowMethods + "PATCH"}, fetch.MethodDisallowedByPreflightResponse},
		{"patch.listed-lower-case", "PATCH must not be let through if patch is listed", "ME-03",
			ask("PATCH"), asks("PATCH", ""), []string{anyOrigin, allowMethods + "patch"}, fetch.MethodDisallowedByPreflightResponse},
		{"patch.mixed-case", "patcH must be sent as patcH", "PR-10",
			ask("patcH"), asks("patcH", ""), []string{anyOrigin, allowMethods + "patcH"}, ""},
		{"custom", "A method of the author's own must be let through if it is listed", "ME-04",
			ask("NEW"), asks("NEW", ""), []string{anyOrigin, allowMethods + "NEW"}, ""},
		{"custom.lower-case", "chicken must be sent as chicken", "ME-04",
			ask("chicken"), asks("chicken", ""), []string{anyOrigin, allowMethods + "chicken"}, ""},
		{"custom.refused", "chicken must not be let through if CHICKEN is listed", "ME-04",
			ask("chicken"), asks("chicken", ""), []string{anyOrigin, allowMethods + "CHICKEN"}, fetch.MethodDisallowedByPreflightResponse},
		{"star", "A method that is called * must be let through with credentials if * is listed", "WI-04",
			trusting(ask("*")), asks("*", ""), []string{thisOrigin, trusted, allowMethods + "*"}, ""},
	}), safeMethods()...), forbiddenMethods()...),
}

// safeMethods are the CORS-safelisted ones, in any case.
func safeMethods() []Scenario {
	var all []Scenario
	for _, m := range []struct{ written, sent string }{
		{"get", "GET"}, {"Get", "GET"}, {"head", "HEAD"}, {"hEAd", "HEAD"}, {"post", "POST"}, {"Post", "POST"},
	} {
		slug := "lower-case"
		if m.written != lowered(m.written) {
			slug = "mixed-case"
		}
		all = append(all, Scenario{
			ID:     "browser.methods." + lowered(m.sent) + "." + slug,
			Title:  m.written + " must be sent as " + m.sent + ", with credentials, without a CORS-preflight request",
			Spec:   "concept-method-normalize",
			Covers: []string{"ME-01", "SH-14"},
			Stub:   answers(ok(thisOrigin, trusted)),
			Steps:  once(trusting(ask(m.written)), shared(sends(m.sent))),
		})
	}
	return all
}

// forbiddenMethods are those that no script can send.
func forbiddenMethods() []Scenario {
	var all []Scenario
	for _, method := range []string{"TRACE", "TRACK", "CONNECT", "trace", "tRaCk", "Connect"} {
		slug := "upper-case"
		if method != upped(method) {
			slug = "other-case"
		}
		want := refused("")
		all = append(all, Scenario{
			ID:     "browser.methods." + lowered(method) + "." + slug,
			Title:  method + " must be refused before anything is sent",
			Spec:   "forbidden-method",
			Covers: []string{"ME-05"},
			Stub:   preflight(ok(anyOrigin, allowMethods+method), ok(anyOrigin)),
			Steps:  once(ask(method), want),
		})
	}
	return all
}
