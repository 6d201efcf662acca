package lab

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/reference/policy"
)

// settings are what a server does: it keeps the policy, but for one mistake at most.
type settings struct {
	Policy  policy.Policy `json:"policy" yaml:"policy"`
	Fault   string        `json:"fault,omitempty" yaml:"fault"`     // of fixtures/faults
	Handler string        `json:"handler,omitempty" yaml:"handler"` // of handlers; a lesson alone has one
}

// handler returns the server. It fails if the policy is not well-formed, with the error
// of [policy.Policy.Validate], and if there is no such fault or handler.
func (s settings) handler(application http.Handler) (http.Handler, error) {
	if err := s.Policy.Validate(); err != nil {
		return nil, err
	}
	if s.Handler != "" {
		build, ok := handlers[s.Handler]
		if !ok {
			return nil, &unknownError{"handler", s.Handler}
		}
		return build(s.Policy, application), nil
	}
	fault := faults.Fault{}
	if s.Fault != "" {
		i := slices.IndexFunc(allFaults, func(f faults.Fault) bool { return f.ID == s.Fault })
		if i < 0 {
			return nil, &unknownError{"fault", s.Fault}
		}
		fault = allFaults[i]
	}
	fault.Promise = &s.Policy
	return fault.Before(application), nil
}

var allFaults = faults.All()

// An unknownError reports a name that the lab does not have.
type unknownError struct{ kind, name string }

func (e *unknownError) Error() string { return "the lab has no " + e.kind + " " + e.name }

// handlers are servers of lessons that are more than the reference handler with a fault
// in it. The policy is well-formed.
var handlers = map[string]func(policy.Policy, http.Handler) http.Handler{
	// The handler of an article on ASP.NET Web API: whoever asks is answered, and the
	// names of request headers are read as if they were always there.
	"message-handler": func(_ policy.Policy, app http.Handler) http.Handler { return messageHandler{app: app, throws: true} },

	// The same with "I want cookies".
	"message-handler-cookies": func(_ policy.Policy, app http.Handler) http.Handler {
		return messageHandler{app: app, credentials: true}
	},

	// The same, and what is not there is answered all the same, with nothing.
	"message-handler-caught": func(_ policy.Policy, app http.Handler) http.Handler {
		return messageHandler{app: app, throws: true, catches: true}
	},

	// The same, and whoever is known to be bad is not answered.
	"message-handler-blocklist": func(_ policy.Policy, app http.Handler) http.Handler {
		answering := messageHandler{app: app, credentials: true}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Header.Get("Origin"), "http://evil.lab.") {
				app.ServeHTTP(w, r)
				return
			}
			answering.ServeHTTP(w, r)
		})
	},

	// The same as the first, and a preflight need not name headers.
	"message-handler-mended": func(_ policy.Policy, app http.Handler) http.Handler { return messageHandler{app: app} },

	// The server takes OPTIONS for itself, as IIS does by its OPTIONSVerbHandler.
	"options-swallowed": func(p policy.Policy, app http.Handler) http.Handler {
		kept := policies.Keep(p, app)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions {
				w.Header().Set("Allow", "OPTIONS, TRACE, GET, HEAD, POST")
				w.Header().Set("Public", "OPTIONS, TRACE, GET, HEAD, POST")
				return
			}
			kept.ServeHTTP(w, r)
		})
	},

	// Headers are added to answers that went well, as nginx's add_header does without
	// "always".
	"headers-on-success": func(p policy.Policy, app http.Handler) http.Handler {
		kept := policies.Keep(p, app)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b := &buffer{status: http.StatusOK, header: http.Header{}}
			kept.ServeHTTP(b, r)
			if b.status >= 400 {
				for name := range b.header {
					if strings.HasPrefix(name, "Access-Control-") {
						b.header.Del(name)
					}
				}
			}
			b.writeTo(w)
		})
	},

	// Preflights of origins that are not listed are answered 403.
	"preflights-refused": func(p policy.Policy, app http.Handler) http.Handler {
		kept := policies.Keep(p, app)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions && !slices.Contains(p.AllowOrigins, r.Header.Get("Origin")) {
				reply(w, http.StatusForbidden, `{"error":"this origin is not listed"}`)
				return
			}
			kept.ServeHTTP(w, r)
		})
	},

	// No form can say that it is JSON.
	"json-alone": func(p policy.Policy, app http.Handler) http.Handler { return policies.Keep(p, jsonAlone(app)) },

	// Who has no business here is not even listened to.
	"origin-checked": func(p policy.Policy, app http.Handler) http.Handler {
		kept := policies.Keep(p, app)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if o := r.Header.Get("Origin"); o != "" && r.Method == http.MethodPost && !slices.Contains(p.AllowOrigins, o) {
				reply(w, http.StatusForbidden, `{"error":"this origin has no business here"}`)
				return
			}
			kept.ServeHTTP(w, r)
		})
	},
}

// A messageHandler answers every origin.
type messageHandler struct {
	app         http.Handler
	throws      bool // without Access-Control-Request-Headers
	catches     bool // what it throws
	credentials bool
}

func (m messageHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		m.app.ServeHTTP(w, r)
		return
	}
	asked := r.Header.Values("Access-Control-Request-Headers")
	if r.Method == http.MethodOptions && m.throws && len(asked) == 0 {
		if m.catches {
			return
		}
		http.Error(w, "InvalidOperationException: The given header was not found.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	if m.credentials {
		w.Header().Set("Access-Control-Allow-Credentials", "true")
	}
	if r.Method != http.MethodOptions {
		m.app.ServeHTTP(w, r)
		return
	}
	if method := r.Header.Get("Access-Control-Request-Method"); method != "" {
		w.Header().Set("Access-Control-Allow-Methods", method)
	}
	if len(asked) > 0 {
		w.Header().Set("Access-Control-Allow-Headers", strings.Join(asked, ", "))
	}
}
