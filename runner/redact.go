package runner

import (
	"cmp"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// redacted stands for what no report may show. No byte of it is a CORS-unsafe
// request-header byte, so that a report can be judged again.
const redacted = "REDACTED"

// confidential returns those of the values that are secret indeed. What stands in the
// target's URL or in a policy is not: a server tells it to everybody, and without it
// nobody could read the report, nor judge it again.
func confidential(values []string, t suite.Target) []string {
	said := public(t)
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool {
		return slices.ContainsFunc(said, func(p string) bool { return strings.Contains(p, v) })
	})
}

// public is what a target tells everybody.
func public(t suite.Target) []string {
	said := []string{t.URL}
	add := func(p policy.Policy) {
		said = slices.Concat(said, p.AllowOrigins, p.AllowMethods, p.AllowHeaders, p.ExposeHeaders)
	}
	add(t.Policy)
	for _, r := range t.Resources {
		if r.Policy != nil {
			add(*r.Policy)
		}
	}
	return said
}

// redact takes the secrets out of every text of a report that may hold them, and the
// values out of cookies and of headers that hold nothing else; what these held, wherever
// it is repeated.
func redact(r any, secrets []string) {
	secrets = slices.Concat(secrets, learned(r))
	d := redactor{strings.NewReplacer(replacements(secrets)...)}
	d.value(reflect.ValueOf(r))
}

// replacements are the spellings in which a secret may turn up, each followed by what
// stands for it, the longest first.
func replacements(secrets []string) []string {
	var spellings []string
	for _, s := range secrets {
		quoted := strconv.Quote(s)
		spellings = append(spellings, s, strings.TrimSpace(s), url.PathEscape(s), url.QueryEscape(s), quoted[1:len(quoted)-1], latin1(s),
			strings.ReplaceAll(s, "'", `'\''`)) // in command lines
	}
	slices.SortFunc(spellings, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	var pairs []string
	for _, s := range slices.Compact(spellings) {
		if s != "" {
			pairs = append(pairs, s, redacted)
		}
	}
	return pairs
}

// latin1 is how a user agent shows a header value that was sent as UTF-8.
func latin1(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteRune(rune(c))
	}
	return b.String()
}

// A redactor walks a report. It begins with everything and leaves out what is written
// by corsproof alone, so that a field which is added one day is redacted unasked.
type redactor struct {
	secrets *strings.Replacer
}

// ours are the fields that hold words of corsproof's own, and nothing else. Words that
// have a type of their own, such as verdicts, need not be named.
var ours = []string{"ID", "Title", "Level", "Browser", "Reason", "Spec", "Step", "Tool"}

// secretHeaders hold nothing but secrets.
var secretHeaders = []string{"authorization", "proxy-authorization", "cookie", "set-cookie", "set-cookie2"}

func (d redactor) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			d.value(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			d.value(v.Index(i))
		}
	case reflect.Map:
		d.entries(v)
	case reflect.Struct:
		switch x := v.Addr().Interface().(type) {
		case *fetch.Header:
			if slices.Contains(secretHeaders, strings.ToLower(x.Name)) {
				x.Value = redacted
			}
		case *fetch.Cookie:
			x.Value = redacted
		}
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() && !slices.Contains(ours, field.Name) {
				d.value(v.Field(i))
			}
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.CanSet() {
			v.SetString(d.secrets.Replace(v.String()))
		}
	}
}

// entries redacts the values of a map. Its keys are corsproof's own.
func (d redactor) entries(m reflect.Value) {
	if m.Type().Elem() != reflect.TypeFor[string]() {
		return
	}
	for _, key := range m.MapKeys() {
		m.SetMapIndex(key, reflect.ValueOf(d.secrets.Replace(m.MapIndex(key).String())))
	}
}
