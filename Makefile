# make run    judges the embedded reference server in Chromium
# make test   runs every test
#
# Both install what they need with apt-get, on Debian and its kin, and say so.

SHELL := /bin/sh
GO ?= go
BENCHSTAT := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: run test recipes deviations bench bench-reference fuzz lint build help

help:
	@echo 'make run    judge the embedded reference server in Chromium'
	@echo 'make test   run every test'
	@echo 'make recipes  run corsproof on each of fixtures/recipes'
	@echo 'make deviations  write what the browsers do otherwise into README.md'
	@echo 'make bench  measure what a fetch costs, next to a bare loop, and runs of 1, 10 and 100 resources'
	@echo 'make bench-reference  compare the reference handler with others'
	@echo 'make fuzz   compare the reference handler with slow oracles, FUZZTIME (5m) for each'
	@echo 'make lint   gofmt, vet, staticcheck, go mod tidy'
	@echo 'make build  build bin/corsproof'

run: build
	@tools/need chromium
	bin/corsproof run $(ARGS)

build:
	$(GO) build -o bin/corsproof ./runner/cmd/corsproof

test:
	@tools/need chromium nginx certutil apache2 caddy haproxy axe firefox webkit chromedriver headless-shell
	$(GO) test -race -shuffle=on -timeout 40m ./...
	$(GO) test -shuffle=on ./suite ./suite/selftest # all faults, for which the race detector is too slow

recipes: build
	@tools/need chromium nginx apache2 caddy haproxy flask node
	@tools/recipes

deviations: build
	@tools/need chromium firefox webkit
	bin/corsproof browser --browser all --no-progress --markdown bin/deviations.md
	tools/fill README.md deviations bin/deviations.md

bench:
	@tools/need chromium firefox webkit
	$(GO) test -run '^$$' -bench . -benchtime 1x -p 1 ./suite/browser/chromium ./suite/browser/firefox ./suite/browser/webkit

# A run measures every row once, so that what else the machine does falls on all alike.
bench-reference:
	cd reference/bench && $(GO) vet . && $(GO) test . && results=$$(mktemp) && \
	for run in 1 2 3 4 5 6 7 8 9 10; do $(GO) test -run '^$$' -bench . -benchtime 100000x . >>$$results || exit 1; done && \
	$(GO) run $(BENCHSTAT) -col /by $$results; rm -f $$results

FUZZTIME ?= 5m
fuzz:
	$(GO) test ./reference/policy -run '^$$' -fuzz FuzzParseOrigin -fuzztime $(FUZZTIME) -parallel 1
	$(GO) test ./reference -run '^$$' -fuzz FuzzMatch -fuzztime $(FUZZTIME) -parallel 1
	$(GO) test ./reference -run '^$$' -fuzz FuzzRequestedHeaders -fuzztime $(FUZZTIME) -parallel 1
	$(GO) test ./reference -run '^$$' -fuzz FuzzEcho -fuzztime $(FUZZTIME) -parallel 1

lint:
	@test -z "$$(gofmt -l .)" || { echo 'gofmt would change:'; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) mod tidy -diff
	cd reference/bench && $(GO) vet ./... && $(GO) mod tidy -diff
