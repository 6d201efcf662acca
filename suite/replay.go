package suite

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/corsproof/corsproof/suite/fetch"
)

// replay returns command lines that send again what the outcome is about: the
// CORS-preflight request, if there is one, and the actual request, as a browser sends
// them.
//
// What the target's owner gave as credentials is not in them: its variables are, for
// the shell to fill in.
func (p *play) replay(o outcome, a Attempt) []string {
	if o.step >= len(p.steps) {
		return nil
	}
	r := p.steps[o.step].request
	if p.scenario.AskedByCorsproof || r.Consumer != "" {
		return p.recorded(o, a)
	}
	var lines []string
	if fetch.NeedsPreflight(r) {
		w := fetch.PreflightRequest(p.origin, r)
		asked := slices.DeleteFunc(w.Headers, func(h fetch.Header) bool { return h.Name == "Accept" || h.Name == "Origin" })
		lines = append(lines, p.curl(w.Method, r.URL, p.origin, shellHeaders(asked), ""))
	}
	origin := p.origin
	if o.step < len(a.Steps) {
		// A request without CORS carries no origin.
		if actual := a.Steps[o.step].Actual(); actual != nil && len(actual.Request.Headers) > 0 && !actual.Request.Headers.Contains("Origin") {
			origin = ""
		}
	}
	method := fetch.NormalizeMethod(r.Method)
	headers := p.scriptHeaders(r)
	switch {
	case r.Body != "" && !r.Headers.Contains("Content-Type"):
		headers = append(headers, shell("Content-Type: text/plain;charset=UTF-8"))
	case r.Body == "" && (method == "POST" || method == "PUT"):
		headers = append(headers, shell("Content-Length: 0"))
	}
	return append(lines, p.curl(method, r.URL, origin, headers, r.Body))
}

// recorded returns command lines for what was sent, where the request alone does not
// say it: corsproof may spell it in its own way, and an element adds to it.
func (p *play) recorded(o outcome, a Attempt) []string {
	if o.step >= len(a.Steps) {
		return nil
	}
	var lines []string
	for _, e := range a.Steps[o.step].Exchanges {
		origin, _ := e.Request.Headers.Get("Origin")
		var headers fetch.HeaderList
		for _, h := range e.Request.Headers {
			if name := strings.ToLower(h.Name); replayedHeaders[name] || strings.HasPrefix(name, "access-control-request-") {
				headers = append(headers, h)
			}
		}
		body := ""
		if e.Kind == fetch.Actual {
			body = p.steps[o.step].request.Body
		}
		line := p.curl(e.Request.Method, e.Request.URL, origin, shellHeaders(headers), body)
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// replayedHeaders are those of a recorded request that servers may decide by, besides
// Origin and those of CORS. None of them holds a secret.
var replayedHeaders = map[string]bool{"accept": true, "content-type": true, "range": true}

// curl returns a command line. The headers are quoted already.
func (p *play) curl(method, url, origin string, headers []string, body string) string {
	words := []string{"curl", "-i"}
	for _, c := range p.claim.Target.ConnectTo {
		words = append(words, "--connect-to", shell(c))
	}
	if p.claim.Target.CAFile != "" {
		words = append(words, "--cacert", shell(p.claim.Target.CAFile))
	}
	switch method {
	case "GET":
	case "HEAD":
		words = append(words, "--head")
	default:
		words = append(words, "-X", shell(method))
	}
	if strings.ContainsAny(url, "[]{}") {
		words = append(words, "--globoff")
	}
	words = append(words, shell(url))
	if origin != "" {
		words = append(words, "-H", shell("Origin: "+origin))
	}
	for _, h := range headers {
		words = append(words, "-H", h)
	}
	if body != "" {
		words = append(words, "--data-raw", shell(body))
	}
	return strings.Join(words, " ")
}

func shellHeaders(list fetch.HeaderList) []string {
	var words []string
	for _, h := range list {
		words = append(words, shell(headerLine(h)))
	}
	return words
}

// headerLine is a header as curl takes it: without a value it ends in a semicolon.
func headerLine(h fetch.Header) string {
	if h.Value == "" {
		return h.Name + ";"
	}
	return h.Name + ": " + h.Value
}

// scriptHeaders are those that the script sets, quoted, and the cookies that the
// target's owner gave.
func (p *play) scriptHeaders(r fetch.Request) []string {
	if !p.scenario.Authorized {
		return shellHeaders(r.Headers)
	}
	given := p.claim.Target.Request
	var words []string
	for _, h := range r.Headers {
		if given.Headers.Contains(h.Name) {
			words = append(words, expanding(h.Name+": "+given.spelled(h.Name)))
		} else {
			words = append(words, shell(headerLine(h)))
		}
	}
	var cookies []string
	for _, c := range given.Cookies {
		cookies = append(cookies, c.Name+"="+given.spelled(c.Name))
	}
	if len(cookies) > 0 && r.Credentials == fetch.Include {
		words = append(words, expanding("Cookie: "+strings.Join(cookies, "; ")))
	}
	return words
}

// spelled is how the value of a header or a cookie was given, with variables in place
// of what no report may show. What was given without one gets one of its own name.
func (a Authorized) spelled(name string) string {
	if text, ok := a.Spelling[name]; ok {
		return text
	}
	return "${" + notInNames.ReplaceAllString(strings.ToUpper(name), "_") + "}"
}

var notInNames = regexp.MustCompile(`[^A-Z0-9_]`)

// plainWord is a word that a shell takes as it is.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=,+@%-]+$`)

// shell quotes a word for a POSIX shell, on one line. What cannot be shown is escaped,
// in bash's $'…'; so is what GitHub would take for a workflow command.
func shell(word string) string {
	switch {
	case plainWord.MatchString(word):
		return word
	case !shownAsItIs(word):
		var b strings.Builder
		for i := 0; i < len(word); {
			c, size := utf8.DecodeRuneInString(word[i:])
			switch {
			case c == '\n':
				b.WriteString(`\n`)
			case c == '\r':
				b.WriteString(`\r`)
			case c == '\'' || c == '\\':
				b.WriteString(`\` + string(c))
			case c == ':' || c == '#' || c == utf8.RuneError || !unicode.IsPrint(c):
				for _, octet := range []byte(word[i : i+size]) {
					fmt.Fprintf(&b, `\%03o`, octet)
				}
			default:
				b.WriteRune(c)
			}
			i += size
		}
		return "$'" + b.String() + "'"
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// shownAsItIs reports whether a report can show the word without a change.
func shownAsItIs(word string) bool {
	return utf8.ValidString(word) && !strings.ContainsFunc(word, func(c rune) bool { return !unicode.IsPrint(c) }) &&
		!strings.Contains(word, " ::") && !strings.HasPrefix(word, "::") && !strings.Contains(word, "##[")
}

// expanding quotes a word so that the shell fills in its ${NAME}s; $${ stands for ${.
func expanding(word string) string {
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		switch {
		case strings.HasPrefix(word[i:], "$${"):
			b.WriteString(`\${`)
			i += len("$${") - 1
		case strings.HasPrefix(word[i:], "${"):
			b.WriteByte('$')
		case strings.IndexByte("$`\"\\", word[i]) >= 0:
			b.WriteByte('\\')
			b.WriteByte(word[i])
		default:
			b.WriteByte(word[i])
		}
	}
	return `"` + b.String() + `"`
}
