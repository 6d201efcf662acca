package repair

import (
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/reference/policy"
)

// excerpt returns the lines of the configuration that are there for some parts, in its
// order. It works without the others: with a line that opens or closes a bracket comes
// the statement that it is part of, and with a name what defines it.
func (s Server) excerpt(p policy.Policy, parts []part) []string {
	lines := s.written(p).lines
	statement := statements(lines)
	chosen := make([]bool, len(lines))
	var choose func(i int)
	choose = func(i int) {
		if chosen[i] {
			return
		}
		chosen[i] = true
		for j := range lines {
			if opened(lines[i].text) != 0 && statement[j] == statement[i] {
				choose(j)
			}
		}
		for _, name := range named.FindAllString(lines[i].text, -1) {
			for j, l := range lines {
				if defines(l.text, name) {
					choose(j)
				}
			}
		}
	}
	for i, l := range lines {
		if slices.ContainsFunc(l.parts, func(p part) bool { return slices.Contains(parts, p) }) {
			choose(i)
		}
	}
	var excerpt []string
	for i, l := range lines {
		if chosen[i] {
			excerpt = append(excerpt, l.text)
		}
	}
	return excerpt
}

// statements returns for each line the number of the statement that it is part of, which
// ends where all brackets are closed.
func statements(lines []line) []int {
	numbers := make([]int, len(lines))
	number, depth := 0, 0
	for i, l := range lines {
		numbers[i] = number
		if depth += opened(l.text); depth == 0 {
			number++
		}
	}
	return numbers
}

// opened counts the brackets that a line opens and does not close. Those in its
// expressions are in pairs.
func opened(text string) int {
	return strings.Count(text, "(") + strings.Count(text, "[") + strings.Count(text, "{") -
		strings.Count(text, ")") - strings.Count(text, "]") - strings.Count(text, "}")
}

// named are the names that the configurations give to what they work out.
var named = regexp.MustCompile(`cors_[a-z_]+|CORS_[A-Z_]+`)

// defines reports whether a line gives the name its meaning: a map of nginx, a variable of
// HAProxy's or of Apache's environment, a matcher of Caddy's.
func defines(text, name string) bool {
	return strings.HasPrefix(text, "map ") && strings.HasSuffix(text, "$"+name+" {") ||
		strings.Contains(text, "set-var(txn."+name+")") ||
		strings.HasPrefix(text, "SetEnvIf") && (strings.Contains(text, " "+name+"=") || strings.HasSuffix(text, " "+name)) ||
		strings.HasPrefix(text, "@"+name+" ")
}
