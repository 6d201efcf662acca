// Package pages holds what corsproof's HTML pages share, so that the report and the lab
// look alike and draw an exchange in the same way. It is embedded: no page fetches
// anything that is not its own.
package pages

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
)

// BaseCSS is the style of every page: colours for light and dark, type, and the shapes
// of verdicts, code, sequence diagrams and walks. A page's own style comes after it.
//
//go:embed base.css
var BaseCSS string

// SequenceJS defines the global constant "sequence". sequence.draw makes a sequence
// diagram of exchanges, and sequence.walk a list of steps of the Standard, both out of
// what package fetch marshals. Whatever stands in that is text to them.
//
//go:embed sequence.js
var SequenceJS string

// Hash is the source expression by which a Content Security Policy allows an inline
// script or style: of the text between the tags, to the byte.
//
// https://www.w3.org/TR/CSP3/#grammardef-hash-source
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
