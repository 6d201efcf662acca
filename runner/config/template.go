package config

import _ "embed"

//go:embed cors.yaml
var template string

// Template returns a cors.yaml to start from, which "corsproof init" writes. It
// is valid as it is, and says of each key what it is for.
func Template() string { return template }
