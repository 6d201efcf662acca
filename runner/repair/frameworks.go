package repair

import "strings"

var spring = Server{
	Name:   "spring",
	Title:  "Spring",
	render: renderSpring,
	traps: map[part]string{
		errorPages: "A filter of the highest precedence sets the headers before anything can fail; @CrossOrigin does not reach errors.",
		preflight:  "It must come before Spring Security, which else answers OPTIONS 401.",
		doubles:    "Remove @CrossOrigin, addCorsMappings and what a proxy adds: one layer alone may answer.",
	},
}

func renderSpring(w *writer) {
	w.at("in a @Configuration class")
	w.add(`@Bean
FilterRegistrationBean<CorsFilter> corsFilter() {
    CorsConfiguration cors = new CorsConfiguration();`, allowOrigin, preflight, doubles, errorPages)
	set := func(method string, values []string, p part) {
		if len(values) > 0 {
			w.add("    cors."+method+"(List.of("+quoted(values, ", ")+"));", p)
		}
	}
	if len(w.patterns) > 0 || w.any && w.AllowCredentials {
		var patterns []string
		for _, o := range w.AllowOrigins {
			if base, hasAnyPort := strings.CutSuffix(o, anyPort); hasAnyPort {
				o = base + ":[*]"
			}
			patterns = append(patterns, o)
		}
		set("setAllowedOriginPatterns", patterns, allowOrigin)
	} else {
		set("setAllowedOrigins", w.AllowOrigins, allowOrigin)
	}
	set("setAllowedMethods", w.AllowMethods, methods)
	set("setAllowedHeaders", w.AllowHeaders, headers)
	set("setExposedHeaders", w.ExposeHeaders, expose)
	if w.AllowCredentials {
		w.add("    cors.setAllowCredentials(true);", credentials)
	}
	if w.seconds() != "" {
		w.add("    cors.setMaxAge("+w.seconds()+"L);", maxAge)
	}
	w.add(`    UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
    source.registerCorsConfiguration("/**", cors);
    FilterRegistrationBean<CorsFilter> filter = new FilterRegistrationBean<>(new CorsFilter(source));
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return filter;
}`, preflight, doubles, errorPages)
	w.noteExposed()
}

var django = Server{
	Name:   "django",
	Title:  "Django with django-cors-headers",
	render: renderDjango,
	traps: map[part]string{
		errorPages: "First in MIDDLEWARE, it reaches the errors of all that come after it.",
		preflight:  "First in MIDDLEWARE, it answers OPTIONS before authentication and before CommonMiddleware redirects.",
		doubles:    "One layer alone may answer: no proxy in front of Django, and no view that sets the header.",
	},
}

func renderDjango(w *writer) {
	w.at("at the end of settings.py (pip install django-cors-headers)")
	w.add(`INSTALLED_APPS = ["corsheaders", *INSTALLED_APPS]
MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *MIDDLEWARE]`, preflight, errorPages, doubles, vary)
	if w.any {
		w.add("CORS_ALLOW_ALL_ORIGINS = True", allowOrigin)
	} else {
		if len(w.exact) > 0 {
			w.add("CORS_ALLOWED_ORIGINS = ["+quoted(w.exact, ", ")+"]", allowOrigin)
		}
		var all []string
		for _, o := range w.patterns {
			all = append(all, `r"^`+expression(o)+`$"`)
		}
		if len(all) > 0 {
			w.add("CORS_ALLOWED_ORIGIN_REGEXES = ["+strings.Join(all, ", ")+"]", allowOrigin)
		}
	}
	names := w.AllowHeaders
	if w.anyHeader() && !w.AllowCredentials {
		names = []string{"*", "Authorization"}
	}
	w.add("CORS_ALLOW_METHODS = ["+quoted(w.AllowMethods, ", ")+"]", methods)
	w.add("CORS_ALLOW_HEADERS = ["+quoted(names, ", ")+"]", headers)
	if len(w.ExposeHeaders) > 0 {
		w.add("CORS_EXPOSE_HEADERS = ["+quoted(w.ExposeHeaders, ", ")+"]", expose)
	}
	if w.AllowCredentials {
		w.add("CORS_ALLOW_CREDENTIALS = True", credentials)
	}
	seconds := w.seconds()
	if seconds == "" {
		seconds = "0" // no header
	}
	w.add("CORS_PREFLIGHT_MAX_AGE = "+seconds, maxAge)
	if w.seconds() == "0" {
		w.note("django-cors-headers takes 0 for no Access-Control-Max-Age, which browsers take for 5 seconds.")
	}
	w.noteEchoes()
	w.noteExposed()
}
