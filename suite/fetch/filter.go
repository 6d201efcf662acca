package fetch

import (
	"slices"
	"strings"
)

// ExposedHeaderNames returns a response's CORS-exposed header-name list, which
// is in addition to the names that are always readable. A list in
// Access-Control-Expose-Headers that does not parse exposes nothing; the error
// is then the *TokenError.
//
// https://fetch.spec.whatwg.org/#main-fetch
func ExposedHeaderNames(credentials CredentialsMode, response HeaderList) ([]string, error) {
	names, _, err := ExtractTokens(response, "Access-Control-Expose-Headers") // step 14.1.1
	if err != nil {
		return nil, err
	}
	if credentials != Include && slices.Contains(names, "*") { // step 14.1.2
		names = nil
		for _, h := range response {
			if !containsFold(names, h.Name) {
				names = append(names, h.Name)
			}
		}
	}
	// With credentials, "*" exposes a header that is called "*" and no other.
	return names, nil // step 14.1.3
}

// FilterCORS returns the headers of a CORS filtered response: those that a
// script on another origin can read.
//
// https://fetch.spec.whatwg.org/#concept-filtered-response-cors
func FilterCORS(credentials CredentialsMode, response HeaderList) HeaderList {
	exposed, _ := ExposedHeaderNames(credentials, response) // failure exposes nothing
	return filter(response, func(name string) bool { return IsSafelistedResponseHeaderName(name, exposed) })
}

// FilterBasic returns the headers of a basic filtered response: those that a
// script on the same origin can read.
//
// https://fetch.spec.whatwg.org/#concept-filtered-response-basic
func FilterBasic(response HeaderList) HeaderList {
	return filter(response, func(name string) bool { return !IsForbiddenResponseHeaderName(name) })
}

func filter(list HeaderList, keep func(name string) bool) HeaderList {
	var kept HeaderList
	for _, h := range list {
		if keep(h.Name) {
			kept = append(kept, h)
		}
	}
	return kept
}

// SortAndCombine returns a header list as scripts see it when they list it:
// each name once, in lower case, sorted, with its combined value. Set-Cookie
// alone is not combined.
//
// https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine
func SortAndCombine(list HeaderList) HeaderList {
	var names []string
	for _, h := range list {
		names = append(names, lower(h.Name))
	}
	slices.Sort(names)

	var combined HeaderList
	for _, name := range slices.Compact(names) {
		values := list.Values(name)
		if name != "set-cookie" {
			values = []string{strings.Join(values, ", ")}
		}
		for _, value := range values {
			combined = append(combined, Header{name, value})
		}
	}
	return combined
}
