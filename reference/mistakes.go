package reference

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"github.com/corsproof/corsproof/reference/policy"
)

// mistakes reports all that is wrong with the configuration, joined into one error;
// [policy.Errors] takes it apart. What is not well-formed is for package policy to
// say. Here is what is well-formed but unwise: of somebody else's server it would be
// a remark, but who configures a server of their own can still write what they mean.
func (c Config) mistakes() error {
	var m mistakes
	m.addPolicy("", c.Policy, c, c.AllowOrigin != nil)
	for _, pattern := range slices.Sorted(maps.Keys(c.Resources)) {
		m.addPolicy(fmt.Sprintf("Resources[%q].", pattern), c.Resources[pattern], c, false)
	}
	if _, err := chooser(c.Resources); err != nil {
		m = append(m, err)
	}
	m.addStatus("PreflightStatus", c.PreflightStatus, `an ok status, from 200 to 299`, isOK)
	m.addStatus("RefusalStatus", c.RefusalStatus, `an ok status or a client error, such as 403`, func(status int) bool {
		return isOK(status) || 400 <= status && status <= 499
	})
	for _, useless := range []struct {
		is              bool
		field, expected string
	}{
		{c.AllowOrigin != nil && slices.Contains(c.Policy.AllowOrigins, "*"), "AllowOrigin", `it alone, or "*" in allowOrigins alone`},
		{c.PassPreflights && c.PreflightStatus != 0, "PreflightStatus", "it alone, or PassPreflights alone"},
		{c.PassPreflights && c.RefusalStatus != 0, "RefusalStatus", "it alone, or PassPreflights alone"},
		{c.Shadow && c.Observe == nil, "Shadow", "Observe too, which is told what would be decided"},
	} {
		if useless.is {
			m.add(useless.field, -1, useless.field, policy.NoEffect, useless.expected)
		}
	}
	return errors.Join(m...)
}

type mistakes []error

func (m *mistakes) add(field string, index int, value string, reason policy.Reason, expected string) {
	*m = append(*m, &policy.Error{Field: field, Index: index, Value: value, Reason: reason, Expected: expected})
}

func (m *mistakes) addStatus(field string, status int, expected string, fits func(int) bool) {
	if status != 0 && !fits(status) {
		m.add(field, -1, strconv.Itoa(status), policy.InvalidStatus, expected)
	}
}

// addPolicy adds what is wrong with a policy. The prefix says whose it is, in front of
// the names of fields.
func (m *mistakes) addPolicy(prefix string, p Policy, c Config, asksFunction bool) {
	for malformed := range policy.Errors(p.Validate()) {
		malformed.Field = prefix + malformed.Field
		*m = append(*m, malformed)
	}
	if len(p.AllowOrigins) == 0 && !asksFunction && !isZero(p) {
		m.add(prefix+"allowOrigins", -1, "", policy.Empty,
			"an origin, since the rest of the policy is for those that are allowed; or nothing in the rest either")
	}
	trusts := p.AllowCredentials || c.AllowPrivateNetwork
	for i, value := range p.AllowOrigins {
		if o, err := policy.ParseOrigin(value); err == nil {
			unwiseOrigin(o, trusts, c, func(reason policy.Reason, expected string) {
				m.add(prefix+"allowOrigins", i, value, reason, expected)
			})
		}
	}
	for i, method := range p.AllowMethods {
		if normal := policy.NormalizeMethod(method); normal != method {
			m.add(prefix+"allowMethods", i, method, policy.NotNormalized, strconv.Quote(normal))
		}
	}
	for i, name := range p.AllowHeaders {
		if slices.Contains(responseHeaders, http.CanonicalHeaderKey(name)) {
			m.add(prefix+"allowHeaders", i, name, policy.OtherMessage, "it to be left out: it is a header of responses")
		}
	}
	for i, name := range p.ExposeHeaders {
		if slices.Contains(unexposedHeaders, http.CanonicalHeaderKey(name)) {
			m.add(prefix+"exposeHeaders", i, name, policy.OtherMessage,
				"it to be left out: it is a header of requests, or of responses that scripts never see")
		}
	}
	if p.MaxAge != nil && *p.MaxAge > longestMaxAge {
		m.add(prefix+"maxAge", -1, strconv.Itoa(*p.MaxAge), policy.TooLong, strconv.Itoa(longestMaxAge)+" at most")
	}
}

// unwiseOrigin adds the reasons not to allow an origin, each with what to write
// instead.
func unwiseOrigin(o policy.Origin, trusts bool, c Config, add func(policy.Reason, string)) {
	const ownPage = "the origin of a server from which to load the page"
	switch {
	case o.Any && trusts && !c.DangerouslyAllowAnyOrigin:
		add(policy.AnyOriginTrusted, "the origins that need it, or DangerouslyAllowAnyOrigin")
	case o.Opaque && trusts:
		add(policy.OpaqueOriginTrusted, ownPage)
	case o.Opaque && !c.DangerouslyAllowOpaqueOrigin:
		add(policy.OpaqueOrigin, ownPage+", or DangerouslyAllowOpaqueOrigin")
	}
	if o.Scheme == "http" && trusts && !o.IsLoopback() && !c.DangerouslyAllowInsecureOrigins {
		secure := o
		secure.Scheme = "https"
		if secure.Port == 443 {
			secure.Port = 0
		}
		add(policy.InsecureOriginTrusted, strconv.Quote(secure.String())+", or DangerouslyAllowInsecureOrigins")
	}
	if o.Subdomains && trusts && isPublicSuffix(o.Host) && !c.DangerouslyAllowPublicSuffixes {
		add(policy.PublicSuffixTrusted, "a domain of one's own, or DangerouslyAllowPublicSuffixes")
	}
	if strings.Contains(o.Host, "xn--") {
		if _, err := domains.ToUnicode(o.Host); err != nil {
			add(policy.InvalidIDNA, "a domain that browsers can load")
		}
	}
}

// domains checks names as user agents do.
//
// https://url.spec.whatwg.org/#concept-domain-to-ascii
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(),
	idna.CheckHyphens(false), idna.StrictDomainName(false), idna.VerifyDNSLength(false))

// isPublicSuffix reports whether anyone may register names right below a domain. That
// holds too for a domain of one label that the list does not know, but such are the
// names of private networks.
//
// https://publicsuffix.org
func isPublicSuffix(domain string) bool {
	domain = strings.TrimSuffix(domain, ".")
	suffix, managed := publicsuffix.PublicSuffix(domain)
	return suffix == domain && (managed || strings.Contains(suffix, "."))
}

// responseHeaders are what people list who mean to allow it to user agents.
var responseHeaders = []string{
	headerAllowOrigin, headerAllowCredentials, headerAllowMethods, headerAllowHeaders, headerMaxAge, headerExposeHeaders,
}

// unexposedHeaders are on no response that a script sees.
var unexposedHeaders = []string{
	headerOrigin, headerRequestMethod, headerRequestHeaders, headerAllowMethods, headerAllowHeaders, headerMaxAge,
}

// longestMaxAge is Firefox's limit, the highest, in seconds.
const longestMaxAge = 86400

func isOK(status int) bool { return 200 <= status && status <= 299 }

func isZero(p Policy) bool {
	return len(p.AllowOrigins)+len(p.AllowMethods)+len(p.AllowHeaders)+len(p.ExposeHeaders) == 0 &&
		!p.AllowCredentials && p.MaxAge == nil
}
