package lab

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/corsproof/corsproof/reference/policy"
)

// lessonFiles are the lessons, one a file, in the order of their names. To add one is to
// add a file; lessons/README.md says what is in it.
//
//go:embed lessons/*.yaml
var lessonFiles embed.FS

// A lesson sets a broken server. It is passed when the learner's own browser, asking as
// the checks say, gets what they want.
type lesson struct {
	ID    string `json:"id" yaml:"-"` // the file's name without its number
	Title string `json:"title" yaml:"title"`
	Text  string `json:"text" yaml:"text"` // paragraphs; see assets/text.js for the markup
	Task  string `json:"task" yaml:"task"`
	Why   string `json:"why" yaml:"why"` // shown when it is passed

	Server  settings      `json:"server" yaml:"server"`
	Choices []handlerCode `json:"choices,omitempty" yaml:"choices"` // between handlers, the broken one first

	Origin  string  `json:"origin" yaml:"origin"` // by its name
	Request request `json:"request" yaml:"request"`

	// Edit names what the learner may change: fields of the policy, "handler", "origin",
	// and fields of the request.
	Edit []string `json:"edit" yaml:"edit"`

	Checks []check `json:"checks" yaml:"checks"`
}

// handlerCode is a server that the learner may choose: a fault or a handler, or neither,
// which keeps the policy.
type handlerCode struct {
	Says    string `json:"says" yaml:"says"`
	Code    string `json:"code,omitempty" yaml:"code"`
	Fault   string `json:"fault,omitempty" yaml:"fault"`
	Handler string `json:"handler,omitempty" yaml:"handler"`
}

// A request is what a page asks for, as a learner writes it down.
type request struct {
	API         string   `json:"api" yaml:"api"`
	Consumer    string   `json:"consumer,omitempty" yaml:"consumer"`
	CrossOrigin string   `json:"crossOrigin,omitempty" yaml:"crossOrigin"`
	Path        string   `json:"path" yaml:"path"`
	Method      string   `json:"method" yaml:"method"`
	Headers     []string `json:"headers,omitempty" yaml:"headers"` // as "Name: value"
	Body        string   `json:"body,omitempty" yaml:"body"`
	Credentials string   `json:"credentials" yaml:"credentials"`
	Redirect    string   `json:"redirect" yaml:"redirect"`
}

// A check is one request that a lesson makes, and what must come of it.
type check struct {
	Says    string   `json:"says" yaml:"says"`
	Origin  string   `json:"origin" yaml:"origin"` // empty is the learner's choice
	Request *request `json:"request,omitempty" yaml:"-"`
	Wait    int      `json:"wait,omitempty" yaml:"wait"` // seconds, before it
	Want    want     `json:"-" yaml:"want"`

	// Asks changes the lesson's request for this check. Without it the request is the
	// learner's.
	Asks yaml.Node `json:"-" yaml:"request"`
}

// editable are the names that a lesson's edit may have.
var editable = []string{
	"allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "allowCredentials", "maxAge", "handler",
	"origin", "api", "method", "headers", "body", "credentials",
}

// lessons reads them all.
func (n names) lessons() ([]lesson, error) {
	files, err := fs.Glob(lessonFiles, "lessons/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []lesson
	for _, file := range files { // sorted
		data, err := lessonFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		one, err := readLesson([]byte(n.fill(string(data))))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		_, id, _ := strings.Cut(strings.TrimSuffix(file, ".yaml"), "-")
		one.ID = id
		all = append(all, one)
	}
	return all, nil
}

func readLesson(data []byte) (lesson, error) {
	l := lesson{Request: request{API: "fetch", Method: "GET", Credentials: "same-origin", Redirect: "follow"}}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&l); err != nil {
		return l, err
	}
	var errs []error
	servers := []settings{l.Server}
	for _, c := range l.Choices {
		servers = append(servers, settings{l.Server.Policy, c.Fault, c.Handler})
	}
	for _, s := range servers {
		if _, err := s.handler(new(bank)); err != nil {
			errs = append(errs, err)
		}
	}
	for _, name := range l.Edit {
		if !slices.Contains(editable, name) {
			errs = append(errs, fmt.Errorf("edit: nobody can edit %q; expected one of %s", name, strings.Join(editable, ", ")))
		}
	}
	for i := range l.Checks {
		c := &l.Checks[i]
		if c.Asks.IsZero() {
			continue
		}
		asked := l.Request
		if err := c.Asks.Decode(&asked); err != nil {
			errs = append(errs, fmt.Errorf("checks[%d]: %w", i, err))
		}
		c.Request = &asked
	}
	return l, errors.Join(errs...)
}

// A catalog is all that the lab's page chooses from.
type catalog struct {
	Policy  policy.Policy `json:"policy"` // to begin with
	Origins []origin      `json:"origins"`
	Faults  []faultEntry  `json:"faults"`
	Lessons []lesson      `json:"lessons"`
}

type faultEntry struct {
	ID       string         `json:"id"`
	Sentence string         `json:"sentence"`
	Policy   *policy.Policy `json:"policy,omitempty"` // that shows it, if it is not the sample policy
}

func newCatalog(n names) (*catalog, error) {
	c := &catalog{Policy: n.move(policy.Sample()), Origins: n.origins()}
	for _, f := range allFaults {
		entry := faultEntry{ID: f.ID, Sentence: f.Sentence}
		if f.Promise != nil {
			p := n.move(*f.Promise)
			entry.Policy = &p
		}
		c.Faults = append(c.Faults, entry)
	}
	var err error
	c.Lessons, err = n.lessons()
	return c, err
}

// move puts the lab's origins in the place of the sample policy's.
func (n names) move(p policy.Policy) policy.Policy {
	moved := slices.Clone(p.AllowOrigins)
	for i, o := range moved {
		switch o {
		case policy.Sample().AllowOrigins[0]:
			moved[i] = n.at("app.lab.localhost")
		case policy.Sample().AllowOrigins[1]:
			moved[i] = n.at("admin.lab.localhost")
		}
	}
	p.AllowOrigins = moved
	return p
}

func (c *catalog) lesson(id string) *lesson {
	i := slices.IndexFunc(c.Lessons, func(l lesson) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Lessons[i]
}
