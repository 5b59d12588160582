# The AWS stack: its tests, its deployment, and the same deployment on this machine.
.PHONY: infra test-infra test-deployed watch build preflight deploy diff destroy secret smoke bench-cold

STAGE ?=
NAME ?=
# For another processor than this machine's: ARCH=arm64 or x86_64. A stage knows its own.
ARCH ?=
# Anything else `cdk` should hear, such as CDK_ARGS="-c logLevel=debug".
CDK_ARGS ?=
# Where a deployed stack is, and what prints a token for it.
WS_URL ?=
HTTP_URL ?=
TOKEN_CMD ?=
ROUNDS ?= 21
FUNCTIONS := authorize connect default disconnect extract http
MINISTACK := target/ministack/bin/python
comma := ,
SCRIPT := cd infra/cdk && node --import tsx scripts

infra: infra/cdk/node_modules/.package-lock.json

infra/cdk/node_modules/.package-lock.json: infra/cdk/package.json infra/cdk/package-lock.json
	@$(MAKE) --no-print-directory tools
	cd infra/cdk && npm ci --no-audit --no-fund
	@touch $@

test-infra: infra ## The AWS stack: settings, the template, what must not be in it
	cd infra/cdk && npm run --silent lint && npm run --silent typecheck && npm test --silent

# The emulator of AWS that the stack is deployed to; pinned with hashes.
$(MINISTACK): tests/deployed/requirements.txt
	$(call python_environment,target/ministack,The deployed tests need Python 3.10 or newer with venv$(comma) for MiniStack)

test-deployed: infra web $(MINISTACK) ## The whole stack, deployed to an emulator of AWS on this machine and used
	$(CARGO) build --quiet --bins --example panicking $(FUNCTIONS:%=--package cyclesheet-%) --package cyclesheet-platform --package cyclesheet-tests-conformance
	node --test --test-concurrency=1 tests/deployed/

# cargo-lambda serves and invokes functions here; without ziglang, which only builds for other processors need.
target/ministack/bin/cargo-lambda: tests/deployed/cargo-lambda.txt $(MINISTACK)
	target/ministack/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement $<
	@touch $@

watch: infra target/ministack/bin/cargo-lambda ## The functions behind a Runtime API on this machine, rebuilt as they change
	PATH="$(CURDIR)/target/ministack/bin:$$PATH" node tests/deployed/watch.mjs $(ARGS)

EVENT ?=
FIRST_default := default-hello
FIRST_http := http-cycles
FIRST_extract := extract-scheduler
invoke-%: infra target/ministack/bin/cargo-lambda ## Send an event file to a function under make watch (invoke-default EVENT=default-ping)
	@event=$$(node tests/deployed/event.mjs $(or $(EVENT),$(FIRST_$*),$*)); \
	PATH="$(CURDIR)/target/ministack/bin:$$PATH" cargo lambda invoke $* --invoke-address 127.0.0.1 --data-ascii "$$event"

# With a stage, for its processor; else for ARCH; else for this machine's.
build: tools ## The Lambda bootstraps, in target/lambda (STAGE=dev, or ARCH=arm64, or this machine's processor)
	@command -v zip >/dev/null 2>&1 || { echo "make build needs zip: install it (on Debian: sudo apt-get install zip), then run this again." >&2; exit 1; }
	@host=$$(uname -m | sed 's/aarch64/arm64/'); arch="$(ARCH)"; \
	if [ -n "$(STAGE)" ] && [ -z "$$arch" ]; then $(MAKE) --no-print-directory infra; arch=$$($(SCRIPT)/setting.ts "$(STAGE)" architecture); fi; \
	arch=$${arch:-$$host}; \
	if command -v cargo-lambda >/dev/null 2>&1; then \
		case "$$arch" in arm64) target=--arm64;; *) target=--x86-64;; esac; \
		$(CARGO) lambda build --profile bootstrap $$target $(FUNCTIONS:%=--bin %); \
	elif [ "$$arch" = "$$host" ]; then \
		$(CARGO) build --profile bootstrap --bins $(FUNCTIONS:%=--package cyclesheet-%); \
		for name in $(FUNCTIONS); do mkdir -p target/lambda/$$name; cp target/bootstrap/$$name target/lambda/$$name/bootstrap; done; \
	else \
		echo "Building for $$arch on $$host needs cargo-lambda: pip install cargo-lambda==1.9.2, then run this again. Or set the stage's architecture to $$host." >&2; exit 1; \
	fi
	@for name in $(FUNCTIONS); do (cd target/lambda/$$name && rm -f ../$$name.zip && zip -q -9 -X ../$$name.zip bootstrap); done; du -h --apparent-size target/lambda/*.zip

preflight: infra ## Look at a stage and its account before anything is created (STAGE=dev)
	@$(SCRIPT)/preflight.ts "$(STAGE)" $(CDK_ARGS)

# Looked at first: nobody waits for a build to hear that they are not signed in.
deploy: preflight build web ## Deploy a stage to AWS and publish its page (STAGE=dev)
	cd infra/cdk && npx cdk deploy --require-approval never --outputs-file ../../target/outputs-$(STAGE).json -c stage=$(STAGE) $(CDK_ARGS)
	@$(SCRIPT)/publish.ts "$(STAGE)"

diff: infra ## What a deployment would change (STAGE=dev)
	cd infra/cdk && npx cdk diff -c stage=$(STAGE) $(CDK_ARGS)

destroy: infra ## Take a stage down, unless it is protected (STAGE=dev)
	@$(SCRIPT)/destroyable.ts "$(STAGE)" $(CDK_ARGS)
	@$(SCRIPT)/publish.ts "$(STAGE)" --empty
	cd infra/cdk && npx cdk destroy -c stage=$(STAGE) $(CDK_ARGS)

secret: infra ## Give a stage's secret its value, read from the terminal (STAGE=prod NAME=cohere, or NAME=teams/platform)
	@$(SCRIPT)/secret.ts "$(STAGE)" "$(NAME)"

smoke: infra ## Two people in a deployed room: edit, see it, measure, clean up (STAGE=dev or WS_URL=… HTTP_URL=…, TOKEN_CMD=…)
	@ws="$(WS_URL)"; http="$(HTTP_URL)"; \
	if [ -n "$(STAGE)" ]; then ws=$${ws:-$$($(SCRIPT)/output.ts "$(STAGE)" SocketUrl)}; http=$${http:-$$($(SCRIPT)/output.ts "$(STAGE)" HttpUrl)}; fi; \
	token=$$($(value TOKEN_CMD)); \
	node tests/deployed/smoke.mjs "$$ws" "$$http" "$$token"

bench-cold: infra build ## Cold starts of the bootstraps, beside the same handler in Node (ROUNDS=21)
	node tests/cold/bench.mjs $(ROUNDS)
