# make run    judges the embedded reference server in Chromium
# make test   runs every test
#
# Both install what they need with apt-get, on Debian and its kin, and say so.

SHELL := /bin/sh
GO ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: run test recipes bench lint build help

help:
	@echo 'make run    judge the embedded reference server in Chromium'
	@echo 'make test   run every test'
	@echo 'make recipes  run corsproof on each of fixtures/recipes'
	@echo 'make bench  measure what a fetch costs, next to a bare loop, and runs of 1, 10 and 100 resources'
	@echo 'make lint   gofmt, vet, staticcheck, go mod tidy'
	@echo 'make build  build bin/corsproof'

run: build
	@tools/need chromium
	bin/corsproof run $(ARGS)

build:
	$(GO) build -o bin/corsproof ./runner/cmd/corsproof

test:
	@tools/need chromium nginx certutil apache2 caddy haproxy axe firefox webkit
	$(GO) test -race -shuffle=on -timeout 40m ./...
	$(GO) test -shuffle=on ./suite ./suite/selftest # all faults, for which the race detector is too slow

recipes: build
	@tools/need chromium nginx apache2 caddy haproxy flask node
	@tools/recipes

bench:
	@tools/need chromium
	$(GO) test -run '^$$' -bench . -benchtime 1x ./suite/browser/chromium

lint:
	@test -z "$$(gofmt -l .)" || { echo 'gofmt would change:'; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) mod tidy -diff
