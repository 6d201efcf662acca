package fetch

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"slices"
	"strings"
)

// digests are the hash functions of subresource integrity, from the weakest to the
// strongest.
//
// https://w3c.github.io/webappsec-subresource-integrity/#valid-sri-hash-algorithm-token-set
var digests = []struct {
	name string
	of   func(body []byte) []byte
}{
	{"sha256", func(body []byte) []byte { sum := sha256.Sum256(body); return sum[:] }},
	{"sha384", func(body []byte) []byte { sum := sha512.Sum384(body); return sum[:] }},
	{"sha512", func(body []byte) []byte { sum := sha512.Sum512(body); return sum[:] }},
}

// IntegrityOf returns integrity metadata that matches a body and no other.
func IntegrityOf(body []byte) string {
	d := digests[1]
	return d.name + "-" + base64.StdEncoding.EncodeToString(d.of(body))
}

// matchesIntegrity reports whether a body matches integrity metadata. Of several
// hashes those of the strongest function count, and one that matches is enough.
// Metadata in which no hash is known matches everything.
//
// https://w3c.github.io/webappsec-subresource-integrity/#does-response-match-metadatalist
func matchesIntegrity(metadata string, body []byte) bool {
	for _, d := range slices.Backward(digests) {
		known := false
		for _, token := range strings.Fields(metadata) {
			name, hash, ok := strings.Cut(token, "-")
			if !ok || !equalFold(name, d.name) {
				continue
			}
			known = true
			hash, _, _ = strings.Cut(hash, "?") // options, of which there are none yet
			sum, err := base64.StdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(hash))
			if err == nil && slices.Equal(sum, d.of(body)) {
				return true
			}
		}
		if known {
			return false
		}
	}
	return true
}
