package browser_test

import (
	"context"
	"crypto/x509"

	browsers "github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/contract"
	"github.com/corsproof/corsproof/suite/fetch"
)

// The model keeps to the contract of browsers, so that it can stand for one.
var _ = contract.Specs("The model", contract.Agent{
	Delivering:     func() fetch.UserAgent { return fetch.Model{Effects: fetch.Deliver} },
	Holding:        func() fetch.UserAgent { return fetch.Model{} },
	HostCharacters: "-_\"`{}+!~;&'(),$=",
	Start: func(_ context.Context, o browsers.Options) (fetch.UserAgent, error) {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(o.Authority)
		return fetch.Model{Effects: o.Effects, Transport: fetch.NewTransport(func(address string) string {
			if to, ok := o.ConnectTo[address]; ok {
				return to
			}
			return address
		}, roots)}, nil
	},
})
