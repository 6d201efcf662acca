package reference

import (
	"net/http"
	"slices"
	"strings"
)

// fields sets headers of one response.
//
// A header's values are a slice, and whoever has the response may change what is in
// it: the wrapped handler, and all that is wrapped around. So no slice is ever used for
// two responses, nor for a request and its response. One array for all values of a
// response makes that cost one allocation, and each slice ends where the next begins,
// so that appending to one cannot change another.
type fields struct {
	header http.Header
	values []string
}

// newFields returns fields for at most so many values.
func newFields(header http.Header, most int) fields {
	return fields{header, make([]string, 0, most)}
}

// set replaces a header, unless the value is empty. The name is in canonical form.
func (f *fields) set(name, value string) {
	if value != "" {
		f.header[name] = f.slice(value)
	}
}

func (f *fields) slice(value string) []string {
	f.values = append(f.values, value)
	n := len(f.values)
	return f.values[n-1 : n : n]
}

// addVary adds a name to the Vary header, unless it is there already or the header
// covers all names.
func (f *fields) addVary(name string) {
	lines := f.header[headerVary]
	if len(lines) == 0 {
		f.header[headerVary] = f.slice(name)
		return
	}
	for _, line := range lines {
		for element := range strings.SplitSeq(line, ",") {
			if element = trimSpace(element); element == "*" || strings.EqualFold(element, name) {
				return
			}
		}
	}
	f.header[headerVary] = append(slices.Clip(lines), name)
}
