# Amal. `make help` lists what there is.
SHELL := /bin/sh
GO ?= go
BIN := bin/amal
LINT := $(GO) tool -modfile=tools/go.mod golangci-lint
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT := $(shell git rev-parse --short HEAD 2>/dev/null)
FLAGS := -trimpath -ldflags "-X main.version=$(VERSION) -X main.commit=$(COMMIT)"

.PHONY: help demo build test check lint e2e faults bench golden
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## sets all up and shows Amal in the browser, on a private Postgres
	@sh scripts/setup.sh postgres
	@$(MAKE) --no-print-directory build
	@exec ./$(BIN) demo

build: ## the binary, as bin/amal
	$(GO) build $(FLAGS) -o $(BIN) .

test: ## sets all up and runs everything: format, lint, tests with race detector, journeys in Chromium
	@sh scripts/setup.sh postgres pdftotext chromium
	@$(MAKE) --no-print-directory lint
	$(GO) test -race -shuffle=on -timeout 20m ./... ; code=$$?; sh scripts/stop-test-postgres.sh; exit $$code

check: ## format, lint, unit and database tests (no browser)
	@sh scripts/setup.sh postgres
	@$(MAKE) --no-print-directory lint
	$(GO) test $$($(GO) list ./... | grep -v '^amal/e2e')

lint: ## formatting, go.mod, go vet and golangci-lint
	@out=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "not formatted (run gofmt -w):"; echo "$$out"; exit 1; fi
	$(GO) mod tidy -diff
	$(GO) vet ./...
	$(LINT) run ./...

e2e: ## the journeys in headless Chromium, with the real binary
	@sh scripts/setup.sh postgres pdftotext chromium
	$(GO) test -count=1 -v ./e2e

faults: ## the long fault runs: mail server, database, processes; a table of what arrived
	@sh scripts/setup.sh postgres
	$(GO) test -count=1 -timeout 40m -v ./e2e/faults -long

bench: ## lists, pages and mails against the bare query and a bare SMTP loop as ratios; the reader: its speed and its figures
	@sh scripts/setup.sh postgres
	$(GO) test -run '^$$' -bench . -benchtime 300x ./db
	AMAL_BENCH_MAILS=$${AMAL_BENCH_MAILS:-100000} AMAL_BENCH_PLAN=$${AMAL_BENCH_PLAN:-1000000} $(GO) test -run '^$$' -bench . -benchtime 1x -timeout 60m ./jobs
	AMAL_BENCH_SIZES=$${AMAL_BENCH_SIZES:-10000,100000,1000000} $(GO) test -run '^$$' -bench . -benchtime 1x -timeout 60m ./commands
	$(GO) test -run Labelled -bench Read -v ./communique

golden: ## writes the golden files anew; read the difference like code
	@sh scripts/setup.sh postgres
	$(GO) test ./handlers -run Golden -update
