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

// room makes room for so many values. Further ones have an allocation of their own.
func (f *fields) room(most int) { f.values = make([]string, 0, most) }

// set replaces a header, unless the value is empty. The name is in canonical form.
func (f *fields) set(name, value string) {
	if value != "" {
		f.header[name] = f.slice(value)
	}
}

func (f *fields) slice(value string) []string {
	n := len(f.values)
	if n == cap(f.values) {
		return []string{value}
	}
	f.values = append(f.values, value)
	return f.values[n : n+1 : n+1]
}

// addVary adds a name to the Vary header, unless it is there already or the header
// covers all names.
func (f *fields) addVary(name string) {
	if lines := f.header[headerVary]; len(lines) > 0 {
		f.mergeVary(lines, name)
	} else {
		f.header[headerVary] = f.slice(name)
	}
}

func (f *fields) mergeVary(lines []string, name string) {
	for _, line := range lines {
		for element := range strings.SplitSeq(line, ",") {
			if element = trimSpace(element); element == "*" || strings.EqualFold(element, name) {
				return
			}
		}
	}
	f.header[headerVary] = append(slices.Clip(lines), name)
}
