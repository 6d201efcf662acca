package repair

// Envoy's CORS filter overwrites what the server behind it says of CORS, but adds no
// Vary.
var envoy = Server{
	Name:   "envoy",
	Title:  "Envoy",
	render: renderEnvoy,
	traps: map[part]string{
		preflight: "The CORS filter must come before every filter that may refuse a request, such as jwt_authn and ext_authz.",
		vary:      "The CORS filter adds no Vary.",
	},
}

func renderEnvoy(w *writer) {
	w.at("first in http_filters")
	w.add(`- name: envoy.filters.http.cors
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors`, preflight)
	w.at("in the virtual host")
	w.add(`typed_per_filter_config:
  envoy.filters.http.cors:
    "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy`, preflight)
	w.add("    allow_origin_string_match:", allowOrigin)
	if w.any {
		w.add(`    - exact: "*"`, allowOrigin)
	} else {
		for _, o := range w.exact {
			w.add(`    - exact: "`+o+`"`, allowOrigin)
		}
		for _, o := range w.patterns {
			w.add("    - safe_regex: {regex: '^"+expression(o)+"$'}", allowOrigin)
		}
	}
	field := func(name, value string, p part) {
		if value != "" {
			w.add("    "+name+`: "`+value+`"`, p)
		}
	}
	// "*" makes Envoy echo what was asked for.
	field("allow_methods", when(w.anyMethod(), "*")+when(!w.anyMethod(), w.methodList()), methods)
	field("allow_headers", when(w.anyHeader(), "*")+when(!w.anyHeader(), w.headerList()), headers)
	field("expose_headers", w.exposeList(), expose)
	field("max_age", w.seconds(), maxAge)
	if w.AllowCredentials {
		w.add("    allow_credentials: true", credentials)
	}
	w.add("    forward_not_matching_preflights: false", preflight)
	if w.varies() {
		w.add(`response_headers_to_add:
- header: {key: Vary, value: Origin}
  append_action: APPEND_IF_EXISTS_OR_ADD`, vary)
	}
	w.noteExposed()
}
