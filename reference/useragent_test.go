package reference_test

import (
	"net/http"
	"slices"
	"strings"
)

// allowedBy says whether a user agent that sends a CORS-preflight request would go on to
// the actual request; for any other request, whether a script would see the response.
func allowedBy(response *http.Response, method string, request headers) bool {
	h := response.Header
	credentials := h.Get("Access-Control-Allow-Credentials") == "true"
	has := func(name, value string, fold bool) bool {
		return slices.ContainsFunc(strings.Split(strings.Join(h.Values(name), ","), ","), func(listed string) bool {
			listed = strings.TrimSpace(listed)
			return listed == value || fold && strings.EqualFold(listed, value) || listed == "*" && !credentials && value != "authorization"
		})
	}
	if origin := h.Values("Access-Control-Allow-Origin"); len(origin) != 1 || origin[0] != "*" && !slices.Equal(origin, request["Origin"]) {
		return false
	}
	asked := request["Access-Control-Request-Method"]
	if !isPreflight(method, request) {
		return true
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return false
	}
	if !slices.Contains([]string{"GET", "HEAD", "POST"}, asked[0]) && !has("Access-Control-Allow-Methods", asked[0], false) {
		return false
	}
	for name := range strings.SplitSeq(strings.Join(request["Access-Control-Request-Headers"], ","), ",") {
		if name = strings.TrimSpace(name); name != "" && !has("Access-Control-Allow-Headers", name, true) {
			return false
		}
	}
	return true
}

func isPreflight(method string, request headers) bool {
	return method == "OPTIONS" && request["Origin"] != nil && request["Access-Control-Request-Method"] != nil
}

// list returns the elements of a header that is a list.
func list(h http.Header, name string) []string {
	var elements []string
	for element := range strings.SplitSeq(strings.Join(h.Values(name), ","), ",") {
		if element = strings.TrimSpace(element); element != "" {
			elements = append(elements, element)
		}
	}
	return elements
}
