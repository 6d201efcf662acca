package reference

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/corsproof/corsproof/reference/policy"
)

// settings are a configuration made ready. They do not change.
type settings struct {
	config          Config
	preflightStatus int
	refusalStatus   int // 0 to answer with what is allowed

	usual  *keeper            // of the resources without a policy of their own
	own    map[string]*keeper // of the others, by pattern
	choose *http.ServeMux     // chooses a pattern; nil if there is none
}

// newSettings makes a configuration ready.
//
// Precondition: it has no mistakes, and nobody else will change it.
func newSettings(config Config) *settings {
	s := &settings{
		config:          config,
		preflightStatus: cmp.Or(config.PreflightStatus, http.StatusNoContent),
		usual:           newKeeper(config.Policy, config, config.AllowOrigin),
		own:             make(map[string]*keeper),
	}
	if !config.Debug {
		s.refusalStatus = config.RefusalStatus
	}
	for pattern, p := range config.Resources {
		s.own[pattern] = newKeeper(p, config, nil)
	}
	s.choose, _ = chooser(config.Resources)
	return s
}

// keeper returns what keeps the policy for a request's URL and the method of the
// actual request. The method of a CORS-preflight request itself says nothing.
func (s *settings) keeper(r *http.Request, method string) *keeper {
	if s.choose == nil {
		return s.usual
	}
	return s.chosen(r, method)
}

func (s *settings) chosen(r *http.Request, method string) *keeper {
	_, pattern := s.choose.Handler(&http.Request{Method: method, Host: r.Host, URL: r.URL})
	if k, ok := s.own[pattern]; ok {
		return k
	}
	return s.usual
}

// chooser returns a ServeMux that has a pattern for each policy, and no use for its
// handlers; or nil if there are no policies. The error is a [*policy.Error].
func chooser(resources map[string]Policy) (mux *http.ServeMux, err error) {
	if len(resources) == 0 {
		return nil, nil
	}
	mux = http.NewServeMux()
	for _, pattern := range slices.Sorted(maps.Keys(resources)) {
		if err := handle(mux, pattern); err != nil {
			return nil, err
		}
	}
	return mux, nil
}

// handle adds a pattern. ServeMux has no other way to check one than to panic.
func handle(mux *http.ServeMux, pattern string) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = &policy.Error{Field: "Resources", Index: -1, Value: pattern, Reason: policy.InvalidResource,
				Expected: fmt.Sprintf(`a pattern of http.ServeMux, such as "PUT /v1/items/{id}" (%v)`, problem)}
		}
	}()
	mux.Handle(pattern, http.NotFoundHandler())
	return nil
}
