package repair

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
)

// partsOf are the parts of a configuration that answer a reason of failure, the one to
// look at first in front.
var partsOf = map[string][]part{
	"MissingAllowOriginHeader":  {allowOrigin},
	"WildcardOriginNotAllowed":  {allowOrigin},
	"MultipleAllowOriginValues": {doubles, allowOrigin},
	"InvalidAllowOriginValue":   {allowOrigin},
	"AllowOriginMismatch":       {allowOrigin},
	"InvalidAllowCredentials":   {credentials},

	"PreflightMissingAllowOriginHeader":  {preflight, allowOrigin},
	"PreflightWildcardOriginNotAllowed":  {allowOrigin},
	"PreflightMultipleAllowOriginValues": {doubles, allowOrigin},
	"PreflightInvalidAllowOriginValue":   {allowOrigin},
	"PreflightAllowOriginMismatch":       {allowOrigin},
	"PreflightInvalidAllowCredentials":   {credentials},

	"PreflightDisallowedRedirect":          {preflight},
	"PreflightInvalidStatus":               {preflight},
	"PreflightUnanswered":                  {preflight},
	"InvalidAllowMethodsPreflightResponse": {methods},
	"InvalidAllowHeadersPreflightResponse": {headers},
	"MethodDisallowedByPreflightResponse":  {methods},
	"HeaderDisallowedByPreflightResponse":  {headers},
	"AuthorizationNotCoveredByWildcard":    {headers},

	"OriginNotRefused":       {allowOrigin},
	"MethodNotRefused":       {methods},
	"HeaderNotRefused":       {headers},
	"CredentialsNotRefused":  {credentials},
	"HeaderNotExposed":       {expose},
	"HeaderExposed":          {expose},
	"MaxAgeDiffers":          {maxAge},
	"PreflightRemembered":    {maxAge},
	"PreflightNotRemembered": {maxAge},
	"StoredForAnotherOrigin": {vary},
	"OptionsBroken":          {preflight},
}

// Answer returns what in the server's configuration for a policy answers a failure. It
// reports false if nothing in it does: then it is not the configuration that fails.
func (s Server) Answer(p policy.Policy, reason string, onError bool) (suite.Repair, bool) {
	parts, ok := partsOf[reason]
	if !ok {
		return suite.Repair{}, false
	}
	if onError && slices.Contains(parts, allowOrigin) && !slices.Contains(parts, preflight) {
		parts = append([]part{errorPages}, parts...)
	}
	a := suite.Repair{Server: s.Name}
	for _, part := range parts {
		if trap := s.traps[part]; trap != "" && a.Why == nil {
			a.Why = []string{trap}
		}
	}
	for _, l := range s.written(p).lines {
		serves := slices.ContainsFunc(l.parts, func(p part) bool { return slices.Contains(parts, p) })
		if serves && !slices.Contains(a.Lines, l.text) || serves && strings.Trim(l.text, " \t}") == "" {
			a.Lines = append(a.Lines, l.text)
		}
	}
	return a, true
}
