package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Model is a user agent that follows the Standard step by step over an
// http.RoundTripper. Its zero value is ready.
//
// It has no HSTS, sends neither Referer nor Sec-Fetch-*, and does not know cookies'
// SameSite. A worker is like a page to it. It runs no script that it loads, and
// decodes no image and no font: it goes by their first bytes.
//
// https://fetch.spec.whatwg.org/
type Model struct {
	// Transport sends one request and follows no redirect. Nil means one of its
	// own for each context: HTTP/1.1, no proxy, no compression, the system's
	// authorities.
	Transport http.RoundTripper

	// Effects says what becomes of a request with an unsafe method.
	Effects Effects

	// MaxAgeCap is the limit that the CORS-preflight cache imposes. Zero means
	// DefaultMaxAgeCap.
	MaxAgeCap time.Duration

	// Now tells the time to the caches. Nil means time.Now.
	Now func() time.Time
}

// modelVersion is the date of the Standard that the model follows:
// whatwg/fetch@586cd2a.
const modelVersion = "Fetch Standard 2026-07-02"

// About returns the model's name and the date of the Standard.
func (m Model) About() About { return About{Name: "model", Version: modelVersion} }

// NewContext opens a context. It does not fail.
func (m Model) NewContext(context.Context) (Context, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &modelContext{
		transport: m.Transport,
		effects:   m.Effects,
		cookies:   jar,
		cache:     &PreflightCache{MaxAgeCap: m.MaxAgeCap, Now: m.Now},
		responses: &HTTPCache{Now: m.Now},
	}
	if c.transport == nil {
		own := NewTransport(nil, nil)
		c.transport, c.closeIdle = own, own.CloseIdleConnections
	}
	return c, nil
}

type modelContext struct {
	transport http.RoundTripper
	closeIdle func() // nil when the transport is the caller's
	effects   Effects
	cookies   http.CookieJar
	cache     *PreflightCache
	gate      Gate // nil where there is none to pass
	responses *HTTPCache
	closed    atomic.Bool
}

var errClosed = errors.New("the context is closed")

func (c *modelContext) Limit(g Gate) { c.gate = g }

// Open does nothing but check the origins: the model has no pages.
func (c *modelContext) Open(_ context.Context, origins ...string) error {
	var errs []error
	for _, origin := range origins {
		errs = append(errs, checkOrigin(origin))
	}
	return errors.Join(errs...)
}

func checkOrigin(origin string) error {
	if origin == "null" {
		return nil
	}
	// The URL Standard allows more in a domain than net/url does.
	plain := strange.Replace(origin)
	u, err := url.Parse(plain)
	if err != nil || !isHTTP(u) || u.Hostname() == "" || originOf(u) != plain {
		return &OriginError{Origin: origin, Why: "it is no serialized http or https origin"}
	}
	return nil
}

// strange replaces the characters that net/url refuses in a domain, and "%2A", as
// which Chromium writes an asterisk there.
//
// https://url.spec.whatwg.org/#forbidden-domain-code-point
var strange = strings.NewReplacer("`", "x", "{", "x", "}", "x", "%2A", "x")

func (c *modelContext) SetCookies(_ context.Context, target string, cookies []Cookie) error {
	u, err := url.Parse(target)
	if err != nil {
		return err
	}
	var planted []*http.Cookie
	for _, cookie := range cookies {
		planted = append(planted, &http.Cookie{Name: cookie.Name, Value: cookie.Value, Path: "/"})
	}
	c.cookies.SetCookies(u, planted)
	return nil
}

func (c *modelContext) Close() error {
	if !c.closed.Swap(true) && c.closeIdle != nil {
		c.closeIdle()
	}
	return nil
}

func (c *modelContext) Do(ctx context.Context, origin string, r Request) (Observation, error) {
	if c.closed.Load() {
		return Observation{}, errClosed
	}
	if err := checkOrigin(origin); err != nil {
		return Observation{}, err
	}
	if err := checkAPI(r); err != nil {
		return Observation{}, err
	}
	if exception := validate(r); exception != "" {
		return unasked(exception, "the script asked for what no script can ask for"), nil
	}
	if r.Consumer == Beacon && !isQueued(r) {
		return unasked("sendBeacon() returned false", fmt.Sprintf("the beacon has %d bytes, expected at most %d", len(r.Body), MaxKeepaliveBody)), nil
	}

	timeout := r.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	began := time.Now() // before the timeout does, so that Seconds never lacks a part of it
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel() // also ends a body that has no end
	req := newRequest(origin, r)
	f := &fetching{context: c, ctx: timed}
	response, failure := f.mainFetch(req)
	if failure != nil && ctx.Err() != nil {
		return Observation{}, context.Cause(ctx)
	}
	var seen Response
	if failure == nil {
		seen, failure = f.observe(r.API, req, response)
	}
	o := Observation{Response: seen, Exchanges: f.exchanges}
	if failure != nil {
		o.Cause, o.Detail = failure.cause, failure.detail
	}
	switch {
	case r.Consumer == Beacon:
		o.Response = Response{Type: Opaque} // whatever became of it
	case failure != nil:
		o.Response = Response{Type: NetworkError}
		o.Exception = exceptionOf(r, failure.cause)
	}
	o.Seconds = time.Since(began).Seconds()
	return o, nil
}

// unasked is what is observed of a request that the API itself refuses.
func unasked(exception, detail string) Observation {
	return Observation{Response: Response{Type: NetworkError}, Exception: exception, Cause: ByOther, Detail: detail}
}

// checkAPI reports a request that cannot be written down in the API's terms.
func checkAPI(r Request) error {
	switch {
	case r.Global == Worker && !slices.Contains([]Consumer{ByAPI, Font, Events}, r.Consumer):
		return fmt.Errorf("a worker has no consumer %q", r.Consumer)
	case r.API != XHR:
		return nil
	case r.Consumer != ByAPI:
		return fmt.Errorf("XMLHttpRequest is no part of the consumer %q", r.Consumer)
	case r.Mode != "" && r.Mode != CORSMode, r.Cache != DefaultCache, r.Keepalive, r.Integrity != "":
		return errors.New("XMLHttpRequest has neither mode, cache mode, keepalive nor integrity")
	case r.Credentials == Omit:
		return fmt.Errorf("XMLHttpRequest has no credentials mode %q", r.Credentials)
	case r.Redirect == Error || r.Redirect == Manual:
		return fmt.Errorf("XMLHttpRequest has no redirect mode %q", r.Redirect)
	}
	return nil
}

// exceptionOf words what a script notices of a network error.
func exceptionOf(r Request, cause Cause) string {
	switch {
	case r.Consumer != ByAPI && cause == ByTimeout:
		return "timeout"
	case r.Consumer == WorkerScript:
		return "SecurityError: the script has another origin"
	case r.API == XHR && cause == ByTimeout:
		return "timeout event"
	case r.API == XHR, r.Consumer != ByAPI:
		return "error event"
	case cause == ByTimeout:
		return "AbortError: timeout"
	}
	return "TypeError: network error"
}

// observe reads the response and tells what a script sees of it.
//
// https://fetch.spec.whatwg.org/#response-class
func (f *fetching) observe(api API, req *request, response *received) (Response, *networkError) {
	defer response.body.Close()
	if response.opaqueRedirect {
		return Response{Type: OpaqueRedirect, URL: wireURL(req.currentURL())}, nil
	}
	body := f.read(req, response)
	if req.integrity != "" && (req.opaque || !matchesIntegrity(req.integrity, body)) { // main fetch, before its end
		return Response{}, f.unfit("it does not match the integrity metadata")
	}
	if why := unusable(req.consumer, response.wire, body); why != "" {
		return Response{}, f.unfit(why)
	}
	seen := Response{Type: Basic}
	switch {
	case req.opaque:
		return Response{Type: Opaque}, nil
	case req.cors || api == XHR: // XMLHttpRequest shows no type; see Response
		seen.Type = CORS
	}
	if req.consumer != ByAPI {
		return seen, nil
	}
	seen.Status = response.wire.Status
	seen.StatusText = response.wire.StatusText
	seen.URL = wireURL(req.currentURL())
	seen.Redirected = len(req.urls) > 1 && api != XHR
	seen.BodyBytes = min(len(body), MaxBody)
	headers := FilterBasic(response.wire.Headers)
	if req.cors {
		headers = FilterCORS(req.credentials, response.wire.Headers) // main fetch, step 14
	}
	seen.Headers = SortAndCombine(headers)
	return seen, nil
}

// mostBytes is how much of a body is read that must match integrity metadata.
const mostBytes = 64 << 20

// read reads as much of the body as matters. How it ends changes nothing: the
// response was shared before.
func (f *fetching) read(req *request, response *received) []byte {
	limit := int64(MaxBody)
	switch {
	case req.consumer == Events:
		return nil // it may never begin
	case req.integrity != "":
		limit = mostBytes
	}
	body, _ := io.ReadAll(io.LimitReader(response.body, limit))
	return body
}

// unfit makes a network error of a response that was given, but is not fit.
func (f *fetching) unfit(why string) *networkError { return &networkError{ByContent, why} }

// A fetching is one call of the Standard's fetch().
type fetching struct {
	context   *modelContext
	ctx       context.Context // ends with the request's timeout
	exchanges []Exchange
}

// received is a response that is no network error. Its body is to be closed.
type received struct {
	wire           WireResponse
	body           io.ReadCloser
	opaqueRedirect bool
}

// networkError is a network error and why it is one.
type networkError struct {
	cause  Cause
	detail string
}

// refuse makes a network error of a failure, and notes its reason where it came
// to light.
func (f *fetching) refuse(cause Cause, failure *Failure) *networkError {
	if n := len(f.exchanges); n > 0 {
		f.exchanges[n-1].Reason = string(failure.Reason)
	}
	return &networkError{cause, failure.Error()}
}

// https://fetch.spec.whatwg.org/#main-fetch
func (f *fetching) mainFetch(req *request) (*received, *networkError) {
	u := req.currentURL()
	if isHTTP(u) && badPorts[u.Port()] { // step 7
		return nil, &networkError{ByOther, "port " + u.Port() + " is a bad port"}
	}
	if MixedContent(req.origin, u.String()) {
		return nil, &networkError{ByMixed, fmt.Sprintf("a page on %s may not call %s", req.origin, wireURL(u))}
	}
	switch { // step 12
	case !req.cors && !req.opaque && originOf(u) == req.origin:
		return f.httpFetch(req, false)
	case req.mode == SameOriginMode:
		return nil, &networkError{ByCORS, fmt.Sprintf("%s: the mode is same-origin", DisallowedByMode)}
	case req.mode == NoCORS && req.redirect != Follow:
		return nil, &networkError{ByOther, fmt.Sprintf("the redirect mode is %q, which mode no-cors does not have", req.redirect)}
	case req.mode == NoCORS:
		req.opaque = true
		return f.httpFetch(req, false)
	}
	if !isHTTP(u) {
		return nil, &networkError{ByCORS, fmt.Sprintf("%s: the scheme %q knows no CORS", CorsDisabledScheme, u.Scheme)}
	}
	req.cors = true
	if !req.needsPreflight() {
		return f.httpFetch(req, false)
	}
	response, failure := f.httpFetch(req, true)
	// A request that is held back is no network error in the Standard's sense.
	if failure != nil && failure.cause != ByHold {
		f.context.cache.Clear(req.cacheKey())
	}
	return response, failure
}

// https://fetch.spec.whatwg.org/#http-fetch
func (f *fetching) httpFetch(req *request, makePreflight bool) (*received, *networkError) {
	if makePreflight && !f.cached(req) { // step 4.1
		if failure := f.preflightFetch(req); failure != nil {
			return nil, failure
		}
	}
	response, failure := f.networkFetch(req) // step 4.3
	if failure != nil {
		return nil, failure
	}
	if req.cors { // step 4.4
		if refused := CORSCheck(req.serializedOrigin(), req.credentials, response.wire.Headers); refused != nil {
			response.body.Close()
			return nil, f.refuse(ByCORS, refused)
		}
	}
	if !isRedirectStatus(response.wire.Status) {
		return response, nil
	}
	switch req.redirect { // step 6.3
	case Error:
		response.body.Close()
		return nil, f.refuse(ByOther, redirectRefused(response.wire))
	case Manual:
		response.opaqueRedirect = true
		return response, nil
	}
	next, failed := req.follow(response.wire)
	if failed != nil {
		response.body.Close()
		cause := ByOther
		if failed.Reason == RedirectContainsCredentials || failed.Reason == CorsDisabledScheme {
			cause = ByCORS
		}
		return nil, f.refuse(cause, failed)
	}
	if !next {
		return response, nil
	}
	response.body.Close()
	return f.mainFetch(req)
}

// cached reports whether the CORS-preflight cache has all that the request
// needs.
func (f *fetching) cached(req *request) bool {
	key := req.cacheKey()
	if (!IsSafelistedMethod(req.method) || req.useCORSPreflight) &&
		!f.context.cache.MatchMethod(key, req.method) {
		return false
	}
	return !slices.ContainsFunc(UnsafeRequestHeaderNames(req.headers), func(name string) bool {
		return !f.context.cache.MatchHeader(key, name)
	})
}

func (req *request) cacheKey() CacheKey {
	return CacheKey{req.serializedOrigin(), req.currentURL().String(), req.credentials}
}

// https://fetch.spec.whatwg.org/#cors-preflight-fetch
func (f *fetching) preflightFetch(req *request) *networkError {
	w := req.preflight()
	w.Headers = w.Headers.With("User-Agent", modelUserAgent)
	response, failure := f.send(Preflight, w, "", false)
	if failure != nil {
		return failure
	}
	response.body.Close() // what it says, and whether it ends, is of no interest
	permission, failures := req.checkPreflight(req.serializedOrigin(), response.wire)
	if len(failures) > 0 {
		return f.refuse(ByCORS, failures[0])
	}
	f.context.cache.Store(req.cacheKey(), permission)
	return nil
}

const modelUserAgent = "corsproof-model"

// networkFetch sends the actual request, or holds it back.
//
// https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
func (f *fetching) networkFetch(req *request) (*received, *networkError) {
	if req.isTooLong() {
		return nil, &networkError{ByOther, fmt.Sprintf("the body of a request that is kept alive has %d bytes, expected at most %d", len(req.body), MaxKeepaliveBody)}
	}
	basic := !req.cors && !req.opaque
	credentialed := req.credentials == Include || req.credentials == SameOrigin && basic // step 8.3
	w := WireRequest{Method: req.method, URL: wireURL(req.currentURL()), Headers: slices.Clone(req.headers)}
	add := func(name, value string) {
		if !w.Headers.Contains(name) {
			w.Headers = append(w.Headers, Header{name, value})
		}
	}
	if origin := req.originHeader(); origin != "" {
		add("Origin", origin)
	}
	add("User-Agent", modelUserAgent)
	switch req.cache { // HTTP-network-or-cache fetch, on cache modes
	case NoCache:
		add("Cache-Control", "max-age=0")
	case NoStore, Reload:
		add("Pragma", "no-cache")
		add("Cache-Control", "no-cache")
	}
	if w.Headers.Contains("Range") {
		add("Accept-Encoding", "identity")
	}
	if credentialed {
		if cookies := f.cookieHeader(req.currentURL()); cookies != "" {
			add("Cookie", cookies)
		}
	}
	if f.context.effects.Holds(req.method) || req.hold && Hold.Holds(req.method) {
		f.exchanges = append(f.exchanges, Exchange{Kind: Actual, Request: w, Held: true})
		return nil, &networkError{ByHold, fmt.Sprintf("%s is held back: its method is not safe", req.method)}
	}
	return f.cachedFetch(req, w, credentialed)
}

// originHeader returns the Origin that the actual request carries, or "". Where no
// CORS is asked for, the referrer policy has a say.
//
// https://fetch.spec.whatwg.org/#append-a-request-origin-header
func (req *request) originHeader() string {
	switch {
	case req.cors:
		return req.serializedOrigin()
	case req.method == "GET" || req.method == "HEAD":
		return ""
	case req.mode == CORSMode:
		return req.serializedOrigin()
	}
	u := req.currentURL()
	withheld := false
	switch req.referrerPolicy {
	case "no-referrer":
		withheld = true
	case "", "no-referrer-when-downgrade", "strict-origin", "strict-origin-when-cross-origin":
		withheld = strings.HasPrefix(req.origin, "https://") && u.Scheme != "https"
	case "same-origin":
		withheld = originOf(u) != req.origin
	}
	if withheld {
		return "null"
	}
	return req.serializedOrigin()
}

func (f *fetching) cookieHeader(u *url.URL) string {
	var carrier http.Request
	carrier.Header = http.Header{}
	for _, cookie := range f.context.cookies.Cookies(u) {
		carrier.AddCookie(cookie)
	}
	return carrier.Header.Get("Cookie")
}

// send puts one request on the wire and records the exchange.
//
// https://fetch.spec.whatwg.org/#http-network-fetch
func (f *fetching) send(kind ExchangeKind, w WireRequest, body string, credentialed bool) (*received, *networkError) {
	if f.context.gate != nil {
		if err := f.context.gate.Pass(f.ctx); errors.Is(err, ErrBudget) {
			return nil, &networkError{ByBudget, err.Error()}
		} else if err != nil {
			return nil, &networkError{causeOf(f.ctx, err), err.Error()}
		}
	}
	f.exchanges = append(f.exchanges, Exchange{Kind: kind, Request: w})
	exchange := &f.exchanges[len(f.exchanges)-1]
	fail := func(err error) (*received, *networkError) {
		exchange.Error = err.Error()
		return nil, &networkError{causeOf(f.ctx, err), err.Error()}
	}

	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body) // net/http learns its length, and how to send it again
	}
	sent, err := http.NewRequestWithContext(f.ctx, w.Method, w.URL, reader)
	if err != nil {
		return fail(err)
	}
	for _, h := range w.Headers {
		sent.Header.Add(h.Name, h.Value)
	}
	// Not http.Client: it would follow redirects and keep cookies by its own rules.
	got, err := f.context.transport.RoundTrip(sent)
	if err != nil {
		return fail(err)
	}
	if credentialed {
		f.context.cookies.SetCookies(sent.URL, got.Cookies())
	}
	response := &received{wire: wireResponse(got), body: got.Body}
	exchange.Response = &response.wire
	return response, nil
}

// wireResponse notes the header lines of a response. net/http keeps the order
// of lines with the same name alone; the names are sorted.
func wireResponse(got *http.Response) WireResponse {
	w := WireResponse{
		Status:     got.StatusCode,
		StatusText: strings.TrimPrefix(got.Status, fmt.Sprintf("%d ", got.StatusCode)),
	}
	var names []string
	for name := range got.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range got.Header[name] {
			w.Headers = append(w.Headers, Header{name, isomorphicDecode(value)})
		}
	}
	return w
}

// isomorphicDecode turns each byte into the code point with its number, as
// scripts see header values.
//
// https://infra.spec.whatwg.org/#isomorphic-decode
func isomorphicDecode(value string) string {
	runes := make([]rune, len(value))
	for i := range len(value) {
		runes[i] = rune(value[i])
	}
	return string(runes)
}
