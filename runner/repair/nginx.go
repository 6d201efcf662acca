package repair

// In nginx a header whose value is empty is not sent, so maps decide which are. The
// origins are regular expressions because a map compares strings without regard to case,
// and because long strings do not fit its hash unasked.
var nginx = Server{
	Name:   "nginx",
	Title:  "nginx",
	render: renderNginx,
	traps: map[part]string{
		errorPages: `Without "always" nginx leaves a header out of answers 4xx and 5xx; and a location with an add_header of its own inherits none.`,
		doubles:    "What stands behind nginx adds its own: proxy_hide_header takes it away.",
		preflight:  "This comes before access rules, authentication and the redirects of locations.",
		vary:       `"always" puts it on errors and refusals too.`,
	},
}

func renderNginx(w *writer) {
	w.at("in the http block")
	w.add("map $http_origin $cors_origin {", allowOrigin)
	switch {
	case w.star:
		w.add(`    default  "*";`, allowOrigin)
	default:
		for _, e := range w.expressions() {
			w.add(`    "~^`+e+`$"  $http_origin;`, allowOrigin)
		}
	}
	w.add("}", allowOrigin)
	nginxMap(w, `"~."`, "$cors_origin", "$cors_credentials", when(w.AllowCredentials, "true"), credentials)
	nginxMap(w, `"~."`, "$cors_origin", "$cors_expose", w.exposeList(), expose)
	w.add(`map "$request_method $http_origin $http_access_control_request_method" $cors_preflight {
    "~^OPTIONS [^ ]+ [^ ]+$"  1;
}`, preflight)
	methodList, headerList := w.methodList(), w.headerList()
	if w.echoesMethod() {
		methodList = "$http_access_control_request_method"
	}
	if w.echoesHeaders() {
		headerList = "$http_access_control_request_headers"
	}
	asked := "$cors_preflight $cors_origin"
	nginxMap(w, `"~^1 ."`, asked, "$cors_methods", methodList, methods)
	nginxMap(w, `"~^1 ."`, asked, "$cors_headers", headerList, headers)
	nginxMap(w, `"~^1 ."`, asked, "$cors_max_age", w.seconds(), maxAge)

	w.at("in the server block, before everything else in it; a location that has an add_header of its own inherits none of these, and needs them again")
	header := func(name, value string, parts ...part) {
		w.add("add_header "+name+" "+value+" always;", parts...)
	}
	header("Access-Control-Allow-Origin", "$cors_origin", allowOrigin, errorPages)
	if w.AllowCredentials {
		header("Access-Control-Allow-Credentials", "$cors_credentials", credentials, errorPages)
	}
	if w.exposeList() != "" {
		header("Access-Control-Expose-Headers", "$cors_expose", expose)
	}
	if methodList != "" {
		header("Access-Control-Allow-Methods", "$cors_methods", methods)
	}
	if headerList != "" {
		header("Access-Control-Allow-Headers", "$cors_headers", headers)
	}
	if w.seconds() != "" {
		header("Access-Control-Max-Age", "$cors_max_age", maxAge)
	}
	if w.varies() {
		header("Vary", "Origin", vary)
	}
	w.add("if ($cors_preflight) {\n    return 204;\n}", preflight)
	for _, name := range responseHeaders {
		w.add("proxy_hide_header "+name+";", doubles)
	}
	w.noteExposed()
}

// nginxMap writes a map of one entry, unless its value is empty.
func nginxMap(w *writer, key, from, to, value string, p part) {
	if value != "" {
		w.add("map \""+from+"\" "+to+" {\n    "+key+`  "`+value+"\";\n}", p)
	}
}

// when returns the value if the condition holds, and else nothing.
func when(condition bool, value string) string {
	if condition {
		return value
	}
	return ""
}

// responseHeaders are those that one layer alone may send.
var responseHeaders = []string{
	"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers",
	"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age",
}
