// Package fetch is the browser's half of the CORS protocol, after the Fetch
// Standard: its terms, its algorithms as pure functions, and Model, a user agent
// that follows them over plain HTTP.
//
// # Where the Standard and engines differ
//
// The package follows the Standard, so that each engine can be held against one
// opinion:
//
//   - "*" in Access-Control-Allow-Headers does not cover Authorization. Chromium,
//     Firefox and WebKit let it pass (https://github.com/whatwg/fetch/issues/1919).
//   - An Access-Control-Max-Age that is no delta-seconds counts as 5 s. For "-1"
//     all engines remember nothing; for any other text Firefox does so.
//   - Entries of the CORS-preflight cache made with credentials also serve
//     requests without. In Firefox they do not.
//   - A network error clears the cache's entries for its URL. In Chromium it does
//     not.
//   - An entry for "*" satisfies the cache. In Firefox it does not.
//   - After a redirect from one foreign origin to another the CORS-preflight
//     request says "Origin: null". Firefox sends the real origin with it.
//
// It leaves the letter of the Standard where engines agree that it cannot be
// meant: a cache entry for "*" is no wildcard for requests with credentials, and
// an entry that is renewed lives from then on.
//
// https://fetch.spec.whatwg.org/
package fetch
