package fetch

import (
	"context"
	"errors"
)

// A Gate is passed by every request on its way to the network, CORS-preflight requests
// and each hop of a redirect among them. Its methods may be called from several
// goroutines at once.
type Gate interface {
	// Pass waits for the turn of one request. An error means that the request must
	// not leave: ErrBudget, or the context's own.
	Pass(context.Context) error
}

// ErrBudget is why a Gate lets nothing pass any more. A request that it stops is a
// network error ByBudget.
var ErrBudget = errors.New("the budget of requests is used up")

// ByBudget is the Cause of a network error whose request, or the CORS-preflight request
// before it, was stopped at the Gate.
const ByBudget Cause = "budget"
