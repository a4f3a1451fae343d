# `make demo` sets everything up and runs the main job; `make test` sets up and runs the tests.
# `make check` is what has to pass before a change lands; `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# One build folder for every Rust crate but the worker, whose own is workers/target.
WASM_TARGET := $(CURDIR)/target

WORKER_SOURCES := $(shell find workers/src workers/policies wire/src -type f) workers/build.rs \
  $(foreach crate,workers wire,$(crate)/Cargo.toml $(crate)/Cargo.lock)
INTERPRETERS := pocket/interpreters/jq.wasm pocket/interpreters/lua.wasm
INTERPRETER_SOURCES := $(wildcard interpreters/*.* interpreters/*/Cargo.toml interpreters/*/src/*)
ENGINE := sdk/javascript/dist/engine.wasm
PYTHON_ENGINE := sdk/python/src/pocket_plugin/engine.wasm
TYPESCRIPT_PLUGINS := sentiment page-title
PYTHON_PLUGINS := csv-report
PLUGINS := $(TYPESCRIPT_PLUGINS) $(PYTHON_PLUGINS) statistics line-filter hostile wordcount slugify
GO_MODULES := sdk/go examples/plugins/wordcount tests/sdk/go tests/conformance/plugins/go
PLUGIN_WASM := $(PLUGINS:%=examples/plugins/%/dist/plugin.wasm)

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: $(VENV)/ready plugins ## set up, build the example plugins, run the main job on real input
	$(BIN)/python scripts/demo.py

.PHONY: test
test: $(VENV)/ready plugins ## set up and run the tests; `make check` runs the slow ones, too
	$(BIN)/pytest -m "not slow" --durations 10
	cd workers && cargo test --release --locked --quiet
	cd wire && CARGO_TARGET_DIR=$(WASM_TARGET) cargo test --locked --quiet
	cd sdk/rust && CARGO_TARGET_DIR=$(WASM_TARGET) cargo test --locked --quiet
	cd sdk/go && go test ./...
	$(MAKE) -C examples/plugins/wordcount test
	$(MAKE) -C sdk/c test
	$(MAKE) -C examples/plugins/slugify test
	$(MAKE) -C sdk/javascript test
	cd sdk/assemblyscript && npm ci --silent && npm test --silent
	for name in $(TYPESCRIPT_PLUGINS); do (cd examples/plugins/$$name && npm test); done
	$(MAKE) -C sdk/python test
	for name in $(PYTHON_PLUGINS); do (cd examples/plugins/$$name && python -m pytest -q); done

.PHONY: abuse
abuse: $(VENV)/ready ## attack the host in every known way and print what stopped each
	$(BIN)/pytest tests/abuse -q --abuse-table $(if $(ABUSE_JSON),--abuse-json $(ABUSE_JSON))
	cd workers && cargo test --release --locked --quiet hostile

.PHONY: test-slow
test-slow: $(VENV)/ready plugins ## the tests that take long: soak, a thousand restarts, a million frames, whole walks
	$(BIN)/pytest -m slow --durations 10

.PHONY: check
check: lint test test-slow ## all that has to pass before a change lands

.PHONY: lint
lint: $(VENV)/ready ## formatting, lints, types, import layers, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate_docs.py --check
	$(BIN)/python scripts/performance_tables.py --check
	cd workers && cargo fmt --check && cargo clippy --release --locked --all-targets -- -D warnings
	cd wire && cargo fmt --check && CARGO_TARGET_DIR=$(WASM_TARGET) cargo clippy --locked --features python -- -D warnings
	cd sdk/javascript/engine && cargo fmt --check
	cd interpreters && cargo fmt --check && CARGO_TARGET_DIR=$(WASM_TARGET) cargo clippy --release --locked --target wasm32-wasip1 -- -D warnings
	cd sdk/rust && cargo fmt --check && CARGO_TARGET_DIR=$(WASM_TARGET) cargo clippy --locked --all-targets -- -D warnings
	rustfmt --edition 2024 --check tests/conformance/plugins/rust/src/lib.rs
	@unformatted=$$(gofmt -l $(GO_MODULES)); test -z "$$unformatted" || { echo "run gofmt -w $$unformatted"; false; }
	for module in $(GO_MODULES); do (cd $$module && go vet ./... && GOOS=wasip1 GOARCH=wasm go vet ./...); done

.PHONY: install-check
install-check: $(ENGINE) $(PYTHON_ENGINE) ## `pip install .` alone, in an environment of its own, gives a pocket that works
	rm -rf .demo/installed
	$(PYTHON) -m venv .demo/installed
	.demo/installed/bin/pip install --quiet .
	cd / && $(CURDIR)/.demo/installed/bin/pocket version
	cd / && $(CURDIR)/.demo/installed/bin/pocket security status
	cd / && $(CURDIR)/.demo/installed/bin/pocket run $(CURDIR)/examples/workflows/greeting.yaml --dry-run
	cd / && $(CURDIR)/.demo/installed/bin/pocket run $(CURDIR)/examples/workflows/scripts.yaml --input @$(CURDIR)/examples/workflows/scripts.json
	CARGO_TARGET_DIR=$(WASM_TARGET) scripts/installed_walk.sh $(CURDIR)/.demo/installed/bin python rust

.PHONY: tools
tools: # says what is missing before anything long begins
	@bash scripts/check_tools.sh

$(VENV)/ready: requirements/dev.lock pyproject.toml setup.py $(WORKER_SOURCES) | tools
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.lock
	@echo "building the Rust parts; the first time takes some minutes"
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.PHONY: interpreters
interpreters: $(INTERPRETERS) ## build what runs `transform` and `lua` nodes

RUST_SDK := $(wildcard sdk/rust/src/*.rs) sdk/rust/Cargo.toml
$(INTERPRETERS) &: $(INTERPRETER_SOURCES) $(RUST_SDK) | $(VENV)/ready
	$(BIN)/python interpreters/build.py pocket/interpreters
	touch $(INTERPRETERS)

.PHONY: plugins
plugins: $(PLUGIN_WASM) $(INTERPRETERS) ## build the interpreters, the engines of JavaScript and Python, and all plugins
	cd tests && PYTHONPATH=$(CURDIR) $(CURDIR)/$(BIN)/python -m conformance.languages

$(ENGINE): $(VENV)/ready $(wildcard sdk/javascript/engine/src/* sdk/javascript/engine/src/surroundings/* sdk/javascript/src/*) sdk/javascript/engine/Cargo.lock
	$(MAKE) -C sdk/javascript

$(TYPESCRIPT_PLUGINS:%=examples/plugins/%/dist/plugin.wasm): examples/plugins/%/dist/plugin.wasm: $(ENGINE) $(wildcard examples/plugins/*/src/*.ts)
	cd examples/plugins/$* && npm ci --silent && npm run --silent build
	touch $@

PYTHON_SDK := $(wildcard sdk/python/src/pocket_plugin/*.py sdk/python/engine/src/* sdk/python/engine/python/* sdk/python/engine/python/*/* sdk/python/engine/*.py sdk/python/engine/*.patch sdk/python/engine/*.txt sdk/python/engine/*.json)
$(PYTHON_ENGINE): $(VENV)/ready $(PYTHON_SDK)
	$(MAKE) -C sdk/python
	touch $@

$(PYTHON_PLUGINS:%=examples/plugins/%/dist/plugin.wasm): examples/plugins/%/dist/plugin.wasm: $(PYTHON_ENGINE) $(wildcard examples/plugins/*/src/*.py)
	cd examples/plugins/$* && PYTHONPATH=sdk python -m pocket_plugin compile src -o dist/plugin.wasm

examples/plugins/%/dist/plugin.wasm: examples/plugins/%/src/lib.rs examples/plugins/%/Cargo.lock $(RUST_SDK) | tools
	$(MAKE) -C examples/plugins/$* CARGO_TARGET_DIR=$(WASM_TARGET)
	touch $@

EXTISM_PLUGIN := benchmarks/extism/dist/plugin.wasm

.PHONY: bench
bench: $(VENV)/bench plugins $(EXTISM_PLUGIN) ## measure Pocket and its peers; some minutes
	$(BIN)/python benchmarks/run.py

.PHONY: bench-keep
bench-keep: $(VENV)/bench plugins $(EXTISM_PLUGIN) ## the same, and write the numbers into the docs
	$(BIN)/python benchmarks/run.py --keep

$(VENV)/bench: requirements/bench.lock $(VENV)/ready
	$(BIN)/pip install --quiet --require-hashes -r requirements/bench.lock
	touch $@

$(EXTISM_PLUGIN): benchmarks/extism/src/lib.rs benchmarks/extism/Cargo.lock | tools
	cd benchmarks/extism && cargo build --quiet --release --locked --target wasm32-unknown-unknown \
	  --target-dir $(WASM_TARGET)
	mkdir -p $(@D)
	cp $(WASM_TARGET)/wasm32-unknown-unknown/release/extism_statistics.wasm $@

examples/plugins/wordcount/dist/plugin.wasm: $(wildcard examples/plugins/wordcount/*.go sdk/go/*.go sdk/go/internal/host/*.go) | tools
	$(MAKE) -C examples/plugins/wordcount
	touch $@

examples/plugins/slugify/dist/plugin.wasm: examples/plugins/slugify/plugin.c sdk/c/pocket.h | $(VENV)/ready
	$(MAKE) -C examples/plugins/slugify build PYTHON=$(CURDIR)/$(BIN)/python
	touch $@

.PHONY: lock
lock: ## pin the newest allowed versions again
	$(PYTHON) -m venv .lock-venv && .lock-venv/bin/pip install --quiet pip-tools==7.5.1
	CUSTOM_COMPILE_COMMAND="make lock" .lock-venv/bin/pip-compile --quiet --upgrade --generate-hashes \
	  --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --extra dev -o requirements/dev.lock pyproject.toml requirements/build.in
	CUSTOM_COMPILE_COMMAND="make lock" .lock-venv/bin/pip-compile --quiet --upgrade --generate-hashes \
	  --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  -o requirements/bench.lock requirements/bench.in
	rm -r .lock-venv

.PHONY: clean
clean: ## delete everything that was built
	rm -rf $(VENV) $(INTERPRETERS) .demo build target workers/target wire/target sdk/{javascript,assemblyscript}/{dist,node_modules} \
	  sdk/c/dist sdk/{javascript/engine/target,python/engine/build} $(PYTHON_ENGINE) examples/plugins/*/{dist,node_modules,target} \
	  tests/conformance/plugins/*/{dist,node_modules}
