package fetch

import "strings"

// The Standard compares bytes. Package strings folds and maps all of Unicode,
// where "ſ" is an upper-case "S" and the Kelvin sign a lower-case "k", so that
// its functions would call names equal which no user agent does.

// upper returns s byte-uppercased.
//
// https://infra.spec.whatwg.org/#byte-uppercase
func upper(s string) string {
	return mapBytes(s, func(b byte) byte {
		if 'a' <= b && b <= 'z' {
			b -= 'a' - 'A'
		}
		return b
	})
}

// lower returns s byte-lowercased.
//
// https://infra.spec.whatwg.org/#byte-lowercase
func lower(s string) string {
	return mapBytes(s, func(b byte) byte {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		return b
	})
}

func mapBytes(s string, f func(byte) byte) string {
	mapped := []byte(s)
	for i, b := range mapped {
		mapped[i] = f(b)
	}
	return string(mapped)
}

// equalFold reports whether a is a byte-case-insensitive match for b.
//
// https://infra.spec.whatwg.org/#byte-case-insensitive
func equalFold(a, b string) bool { return lower(a) == lower(b) }

// isToken reports whether s matches HTTP's token production.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
func isToken(s string) bool {
	return s != "" && !containsOther(s, func(b byte) bool {
		return isDigit(b) || isLetter(b) || strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
	})
}

func isDigit(b byte) bool  { return '0' <= b && b <= '9' }
func isLetter(b byte) bool { return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' }

// containsOther reports whether s has a byte that is not among those wanted.
func containsOther(s string, wanted func(byte) bool) bool {
	for i := range len(s) {
		if !wanted(s[i]) {
			return true
		}
	}
	return false
}

const (
	tabOrSpace = "\t "     // HTTP tab or space bytes
	whitespace = "\t\n\r " // HTTP whitespace bytes
)
