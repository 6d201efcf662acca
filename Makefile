# make run    judges the embedded reference server in Chromium
# make test   runs every test
#
# Both install what they need with apt-get, on Debian and its kin, and say so.

SHELL := /bin/sh
GO ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: run test bench lint build help

help:
	@echo 'make run    judge the embedded reference server in Chromium'
	@echo 'make test   run every test'
	@echo 'make bench  measure what a fetch costs, next to a bare loop'
	@echo 'make lint   gofmt, vet, staticcheck, go mod tidy'
	@echo 'make build  build bin/corsproof'

run: build
	@tools/need chromium
	bin/corsproof run $(ARGS)

build:
	$(GO) build -o bin/corsproof ./runner/cmd/corsproof

test:
	@tools/need chromium nginx certutil
	$(GO) test -race -shuffle=on ./...

bench:
	@tools/need chromium
	$(GO) test -run '^$$' -bench . -benchtime 1x ./suite/browser/chromium

lint:
	@test -z "$$(gofmt -l .)" || { echo 'gofmt would change:'; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) mod tidy -diff
