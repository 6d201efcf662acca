module github.com/corsproof/corsproof/reference/bench

go 1.26.0

require (
	github.com/corsproof/corsproof v0.0.0
	github.com/jub0bs/cors v1.0.1
	github.com/rs/cors v1.11.1
	golang.org/x/sys v0.49.0
)

require (
	golang.org/x/net v0.56.0 // indirect
	golang.org/x/text v0.38.0 // indirect
)

replace github.com/corsproof/corsproof => ../..
