package repair

// Caddy sets a header twice here: at once, for the errors that it makes itself, and when
// the response is written ("defer"), in place of what a proxied server sent.
var caddy = Server{
	Name:   "caddy",
	Title:  "Caddy",
	render: renderCaddy,
	traps: map[part]string{
		errorPages: `Deferred headers are lost when Caddy makes an error of its own, so they are set at once too.`,
		doubles:    `"defer" replaces what a server behind Caddy sends.`,
		preflight:  "basicauth, forward_auth and redir come before handle: give them a matcher that leaves @cors_preflight out.",
	},
}

func renderCaddy(w *writer) {
	w.at("in the site block")
	allowed := "header_regexp Origin " + w.anchored()
	if w.star {
		w.add("@cors_origin path *", allowOrigin)
		allowed = "header Origin *"
	} else {
		w.add("@cors_origin "+allowed, allowOrigin)
	}
	asked := func(name, origin string, parts ...part) {
		w.add("@"+name+" {\n    method OPTIONS\n    "+origin+"\n    header Access-Control-Request-Method *\n}", parts...)
	}
	asked("cors_preflight", "header Origin *", preflight)
	methodList, headerList := w.methodList(), w.headerList()
	if w.echoesMethod() {
		methodList = "{http.request.header.Access-Control-Request-Method}"
	}
	if w.echoesHeaders() {
		headerList = "{http.request.header.Access-Control-Request-Headers}"
	}
	origin := "{http.request.header.Origin}"
	if w.star {
		origin = "*"
	}
	field := func(name, value string, parts ...part) {
		if value != "" {
			w.add("    "+name+` "`+value+`"`, parts...)
		}
	}
	share := func() {
		field("Access-Control-Allow-Origin", origin, allowOrigin, errorPages)
		field("Access-Control-Allow-Credentials", when(w.AllowCredentials, "true"), credentials, errorPages)
		field("Access-Control-Expose-Headers", w.exposeList(), expose)
	}
	// What is deferred is carried out in the opposite order, so that what others sent
	// is deleted first.
	w.add("header @cors_origin {", allowOrigin, credentials, expose)
	share()
	w.add("    defer\n}", allowOrigin, credentials, expose, doubles)
	if methodList+headerList+w.seconds() != "" {
		asked("cors_allowed", allowed, methods, headers, maxAge)
		w.add("header @cors_allowed {", methods, headers, maxAge)
		field("Access-Control-Allow-Methods", methodList, methods)
		field("Access-Control-Allow-Headers", headerList, headers)
		field("Access-Control-Max-Age", w.seconds(), maxAge)
		w.add("    defer\n}", methods, headers, maxAge)
	}
	w.add("header {", doubles)
	for _, name := range responseHeaders {
		w.add("    -"+name, doubles)
	}
	w.add("    defer\n}", doubles)
	w.add("header @cors_origin {", errorPages)
	share()
	w.add("}", errorPages)
	if w.varies() {
		w.add("header +Vary Origin", vary)
	}
	w.add("handle @cors_preflight {\n    respond 204\n}", preflight)
	w.noteExposed()
}
