package runner

import (
	"encoding/base64"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// shortestLearned is how long a value must be, in bytes, to be taken out wherever it
// stands. A cookie may as well be "1" or "true", of which a report has many that are none
// of the cookie's; what identifies somebody is longer.
const shortestLearned = 8

// learned returns the secrets that a report itself tells: the values of cookies that were
// sent or set, and credentials. A server may repeat them in whatever it sends.
//
// A word that corsproof said before it was answered is not among them, or a target could
// take it out of the report on itself by a cookie.
func learned(r any) []string {
	found := map[string]bool{}
	var said strings.Builder
	structs(reflect.ValueOf(r), func(s any) {
		switch s := s.(type) {
		case *fetch.Header:
			for _, v := range held(*s) {
				found[v] = true
			}
		case *fetch.Cookie:
			found[s.Value] = true
		case *suite.Target:
			for _, p := range public(*s) {
				said.WriteString(p + "\n")
			}
		case *suite.Result:
			for _, text := range []string{s.ID, s.Title, s.Resource, s.Origin, s.Expected, s.Step} {
				said.WriteString(text + "\n")
			}
			for _, text := range s.Bindings {
				said.WriteString(text + "\n")
			}
		}
	})
	words := strings.ToLower(said.String() + protocolWords)
	var secrets []string
	for v := range found {
		if len(v) >= shortestLearned && !strings.Contains(words, strings.ToLower(v)) {
			secrets = append(secrets, v)
		}
	}
	slices.Sort(secrets)
	return secrets
}

// protocolWords are what a report is read by.
const protocolWords = "Access-Control-Allow-Origin Access-Control-Allow-Methods Access-Control-Allow-Headers Access-Control-Allow-Credentials " +
	"Access-Control-Expose-Headers Access-Control-Max-Age Access-Control-Request-Method Access-Control-Request-Headers"

// held are the secrets in the value of a header that holds nothing else, also as a server
// would read them.
func held(h fetch.Header) (values []string) {
	switch strings.ToLower(h.Name) {
	case "cookie":
		for pair := range strings.SplitSeq(h.Value, ";") {
			values = append(values, cookieValues(pair)...)
		}
	case "set-cookie", "set-cookie2":
		for line := range strings.Lines(h.Value) { // Chromium joins several by newlines
			pair, _, _ := strings.Cut(line, ";")
			values = append(values, cookieValues(pair)...)
		}
	case "authorization", "proxy-authorization":
		_, credentials, schemed := strings.Cut(strings.TrimSpace(h.Value), " ")
		if !schemed {
			credentials = h.Value
		}
		credentials = strings.TrimSpace(credentials)
		values = append(values, credentials)
		if plain, err := base64.StdEncoding.DecodeString(credentials); err == nil {
			_, password, _ := strings.Cut(string(plain), ":")
			values = append(values, string(plain), password)
		}
	}
	return values
}

func cookieValues(pair string) []string {
	_, value, named := strings.Cut(pair, "=")
	if !named {
		value = pair
	}
	value = strings.Trim(strings.TrimSpace(value), `"`)
	values := []string{value}
	if plain, err := url.QueryUnescape(value); err == nil && plain != value {
		values = append(values, plain)
	}
	return values
}

// structs calls f with the address of every struct that a value holds.
func structs(v reflect.Value, f func(any)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			structs(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			structs(v.Index(i), f)
		}
	case reflect.Struct:
		f(v.Addr().Interface())
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				structs(v.Field(i), f)
			}
		}
	}
}
