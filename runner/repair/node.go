package repair

import "strings"

var express = Server{
	Name:   "express",
	Title:  "Express with cors",
	render: renderExpress,
	traps: map[part]string{
		errorPages: "Headers that are set before a route runs are there when it fails: app.use(cors(…)) comes before every route.",
		preflight:  "It must come before authentication, and on the app, not on a router that knows no OPTIONS.",
		doubles:    "One layer alone may answer: no proxy in front of the app, and no setHeader in it.",
	},
}

func renderExpress(w *writer) {
	w.at("before every other middleware and route (npm install cors)")
	w.add(`const cors = require("cors");`)
	w.add("app.use(cors({", allowOrigin, preflight, doubles, errorPages)
	switch {
	case w.star:
		w.add(`  origin: "*",`, allowOrigin)
	case w.any:
		w.add("  origin: true, // echoes the origin, which \"*\" cannot do for credentials", allowOrigin)
	default:
		var all []string
		for _, o := range w.exact {
			all = append(all, `"`+o+`"`)
		}
		for _, o := range w.patterns {
			all = append(all, "/^"+strings.ReplaceAll(expression(o), "/", `\/`)+"$/")
		}
		w.add("  origin: ["+strings.Join(all, ", ")+"],", allowOrigin, vary)
	}
	w.add("  methods: ["+quoted(w.AllowMethods, ", ")+"],", methods)
	if w.anyHeader() {
		w.add("  // without allowedHeaders, what is asked for is echoed", headers)
	} else {
		w.add("  allowedHeaders: ["+quoted(w.AllowHeaders, ", ")+"],", headers)
	}
	if len(w.ExposeHeaders) > 0 {
		w.add("  exposedHeaders: ["+quoted(w.ExposeHeaders, ", ")+"],", expose)
	}
	if w.AllowCredentials {
		w.add("  credentials: true,", credentials)
	}
	if w.seconds() != "" {
		w.add("  maxAge: "+w.seconds()+",", maxAge)
	}
	w.add("}));", allowOrigin, preflight, doubles, errorPages)
	if w.echoesMethod() {
		w.note(`With credentials "*" is no wildcard for methods: name them in place of it.`)
	}
	w.noteExposed()
}
