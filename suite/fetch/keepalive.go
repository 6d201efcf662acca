package fetch

// MaxKeepaliveBody is how many bytes the bodies of a page's requests may have that are kept
// alive and under way, all together. Model looks at each by itself.
//
// https://fetch.spec.whatwg.org/#http-network-or-cache-fetch, step 8.10
const MaxKeepaliveBody = 64 << 10

// isQueued reports whether navigator.sendBeacon() takes a beacon of that length. It returns
// false if not.
//
// https://w3c.github.io/beacon/#sec-processing-model
func isQueued(r Request) bool { return len(r.Body) <= MaxKeepaliveBody }

// isTooLong reports whether the request is to be kept alive and has a longer body.
func (req *request) isTooLong() bool { return req.keepalive && len(req.body) > MaxKeepaliveBody }
