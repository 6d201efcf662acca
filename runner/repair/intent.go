package repair

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/reference/policy"
)

// An intent is a policy, put in the terms in which servers are told.
type intent struct {
	policy.Policy
	exact    []string // origins, "null" among them
	patterns []string // of sub-domains, such as https://*.example.org, or of ports, such as http://localhost:*
	any      bool     // all origins
	star     bool     // all origins, and no credentials, so that "*" does
}

func newIntent(p policy.Policy) intent {
	i := intent{Policy: p}
	for _, o := range p.AllowOrigins {
		switch {
		case o == "*":
			i.any = true
		case strings.Contains(o, "://*.") || strings.HasSuffix(o, anyPort):
			i.patterns = append(i.patterns, o)
		default:
			i.exact = append(i.exact, o)
		}
	}
	i.star = i.any && !p.AllowCredentials
	return i
}

// labels are what may stand in place of a pattern's "*". Host names in Origin are in
// lower case.
const labels = "[a-z0-9._-]+"

// expressions are regular expressions, one for each origin or pattern, without anchors.
// The dots are escaped, and the languages of all servers here agree on them.
func (i intent) expressions() []string {
	if i.any {
		return []string{".+"}
	}
	var all []string
	for _, o := range i.AllowOrigins {
		all = append(all, expression(o))
	}
	return all
}

func expression(origin string) string {
	origin, hasAnyPort := strings.CutSuffix(origin, anyPort)
	port := ""
	if hasAnyPort {
		port = "(:[0-9]+)?"
	}
	scheme, domain, isPattern := strings.Cut(origin, "://*.")
	if isPattern {
		return regexp.QuoteMeta(scheme) + "://" + labels + `\.` + regexp.QuoteMeta(domain) + port
	}
	return regexp.QuoteMeta(origin) + port
}

// anyPort at the end of an origin stands for every port, and for the default one.
const anyPort = ":*"

// simplePatterns are the origins for servers that take one "*" in an origin, for any
// characters; and those that cannot be said so.
func (i intent) simplePatterns() (all, others []string) {
	for _, o := range i.AllowOrigins {
		base, hasAnyPort := strings.CutSuffix(o, anyPort)
		switch {
		case !hasAnyPort:
			all = append(all, o)
		case strings.Contains(base, "*"):
			all, others = append(all, base), append(others, o)
		default:
			all = append(all, base, o)
		}
	}
	return all, others
}

// anchored is one expression for all origins, with anchors and a group around all.
func (i intent) anchored() string {
	all := i.expressions()
	if len(all) == 0 {
		return "^(a^)$" // matches nothing
	}
	return "^(" + strings.Join(all, "|") + ")$"
}

func (i intent) anyMethod() bool  { return slices.Contains(i.AllowMethods, "*") }
func (i intent) anyHeader() bool  { return slices.Contains(i.AllowHeaders, "*") }
func (i intent) anyExposed() bool { return slices.Contains(i.ExposeHeaders, "*") }

// methodList is the value of Access-Control-Allow-Methods; empty if it is not needed, or
// if the method that was asked for must be echoed.
func (i intent) methodList() string {
	if i.echoesMethod() {
		return ""
	}
	return strings.Join(i.AllowMethods, ", ")
}

// headerList is the value of Access-Control-Allow-Headers in the same way. "*" does not
// cover Authorization.
func (i intent) headerList() string {
	switch {
	case i.echoesHeaders():
		return ""
	case i.anyHeader():
		return "*, Authorization"
	}
	return strings.Join(i.AllowHeaders, ", ")
}

func (i intent) exposeList() string { return strings.Join(i.ExposeHeaders, ", ") }

// echoesMethod and echoesHeaders report whether "*" is promised where browsers take it
// for a name like any other.
func (i intent) echoesMethod() bool  { return i.anyMethod() && i.AllowCredentials }
func (i intent) echoesHeaders() bool { return i.anyHeader() && i.AllowCredentials }

// seconds is the value of Access-Control-Max-Age, or empty.
func (i intent) seconds() string {
	if i.MaxAge == nil {
		return ""
	}
	return strconv.Itoa(*i.MaxAge)
}

// varies reports whether answers depend on Origin.
func (i intent) varies() bool { return !i.star && len(i.AllowOrigins) > 0 }

// noteExposed says that "*" exposes nothing with credentials.
func (w *writer) noteExposed() {
	if w.anyExposed() && w.AllowCredentials {
		w.note(`With credentials "*" exposes nothing: name the headers to expose in place of it.`)
	}
}

// noteEchoes says that a server cannot echo what is asked for.
func (w *writer) noteEchoes() {
	if w.echoesMethod() {
		w.note(`With credentials "*" is no wildcard for methods: name them in place of it.`)
	}
	if w.echoesHeaders() {
		w.note(`With credentials "*" is no wildcard for request headers: name them in place of it.`)
	}
}

// quoted are the values in double quotes, with a separator. None of a policy's values
// has a quote or a backslash in it, or a control character.
func quoted(values []string, separator string) string {
	var all []string
	for _, v := range values {
		all = append(all, `"`+v+`"`)
	}
	return strings.Join(all, separator)
}
