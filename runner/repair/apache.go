package repair

// Apache keeps two tables of response headers: "always" for what it makes itself, errors
// too, and "onsuccess" for what handlers and proxied servers send. What is set in one and
// stands in the other goes out twice.
var apache = Server{
	Name:   "apache",
	Title:  "Apache httpd",
	render: renderApache,
	traps: map[part]string{
		errorPages: `Without "always" Apache leaves a header out of the errors that it makes itself.`,
		doubles:    `What stands behind Apache adds its own, in another table than "always": unset it there.`,
		preflight:  "In a <VirtualHost> this comes before authentication and before redirects; in .htaccess it comes too late.",
		vary:       `"always" puts it on errors and refusals too.`,
	},
}

func renderApache(w *writer) {
	w.at("in the <VirtualHost>, before everything else in it; it needs the modules headers, rewrite and setenvif (a2enmod headers rewrite setenvif)")
	if w.star {
		w.add(`SetEnvIf Request_URI "^" CORS_ORIGIN=*`, allowOrigin)
	} else {
		w.add(`SetEnvIf Origin "`+w.anchored()+`" CORS_ORIGIN=$1`, allowOrigin)
	}
	w.add(`SetEnvIfExpr "%{REQUEST_METHOD} == 'OPTIONS' && -n req('Access-Control-Request-Method') && -n reqenv('CORS_ORIGIN')" CORS_PREFLIGHT`, preflight, methods, headers, maxAge)
	for _, name := range responseHeaders {
		w.add("Header onsuccess unset "+name, doubles)
	}
	set := func(name, value, condition string, parts ...part) {
		if value != "" {
			w.add("Header always set "+name+` "`+value+`" env=`+condition, parts...)
		}
	}
	methodList, headerList := w.methodList(), w.headerList()
	if w.echoesMethod() {
		methodList = "expr=%{req:Access-Control-Request-Method}"
	}
	if w.echoesHeaders() {
		headerList = "expr=%{req:Access-Control-Request-Headers}"
	}
	set("Access-Control-Allow-Origin", "%{CORS_ORIGIN}e", "CORS_ORIGIN", allowOrigin, errorPages)
	set("Access-Control-Allow-Credentials", when(w.AllowCredentials, "true"), "CORS_ORIGIN", credentials, errorPages)
	set("Access-Control-Expose-Headers", w.exposeList(), "CORS_ORIGIN", expose)
	set("Access-Control-Allow-Methods", methodList, "CORS_PREFLIGHT", methods)
	set("Access-Control-Allow-Headers", headerList, "CORS_PREFLIGHT", headers)
	set("Access-Control-Max-Age", w.seconds(), "CORS_PREFLIGHT", maxAge)
	if w.varies() {
		w.add("Header always merge Vary Origin", vary)
	}
	w.add(`RewriteEngine On
RewriteCond %{REQUEST_METHOD} =OPTIONS
RewriteCond %{HTTP:Origin} .
RewriteCond %{HTTP:Access-Control-Request-Method} .
RewriteRule ^ - [R=204,L]`, preflight)
	w.noteExposed()
}
