package selftest

import (
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures/faults"
	"github.com/corsproof/corsproof/fixtures/policies"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// FaultyTarget declares what the owner of a faulty server would; At says where it is.
func FaultyTarget(f faults.Fault) suite.Target {
	target := suite.Target{Policy: f.Policy(), Effects: fetch.Deliver}
	for _, r := range faults.Resources() {
		target.Resources = append(target.Resources, suite.Resource{
			Path: r.Path, Status: r.Status, RedirectsTo: r.RedirectsTo, Methods: r.Methods, Kind: r.Kind, Cacheable: r.Cacheable,
		})
	}
	if slices.Contains(target.Policy.AllowHeaders, "Authorization") {
		target.Request.Headers = fetch.HeaderList{{Name: "Authorization", Value: faults.Authorization}}
	}
	if target.Policy.AllowCredentials {
		name, value, _ := strings.Cut(faults.Cookie, "=")
		target.Request.Cookies = []fetch.Cookie{{Name: name, Value: value}}
	}
	return target
}

// SoundTarget declares what the owner of a server that keeps its policy would; At says
// where it is.
func SoundTarget(c policies.Case) suite.Target {
	target := suite.Target{Policy: c.Policy, Effects: fetch.Deliver}
	for _, r := range policies.Resources() {
		resource := suite.Resource{Path: r.Path, Status: r.Status, RedirectsTo: r.RedirectsTo, Kind: r.Kind, Cacheable: r.Cacheable}
		if own, ok := c.Own[r.Path]; ok {
			resource.Policy = &own
		}
		target.Resources = append(target.Resources, resource)
	}
	return target
}

// At returns the target as it is where its server listens: redirects to another origin
// lead to the same server by another name.
func At(url string, target suite.Target) suite.Target {
	target.URL = url
	target.Resources = slices.Clone(target.Resources)
	for i, r := range target.Resources {
		if !strings.HasPrefix(r.RedirectsTo, "/") {
			target.Resources[i].RedirectsTo = faults.Resource{Path: r.Path}.RedirectsAt(url)
		}
	}
	return target
}

// The hosts by which a server is reached: most by the address that it listens on, and
// those whose name matters by one that leads there without a resolver.
const (
	address = "127.0.0.1"
	name    = "api.corsproof.localhost"
)

// serve serves on a free port of 127.0.0.1 until the server is closed.
func serve(handler http.Handler) (port string, end func(), err error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(listener)
	_, port, err = net.SplitHostPort(listener.Addr().String())
	return port, func() { server.Close() }, err
}
