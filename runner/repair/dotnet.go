package repair

import (
	"slices"
	"strings"
)

var aspNetWebAPI = Server{
	Name:   "aspnet-webapi",
	Title:  "ASP.NET Web API 2",
	render: renderWebAPI,
	traps: map[part]string{
		errorPages: "An exception that nobody handles loses the headers: handle it in an ExceptionHandler or a filter.",
		preflight:  "IIS answers OPTIONS by a handler of its own unless web.config removes it.",
		doubles:    "customHeaders in web.config add a second Access-Control-Allow-Origin: remove them there.",
		vary:       "Web API 2 never sends Vary.",
	},
}

func renderWebAPI(w *writer) {
	list := func(values []string) string { return `"` + strings.Join(values, ",") + `"` }
	w.at("in WebApiConfig.Register, before everything else (NuGet: Microsoft.AspNet.WebApi.Cors)")
	if len(w.patterns) > 0 {
		w.add("config.EnableCors(new CorsPolicyProvider());", allowOrigin, preflight, doubles, errorPages)
	} else {
		origins := list(w.AllowOrigins)
		w.add("config.EnableCors(new EnableCorsAttribute(", allowOrigin, preflight, doubles, errorPages)
		w.add("    origins: "+origins+",", allowOrigin)
		w.add("    headers: "+list(w.AllowHeaders)+",", headers)
		w.add("    methods: "+list(w.AllowMethods)+",", methods)
		w.add("    exposedHeaders: "+list(w.ExposeHeaders)+")\n{", expose)
		if w.AllowCredentials {
			w.add("    SupportsCredentials = true,", credentials)
		}
		if w.seconds() != "" {
			w.add("    PreflightMaxAge = "+w.seconds()+",", maxAge)
		}
		w.add("});", allowOrigin, preflight, doubles, errorPages)
	}
	if w.varies() {
		w.add("config.MessageHandlers.Add(new VaryOrigin());", vary)
		w.at("next to WebApiConfig")
		w.add(`public class VaryOrigin : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var response = await base.SendAsync(request, cancel);
        response.Headers.Vary.Add("Origin");
        return response;
    }
}`, vary)
	}
	if len(w.patterns) > 0 {
		webAPIProvider(w)
	}
	w.at("in web.config, under system.webServer")
	w.add(`<handlers>
  <remove name="OPTIONSVerbHandler" />
</handlers>`, preflight)
	w.noteEchoes()
	w.noteExposed()
}

// webAPIProvider writes a policy provider, since EnableCorsAttribute knows no patterns.
func webAPIProvider(w *writer) {
	w.at("next to WebApiConfig")
	w.add(`public class CorsPolicyProvider : ICorsPolicyProvider
{`, allowOrigin)
	w.add(`    static readonly Regex Origins = new Regex(@"`+w.anchored()+`");`, allowOrigin)
	w.add(`
    public Task<CorsPolicy> GetCorsPolicyAsync(HttpRequestMessage request, CancellationToken cancel)
    {`, allowOrigin)
	w.add("        var policy = new CorsPolicy { SupportsCredentials = "+map[bool]string{true: "true", false: "false"}[w.AllowCredentials]+" };", credentials)
	each := func(field string, values []string, p part) {
		for _, v := range values {
			if v == "*" {
				w.add("        policy.AllowAny"+strings.TrimSuffix(field, "s")+" = true;", p)
			} else {
				w.add("        policy."+field+`.Add("`+v+`");`, p)
			}
		}
	}
	each("Methods", w.AllowMethods, methods)
	each("Headers", w.AllowHeaders, headers)
	for _, v := range w.ExposeHeaders {
		w.add(`        policy.ExposedHeaders.Add("`+v+`");`, expose)
	}
	if w.seconds() != "" {
		w.add("        policy.PreflightMaxAge = "+w.seconds()+";", maxAge)
	}
	w.add(`        var origin = request.GetCorsRequestContext().Origin;
        if (origin != null && Origins.IsMatch(origin)) policy.Origins.Add(origin);
        return Task.FromResult(policy);
    }
}`, allowOrigin)
}

var aspNetCore = Server{
	Name:   "aspnet-core",
	Title:  "ASP.NET Core",
	render: renderASPNetCore,
	traps: map[part]string{
		errorPages: "UseCors must come before what makes the errors, such as UseExceptionHandler's pages and UseAuthorization.",
		preflight:  "UseCors must come after UseRouting, and before UseAuthentication, UseAuthorization and UseHttpsRedirection.",
		doubles:    "One layer alone may answer: no customHeaders in web.config, and no proxy in front.",
		vary:       "With a single origin ASP.NET Core sends no Vary.",
	},
}

func renderASPNetCore(w *writer) {
	w.at("before builder.Build()")
	w.add("builder.Services.AddCors(options => options.AddDefaultPolicy(policy => policy", allowOrigin, errorPages)
	call := func(method string, values []string, p part) {
		if len(values) > 0 {
			w.add("    ."+method+"("+quoted(values, ", ")+")", p)
		}
	}
	switch {
	case w.star:
		w.add("    .AllowAnyOrigin()", allowOrigin)
	case w.any:
		w.add(`    .SetIsOriginAllowed(_ => true) // echoes the origin, which "*" cannot do for credentials`, allowOrigin)
	case slices.ContainsFunc(w.patterns, func(o string) bool { return strings.HasSuffix(o, anyPort) }):
		w.add(`    .SetIsOriginAllowed(origin => Regex.IsMatch(origin, @"`+w.anchored()+`")) // using System.Text.RegularExpressions`, allowOrigin)
	default:
		call("WithOrigins", w.AllowOrigins, allowOrigin)
		if len(w.patterns) > 0 {
			w.add("    .SetIsOriginAllowedToAllowWildcardSubdomains()", allowOrigin)
		}
	}
	if w.anyMethod() {
		w.add("    .AllowAnyMethod()", methods)
	} else {
		call("WithMethods", w.AllowMethods, methods)
	}
	if w.anyHeader() {
		w.add("    .AllowAnyHeader()", headers)
	} else {
		call("WithHeaders", w.AllowHeaders, headers)
	}
	call("WithExposedHeaders", w.ExposeHeaders, expose)
	if w.AllowCredentials {
		w.add("    .AllowCredentials()", credentials)
	}
	if w.seconds() != "" {
		w.add("    .SetPreflightMaxAge(TimeSpan.FromSeconds("+w.seconds()+"))", maxAge)
	}
	w.add(")));"[1:], allowOrigin, errorPages)
	w.at("after app.UseRouting() if it is there, and before everything else")
	if w.varies() {
		w.add(`app.Use((context, next) =>
{
    context.Response.Headers.Append("Vary", "Origin");
    return next(context);
});`, vary)
	}
	w.add("app.UseCors();", allowOrigin, preflight, doubles, errorPages)
	w.noteExposed()
}
