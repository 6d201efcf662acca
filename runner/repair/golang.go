package repair

import "strings"

var rsCORS = Server{
	Name:   "rs-cors",
	Title:  "Go net/http with rs/cors",
	render: renderRSCORS,
	traps: map[part]string{
		errorPages: "Wrap the whole handler: headers that are set before it runs are there when it fails.",
		preflight:  "It must be around authentication and around the mux, whose routes may know no OPTIONS.",
		doubles:    "One layer alone may answer: no proxy in front of the handler, and no Header().Set in it.",
	},
}

func renderRSCORS(w *writer) {
	w.at("around everything else, last of all (import \"github.com/rs/cors\")")
	w.add("handler = cors.New(cors.Options{", allowOrigin, preflight, doubles, errorPages)
	if w.any && w.AllowCredentials {
		w.add("\tAllowOriginFunc:  func(string) bool { return true }, // echoes the origin, which \"*\" cannot do for credentials", allowOrigin)
	} else {
		origins, others := w.simplePatterns()
		w.add("\tAllowedOrigins:   []string{"+quoted(origins, ", ")+"},", allowOrigin, vary)
		for _, o := range others {
			w.note("rs/cors takes one \"*\" in an origin: name the ports of " + o + ".")
		}
	}
	w.add("\tAllowedMethods:   []string{"+quoted(w.AllowMethods, ", ")+"},", methods)
	if len(w.AllowHeaders) == 0 {
		w.add("\tAllowedHeaders:   []string{\"Accept\"}, // none would be a default of some", headers)
	} else {
		w.add("\tAllowedHeaders:   []string{"+quoted(w.AllowHeaders, ", ")+"},", headers)
	}
	if len(w.ExposeHeaders) > 0 {
		w.add("\tExposedHeaders:   []string{"+quoted(w.ExposeHeaders, ", ")+"},", expose)
	}
	if w.AllowCredentials {
		w.add("\tAllowCredentials: true,", credentials)
	}
	goMaxAge(w, "\tMaxAge:           ")
	w.add("}).Handler(handler)", allowOrigin, preflight, doubles, errorPages)
	if w.anyMethod() {
		w.note(`rs/cors knows no wildcard for methods: name them in place of "*".`)
	}
	w.noteExposed()
}

// goMaxAge writes the number of seconds. Both libraries take 0 for none, and -1 for 0.
func goMaxAge(w *writer, field string) {
	switch seconds := w.seconds(); seconds {
	case "":
	case "0":
		w.add(field+"-1, // sends 0", maxAge)
	default:
		w.add(field+seconds+",", maxAge)
	}
}

var jub0bsCORS = Server{
	Name:   "jub0bs-cors",
	Title:  "Go net/http with jub0bs/cors",
	render: renderJub0bsCORS,
	traps:  rsCORS.traps,
}

func renderJub0bsCORS(w *writer) {
	w.at("around everything else, last of all (import \"github.com/jub0bs/cors\")")
	w.add("middleware, err := cors.NewMiddleware(cors.Config{", allowOrigin, preflight, doubles, errorPages)
	var origins []string
	insecure := false
	for _, o := range w.AllowOrigins {
		if o == "null" {
			w.note(`jub0bs/cors refuses to allow the origin "null", which any site can take on.`)
			continue
		}
		origins = append(origins, o)
		insecure = insecure || strings.HasPrefix(o, "http://")
	}
	w.add("\tOrigins:         []string{"+quoted(origins, ", ")+"},", allowOrigin, vary)
	w.add("\tMethods:         []string{"+quoted(w.AllowMethods, ", ")+"},", methods)
	if len(w.AllowHeaders) > 0 {
		names := w.AllowHeaders
		if w.anyHeader() {
			names = []string{"*", "Authorization"}
		}
		w.add("\tRequestHeaders:  []string{"+quoted(names, ", ")+"},", headers)
	}
	if len(w.ExposeHeaders) > 0 {
		w.add("\tResponseHeaders: []string{"+quoted(w.ExposeHeaders, ", ")+"},", expose)
	}
	if w.AllowCredentials {
		w.add("\tCredentialed:    true,", credentials)
	}
	goMaxAge(w, "\tMaxAgeInSeconds: ")
	if insecure && w.AllowCredentials {
		w.add("\tDangerouslyTolerateInsecureOrigins: true, // the policy has http origins with credentials", allowOrigin, credentials)
	}
	w.add("})\nif err != nil {\n\tlog.Fatal(err)\n}\nhandler = middleware.Wrap(handler)", allowOrigin, preflight, doubles, errorPages)
	if w.any && w.AllowCredentials {
		w.note(`jub0bs/cors refuses to allow every origin with credentials: name the origins in place of "*".`)
	}
	w.noteExposed()
}
