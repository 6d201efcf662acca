package policy

import (
	"errors"
	"strconv"
)

// Validate reports every value of the policy that is not well-formed, joined
// into one error; see [Errors] for taking it apart. A policy that is well-formed
// but unwise is no error; see [Policy.Advice]. Neither is one that allows
// nothing.
func (p Policy) Validate() error {
	var mistakes []error
	check := func(field string, values []string, check func(value string) (Reason, string)) {
		for i, value := range values {
			if reason, expected := checkValue(value, len(values) == 1, check); reason != "" {
				mistakes = append(mistakes, &Error{field, i, value, reason, expected})
			}
		}
	}
	check("allowOrigins", p.AllowOrigins, checkOrigin)
	check("allowMethods", p.AllowMethods, checkMethod)
	check("allowHeaders", p.AllowHeaders, checkRequestHeader)
	check("exposeHeaders", p.ExposeHeaders, checkResponseHeader)
	if p.MaxAge != nil && *p.MaxAge < 0 {
		mistakes = append(mistakes, &Error{"maxAge", -1, strconv.Itoa(*p.MaxAge), Negative,
			"a number of seconds; 0 to have nothing remembered"})
	}
	return errors.Join(mistakes...)
}

// checkValue returns what is wrong with a value of a list, and what is expected
// instead. The wildcard is for all lists the same: as in the Gateway API, it
// stands alone.
func checkValue(value string, alone bool, check func(string) (Reason, string)) (Reason, string) {
	switch {
	case value != "*":
		return check(value)
	case !alone:
		return NotAlone, `"*" alone, or the other values without it`
	}
	return "", ""
}

func checkOrigin(value string) (Reason, string) {
	if _, reason := parseOrigin(value); reason != "" {
		return reason, expectedOrigin(value, reason)
	}
	return "", ""
}

func checkMethod(value string) (Reason, string) {
	return checkName(value, isForbiddenMethod, `a method, such as "PUT", or "*"`)
}

func checkRequestHeader(value string) (Reason, string) {
	return checkName(value, isForbiddenRequestHeader, `a request header that scripts may set, such as "Content-Type", or "*"`)
}

func checkResponseHeader(value string) (Reason, string) {
	return checkName(value, isForbiddenResponseHeader, `a response header that scripts may read, such as "ETag", or "*"`)
}

func checkName(value string, isForbidden func(string) bool, expected string) (Reason, string) {
	switch {
	case value == "":
		return Empty, expected
	case !IsToken(value):
		return NotToken, expected
	case isForbidden(value):
		return Forbidden, expected
	}
	return "", ""
}
