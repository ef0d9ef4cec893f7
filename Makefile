# The developer's door. `make help` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Cargo's target folder can be shared between clones: export CARGO_TARGET_DIR.
TARGET := $(or $(CARGO_TARGET_DIR),target)
UI_SOURCES := $(shell find ui -type f -not -path '*/node_modules/*' -not -path 'ui/dist/*' -not -path 'ui/e2e/*' 2>/dev/null)

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

.PHONY: run
run: build ## Build everything and start it with the demo agents
	$(TARGET)/release/swarmscope up --demo

.PHONY: build
build: tools ui/dist/index.html ## Build the UI and the release binary
	cargo build --release --locked --package swarmscope

.PHONY: tools
tools: ## Check the toolchains, and say how to get what is missing
	@scripts/require-tools

ui/dist/index.html: ui/node_modules/.installed $(UI_SOURCES)
	cd ui && npm run --silent build

ui/node_modules/.installed: ui/package-lock.json
	cd ui && npm ci --no-fund --no-audit --loglevel=error
	touch $@

.PHONY: test
test: ## Everything that fits into CI; installs what it needs
	scripts/test

.PHONY: test-all
test-all: ## `make test` with longer crash tests, Filebeat, and the stack files against a real Elasticsearch
	SWARMSCOPE_CRASH_ROUNDS=100 SWARMSCOPE_STATE_ROUNDS=40 STACK=all SHIPPERS=all scripts/test

.PHONY: test-browser
test-browser: build ## Playwright in headless Chromium against the release binary, a million events in it
	scripts/with-server --demo scripts/browser-tests

.PHONY: check
check: ## Formatting, lints, tidy: seconds once built
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	cargo xtask tidy

.PHONY: bench-logs
bench-logs: build ## Figures of the log engine beside real peers on the same two million events
	scripts/bench-logs

.PHONY: bench-tasks
bench-tasks: build ## Figures of tasks on SQLite and PostgreSQL, beside apalis on the same databases
	scripts/bench-tasks

.PHONY: bench-metrics
bench-metrics: build ## Figures of the metrics engine beside a real Prometheus on the same samples
	scripts/bench-metrics

.PHONY: compare-prometheus
compare-prometheus: build ## A thousand queries asked of ours and of a real Prometheus
	scripts/compare-prometheus

.PHONY: conformance-elastic
conformance-elastic: ## The scenarios of port 9200 against a real Elasticsearch; needs Java 17 and Maven
	cargo test --package swarmscope-api --test scenarios --no-run
	scripts/with-elasticsearch 8.17.0 bash -c \
		'SCENARIO_URL=$$ELASTICSEARCH_URL cargo test --package swarmscope-api --test scenarios'

.PHONY: conformance-opensearch
conformance-opensearch: ## The aggregations that the test Elasticsearch lacks against a real OpenSearch; needs Java 17 and Maven
	cargo test --package swarmscope-api --test scenarios --no-run
	scripts/with-opensearch 2.19.0 bash -c \
		'SCENARIO_URL=$$OPENSEARCH_URL SCENARIO_STAND_IN=OpenSearch cargo test --package swarmscope-api --test scenarios'

.PHONY: bench-python
bench-python: ## What one event costs a Python agent, against pure Python in the same run
	scripts/python-venv --release
	$(TARGET)/python-venv/bin/python python/bench/log.py | cat >/dev/null

.PHONY: clean
clean: ## Remove what was built
	cargo clean
	rm -rf ui/dist ui/node_modules
