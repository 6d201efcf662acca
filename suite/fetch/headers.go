package fetch

import "strings"

// A Header is one header: a name and a value. Names compare without regard to
// ASCII case; the spelling is kept as it was given or received.
//
// https://fetch.spec.whatwg.org/#concept-header
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A HeaderList is a list of headers in the order in which they were given or
// received. A name may occur more than once, as it may on the wire.
//
// https://fetch.spec.whatwg.org/#concept-header-list
type HeaderList []Header

// Get returns the values of all headers called name, joined with ", ", and
// reports whether there is one. This is how a user agent reads a header, and
// why two Access-Control-Allow-Origin lines never match an origin.
//
// https://fetch.spec.whatwg.org/#concept-header-list-get
func (l HeaderList) Get(name string) (value string, ok bool) {
	values := l.Values(name)
	return strings.Join(values, ", "), len(values) > 0
}

// Values returns the value of each header called name, in order.
func (l HeaderList) Values(name string) []string {
	var values []string
	for _, h := range l {
		if strings.EqualFold(h.Name, name) {
			values = append(values, h.Value)
		}
	}
	return values
}

// Contains reports whether the list has a header called name.
//
// https://fetch.spec.whatwg.org/#header-list-contains
func (l HeaderList) Contains(name string) bool {
	return len(l.Values(name)) > 0
}

// With returns a copy of the list with one more header at its end.
func (l HeaderList) With(name, value string) HeaderList {
	return append(l[:len(l):len(l)], Header{name, value})
}
