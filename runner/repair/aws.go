package repair

import (
	"slices"
	"strings"
)

var apiGateway = Server{
	Name:   "api-gateway",
	Title:  "Amazon API Gateway",
	render: renderAPIGateway,
	traps: map[part]string{
		errorPages: "An HTTP API adds the headers to its own errors too. A REST API does so by GatewayResponses DEFAULT_4XX and DEFAULT_5XX alone.",
		preflight:  "An HTTP API with this answers OPTIONS itself, unless a route for OPTIONS or ANY with an authorizer takes it.",
		doubles:    "An HTTP API with this replaces what the integration sends; a REST API adds to it.",
	},
}

func renderAPIGateway(w *writer) {
	w.at("for an HTTP API, under Properties of AWS::ApiGatewayV2::Api")
	w.add("CorsConfiguration:", allowOrigin, preflight, errorPages, doubles)
	list := func(name string, values []string, p part) {
		if len(values) > 0 {
			w.add("  "+name+": ["+quoted(values, ", ")+"]", p)
		}
	}
	origins := w.exact
	if w.any {
		origins = []string{"*"}
		if w.AllowCredentials {
			origins = []string{"https://*", "http://*"}
		}
	}
	list("AllowOrigins", origins, allowOrigin)
	list("AllowMethods", w.AllowMethods, methods)
	list("AllowHeaders", w.AllowHeaders, headers)
	list("ExposeHeaders", w.ExposeHeaders, expose)
	if w.AllowCredentials {
		w.add("  AllowCredentials: true", credentials)
	}
	if w.seconds() != "" {
		w.add("  MaxAge: "+w.seconds(), maxAge)
	}
	for _, o := range w.patterns {
		w.note("An HTTP API knows no such patterns: name each origin that " + o + " stands for.")
	}
	w.note("A REST API has no such setting: its OPTIONS methods, its integrations and its GatewayResponses each send the headers, and none of them can choose among several origins but a Lambda function.")
	w.noteEchoes()
	w.noteExposed()
}

var s3 = Server{
	Name:   "s3",
	Title:  "Amazon S3",
	render: renderS3,
	traps: map[part]string{
		credentials: "S3 allows credentials wherever AllowedOrigins has the origin, or a pattern such as https://*, and not \"*\".",
		vary:        "A CDN in front of S3 must forward Origin, Access-Control-Request-Method and Access-Control-Request-Headers, and keep answers apart by them.",
		preflight:   "S3 answers OPTIONS 403 if no rule has the origin, the method and every header.",
	},
}

// s3Methods are those that a rule may name.
var s3Methods = []string{"GET", "PUT", "POST", "DELETE", "HEAD"}

func renderS3(w *writer) {
	var names []string
	for _, m := range w.AllowMethods {
		switch {
		case m == "*":
			names = s3Methods
		case slices.Contains(s3Methods, m):
			names = append(names, m)
		default:
			w.note("S3 knows no method " + m + ".")
		}
	}
	if len(names) == 0 {
		names = []string{"GET", "HEAD"}
	}
	origins, others := w.simplePatterns()
	for _, o := range others {
		w.note("S3 takes one \"*\" in an origin: name the ports of " + o + ".")
	}
	switch {
	case w.any && w.AllowCredentials:
		// For these S3 names the origin, and allows credentials; for "*" it does neither.
		origins = []string{"https://*", "http://*"}
	case !w.any && !w.AllowCredentials:
		w.note("S3 allows credentials wherever it names the origin.")
	}
	w.at("in cors.json, for: aws s3api put-bucket-cors --bucket BUCKET --cors-configuration file://cors.json")
	fields := []struct {
		name   string
		values []string
		part   part
	}{
		{"AllowedOrigins", origins, allowOrigin},
		{"AllowedMethods", names, methods},
		{"AllowedHeaders", w.AllowHeaders, headers},
		{"ExposeHeaders", w.ExposeHeaders, expose},
	}
	var lines []line
	for _, f := range fields {
		if len(f.values) > 0 {
			lines = append(lines, line{text: `  "` + f.name + `": [` + quoted(f.values, ", ") + "]", parts: []part{f.part, preflight}})
		}
	}
	if w.seconds() != "" {
		lines = append(lines, line{text: `  "MaxAgeSeconds": ` + w.seconds(), parts: []part{maxAge}})
	}
	w.add(`{"CORSRules": [{`)
	for i, l := range lines {
		if i < len(lines)-1 {
			l.text += ","
		}
		w.add(strings.TrimRight(l.text, " "), l.parts...)
	}
	w.add("}]}")
	w.noteExposed()
}
