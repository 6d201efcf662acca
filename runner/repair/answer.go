package repair

import (
	"slices"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
)

// partsOf are the parts of a configuration that answer a reason of failure, the one to
// look at first in front.
var partsOf = map[string][]part{
	"MissingAllowOriginHeader":  {allowOrigin, credentials, expose}, // what is not reached says nothing else either
	"WildcardOriginNotAllowed":  {allowOrigin},
	"MultipleAllowOriginValues": {doubles, allowOrigin},
	"InvalidAllowOriginValue":   {allowOrigin},
	"AllowOriginMismatch":       {allowOrigin},
	"InvalidAllowCredentials":   {credentials},

	"PreflightMissingAllowOriginHeader":  {preflight, allowOrigin, credentials, methods, headers, maxAge},
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
	"NotModifiedUnshared":    {allowOrigin, vary},
	"OptionsBroken":          {preflight},
}

// Answer returns what in the server's configuration for a policy answers a failure. It
// reports false if nothing in it does: then it is not the configuration that fails.
func (s Server) Answer(p policy.Policy, reason string, onError bool) (suite.Repair, bool) {
	parts := partsFor(reason, onError)
	if parts == nil {
		return suite.Repair{}, false
	}
	return suite.Repair{Server: s.Name, Why: s.why(parts), Lines: s.excerpt(p, parts)}, true
}

// partsFor are the parts that answer a failure, which is nil where no configuration does.
func partsFor(reason string, onError bool) []part {
	parts := partsOf[reason]
	if onError && slices.Contains(parts, allowOrigin) && !slices.Contains(parts, preflight) {
		parts = append([]part{errorPages}, parts...)
	}
	return parts
}

// why says what to mind there: the sentence on the first of the parts that has one.
func (s Server) why(parts []part) []string {
	for _, part := range parts {
		if trap := s.traps[part]; trap != "" {
			return []string{trap}
		}
	}
	return nil
}
