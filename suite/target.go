package suite

import (
	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A Target is the server to judge, and what its owner says of it.
type Target struct {
	// URL is the target's origin: scheme://host[:port], no slash at its end.
	URL string `json:"url"`

	// Policy is what every resource promises that has none of its own.
	Policy policy.Policy `json:"policy"`

	// Resources are tried in this order. The first plain one, which declares
	// neither status, nor redirect, nor kind, is the one that most scenarios
	// ask. No resource at all means "/".
	Resources []Resource `json:"resources"`

	// Request is what scripts send in scenarios marked authorized.
	Request Authorized `json:"request,omitzero"`

	// Effects says whether requests with unsafe methods reach the target. The
	// zero value holds them back, and so does a user agent that holds effects.
	Effects fetch.Effects `json:"effects,omitempty"`

	// ConnectTo and CAFile say how the target is reached, in the terms of curl's
	// --connect-to and --cacert. They are for the command lines in reports alone:
	// WithTransport is what reaches it.
	ConnectTo []string `json:"connectTo,omitempty"`
	CAFile    string   `json:"caFile,omitempty"`
}

// A Resource is a path of the target.
type Resource struct {
	// Path begins with a slash; it may have a query.
	Path string `json:"path"`

	// Policy replaces the target's; it is never merged with it. Nil keeps the
	// target's.
	Policy *policy.Policy `json:"policy,omitempty"`

	// Methods are those that the resource implements. None means the methods
	// that its policy allows.
	Methods []string `json:"methods,omitempty"`

	// Status is that of the actual response; 0 means a 2xx one.
	Status int `json:"status,omitempty"`

	// RedirectsTo is the path to which the resource redirects, or an absolute URL on
	// another origin, or empty. Status then is the redirect's, or 0 for any.
	RedirectsTo string `json:"redirectsTo,omitempty"`

	// Kind is image, script, style, font or events, or empty for data.
	Kind string `json:"kind,omitempty"`

	// Cacheable says that responses may be stored by HTTP caches.
	Cacheable bool `json:"cacheable,omitempty"`
}

// Authorized is what a script sends so that the target knows it.
type Authorized struct {
	Headers fetch.HeaderList `json:"headers,omitempty"`
	Cookies []fetch.Cookie   `json:"cookies,omitempty"`

	// Spelling has values by the names of their headers and cookies, as they were
	// written: ${NAME} stands for what came from the environment, and $${ for ${.
	Spelling map[string]string `json:"spelling,omitempty"`
}
