package repair

var haproxy = Server{
	Name:   "haproxy",
	Title:  "HAProxy",
	render: renderHAProxy,
	traps: map[part]string{
		errorPages: "http-after-response reaches the answers that HAProxy makes itself; http-response does not.",
		doubles:    "What stands behind HAProxy adds its own: del-header takes it away first.",
		preflight:  "Rules run in the order in which they stand: this comes before http-request auth, deny and redirect.",
	},
}

func renderHAProxy(w *writer) {
	w.at("in the frontend, before its other rules (HAProxy 2.4 or later)")
	origin := "%[var(txn.cors_origin)]"
	switch {
	case w.star:
		w.add("http-request set-var(txn.cors_origin) str(*)", allowOrigin)
	case w.any:
		w.add("http-request set-var(txn.cors_origin) req.fhdr(Origin)", allowOrigin)
	default:
		for _, o := range w.exact {
			w.add("http-request set-var(txn.cors_origin) req.fhdr(Origin) if { req.fhdr(Origin) -m str '"+o+"' }", allowOrigin)
		}
		for _, o := range w.patterns {
			w.add("http-request set-var(txn.cors_origin) req.fhdr(Origin) if { req.fhdr(Origin) -m reg '^"+expression(o)+"$' }", allowOrigin)
		}
	}
	w.add("http-request set-var(txn.cors_preflight) bool(true) if METH_OPTIONS { req.fhdr(Origin) -m found } { req.fhdr(Access-Control-Request-Method) -m found }", preflight, methods, headers, maxAge)
	methodList, headerList := w.methodList(), w.headerList()
	if w.echoesMethod() {
		methodList = "%[var(txn.cors_method)]"
		w.add("http-request set-var(txn.cors_method) req.fhdr(Access-Control-Request-Method)", methods)
	}
	if w.echoesHeaders() {
		headerList = "%[var(txn.cors_headers)]"
		w.add("http-request set-var(txn.cors_headers) req.fhdr(Access-Control-Request-Headers)", headers)
	}
	w.add("http-request return status 204 if { var(txn.cors_preflight) -m bool }", preflight)
	w.add("http-after-response del-header Access-Control- -m beg", doubles)
	set := func(name, value, further string, parts ...part) {
		if value != "" {
			w.add("http-after-response set-header "+name+` "`+value+`" if { var(txn.cors_origin) -m found }`+further, parts...)
		}
	}
	const onPreflight = " { var(txn.cors_preflight) -m bool }"
	set("Access-Control-Allow-Origin", origin, "", allowOrigin, errorPages)
	set("Access-Control-Allow-Credentials", when(w.AllowCredentials, "true"), "", credentials, errorPages)
	set("Access-Control-Expose-Headers", w.exposeList(), "", expose)
	set("Access-Control-Allow-Methods", methodList, onPreflight, methods)
	set("Access-Control-Allow-Headers", headerList, onPreflight, headers)
	set("Access-Control-Max-Age", w.seconds(), onPreflight, maxAge)
	if w.varies() {
		w.add("http-after-response add-header Vary Origin", vary)
	}
	w.noteExposed()
}
